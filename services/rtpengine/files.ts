import { render, type GuestFile } from "../../configs/render";
import type { AgentTemplate } from "../vault-agent/templates";

export interface RtpengineView {
    internalAddress: string;
    externalAddress: string;
    ports: { ng: number; cli: number; rtpMin: number; rtpMax: number };
    /** Number of the kernel module's forwarding table; -1 forwards in userspace only. */
    table: number;
    /** Whether to forward in userspace when the kernel module does not take a stream. */
    fallback: boolean;
}

const paths = {
    settings: "/etc/rtpengine/rtpengine.conf",
    unit: "/etc/systemd/system/rtpengine-daemon.service.d/hardening.conf",
};

/** The commands after a change of the files; calls end with a restart. */
export const rtpengineApply = [
    { paths: [paths.unit], command: "systemctl daemon-reload" },
    { paths: Object.values(paths), command: "systemctl try-restart rtpengine-daemon" },
];

/** RTPEngine's configuration: one interface on each network, control by the ng protocol. */
export function rtpengineFiles(view: RtpengineView): GuestFile[] {
    const content = render("rtpengine/rtpengine.conf", { ...view, noFallback: !view.fallback });
    return [
        { path: paths.settings, content },
        { path: paths.unit, content: render("rtpengine/hardening.conf", {}) },
    ];
}

/** The agent's template for RTPEngine: the secret of its control clients. */
export const rtpengineSecrets: AgentTemplate = {
    name: "rtpengine",
    kind: "static",
    secret: "secret/data/rtpengine",
    files: [
        {
            path: "/etc/rtpengine/control_secret",
            mode: "0600",
            owner: "rtpengine:rtpengine",
            contents: "{{ .Data.data.control_secret }}\n",
        },
    ],
    reload: "true",
};
