import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import { VaultClient, vaultText } from "../../../clients/vault/client";
import { run } from "../../../process/run";
import { identities, type Identity } from "../../../services/identities";
import { certificateRoles } from "../../../vault/certificates";
import { identityPlans, policyDocument } from "../../../vault/policies";
import { startOpenbao, type TestOpenbao } from "../core/servers";
import { preparePki } from "./vault";

const certificateSeconds = 7200;
const ttl = `${certificateSeconds}s`;
const vms = [
    { name: "sip-1", role: "sip" as const, address: "192.0.2.10", certified: ["198.51.100.10", "192.0.2.10"] },
    { name: "pbx-1", role: "pbx" as const, address: "192.0.2.30", certified: ["192.0.2.30"] },
    { name: "media-1", role: "media" as const, address: "192.0.2.20", certified: ["198.51.100.20", "192.0.2.20"] },
];
const coreAddress = "192.0.2.1";

type Parameters = Record<string, unknown>;

/** The request that each identity's agents make. */
const own: Record<Exclude<Identity, "media">, { role: string; request: Parameters }> = {
    sip: { role: "kamailio-role", request: { common_name: "sip.local", ip_sans: "198.51.100.10,192.0.2.10", ttl } },
    pbx: { role: "asterisk-role", request: { common_name: "pbx.local", ip_sans: "192.0.2.30", ttl } },
    core: { role: "core-role", request: { common_name: "openbao", ip_sans: coreAddress, ttl } },
};
const certified = ["sip", "pbx", "core"] as const;

let bao: TestOpenbao;
const clients = {} as Record<Identity, VaultClient>;

beforeAll(async () => {
    bao = await startOpenbao();
    await preparePki(bao.root, certificateRoles("sip.local", vms));
    const plans = identityPlans({ sipDomain: "sip.local", vms, coreAddress, certificateSeconds });
    for (const identity of identities) {
        await bao.root.request("PUT", `sys/policies/acl/${identity}`, {
            policy: policyDocument(identity, plans[identity]),
        });
        const made = await bao.root.request("POST", "auth/token/create", { policies: [identity] });
        const ca = fs.readFileSync(bao.caFile, "utf8");
        clients[identity] = new VaultClient({ address: bao.address, token: made!.auth!.client_token, ca });
    }
});

afterAll(() => bao?.stop());

const issue = (identity: Identity, role: string, request: Parameters) =>
    clients[identity].request("POST", `pki_int/issue/${role}`, request);

const denied = /permission denied/;

describe.each(certified)("%s", (identity) => {
    const { role, request } = own[identity];

    test("gets a certificate with its own name and addresses", async () => {
        const issued = await issue(identity, role, request);
        const { subject, subjectAltName } = new X509Certificate(vaultText(issued, "certificate") ?? "");
        expect(subject).toBe(`CN=${request.common_name as string}`);
        const addresses = (request.ip_sans as string).split(",").map((address) => `IP Address:${address}`);
        expect(subjectAltName?.split(", ")).toEqual([`DNS:${request.common_name as string}`, ...addresses]);
    });

    const strangers = certified.filter((other) => other !== identity);
    test.each<[string, Parameters]>([
        ...strangers.flatMap((other): [string, Parameters][] => [
            [`the addresses of ${other}`, { ip_sans: own[other].request.ip_sans }],
            [`the name of ${other}`, { common_name: own[other].request.common_name }],
            [
                `the addresses of ${other} too`,
                { ip_sans: `${request.ip_sans as string},${own[other].request.ip_sans as string}` },
            ],
        ]),
        ["a list of addresses", { ip_sans: [coreAddress, "192.0.2.30"] }],
        ["no address", { ip_sans: undefined }],
        ["an empty address", { ip_sans: "" }],
        ["a name of its host", { common_name: "sip-1.sip.local" }],
        ["no name", { common_name: undefined }],
        ["one more name", { alt_names: request.common_name }],
        ["an empty list of names", { alt_names: "" }],
        ["a URI", { uri_sans: "sip:1001@sip.local" }],
        ["another kind of name", { other_sans: "1.3.6.1.4.1.311.20.2.3;utf8:1001" }],
        ["a user id", { user_ids: "root" }],
        ["no name among the alternatives", { exclude_cn_from_sans: true }],
        ["no life", { ttl: undefined }],
        ["a longer life", { ttl: "87600h" }],
        ["a shorter life", { ttl: "60s" }],
        ["its life in another form", { ttl: certificateSeconds }],
        ["an end", { not_after: "2099-01-01T00:00:00Z" }],
        ...["pem", "der", "pem_bundle"].map((format): [string, Parameters] => [`the format ${format}`, { format }]),
        ["another form of key", { private_key_format: "pkcs8" }],
        ["another serial number of the subject", { serial_number: "1" }],
    ])("gets none with %s", async (_, difference) => {
        await expect(issue(identity, role, { ...request, ...difference })).rejects.toThrow(denied);
    });

    test("gets none by another way", async () => {
        const subject = ["-subj", `/CN=${request.common_name as string}`];
        const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null"];
        const { stdout: csr } = await run(["openssl", "req", "-new", ...key, ...subject]);
        for (const path of [
            `pki_int/sign/${role}`,
            `pki_int/sign-verbatim/${role}`,
            "pki_int/sign-verbatim",
            `pki_int/issuer/default/issue/${role}`,
            `pki_int/issuer/default/sign/${role}`,
            `pki_int/issuer/default/sign-verbatim/${role}`,
            "pki_int/root/sign-intermediate",
            "pki_int/issuer/default/sign-intermediate",
            "pki/root/sign-intermediate",
            "pki/issue/any",
            `pki_int/roles/${role}`,
        ]) {
            const refused = clients[identity].request("POST", path, { ...request, csr });
            await expect(refused).rejects.toThrow(denied);
        }
    });

    test.each(strangers)("gets none by the role of %s", async (other) => {
        await expect(issue(identity, own[other].role, own[other].request)).rejects.toThrow(denied);
        await expect(issue(identity, own[other].role, request)).rejects.toThrow(denied);
    });
});

test("each server of the core gets its own, by the core's agent", async () => {
    for (const common_name of ["postgres", "valkey", "valkey-exporter"]) {
        const issued = await issue("core", "core-role", { ...own.core.request, common_name });
        const { subjectAltName } = new X509Certificate(vaultText(issued, "certificate") ?? "");
        expect(subjectAltName).toBe(`DNS:${common_name}, IP Address:${coreAddress}`);
    }
});

test.each(certified)("media gets none by the role of %s", async (other) => {
    await expect(issue("media", own[other].role, own[other].request)).rejects.toThrow(denied);
});
