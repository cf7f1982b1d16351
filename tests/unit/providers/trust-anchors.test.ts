import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { provider } from "../../../providers/trust-anchors/provider";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "trust-anchors-"));
const umask = process.umask(0o077);
afterAll(() => {
    process.umask(umask);
    fs.rmSync(dir, { recursive: true });
});

const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const inputs = { file: path.join(dir, "trust", "ca.pem"), certificates: certificate };
const modes = (): string[] =>
    [path.dirname(inputs.file), inputs.file].map((at) => (fs.statSync(at).mode & 0o777).toString(8));

test("users of containers may read the file, regardless of the umask; an unreadable one is repaired", async () => {
    const { id, outs } = await provider.create(inputs);
    expect(modes()).toEqual(["755", "644"]);
    expect((await provider.diff(id, outs, inputs)).changes).toBe(false);

    for (const [at, mode] of [
        [inputs.file, 0o600],
        [path.dirname(inputs.file), 0o700],
    ] as const) {
        fs.chmodSync(at, mode);
        expect((await provider.diff(id, outs, inputs)).changes).toBe(true);
        await provider.update(id, outs, inputs);
        expect(modes()).toEqual(["755", "644"]);
    }
});

test("a file that is elsewhere is not looked for here", async () => {
    const elsewhere = { ...inputs, file: path.join(dir, "nowhere", "ca.pem") };
    expect((await provider.diff("id", elsewhere, elsewhere)).changes).toBe(false);
});
