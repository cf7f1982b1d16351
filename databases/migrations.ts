import * as fs from "node:fs";
import * as path from "node:path";
import { projectDir } from "../paths";

export const migrationsDir = (database: string): string => path.join(projectDir, "migrations", database);

/** Names of a database's migrations, in order. In a separate file, as the program needs them without a client of PostgreSQL. */
export function migrationsOf(database: string): string[] {
    return fs
        .readdirSync(migrationsDir(database))
        .filter((file) => file.endsWith(".sql"))
        .map((file) => path.basename(file, ".sql"))
        .sort();
}
