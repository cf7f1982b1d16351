import { broughtUp, onVm } from "../stack/platform";
import { stack } from "../stack/environment";
import { isContact, testPhones, type TestPhone } from "../stack/phones";
import { voipFails, voipJson } from "../stack/voip";

interface Extensions {
    extensions: { extension: string; origin: string }[];
    password?: string;
    voicemailPin?: string;
}

const number = "1077";

/** The processes of the services, by when they started. */
const started = (): Promise<string[]> =>
    Promise.all([
        onVm("sip-1", "stat --format %Z /proc/$(pgrep -o -x kamailio)"),
        onVm("pbx-1", "stat --format %Z /proc/$(pgrep -o -x asterisk)"),
    ]);

describe("./voip extension", () => {
    let phone: TestPhone;
    let before: string[];
    beforeAll(async () => {
        await broughtUp();
        const [alice] = await testPhones();
        phone = alice;
        before = await started();
    });

    const as1077 = (password: string | undefined) => ({ user: number, password, keys: { expires: "120" } });

    it("adds one that can register at once, without a restart", async () => {
        const { extensions, password, voicemailPin } = await voipJson<Extensions>("extension", "add", number);
        expect(extensions).toContainEqual({ extension: number, origin: "added" });
        expect(extensions).toContainEqual({ extension: "1001", origin: "configuration" });
        expect(voicemailPin).toMatch(/^\d{6}$/);
        expect((await phone.register(as1077(password))).status).toBe(200);
        expect((await phone.call("uac-invite", "*43", { ...as1077(password), talkMs: 1000 })).status).toBe(200);
        expect(await started()).toEqual(before);
    });

    it("prints the password only once", async () => {
        expect(Object.keys(await voipJson<Extensions>("extension", "list"))).toEqual(["extensions"]);
    });

    it.each([
        ["one that is there", ["add", number], /1077 is there already/],
        ["one of the configuration", ["remove", "1001"], /1001 is in the configuration/],
        ["a number that the dial plan does not have", ["add", "911"], /allowed are 1000 to 2999/],
        ["one that is not there", ["remove", "1999"], /there is no extension 1999/],
        ["a word that is no action", ["rename", "1001"], /allowed are add, remove, list/],
    ])("refuses %s", async (_what, words, message) => {
        const { stdout } = await voipFails(["extension", "--stack", stack, "--json", ...words]);
        expect((JSON.parse(stdout) as { error: string }).error).toMatch(message);
    });

    it("removes one, which is refused from then on", async () => {
        const { password } = await addedAnew();
        expect((await phone.register(as1077(password))).status).toBe(200);
        const { extensions } = await voipJson<Extensions>("extension", "remove", number);
        expect(extensions.map(({ extension }) => extension)).not.toContain(number);
        const { status } = await phone.call("uac-register-refused", "", { ...as1077(password), callee: undefined });
        expect([401, 403]).toContain(status);
        expect(await isContact(number, phone.address)).toBe(false);
        expect(await started()).toEqual(before);
    });

    async function addedAnew(): Promise<Extensions> {
        await voipJson("extension", "remove", number);
        return voipJson<Extensions>("extension", "add", number);
    }
});
