import { existsSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { CheckpointCodec, saltOf, type Checkpoint } from "./backend/checkpoint";
import { addHistory, type UpdateRecord } from "./backend/history";
import { backendLayout, type BackendLayout } from "./backend/layout";
import { StackLock } from "./backend/lock";
import { replaceFile, StateWriter } from "./backend/writer";
import type { Project } from "./project";
import { Crypter } from "./secrets/passphrase";
import { passphrase } from "./secrets/phrase";
import { Snapshot, type OperationType } from "./state";
import { nameOfUrn } from "./urn";

/** The backend's layout for a project. */
export const layoutOf = (project: Project): BackendLayout =>
    backendLayout(project.backendUrl, project.dir, project.name, project.stack);

/** Operations with effects outside; the official engine also records others, such as `importing`. */
const CHANGING: ReadonlySet<OperationType> = new Set(["creating", "updating", "deleting"]);

/** The state of one stack, on the disk and in memory. */
export class Stack {
    private written = "";
    private readonly writer = new StateWriter(() => this.write());
    private readonly name: string;

    private constructor(
        private readonly project: Project,
        readonly layout: BackendLayout,
        private readonly codec: CheckpointCodec,
        readonly snapshot: Snapshot,
        /** Sentences for the user about the findings. */
        readonly notices: string[],
        private readonly lock: StackLock | undefined,
    ) {
        this.name = `organization/${project.name}/${project.stack}`;
    }

    /**
     * Starts to derive the key of the state's secrets, which takes a while. The state keeps its own salt: the official CLI
     * writes another one into the stack's configuration if it finds none there. A new salt is made only if there is neither.
     */
    static crypters(
        project: Project,
        checkpoint: Checkpoint | undefined,
    ): { state: Promise<Crypter>; config: () => Promise<Crypter>; notice?: string } {
        const { phrase, notice } = passphrase();
        const { encryptionSalt } = project;
        const salt = saltOf(checkpoint) ?? encryptionSalt;
        const state = salt ? Crypter.open(phrase, salt) : Crypter.create(phrase);
        state.catch(() => undefined);
        const config = (): Promise<Crypter> => (encryptionSalt ? Crypter.open(phrase, encryptionSalt) : state);
        return { state, config, notice };
    }

    /** Takes the lock and reads the state; a preview takes no lock and writes nothing. */
    static async open(
        project: Project,
        lock: StackLock | undefined,
        checkpoint: Checkpoint | undefined,
        crypter: Crypter,
    ): Promise<Stack> {
        const codec = new CheckpointCodec(crypter);
        const latest = checkpoint?.latest;
        const notices = [...(lock?.notices ?? [])];
        for (const { type, resource } of latest?.pending_operations ?? []) {
            const name = `${nameOfUrn(resource.urn)} (${resource.type})`;
            const now = CHANGING.has(type)
                ? "how far that got is not known; up goes on from there, destroy removes it"
                : "nothing was changed by that; do it again if it is still wanted";
            notices.push(`The last run ended while ${type} ${name}: ${now}.`);
        }
        const resources = (latest?.resources ?? []).map((stored) => codec.resource(stored));
        const interrupted = (latest?.pending_operations ?? []).map(({ type, resource }) => ({
            type,
            resource: codec.resource(resource),
        }));
        const snapshot = new Snapshot(resources, interrupted);
        const stack = new Stack(project, layoutOf(project), codec, snapshot, notices, lock);
        // Settled operations must be removed from the disk too, even if nothing else changes.
        if (lock && snapshot.operations().length === interrupted.length) stack.written = stack.body();
        if (lock && !checkpoint) await stack.initialize();
        return stack;
    }

    private async initialize(): Promise<void> {
        const { meta, checkpoint } = this.layout;
        await fs.mkdir(path.dirname(checkpoint), { recursive: true });
        if (!existsSync(meta)) {
            // Another stack's first run may be faster.
            await replaceFile(meta, "version: 1\n").catch((error: Error) => {
                if (!existsSync(meta)) throw error;
            });
        }
        this.written = "";
        await this.save();
    }

    private body(): string {
        return this.codec.body(this.snapshot.resources(), this.snapshot.operations());
    }

    private async write(): Promise<void> {
        const body = this.body();
        if (body === this.written) return;
        await replaceFile(this.layout.checkpoint, this.codec.checkpoint(this.name, body));
        this.written = body;
    }

    /** Resolves when the current snapshot is completely on the disk. */
    save(): Promise<void> {
        return this.lock ? this.writer.save() : Promise.resolve();
    }

    async addHistory(update: Omit<UpdateRecord, "config">): Promise<void> {
        const config = Object.fromEntries(
            [...this.project.config].map(([key, { value, encrypted, secret }]) => [
                key,
                encrypted === undefined ? (secret ? "[secret]" : value) : encrypted,
            ]),
        );
        await addHistory(this.layout.history, this.project.stack, this.layout.checkpoint, { ...update, config });
    }
}
