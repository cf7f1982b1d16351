import { runProgram } from "../../process/program";
import { waitFor } from "../../process/wait";
import { enterPhones as enterNetwork } from "../../lab/lab";
import type { CallJob, CallReport } from "../../phone/call";
import { kamailioUser } from "../../services/kamailio/files";
import { asSuperuser, container } from "../stack/core";
import { stack } from "../stack/environment";
import { testPhones, type TestPhone } from "../stack/phones";
import { broughtUp, onVm, outputs } from "../stack/platform";
import { voipJson } from "../stack/voip";

const query = (as: string) =>
    `docker exec --user ${as} kamailio psql --no-psqlrc --tuples-only --no-align -U kamailio kamailio ` +
    `-c 'SELECT current_user' 2>&1 || true`;

describe("the proxy's database", () => {
    let phone: TestPhone;
    beforeAll(async () => {
        await broughtUp();
        [phone] = await testPhones();
    });

    it("is open to the proxy's own user and root, without a password, and to nobody else on the VM", async () => {
        for (const user of [String(kamailioUser.id), "root"]) {
            expect((await onVm("sip-1", query(user))).trim()).toBe("kamailio");
        }
        // the image's own user of that name has a number that is another's on the VM
        expect(await onVm("sip-1", query("kamailio"))).toContain("login rejected");
    });

    it("keeps registrations over a restart of the proxy", async () => {
        await phone.register();
        await waitFor(
            "the registration to be written",
            async () => {
                const rows = await asSuperuser(`SELECT 1 FROM location WHERE username = '${phone.user}'`, "kamailio");
                return rows.length > 0 || undefined;
            },
            { deadlineMs: 60_000 },
        );
        await onVm("sip-1", "docker restart kamailio");
        await waitFor("the proxy to know the phone", async () => (await phone.isRegistered()) || undefined, {
            deadlineMs: 120_000,
        });
        await phone.unregister();
    });

    it("is not needed for calls and registrations", async () => {
        await container("postgres", "kill");
        try {
            const end = performance.now() + 60_000;
            do {
                // both phones register anew for each call
                const call = await voipJson("call", "--from", "1001", "--to", "1002", "--seconds", "5");
                expect(call).toMatchObject({ answered: true, transport: "tls", srtp: true });
            } while (performance.now() < end);
        } finally {
            await container("postgres", "start");
        }
        await waitFor(
            "the database to answer the proxy",
            async () => ((await onVm("sip-1", query("root"))).trim() === "kamailio" ? true : undefined),
            { deadlineMs: 60_000 },
        );
    });
});

describe("the proxy's certificate", () => {
    const call = async (ca: string): Promise<CallReport> => {
        const {
            extensions,
            sipDomain,
            lab,
            proxies: [proxy],
        } = await outputs();
        const job: CallJob = {
            caller: {
                extension: "1001",
                password: extensions["1001"].password,
                domain: sipDomain,
                address: lab.phoneAddresses[0],
                proxy: { address: proxy.external, port: proxy.ports.tls, transport: "tls" },
                srtp: true,
                autoAnswer: false,
            },
            number: "*43",
            seconds: 2,
            answerDeadlineMs: 30_000,
            ca,
        };
        return runProgram<CallReport>("phone/main.ts", job, (argv) => enterNetwork(stack, argv));
    };

    it("is one that phones can check by the CA of the outputs", async () => {
        expect(await call((await outputs()).ca)).toMatchObject({ answered: true, srtp: true });
    });

    it("is refused by phones that trust another CA", async () => {
        const report = await call("");
        expect(report).toMatchObject({ answered: false, reason: expect.stringContaining("certificate") as string });
    });
});
