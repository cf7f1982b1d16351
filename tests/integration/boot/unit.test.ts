import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { projectDir } from "../../../paths";
import { run } from "../../../process/run";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "boot-"));
afterAll(() => fs.rmSync(dir, { recursive: true }));

describe("./voip install-service --print", () => {
    it("prints a unit in which systemd finds no fault", async () => {
        const command = [path.join(projectDir, "voip"), "install-service", "--stack", "testing", "--print"];
        const { stdout } = await run(["env", "--unset=PULUMI_CONFIG_PASSPHRASE", ...command]);
        const unit = path.join(dir, "voip-stack-testing.service");
        fs.writeFileSync(unit, stdout);
        const verified = await run(["systemd-analyze", "verify", "--man=no", unit]);
        expect(verified.stdout + verified.stderr).toBe("");
    });
});
