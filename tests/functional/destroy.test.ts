import * as fs from "node:fs";
import * as path from "node:path";
import { cacheDir } from "../../paths";
import { broughtUp, forgetBroughtUp } from "../stack/platform";
import { stack, testRoot } from "../stack/environment";
import { tracesOf } from "../stack/traces";
import { voipJson } from "../stack/voip";

const images = (): string[] => fs.readdirSync(path.join(cacheDir(), "images")).sort();

describe("./voip destroy", () => {
    it("leaves nothing of the lab, and keeps the image cache", async () => {
        await broughtUp();
        const cached = images();
        expect(cached.length).toBeGreaterThan(0);
        expect(await tracesOf(stack)).not.toEqual([]);

        const summary = await voipJson<{ deleted: number }>("destroy", "--yes");
        forgetBroughtUp();
        expect(summary.deleted).toBeGreaterThan(10);
        expect(await tracesOf(stack)).toEqual([]);
        expect(images()).toEqual(cached);
        const secrets = fs.readdirSync(testRoot, { recursive: true, encoding: "utf8" });
        expect(secrets.filter((name) => /id_|\.qcow2|_key|\.pem|raft|pgdata|secret-id/.test(name))).toEqual([]);
    });

    it("does nothing, and succeeds, when run again", async () => {
        expect(await voipJson("destroy", "--yes")).toMatchObject({ deleted: 0 });
        expect(await tracesOf(stack)).toEqual([]);
    });
});
