import { shutDownVms } from "../../../lab/shutdown";
import { stackPaths } from "../../../paths";
import type * as processes from "../../../process/run";
import { Commands } from "../commands";

jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
jest.mock("../../../process/wait", () => jest.requireActual<object>("../looks"));
const mockCommands = new Commands();

const { libvirtUri, sshConfig } = stackPaths("unit");
let running: string[];
let marked: string[];

const lines = (names: string[]): string => names.map((name) => `${name}\n`).join("");
/** What changes something. */
const changes = (): string[] =>
    mockCommands.ran
        .filter((line) => !line.includes(" list "))
        .map((line) => line.replace(`virsh --quiet --connect ${libvirtUri} `, ""));

beforeEach(() => {
    [running, marked] = [
        ["sip-1", "pbx-1"],
        ["sip-1", "pbx-1", "media-1"],
    ];
    mockCommands.reset();
    mockCommands.answer(/ list --name$/, () => lines(running));
    mockCommands.answer(/ list --all --autostart --name$/, () => lines(marked));
    mockCommands.answer(/ autostart --disable /, (argv) => {
        marked = marked.filter((name) => name !== argv.at(-1));
        return "";
    });
    mockCommands.answer(/poweroff/, (argv) => {
        expect(marked).toEqual([]); // the lab would start it again
        running = running.filter((name) => !argv.includes(name));
        return "";
    });
});

const asks = (name: string): string =>
    `nsenter --net=/run/netns/voip-unit ssh -F ${sshConfig} -o BatchMode=yes ${name} -- ` +
    "sudo systemctl start --no-block --job-mode=replace-irreversibly poweroff.target";
const unmarks = ["sip-1", "pbx-1", "media-1"].map((name) => `autostart --disable ${name}`);

describe("the VMs of a lab", () => {
    it("power off by themselves, and nobody starts them again", async () => {
        expect(await shutDownVms("unit")).toEqual({ off: ["sip-1", "pbx-1"], cut: [] });
        expect(changes()).toEqual([...unmarks, asks("sip-1"), asks("pbx-1")]);
        expect(mockCommands.given.find(({ timeoutMs }) => timeoutMs === 30_000)).toBeDefined();
    });

    it("are cut off where they can't be reached", async () => {
        mockCommands.answer(/poweroff/, { status: 255, stderr: "No route to host" });
        expect(await shutDownVms("unit")).toEqual({ off: ["sip-1", "pbx-1"], cut: ["sip-1", "pbx-1"] });
        expect(changes().slice(-2)).toEqual(["destroy sip-1", "destroy pbx-1"]);
    });

    it("are not said to be off where libvirtd does not answer", async () => {
        mockCommands.answer(/ list /, { status: 1, stderr: "failed to connect" });
        await expect(shutDownVms("unit")).rejects.toThrow("failed to connect");
    });
});
