import { TlsRegistrations } from "../sip/tls-registrations";
import { testPhones } from "./phones";
import { enterPhones, outputs } from "./platform";

/**
 * Registers phones over TLS connections that they keep; at most ten, which two accounts have room for.
 * @param ca CA certificates (PEM) that they trust; the published ones by default.
 * @throws Error when one of them can't register, also for the proxy's certificate
 */
export async function openTlsPhones(count: number, ca?: string): Promise<TlsRegistrations> {
    const platform = await outputs();
    const users = (await testPhones()).slice(2);
    return TlsRegistrations.open(
        enterPhones,
        Array.from({ length: count }, (_, n) => users[n % users.length]).map(({ user, address }) => ({
            user,
            password: platform.extensions[user].password,
            domain: platform.sipDomain,
            address,
            proxy: { address: platform.proxies[0].external, port: platform.proxies[0].ports.tls },
            ca: ca ?? platform.ca,
        })),
    );
}
