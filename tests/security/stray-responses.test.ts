import { testPhones } from "../stack/phones";
import { broughtUp } from "../stack/platform";

describe("the proxy", () => {
    beforeAll(broughtUp);

    it("passes on no response to a request that it did not send", async () => {
        const [phone] = await testPhones();
        const { status } = await phone.call("stray-responses", "", { callee: undefined, password: undefined });
        expect(status).toBe(200);
    });
});
