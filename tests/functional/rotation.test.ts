import { testRotation, type Rotation } from "../stack/rotation";
import { broughtUp } from "../stack/platform";
import { shownToPhones, steal } from "../stack/stolen";
import { voipFails, voipJson } from "../stack/voip";
import { stack } from "../stack/environment";

describe("./voip rotate with 10 calls up, new calls and registrations coming in", () =>
    testRotation({ calls: 10, newCallsPerSecond: 1, registrationsPerSecond: 3, tlsPhones: 10 }));

describe("./voip rotate, of one kind on one VM", () => {
    beforeAll(broughtUp);

    it("changes nothing else", async () => {
        const before = await steal();
        const { rotated } = await voipJson<Rotation>("rotate", "--only", "certs", "--vm", "sip-1");
        expect(rotated.map(({ name }) => name)).toEqual(["sip-1/kamailio-cert"]);
        expect(await steal()).toEqual({ ...before, serial: (await shownToPhones()).serial });
        expect(before.serial).not.toBe((await shownToPhones()).serial);
    });

    it("refuses an unknown VM", async () => {
        const { stdout } = await voipFails(["rotate", "--stack", stack, "--json", "--vm", "sip-9"]);
        expect((JSON.parse(stdout) as { error: string }).error).toBe(
            "there is no VM sip-9: there are media-1, pbx-1, sip-1",
        );
    });
});
