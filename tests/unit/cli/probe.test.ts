import { parseProbe, probeScript } from "../../../cli/platform/probe";
import type { ServiceOutput } from "../../../contract";
import { parseTotals } from "../../../services/rtpengine/totals";
import { run } from "../../../process/run";

const container = (name: string): ServiceOutput => ({ name, vm: "x", kind: "container", ports: [] });
const rtpengine: ServiceOutput = {
    ...{ name: "rtpengine", vm: "x", kind: "unit", unit: "rtpengine-daemon" },
    ports: [{ name: "cli", protocol: "tcp", port: 9900, sides: ["loopback"] }],
};

const totals = [
    "Statistics over currently running sessions:",
    " Owned sessions                                  :1",
    "Total statistics (does not include current running sessions):",
    " Total relayed packets (userspace)               :42",
    " Total relayed packets (kernel)                  :44000",
    " Total relayed packets                           :44042",
].join("\n");

describe("the question to a VM", () => {
    it("is a valid shell script for every service", async () => {
        const script = probeScript([container("kamailio"), container("asterisk"), rtpengine]);
        await expect(run(["sh", "-n"], { input: script })).resolves.toMatchObject({ status: 0 });
        expect(script).toContain("rtpengine-ctl -ip 127.0.0.1 -port 9900 list totals");
    });
});

describe("the answer of a VM", () => {
    it("tells services and registrations of a proxy", () => {
        const answer = ["@state kamailio", "running", "@registrations", "{\n\tusrloc:registered_users = 2\n}"].join(
            "\n",
        );
        expect(parseProbe(answer, [container("kamailio")])).toMatchObject({
            services: { kamailio: "running" },
            registrations: 2,
            forwarding: undefined,
        });
    });

    it("tells the calls of a PBX", () => {
        const answer = "@state asterisk\nexited\n@calls\n2 active channels\n1 active call\n7 calls processed";
        expect(parseProbe(answer, [container("asterisk")])).toMatchObject({
            services: { asterisk: "exited" },
            activeCalls: 1,
        });
    });

    it("tells how RTPEngine forwards", () => {
        const answer = `@state rtpengine\nactive\n@module\nnft_rtpengine\n@table\n0\n@totals\n${totals}`;
        expect(parseProbe(answer, [rtpengine])).toMatchObject({
            services: { rtpengine: "running" },
            forwarding: { module: "nft_rtpengine", table: 0, kernelPackets: 44000, userspacePackets: 42, sessions: 1 },
        });
    });

    it("tells that nothing forwards in the kernel", () => {
        const answer = "@state rtpengine\nfailed\n@module\n@table\n@totals\n";
        expect(parseProbe(answer, [rtpengine])).toMatchObject({
            services: { rtpengine: "failed" },
            forwarding: { module: null, table: null },
        });
    });

    it("is unknown for a service that it does not mention", () => {
        expect(parseProbe("", [container("kamailio")]).services.kamailio).toBe("unknown");
    });
});

describe("RTPEngine's totals", () => {
    it("are its counters, never a guess", () => {
        expect(parseTotals(totals)).toEqual({ kernelPackets: 44000, userspacePackets: 42, sessions: 1 });
        expect(() => parseTotals("connection refused")).toThrow("no packet counters");
    });
});
