import * as fs from "node:fs";
import * as path from "node:path";
import { escapeXml, isLocal, libvirtUri, unescapeXml, virsh, virshNames, virshXml } from "../../../clients/libvirt";
import { shellWord, ssh, sshArgv } from "../../../clients/ssh";
import type * as processes from "../../../process/run";
import { Commands } from "../commands";

jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
const mockCommands = new Commands();
beforeEach(() => mockCommands.reset());

describe("virsh", () => {
    it("asks one libvirt, quietly, and has two minutes unless it is given more", async () => {
        await virsh("qemu:///system", ["list"]);
        await virsh("qemu:///system", ["vol-upload"], { timeoutMs: 5, input: "x" });
        expect(mockCommands.ran[0]).toBe("virsh --quiet --connect qemu:///system list");
        expect(mockCommands.given).toEqual([{ timeoutMs: 120_000 }, { timeoutMs: 5, input: "x" }]);
    });

    it.each([true, false])("gets XML in a file that is gone afterwards (it goes well: %s)", async (isGood) => {
        let file = "";
        mockCommands.answer(/ define /, (argv) => {
            file = argv.at(-1) ?? "";
            expect(fs.readFileSync(file, "utf8")).toBe("<domain/>");
            return { status: isGood ? 0 : 1 };
        });
        const done = virshXml("qemu:///system", ["define", "--validate"], "<domain/>");
        await (isGood ? done : expect(done).rejects.toThrow("exit status 1"));
        expect(mockCommands.ran).toEqual([`virsh --quiet --connect qemu:///system define --validate ${file}`]);
        expect(fs.existsSync(path.dirname(file))).toBe(false);
    });

    it("tells names, and none as none", async () => {
        mockCommands.answer(/ list --all --name$/, "one\ntwo\n\n");
        expect(await virshNames("qemu:///system", ["list", "--all"])).toEqual(["one", "two"]);
        mockCommands.answer(/ list --all --name$/, "\n");
        expect(await virshNames("qemu:///system", ["list", "--all"])).toEqual([]);
    });
});

describe("a libvirt's URI", () => {
    it.each([
        ["qemu:///system", true, true],
        ["qemu+unix:///system?socket=/run/sock", true, true],
        ["qemu+ssh://root@host/system", false, true],
        ["qemu+tls://host:16514/system", false, true],
        ["qemu+ssh:///system", false, true],
        ["test:///default", true, true],
        ["libvirt", false, false],
        ["qemu://host", false, false],
        ["qemu:///system x", true, false],
    ])("%s: on this machine %s, well formed %s", (uri, local, good) => {
        expect([isLocal(uri), libvirtUri.test(uri)]).toEqual([local, good]);
    });
});

test("XML takes any text, and gives it back", () => {
    const text = `<a b="c" d='e'> & &amp;`;
    expect(escapeXml(text)).toBe("&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt; &amp; &amp;amp;");
    expect(unescapeXml(escapeXml(text))).toBe(text);
    expect(unescapeXml("&nbsp;")).toBe("&nbsp;");
});

describe("ssh", () => {
    const target = { sshConfig: "/ssh/config", host: "sip-1" };

    it("runs a command by the stack's configuration, and asks nobody", async () => {
        mockCommands.answer(/^ssh /, { stdout: "yes", status: 255 });
        const options = { input: "x", okStatus: [255] };
        expect((await ssh(target, "echo 'a b'", options)).stdout).toBe("yes");
        expect(sshArgv(target, "echo 'a b'")).toEqual([
            ...["ssh", "-F", "/ssh/config", "-o", "BatchMode=yes", "sip-1", "--", "echo 'a b'"],
        ]);
        expect(mockCommands.ran).toEqual(["ssh -F /ssh/config -o BatchMode=yes sip-1 -- echo 'a b'"]);
        expect(mockCommands.given).toEqual([options]);
    });

    it("has words that no shell reads", () => {
        expect(shellWord("it's $HOME")).toBe("'it'\\''s $HOME'");
        expect(shellWord("'")).toBe("''\\'''");
    });
});
