import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { kvmState } from "../../../lab/kvm";

describe("KVM", () => {
    let dir: string;
    beforeAll(() => {
        dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-kvm-"));
    });
    afterAll(() => fs.rmSync(dir, { recursive: true }));

    function write(name: string, content: string): string {
        const file = path.join(dir, name);
        fs.writeFileSync(file, content);
        return file;
    }

    it.each([
        ["flags\t\t: fpu vme vmx ssse3", "usable"],
        ["flags\t\t: fpu vme svm", "usable"],
        ["flags\t\t: fpu vme hypervisor", "no extensions"],
        ["flags\t\t: fpu vme\nvmx flags\t: vnmi\nbugs\t\t: svm", "no extensions"],
    ])("with a device and the processor's %j is %s", (cpuinfo, state) => {
        expect(kvmState(write("kvm", ""), write("cpuinfo", `processor\t: 0\n${cpuinfo}\n`))).toBe(state);
    });

    it("needs a device that can be opened", () => {
        expect(kvmState(path.join(dir, "missing"), write("cpuinfo", "flags : vmx"))).toBe("no device");
        expect(kvmState(dir, write("cpuinfo", "flags : vmx"))).toBe("no access");
    });
});
