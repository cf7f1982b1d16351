import { render, type GuestFile } from "../render";

export interface RtpengineView {
    internalAddress: string;
    externalAddress: string;
    ports: { ng: number; cli: number; rtpMin: number; rtpMax: number };
    /** Number of the kernel module's forwarding table; -1 forwards in userspace only. */
    table: number;
    /** Whether to do without the kernel module where it does not take a stream. */
    fallback: boolean;
}

/** RTPEngine's configuration: one interface on each network, control by the ng protocol. */
export function rtpengineFiles(view: RtpengineView): GuestFile[] {
    const content = render("rtpengine/rtpengine.conf", { ...view, noFallback: !view.fallback });
    return [{ path: "/etc/rtpengine/rtpengine.conf", content }];
}
