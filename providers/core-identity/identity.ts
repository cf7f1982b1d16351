import { X509Certificate } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { lastWords } from "../../clients/docker/logs";
import { withDocker } from "../../clients/docker/session";
import { VaultClient, vaultText } from "../../clients/vault/client";
import { tokenState } from "../../clients/vault/login";
import { waitFor } from "../../process/wait";
import { certificatesIn } from "../trust-anchors/anchors";

export interface CoreIdentityDefinition {
    vaultAddress: string;
    caFile: string;
    token: string;
    role: string;
    roleId: string;
    address: string;
    /** Directory of the agent: role-id, secret-id and token. */
    dir: string;
    dockerHost: string;
    container: string;
    /** Files with the servers' certificates, which the agent renews. */
    certificates: string[];
}

/** Seconds for the agent to log in and have all certificates, on a machine that boots VMs at the same time. */
const readySeconds = 120;

const vaultOf = ({ vaultAddress, caFile, token }: CoreIdentityDefinition, asToken = token) => ({
    address: vaultAddress,
    ca: fs.readFileSync(caFile, "utf8"),
    token: asToken,
});

/**
 * What is wrong with a server's certificate. One signed by its own key is the one that a server starts with; one that nobody signed
 * who is trusted is of a PKI that is no more.
 */
function problemOf(file: string, caFile: string): string | undefined {
    if (!fs.existsSync(file)) return `${file} is missing`;
    const certificate = new X509Certificate(fs.readFileSync(file));
    if (certificate.verify(certificate.publicKey)) return `${file} is the certificate to start with`;
    if (new Date(certificate.validTo) < new Date()) return `${file} expired ${certificate.validTo}`;
    const authorities = certificatesIn(fs.readFileSync(caFile, "utf8")).map((pem) => new X509Certificate(pem));
    return authorities.some(
        (authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey),
    )
        ? undefined
        : `${file} is signed by ${certificate.issuer}, which is not trusted any more`;
}

const problemsOf = ({ certificates, caFile }: CoreIdentityDefinition): string[] =>
    certificates.flatMap((file) => problemOf(file, caFile) ?? []);

/**
 * Has the agent log in with a new secret-id, good for one login from this machine, and waits until each server has a certificate
 * of the PKI.
 * @throws Error with what the agent said last
 */
export async function logIn(definition: CoreIdentityDefinition): Promise<void> {
    const { role, roleId, address, dir } = definition;
    const answer = await new VaultClient(vaultOf(definition)).request("POST", `auth/approle/role/${role}/secret-id`, {
        cidr_list: `${address}/32`,
        token_bound_cidrs: `${address}/32`,
    });
    const secretId = vaultText(answer, "secret_id");
    if (!secretId) throw new Error(`${role} was given no secret-id by ${definition.vaultAddress}`);
    await whileStopped(definition, () => {
        // what the agent has rendered and still holds good, it would not give to a server again
        if (problemsOf(definition).length > 0) forgetRendered(dir);
        fs.rmSync(path.join(dir, "token"), { force: true });
        fs.writeFileSync(path.join(dir, "role-id"), roleId, { mode: 0o600 });
        fs.writeFileSync(path.join(dir, "secret-id"), secretId, { mode: 0o600 });
    });
    const ready = () => {
        const problems = problemsOf(definition);
        if (problems.length > 0) throw new Error(problems.join("; "));
        return true;
    };
    await waitFor("certificates", ready, { deadlineMs: readySeconds * 1000 }).catch(async (error: Error) => {
        const { dockerHost, container } = definition;
        const said = await lastWords(dockerHost, container);
        throw new Error(`${container} is not ready: ${error.message}${said}`, { cause: error });
    });
}

/** `ok`, or what is wrong with the agent's work. */
export async function agentState(definition: CoreIdentityDefinition): Promise<string> {
    const problems = problemsOf(definition);
    if (problems.length > 0) return problems.join("; ");
    const file = path.join(definition.dir, "token");
    if (!fs.existsSync(file)) return "not logged in";
    const state = await tokenState(vaultOf(definition, fs.readFileSync(file, "utf8").trim()));
    return state === "refused" ? "not logged in" : "ok";
}

/** Has the agent fetch new certificates now, and waits until the servers have them. */
export async function renewCertificates(definition: CoreIdentityDefinition): Promise<void> {
    const before = definition.certificates.map((file) => fs.readFileSync(file, "utf8"));
    await whileStopped(definition, () => forgetRendered(definition.dir));
    const renewed = () =>
        definition.certificates.every((file, index) => fs.readFileSync(file, "utf8") !== before[index]) || undefined;
    await waitFor("new certificates of the core services", renewed, { deadlineMs: readySeconds * 1000 });
}

function forgetRendered(dir: string): void {
    for (const file of fs.readdirSync(dir).filter((name) => name.endsWith(".pem"))) fs.rmSync(path.join(dir, file));
}

/**
 * The agent reads its secret-id, and looks at the certificates it has, when it starts. It must not run while they change: it would
 * log in with the secret-id, and be ended before it has fetched the next.
 */
async function whileStopped({ dockerHost, container }: CoreIdentityDefinition, change: () => void): Promise<void> {
    await withDocker(dockerHost, async (api) => {
        await api.call("POST", `/containers/${container}/stop`, { query: { t: "5" } });
        change();
        await api.call("POST", `/containers/${container}/start`);
    });
}
