import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Durations, inWords } from "../../../cli/durations";
import { Activity } from "../../../cli/render/activity";
import { showProgress, type Screen } from "../../../cli/render/progress";
import { event, step } from "./events";

let home: string;
beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), "voip-test-"));
    process.env.XDG_STATE_HOME = home;
});
afterEach(() => {
    delete process.env.XDG_STATE_HOME;
    fs.rmSync(home, { recursive: true });
});

const vm = step("create", "pbx-1", null, {});
const begins = event({ resourcePreEvent: { metadata: vm } });
const ends = event({ resOutputsEvent: { metadata: vm } });
const says = (message: string): ReturnType<typeof event> =>
    event({ diagnosticEvent: { urn: vm.urn, message, color: "never", severity: "info#err" } });

/** A screen that remembers what is on it, as a terminal would show it. */
function fakeScreen(isTTY: boolean): Screen & { written: string } {
    return {
        isTTY,
        columns: 60,
        written: "",
        write(text: string) {
            this.written += text;
        },
    };
}

describe("durations", () => {
    it("are remembered from one run to the next", () => {
        const first = Durations.of("dev");
        expect(first.lastTime("up")).toBeUndefined();
        first.remember("up", 61_234.5);
        first.save();
        expect(Durations.of("dev").lastTime("up")).toBe(61_235);
        expect(Durations.of("testing").lastTime("up")).toBeUndefined();
    });

    it("survive a file that can't be read", () => {
        fs.mkdirSync(path.join(home, "voip-stack"));
        fs.writeFileSync(path.join(home, "voip-stack", "durations-dev.json"), "{ half");
        expect(Durations.of("dev").lastTime("up")).toBeUndefined();
    });

    it("read in the unit that fits", () => {
        expect([450, 9_940, 48_000, 125_000].map(inWords)).toEqual(["0.5 s", "9.9 s", "48 s", "2 min 5 s"]);
    });
});

describe("a step in progress", () => {
    it("counts from its start, knows its last time, and shows what was said last", () => {
        let now = 0;
        const durations = Durations.of("dev");
        const activity = new Activity(durations, () => now);
        activity.take(begins);
        activity.take(says("starting the domain\n"));
        expect(activity.current()).toMatchObject([{ label: "creating Vm pbx-1", message: "starting the domain" }]);
        now = 20_000;
        expect(activity.take(ends).said).toEqual([{ line: "created Vm pbx-1 (20 s)", failed: false }]);
        expect(activity.current()).toEqual([]);
        expect(new Activity(durations).take(begins).started).toBe("creating Vm pbx-1 (last time 20 s)");
    });

    it("ends with a failure too, whose duration is not remembered", () => {
        const durations = Durations.of("dev");
        const activity = new Activity(durations, () => 0);
        activity.take(begins);
        const failed = activity.take(event({ resOpFailedEvent: { metadata: vm, status: 0, steps: 0 } }));
        expect(failed.said).toEqual([{ line: "failed creating Vm pbx-1 (0.0 s)", failed: true }]);
        expect(durations.lastTime(`create ${vm.urn}`)).toBeUndefined();
    });

    it.each([
        ["create", "creating", "created"],
        ["create-replacement", "creating anew", "created anew"],
        ["update", "updating", "updated"],
        ["delete", "deleting", "deleted"],
        ["delete-replaced", "deleting old", "deleted old"],
        ["read", "reading", "read"],
        ["refresh", "looking at", "looked at"],
    ] as const)("is described by its operation: %s", (op, doing, done) => {
        const activity = new Activity(Durations.of("dev"), () => 0);
        const metadata = step(op, "pbx-1", null, {});
        expect(activity.take(event({ resourcePreEvent: { metadata } })).started).toBe(`${doing} Vm pbx-1`);
        const [{ line }] = activity.take(event({ resOutputsEvent: { metadata } })).said;
        expect(line).toBe(`${done} Vm pbx-1 (0.0 s)`);
    });

    it("tells a last time only where it was longer than a second", () => {
        const durations = Durations.of("dev");
        const started = (milliseconds: number) => {
            durations.remember(`create ${vm.urn}`, milliseconds);
            return new Activity(durations).take(begins).started;
        };
        expect([started(1000), started(1001)]).toEqual(["creating Vm pbx-1", "creating Vm pbx-1 (last time 1.0 s)"]);
    });

    it("shows the source of a message, and whether it is an error or a warning", () => {
        const activity = new Activity(Durations.of("dev"));
        const said = (severity: "info" | "warning" | "error", message: string, urn?: string) =>
            activity.take(event({ diagnosticEvent: { urn, message, color: "never", severity } })).said;
        expect(said("warning", " late \n", vm.urn)).toEqual([{ line: "warning: pbx-1: late", failed: false }]);
        expect(said("error", "no disk")).toEqual([{ line: "error: no disk", failed: true }]);
        expect(said("info", "of the program")).toEqual([{ line: "of the program", failed: false }]);
        expect(said("info", "  \n")).toEqual([]);
        expect(activity.take(event({ stdoutEvent: { message: "printed\n", color: "never" } })).said).toEqual([
            { line: "printed", failed: false },
        ]);
    });

    it("says nothing of what stays the same, or is only planned", () => {
        const activity = new Activity(Durations.of("dev"));
        activity.take(event({ resourcePreEvent: { metadata: step("same", "sip-1", {}, {}) } }));
        activity.take(event({ resourcePreEvent: { metadata: vm, planning: true } }));
        expect(activity.current()).toEqual([]);
    });
});

describe("progress", () => {
    it("is a line an event without a terminal", () => {
        const screen = fakeScreen(false);
        const progress = showProgress(Durations.of("dev"), screen);
        for (const each of [begins, says("50 % unpacked"), ends]) progress.event(each);
        progress.end();
        expect(screen.written).toMatch(/^creating Vm pbx-1\npbx-1: 50 % unpacked\ncreated Vm pbx-1 \(\d.\d s\)\n$/);
    });

    it("is drawn over on a terminal, and leaves only what ended", () => {
        const screen = fakeScreen(true);
        const progress = showProgress(Durations.of("dev"), screen);
        for (const each of [begins, says("a message that is far too long for a narrow terminal"), ends]) {
            progress.event(each);
        }
        progress.end();
        const live = screen.written.split("\n").filter((line) => line.includes("creating"));
        expect(live.length).toBeGreaterThan(1);
        // no line wraps: a wrapped line could not be drawn over
        for (const line of live) expect((line.split("\u001b[J").at(-1) ?? "").length).toBeLessThan(60);
        expect(screen.written.split("\u001b[J").at(-2)).toMatch(/^created Vm pbx-1/);
    });
});
