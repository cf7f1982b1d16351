export type Transport = "udp" | "tcp" | "tls";

/** How one phone registers: a SIP account, its proxy, and the phone's address on the external network. */
export interface PhoneAccount {
    extension: string;
    password: string;
    domain: string;
    /** The phone's own IPv4 address; SIP, SDP and RTP all use it. */
    address: string;
    proxy: { address: string; port: number; transport: Transport };
    /** SDES-SRTP (RFC 4568) is mandatory when true, absent when false. */
    srtp: boolean;
    /** Answers incoming calls at once. */
    autoAnswer: boolean;
}

/** What one baresip process needs besides its account. */
export interface PhoneRuntime {
    modulePath: string;
    controlPort: number;
    /** Folder that takes what was heard, as `*-dec.wav`. */
    recordingDir: string;
}

/** Audio source that never delivers a sample: an aubridge that no player feeds. With it, a call sends no RTP. */
export const silentSource = "aubridge,quiet";

/** Audio source that plays a WAV file, which must be 16 bit, mono, at the codec's 8000 Hz. */
export const fileSource = (file: string): string => `aufile,${file}`;

/**
 * baresip's configuration. Port 0 lets several calls run beside each other. The player is a bridge nobody listens to:
 * without any player the sndfile filter still records, so no sound card is needed. Without a jitter buffer what arrives is
 * recorded as it arrives; baresip 1.0's would drop the rest of a call when the synchronisation source changes in its
 * first 100 ms, as it does when a PBX joins two legs.
 */
export function phoneConfig(account: PhoneAccount, runtime: PhoneRuntime): string {
    return [
        "poll_method epoll",
        `net_interface ${account.address}`,
        `sip_listen ${account.address}:0`,
        `module_path ${runtime.modulePath}`,
        ...["g711", "aufile", "aubridge", "sndfile", "srtp"].map((name) => `module ${name}.so`),
        ...["ctrl_tcp", "menu"].map((name) => `module_app ${name}.so`),
        `ctrl_tcp_listen 127.0.0.1:${runtime.controlPort}`,
        `audio_source ${silentSource}`,
        "audio_player aubridge,unheard",
        `snd_path ${runtime.recordingDir}`,
        "rtcp_mux no",
        "rtp_tos 184",
        "jitter_buffer_delay 0-0",
        "call_max_calls 1",
        "",
    ].join("\n");
}

/** The account line that `uanew` takes; registering starts with it. */
export function accountLine(account: PhoneAccount): string {
    const { address, port, transport } = account.proxy;
    return [
        `<sip:${account.extension}@${account.domain};transport=${transport}>`,
        `auth_user=${account.extension}`,
        `auth_pass=${account.password}`,
        `outbound="sip:${address}:${port};transport=${transport}"`,
        "regint=300",
        "audio_codecs=pcma/8000/1",
        `answermode=${account.autoAnswer ? "auto" : "manual"}`,
        ...(account.srtp ? ["mediaenc=srtp-mand"] : []),
    ].join(";");
}
