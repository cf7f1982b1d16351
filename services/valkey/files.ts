import { render } from "../../configs/render";
import type { AgentSide, CorePlace } from "../service";
import type { AgentTemplate } from "../vault-agent/templates";
import { clients, secretOf } from "./clients";

/** The users and their rules, with the passwords as `passwordsOf` puts them. */
const usersFile = (passwordsOf: (secret: string) => string): string =>
    render("valkey/users.acl", {
        clients: clients.map(({ name, rules }) => ({
            name,
            passwords: passwordsOf(secretOf(name)),
            rules: rules.join(" "),
        })),
    });

/** The files of Valkey's configuration directory, by name. Secret: the users with their first passwords. */
export const valkeyFiles = ({ address, port, secrets }: CorePlace): Record<string, string> => ({
    "valkey.conf": render("valkey/valkey.conf", { address, port: port("tls") }),
    "users.acl": usersFile((secret) => `>${secrets[secret]?.password}`),
});

/** Of a secret: its password, and while it is being changed the one before, which clients may still have. */
const passwordsOf = (secret: string): string =>
    `{{ with secret "secret/data/${secret}" }}>{{ .Data.data.password }}` +
    `{{ with index .Data.data "previous" }} >{{ . }}{{ end }}{{ end }}`;

/**
 * The users with the passwords of today. The server reads them without an end to any connection, and says so by the digest of the
 * file that it has taken; where it does not run, it reads them when it starts.
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
