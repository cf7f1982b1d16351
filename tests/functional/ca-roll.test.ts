import type { TlsRegistrations } from "../sip/tls-registrations";
import { changeConfig, restoreConfig } from "../stack/config";
import { broughtUp, outputs, up } from "../stack/platform";
import { openTlsPhones } from "../stack/tls-phones";
import { voipJson } from "../stack/voip";

const certificatesIn = (pem: string): string[] => pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END [^\n]+/g) ?? [];

const expectCall = async (): Promise<void> =>
    expect(await voipJson("call", "--seconds", "3")).toMatchObject({ answered: true, transport: "tls", srtp: true });

describe("a new generation of the CA", () => {
    let ca: string;
    let held: TlsRegistrations;

    beforeAll(async () => {
        await broughtUp();
        await up(); // takes back what an earlier test has configured, which may restart the proxy
        ({ ca } = await outputs());
        held = await openTlsPhones(2, ca);
    });
    afterAll(async () => {
        await held?.close();
        restoreConfig();
    });

    it("is published beside the previous one, and changes nothing for clients that trust that one", async () => {
        changeConfig({ caGeneration: 2 });
        expect(await up()).toMatchObject({ deleted: 0 });
        const published = certificatesIn((await outputs()).ca);
        expect(published).toEqual(expect.arrayContaining(certificatesIn(ca)));
        expect(published.length).toBeGreaterThan(certificatesIn(ca).length);
        await (await openTlsPhones(1, ca)).close();
        await expectCall();
    });

    it("signs every certificate from the next rotation on", async () => {
        const { rotated } = await voipJson<{ rotated: { name: string }[] }>("rotate", "--only", "certs");
        const ofCore = ["openbao-cert", "postgres-cert", "valkey-cert", "valkey-exporter-cert"];
        const names = [...ofCore.map((name) => `core/${name}`), "pbx-1/asterisk-cert", "sip-1/kamailio-cert"];
        expect(rotated.map(({ name }) => name).sort()).toEqual(names);
        await expect(openTlsPhones(1, ca)).rejects.toThrow(/certificate/);
        await (await openTlsPhones(1)).close();
        await expectCall();
    });

    it("ends no connection, and leaves nothing to repair", async () => {
        expect(await held.check()).toMatchObject({ closed: 0, failures: [] });
        await voipJson("status");
        expect(await up()).toMatchObject({ created: 0, updated: 0, replaced: 0, deleted: 0 });
    });
});
