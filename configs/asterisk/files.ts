import { render, type GuestFile } from "../render";

export interface AsteriskView {
    /** Name of the VM. */
    name: string;
    sipDomain: string;
    internalAddress: string;
    port: number;
    /** The SIP proxies, by the name of their VM. */
    proxies: { name: string; address: string; port: number }[];
    rtpMin: number;
    rtpMax: number;
    /** Seconds until voicemail answers. */
    ringSeconds: number;
    /** PINs of the voicemail boxes by extension. */
    voicemailPins: Record<string, string>;
}

/** Asterisk's configuration: SIP trunks to the proxies, dialplan, voicemail. */
export function asteriskFiles(view: AsteriskView): GuestFile[] {
    const mailboxes = Object.entries(view.voicemailPins).map(([extension, pin]) => ({ extension, pin }));
    const all = { ...view, mailboxes };
    const names = ["asterisk", "modules", "logger", "rtp", "pjsip", "pjsip_transport", "extensions", "voicemail"];
    return names.map((name) => ({
        path: `/etc/asterisk/${name}.conf`,
        content: render(`asterisk/${name}.conf`, all),
        mode: name === "voicemail" ? "0600" : "0644",
    }));
}
