import * as path from "node:path";

/** A stack that is to come up with its machine. */
export interface Boot {
    stack: string;
    /** The checkout. */
    dir: string;
    /** Variables of the service: services have none of a login's. */
    environment: Record<string, string>;
}

export const unitName = (stack: string): string => `voip-stack-${stack}.service`;
export const unitFile = (stack: string): string => path.join("/etc/systemd/system", unitName(stack));

/** A text as one word of a unit file (systemd.syntax(7), systemd.unit(5), "Specifiers"). */
const word = (text: string): string => `"${text.replace(/["\\]/g, "\\$&").replaceAll("%", "%%")}"`;

/**
 * The systemd service of a stack (systemd.service(5)). `up` ends when all is up; what it started stays in the service's control
 * group: no failed attempt, and no process that the kernel kills for lack of memory, may take the platform with it. After a boot
 * servers don't answer yet: the embedded engine's refresh goes on then, the official one's fails (docs/engines.md).
 */
export const unitText = ({ stack, dir, environment }: Boot): string => `[Unit]
Description=Telephone system of stack ${stack} (voip-stack)
Wants=network-online.target
After=network-online.target
RequiresMountsFor=${word(dir)} ${word(environment.HOME)}
StartLimitIntervalSec=1h
StartLimitBurst=5

[Service]
Type=oneshot
RemainAfterExit=yes
${Object.entries(environment)
    .map(([name, value]) => `Environment=${word(`${name}=${value}`)}`)
    .join("\n")}
WorkingDirectory=${dir.replaceAll("%", "%%")}
ExecStart=${word(path.join(dir, "voip"))} up --stack ${stack} --yes --engine embedded
ExecStop=${word(path.join(dir, "voip"))} stop --stack ${stack}
Restart=on-failure
RestartSec=30s
TimeoutStartSec=1h
TimeoutStopSec=5min
KillMode=process
OOMPolicy=continue
TasksMax=infinity

[Install]
WantedBy=multi-user.target
`;
