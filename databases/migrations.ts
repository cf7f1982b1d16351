import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../paths";

export const migrationsDir = (database: string): string => path.join(projectDir, "migrations", database);

/** Names of a database's migrations, in order. The program asks for them, which has no use for a client of PostgreSQL. */
export function migrationsOf(database: string): string[] {
    return fs
        .readdirSync(migrationsDir(database))
        .filter((file) => file.endsWith(".sql"))
        .map((file) => path.basename(file, ".sql"))
        .sort();
}
