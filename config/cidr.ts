/** An IPv4 network; addresses are numbers below 2^32. */
export interface Cidr {
    network: number;
    prefix: number;
}

/** The address as a number, or undefined if it is not four decimal bytes. */
export function parseAddress(text: string): number | undefined {
    const bytes = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
    if (!bytes || bytes.some((byte) => byte > 255)) return undefined;
    return bytes.reduce((address, byte) => address * 256 + byte, 0);
}

export const formatAddress = (address: number): string =>
    [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");

/** The network, or undefined if the text is not an address without host bits, a slash and a prefix of 8 to `longest`. */
export function parseCidr(text: string, longest = 24): Cidr | undefined {
    const match = /^([\d.]+)\/(\d{1,2})$/.exec(text);
    const network = match ? parseAddress(match[1]) : undefined;
    const prefix = Number(match?.[2]);
    if (network === undefined || prefix < 8 || prefix > longest || network % 2 ** (32 - prefix) !== 0) return undefined;
    return { network, prefix };
}

const size = (cidr: Cidr): number => 2 ** (32 - cidr.prefix);

/** Whether a host may have the address: in the network, but neither the network address nor the broadcast address. */
export const holds = (cidr: Cidr, address: number): boolean =>
    address > cidr.network && address < cidr.network + size(cidr) - 1;

export const overlap = (a: Cidr, b: Cidr): boolean =>
    a.network < b.network + size(b) && b.network < a.network + size(a);

/** The n-th address of the network, as text. */
export const addressAt = (cidr: Cidr, n: number): string => formatAddress(cidr.network + n);
