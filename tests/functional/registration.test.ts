import { waitFor } from "../../process/wait";
import { broughtUp } from "../stack/platform";
import { testPhones, type TestPhone } from "../stack/phones";
import { voipJson } from "../stack/voip";

describe("registration", () => {
    let phone: TestPhone;
    beforeAll(async () => {
        await broughtUp();
        [phone] = await testPhones();
    });

    it("accepts a phone that proves its password, and removes it when it unregisters", async () => {
        expect(await phone.isRegistered()).toBe(false);
        const { messages } = await phone.register();
        expect(messages).toMatch(/WWW-Authenticate: Digest .*realm="sip\.local"/i);
        expect(await phone.isRegistered()).toBe(true);
        await phone.unregister();
        // Kamailio clears expired contacts out every ten seconds (usrloc, timer_interval)
        await waitFor("the phone to be forgotten", async () => !(await phone.isRegistered()) || undefined, {
            deadlineMs: 30_000,
        });
    });

    it("refuses a wrong password", async () => {
        const { status } = await phone.call("uac-register-refused", "", {
            callee: undefined,
            password: "not the password",
            keys: { expires: "120" },
        });
        expect(status).toBe(401); // challenged anew (RFC 3261, section 22.1)
        expect(await phone.isRegistered()).toBe(false);
    });

    it("is counted by ./voip status", async () => {
        await phone.register();
        await waitFor(
            "the registration to be counted",
            async () => (await voipJson<{ registrations: number }>("status")).registrations > 0 || undefined,
            { deadlineMs: 30_000 },
        );
        await phone.unregister();
    });

    it("refuses a call with a wrong password", async () => {
        const { status } = await phone.call("uac-invite-refused", "1002", { password: "not the password" });
        expect(status).toBe(407);
    });
});
