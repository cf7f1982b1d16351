import * as fs from "node:fs";
import * as path from "node:path";
import { yamlText } from "../../../config/yaml";
import type { OperationKind } from "../../../engine/request";
import { readOutputs } from "../../../engine/outputs";
import { projectDir } from "../../../paths";
import { startEmbedded, type Outcome } from "../../conformance/engines";
import { Workspace } from "../../conformance/workspace";
import type { TestOpenbao, TestPostgres } from "./servers";

/** The databases and the Vault bootstrap as a program of their own, for servers that are there. */
export class CoreWorkspace extends Workspace {
    constructor(
        private readonly postgres: TestPostgres,
        private readonly openbao: TestOpenbao,
    ) {
        super("core");
        // linked, not copied: its imports, and the providers of its resources, are those of this checkout
        const program = path.join(this.dir, "index.ts");
        fs.rmSync(program);
        fs.symlinkSync(path.join(projectDir, "tests/conformance/programs/core/index.ts"), program);
        for (const name of ["process", "providers"])
            fs.symlinkSync(path.join(projectDir, name), path.join(this.dir, name));
    }

    /** @param token the root token by default */
    async run(
        kind: OperationKind,
        values: Record<string, unknown> = {},
        token: string = this.openbao.token,
    ): Promise<Outcome> {
        const { address, caFile } = this.openbao;
        const servers = { postgres: this.postgres.login, vault: { address, caFile, token } };
        const all = Object.entries({ servers, databaseSeconds: 3600, caGeneration: 1, ...values });
        const config = Object.fromEntries(all.map(([key, value]) => [`core:${key}`, value]));
        fs.writeFileSync(path.join(this.dir, `Pulumi.${this.stack}.yaml`), yamlText({ config }));
        return startEmbedded(kind, this).outcome;
    }

    async outputs<T>(): Promise<T> {
        Object.assign(process.env, this.env);
        return (await readOutputs(this.stack, { showSecrets: true, projectDir: this.dir })) as T;
    }
}
