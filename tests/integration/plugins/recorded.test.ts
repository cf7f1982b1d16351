import * as fs from "node:fs";
import { EmbeddedProvider } from "../../../engine/provider/embedded";
import { unwrapSecrets, without, type PropertyMap } from "../../../engine/properties";
import { nameOfUrn, typeOfUrn } from "../../../engine/urn";
import { embeddedPlugin, leaves, packageOf, recorded, type Call } from "../../plugins/records";
import { startOpenbao, startPostgres, type TestOpenbao, type TestPostgres } from "../core/servers";

/*
 * The embedded plugins make, on real servers, what the official ones were recorded to have made there, and must say of it
 * what they said, output by output.
 */

/** What a server makes up anew each time: only that it is there is compared. Named by property. */
const madeUp =
    /^(accessor|roleId|certificate|csr|issuingCa|serialNumber|issuerId|issuerRef|keyId|caChains.*|certificateBundle|importedIssuers.*|metadata\.created_time|default|id|bcryptHash)$/;

/** Names of our servers for those of the recorded ones, and then for all that they have made up. */
class Substitutes {
    private readonly known = new Map<string, string>();

    add(before: unknown, now: unknown): void {
        if (typeof before !== "string" || typeof now !== "string" || before.length < 8 || before === now) return;
        this.known.set(JSON.stringify(before).slice(1, -1), JSON.stringify(now).slice(1, -1));
    }

    in<T>(value: T): T {
        let text = JSON.stringify(value);
        for (const [before, now] of this.known) text = text.replaceAll(before, now);
        return JSON.parse(text) as T;
    }
}

let bao: TestOpenbao;
let postgres: TestPostgres;
let vault: EmbeddedProvider;
let postgresql: EmbeddedProvider;
const substitutes = new Substitutes();
const records = (name: string): Call[] => recorded().find((one) => packageOf(one) === name)!.calls;
const options = { preview: false };

beforeAll(async () => {
    [bao, postgres] = await Promise.all([startOpenbao(), startPostgres()]);
    const { host, port, user, password, caFile } = postgres.login;
    vault = await embeddedPlugin("vault");
    await vault.configure({ address: bao.address, token: bao.token, caCertFile: bao.caFile, skipChildToken: "true" });
    postgresql = await embeddedPlugin("postgresql");
    const server = { host, port: String(port), username: user, password, sslmode: "verify-full", sslrootcert: caFile };
    await postgresql.configure({ ...server, database: "postgres", superuser: "false" });

    const connection = records("vault").find(
        ({ method, urn }) => method === "create" && typeOfUrn(urn).endsWith("SecretBackendConnection"),
    )!;
    const { connectionUrl, tlsCa } = unwrapSecrets(connection.inputs).postgresql as Record<string, string>;
    substitutes.add(
        connectionUrl,
        connectionUrl.replace(/@[^/]+/, `@${host}:${port}`).replace("/trust/ca.pem", caFile),
    );
    substitutes.add(tlsCa, fs.readFileSync(caFile, "utf8"));
});

afterAll(async () => {
    await postgresql?.close();
    await bao?.stop();
    await postgres?.stop();
});

function compared(call: Call, outputs: PropertyMap): { said: PropertyMap; recorded: PropertyMap } {
    const forms = [outputs, substitutes.in(call.outputs)].map((map) =>
        leaves(unwrapSecrets(without(map, "__pulumi_raw_state_delta"))),
    );
    for (const form of forms)
        for (const path of Object.keys(form)) if (madeUp.test(path)) form[path] = typeof form[path];
    return { said: forms[0], recorded: forms[1] };
}

const isCreation = ({ method, preview }: Call): boolean => method === "create" && !preview;

async function makeAll(name: string, provider: EmbeddedProvider): Promise<void> {
    const created = records(name).filter(isCreation);
    const said: Record<string, PropertyMap> = {};
    const wanted: Record<string, PropertyMap> = {};
    for (const call of created) {
        const inputs = substitutes.in(call.inputs);
        const { id, outputs } = await provider.create(call.urn, inputs, options);
        const before = leaves(unwrapSecrets(call.outputs));
        for (const [path, now] of Object.entries(leaves(unwrapSecrets(outputs)))) {
            if (madeUp.test(path)) substitutes.add(before[path], now);
        }
        substitutes.add(call.id, id);
        const answers = compared(call, outputs);
        said[nameOfUrn(call.urn)] = answers.said;
        wanted[nameOfUrn(call.urn)] = answers.recorded;
    }
    expect(said).toEqual(wanted);
    expect(created.length).toBeGreaterThan(0);
}

test("PostgreSQL's objects", () => makeAll("postgresql", postgresql));

test("Vault's objects", () => makeAll("vault", vault));

test.each([
    ["random", "RandomPassword"],
    ["random", "RandomUuid"],
])("%s %s", async (name, type) => {
    const provider = await embeddedPlugin(name);
    const created = records(name).filter((call) => isCreation(call) && typeOfUrn(call.urn).endsWith(`:${type}`));
    for (const call of created) {
        const { outputs } = await provider.create(call.urn, call.inputs, options);
        const [said, wanted] = [outputs, call.outputs].map((map) =>
            without(unwrapSecrets(map), "__pulumi_raw_state_delta", "result", "bcryptHash", "id"),
        );
        expect({ of: nameOfUrn(call.urn), ...said }).toEqual({ of: nameOfUrn(call.urn), ...wanted });
    }
    expect(created.length).toBeGreaterThan(0);
});
