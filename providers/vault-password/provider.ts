import * as fs from "node:fs";
import { VaultClient, VaultError } from "../../clients/vault/client";
import { waitFor } from "../../process/wait";
import { absolutePath, changed, name, surelyChanged, text, violations } from "../check";
import { gone, type DynamicProvider } from "../contract";

interface Inputs {
    address: string;
    caFile: string;
    token: string;
    mount: string;
    path: string;
    first: string;
}

const rules = { address: text, caFile: absolutePath, token: text, mount: name, path: text, first: text };

const clientOf = ({ address, caFile, token }: Inputs): VaultClient =>
    new VaultClient({ address, token, ca: fs.readFileSync(caFile, "utf8") });

const pathOf = ({ mount, path }: Inputs, kind: "data" | "metadata"): string => `${mount}/${kind}/${path}`;

/** Without the engine a server answers 404 with a message, without the secret it answers 404 alone. */
async function isThere(inputs: Inputs): Promise<boolean> {
    const answer = await clientOf(inputs)
        .request("GET", pathOf(inputs, "data"))
        .catch((error: unknown) => {
            if (error instanceof VaultError && error.status === 404) return undefined;
            throw error;
        });
    const data = answer?.data?.data as { password?: string } | null | undefined;
    return typeof data?.password === "string";
}

/** A new mount is first upgraded to version 2 of the engine, and refuses writes for seconds. */
const upgradeMs = 30_000;

async function writeFirst(inputs: Inputs): Promise<void> {
    const body = { data: { password: inputs.first, previous: "" }, options: {} };
    let refused: unknown;
    await waitFor(
        `${inputs.mount} to take writes`,
        async () => {
            try {
                const answer = await clientOf(inputs).request("POST", pathOf(inputs, "data"), body);
                if (!answer) refused = new Error(`${inputs.address} has no key-value engine at ${inputs.mount}/`);
            } catch (error) {
                if (error instanceof VaultError && /upgrading/i.test(error.message)) throw error;
                refused = error;
            }
            return true;
        },
        { deadlineMs: upgradeMs },
    );
    if (refused) throw refused as Error;
}

export const provider: DynamicProvider<Inputs, Inputs> = {
    async check(_olds, news) {
        return { inputs: news, failures: violations(news, rules) };
    },

    /** Another first password does not matter to a secret that already has one. */
    async diff(_id, olds, news) {
        const replaces = surelyChanged(olds, news, ["mount", "path"]);
        const updates = changed(olds, news, ["address", "caFile", "token"]);
        return { changes: replaces.length + updates.length > 0, replaces, deleteBeforeReplace: true };
    },

    async create(inputs) {
        if (!(await isThere(inputs))) await writeFirst(inputs);
        return { id: pathOf(inputs, "data"), outs: inputs };
    },

    /**
     * If the server does not answer, or rejects the token, nothing is known; after an update with another token, a refresh can
     * tell.
     */
    async read(id, props) {
        const known = await isThere(props).catch((error: Error) => {
            console.error(`${id} is taken to be as it was: ${error.message}`);
            return true;
        });
        return known ? { id, props, inputs: props } : gone;
    },

    /** A refresh finds a server that has lost its secrets. */
    async update(_id, _olds, news) {
        return { outs: news };
    },

    async delete(_id, props) {
        await clientOf(props).request("DELETE", pathOf(props, "metadata"));
    },
};
