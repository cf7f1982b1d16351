/** A network interface of the guest. The kernel names them eth0, eth1, ... in the order of their PCI slots. */
export interface GuestNic {
    /** Six hexadecimal bytes with colons; the guest finds its interface by it. */
    mac: string;
    /** IPv4 address, without prefix length. */
    address: string;
    /** Prefix length, 1 to 32. */
    prefix: number;
    /** Default gateway; a lab has none. */
    gateway?: string;
}

export interface GuestIdentity {
    hostname: string;
    nics: GuestNic[];
    /** One line of OpenSSH's authorized_keys, for user voip. */
    authorizedKey: string;
}

/** Name of the credential that carries the private SSH host key (ed25519, OpenSSH format) of a guest. */
export const hostKeyCredential = "voip.ssh_host_key";

/** Name of the credential that carries the guest's machine-id; systemd takes it where the disk has none. */
export const machineIdCredential = "system.machine_id";

/** The name under which QEMU's fw_cfg carries a credential to systemd (systemd.io/CREDENTIALS; at most 55 characters). */
export function firmwareConfigName(credential: string): string {
    const name = `opt/io.systemd.credentials/${credential}`;
    if (name.length > 55)
        throw new Error(`credential ${credential}: its name has more than the 28 characters fw_cfg allows`);
    return name;
}

/**
 * What makes one guest of an image: its hostname, static addresses and the key that may log in, as systemd credentials
 * (name -> content; systemd.system-credentials(7)). All of it is public; the private host key is not among them.
 * images/guest/vm/usr/lib/voip/identity reads voip.network and voip.authorized_keys in the guest.
 */
export function guestCredentials(identity: GuestIdentity): Record<string, string> {
    const networks = identity.nics.map((nic) =>
        [nic.mac.toLowerCase(), `${nic.address}/${nic.prefix}`, nic.gateway ?? ""].join(" "),
    );
    return {
        "system.hostname": identity.hostname,
        "voip.authorized_keys": `${identity.authorizedKey.trim()}\n`,
        "voip.network": networks.map((line) => `${line.trim()}\n`).join(""),
    };
}
