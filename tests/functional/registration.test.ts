import { broughtUp } from "../stack/platform";
import { testPhones, type TestPhone } from "../stack/phones";
import { voipJson } from "../stack/voip";

describe("registration", () => {
    let phone: TestPhone;
    beforeAll(async () => {
        await broughtUp();
        [phone] = await testPhones();
    });

    const registrations = async (): Promise<number> =>
        (await voipJson<{ registrations: number }>("status")).registrations;

    it("takes a phone that proves its password, and forgets it when it leaves", async () => {
        const before = await registrations();
        const { messages } = await phone.register();
        expect(messages).toMatch(/WWW-Authenticate: Digest .*realm="sip\.local"/i);
        expect(await registrations()).toBe(before + 1);
        await phone.unregister();
        expect(await registrations()).toBe(before);
    });

    it("refuses a wrong password", async () => {
        const before = await registrations();
        const { status } = await phone.call("uac-register-refused", "", {
            callee: undefined,
            password: "not the password",
            keys: { expires: "120" },
        });
        expect([401, 403]).toContain(status);
        expect(await registrations()).toBe(before);
    });

    it("refuses a call with a wrong password", async () => {
        const { status } = await phone.call("uac-invite-refused", "1002", { password: "not the password" });
        expect([403, 407]).toContain(status);
    });
});
