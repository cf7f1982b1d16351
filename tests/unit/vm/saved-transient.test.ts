import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { withTransientVm } from "../../../providers/vm/saved/transient";
import { Commands } from "../commands";
import type * as processes from "../../../process/run";

jest.mock("../../../process/run", () => ({
    ...jest.requireActual<typeof processes>("../../../process/run"),
    run: (...given: Parameters<typeof processes.run>) => mockCommands.run(...given),
}));
const mockCommands = new Commands();

let dir: string;
beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-transient-"));
    mockCommands.reset();
});
afterEach(() => fs.rmSync(dir, { recursive: true }));

const work = <T>(doing: (failure: Promise<never>) => Promise<T>): Promise<T> =>
    withTransientVm("qemu:///system", "g", "<domain/>", dir, doing);

describe("a VM that lives as long as this process", () => {
    it("is made by a virsh that ends with this process, and is ended with the work", async () => {
        let isEnded = false;
        mockCommands.answer(/ virsh /, async () => {
            const { signal } = mockCommands.given[0];
            await new Promise((ended) => signal?.addEventListener("abort", ended));
            isEnded = true;
            return { status: -1 };
        });
        expect(await work(async () => (expect(isEnded).toBe(false), "done"))).toBe("done");
        expect(isEnded).toBe(true);
        const file = path.join(dir, "definition.xml");
        expect(mockCommands.ran).toEqual([
            `setpriv --pdeathsig KILL virsh --quiet --connect qemu:///system create --autodestroy ${file}; ` +
                "event g --event lifecycle --loop",
        ]);
        expect(fs.readFileSync(file, "utf8")).toBe("<domain/>");
    });

    it("tells the work what libvirt said when it could not be started", async () => {
        mockCommands.answer(/ virsh /, { status: 1, stderr: "no such device" });
        await expect(work((failure) => failure)).rejects.toThrow("no such device");
    });

    it("tells the work that it ended too early", async () => {
        await expect(work((failure) => failure)).rejects.toThrow("g ended before its memory was saved");
    });
});
