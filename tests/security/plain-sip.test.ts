import { changeConfig, restoreConfig } from "../stack/config";
import { FreePhone, type PhoneRequest } from "../stack/exchange";
import { broughtUp, outputs, up } from "../stack/platform";
import { voipFails, voipJson } from "../stack/voip";
import { stack } from "../stack/environment";

const requests: PhoneRequest[] = [
    { method: "OPTIONS" },
    { method: "REGISTER" },
    { method: "INVITE", to: "*43", body: "v=0\r\no=- 1 1 IN IP4 10.64.0.106\r\ns=-\r\nm=audio 6000 RTP/AVP 8\r\n" },
];

describe("a platform with the standard edge", () => {
    let phone: (transport: "udp" | "tcp" | "tls") => FreePhone;
    beforeAll(async () => {
        await broughtUp();
        changeConfig({ edge: {} });
        await up();
        const { phoneAddresses } = (await outputs()).lab;
        phone = (transport) => new FreePhone("1004", phoneAddresses[5], transport);
    });
    afterAll(restoreConfig); // the next `up` takes it back

    it.each(["udp", "tcp"] as const)("refuses every request by %s", async (transport) => {
        expect(await phone(transport).statuses(requests)).toEqual([403, 403, 403]);
    });

    it("accepts phones by TLS, and carries their calls", async () => {
        expect(await phone("tls").statuses([{ method: "REGISTER" }])).toEqual([200]);
        await phone("tls").forget();
        expect(await voipJson("call", "--seconds", "1")).toMatchObject({
            answered: true,
            transport: "tls",
            srtp: true,
        });
    });

    it("fails a call by UDP with the proxy's answer", async () => {
        const { stderr } = await voipFails(["call", "--stack", stack, "--transport", "udp", "--json"]);
        expect(stderr).toMatch(/could not register at \S+ ?.*403/);
    });
});
