import { render, type GuestFile } from "../../configs/render";
import type { AgentTemplate } from "../vault-agent/templates";

const dir = "/etc/voip-valkey";
const paths = {
    settings: `${dir}/valkey.json`,
    ca: `${dir}/ca.pem`,
    password: `${dir}/password`,
    unit: "/etc/systemd/system/voip-valkey.service",
};
const owner = "voip-valkey:voip-valkey";

/** Directory of the socket: it outlives the unit and the VM's reboot, as containers mount it. */
export const valkeySocketDir = "/var/lib/voip-valkey";

/** The socket, with the port's number in its name, like PostgreSQL's. */
export const valkeySocket = (port: number): string => `${valkeySocketDir}/valkey.${port}`;

export const valkeyLinkUnitPath = paths.unit;

/** The commands after a change of the files, when the unit is loaded (services/unit.ts). */
export const valkeyLinkApply = [{ paths: [paths.settings, paths.unit], command: "systemctl try-restart voip-valkey" }];

/** The connection from a VM to Valkey in the core, for one of its clients. */
export function valkeyLinkFiles({ host, port, user }: { host: string; port: number; user: string }): GuestFile[] {
    const settings = {
        socket: valkeySocket(port),
        address: `${host}:${port}`,
        caFile: paths.ca,
        user,
        passwordFile: paths.password,
    };
    return [
        { path: paths.settings, content: `${JSON.stringify(settings, undefined, 2)}\n` },
        { path: paths.unit, content: render("valkey-link/voip-valkey.service", { settings: paths.settings }) },
    ];
}

/** The agent's template for it. It reads both files at each login; existing connections stay. */
export const valkeyLinkSecret = (user: string): AgentTemplate => ({
    name: `${user}-valkey`,
    kind: "static",
    secret: `secret/data/valkey/${user}`,
    files: [
        { path: paths.password, mode: "0600", owner, contents: "{{ .Data.data.password }}" },
        {
            path: paths.ca,
            mode: "0644",
            owner: "root:root",
            contents: '{{ with secret "secret/data/ca" }}{{ .Data.data.certificates | trimSpace }}{{ end }}',
        },
    ],
    reload: "systemctl start voip-valkey",
});
