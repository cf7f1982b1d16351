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

/** Files of a template each; what differs is taken over by a reload. */
export const reloaded = ["cdr", "extensions", "indications", "logger", "manager", "pjsip", "rtp", "voicemail"];

/** Files of a template each that are read at the start only. */
export const restarted = ["asterisk", "modules", "pjsip_transport"];

/** Files that are there because Asterisk complains otherwise. */
const defaults = ["acl", "ccss", "cel", "features", "pjproject", "stasis", "udptl"];

export const asteriskPath = (name: string): string => `/etc/asterisk/${name}.conf`;

/** Asterisk's configuration: SIP trunks to the proxies, dialplan, voicemail. */
export function asteriskFiles(view: AsteriskView): GuestFile[] {
    const mailboxes = Object.entries(view.voicemailPins).map(([extension, pin]) => ({ extension, pin }));
    const all = { ...view, mailboxes };
    const file = (name: string, template: string): GuestFile => ({
        path: asteriskPath(name),
        content: render(`asterisk/${template}.conf`, all),
        mode: name === "voicemail" ? "0600" : "0644",
    });
    return [
        ...[...reloaded, ...restarted].map((name) => file(name, name)),
        ...defaults.map((name) => file(name, "defaults")),
    ];
}
