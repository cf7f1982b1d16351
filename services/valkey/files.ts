import { render } from "../../configs/render";
import type { AgentSide, CorePlace } from "../service";
import type { AgentTemplate } from "../vault-agent/templates";
import { clients, secretOf } from "./clients";

/** The users and their rules, with the passwords from `passwordsOf`. */
const usersFile = (passwordsOf: (secret: string) => string): string =>
    render("valkey/users.acl", {
        clients: clients.map(({ name, rules }) => ({
            name,
            passwords: passwordsOf(secretOf(name)),
            rules: rules.join(" "),
        })),
    });

/** The files of Valkey's configuration directory, by name. Secret: the users with their initial passwords. */
export const valkeyFiles = ({ address, port, secrets }: CorePlace): Record<string, string> => ({
    "valkey.conf": render("valkey/valkey.conf", { address, port: port("tls") }),
    "users.acl": usersFile((secret) => `>${secrets[secret]?.password}`),
});

/** The passwords of a secret: the current one, and during a change the previous one, which clients may still use. */
const passwordsOf = (secret: string): string =>
    `{{ with secret "secret/data/${secret}" }}>{{ .Data.data.password }}` +
    `{{ with index .Data.data "previous" }} >{{ . }}{{ end }}{{ end }}`;

/**
 * The users with the current passwords. The server reads them without ending a connection, and confirms it by the digest of the
 * file that it has read; a stopped server reads them when it starts.
 */
export function valkeyUsers({ dir, run, user, reload }: AgentSide): AgentTemplate[] {
    const file = `${dir}/users.acl`;
    const taken = `[ "$(cat ${run}/users.sha256 2>/dev/null)" = "$(sha256sum <${file})" ]`;
    const wait = `for n in $(seq 400); do ${taken} && exit; sleep 0.1; done; echo the users were not taken >&2; exit 1`;
    return [
        {
            name: "valkey-users",
            kind: "static",
            secret: `secret/data/${secretOf(clients[0].name)}`,
            files: [{ path: file, mode: "0600", owner: `${user}:${user}`, contents: usersFile(passwordsOf) }],
            reload: `${reload}; [ ! -S ${run}/valkey.sock ] || { ${wait}; }`,
        },
    ];
}
