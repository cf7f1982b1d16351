import { coreServers } from "../services/core-servers";
import type { Identity } from "../services/identities";
import type { Role } from "../topology";

/** The domain of the PBXs' certificates (ADR-010): pbx.local for sip.local, pbx.<domain> for any other domain. */
export const pbxDomain = (sipDomain: string): string =>
    sipDomain.startsWith("sip.") ? `pbx.${sipDomain.slice(4)}` : `pbx.${sipDomain}`;

export interface CertificateNames {
    role: string;
    /** The only names allowed in its certificates. */
    names: string[];
}

/** The names that each role of `pki_int` may put into a certificate. */
export function certificateRoles(sipDomain: string, vms: { name: string; role: Role }[]): CertificateNames[] {
    const hosts = (role: Role) => vms.filter((vm) => vm.role === role).map((vm) => `${vm.name}.${sipDomain}`);
    const proxies = [sipDomain, ...hosts("sip")];
    const pbxs = [pbxDomain(sipDomain), ...hosts("pbx")];
    return [
        { role: "opensips-role", names: proxies },
        { role: "kamailio-role", names: proxies },
        { role: "asterisk-role", names: pbxs },
        { role: "freeswitch-role", names: pbxs },
        { role: "core-role", names: [...coreServers] },
    ];
}

/** The certificates that an identity may ask for: a request with another value, or with another parameter, is refused. */
export interface CertificateLimits {
    commonNames: readonly string[];
    /** `ip_sans` as in the request: the addresses of one host, by commas. */
    ipSans: readonly string[];
    ttlSeconds: number;
}

export interface CertifiedHosts {
    sipDomain: string;
    /** The VMs, with the addresses in their certificates, in the order of the request. */
    vms: readonly { role: Role; certified: readonly string[] }[];
    /** Address of the core services. */
    coreAddress: string;
    certificateSeconds: number;
}

/** What the agents of an identity's hosts ask for, and nothing else. */
export function certificateLimits(identity: Identity, hosts: CertifiedHosts): CertificateLimits {
    const { sipDomain, vms, coreAddress, certificateSeconds } = hosts;
    const commonNames: Record<Identity, readonly string[]> = {
        sip: [sipDomain],
        pbx: [pbxDomain(sipDomain)],
        media: [],
        core: coreServers,
    };
    const ipSans = vms.filter(({ role }) => role === identity).map(({ certified }) => certified.join(","));
    return {
        commonNames: commonNames[identity],
        ipSans: identity === "core" ? [coreAddress] : ipSans,
        ttlSeconds: certificateSeconds,
    };
}
