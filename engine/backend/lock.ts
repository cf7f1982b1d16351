import { randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { faultPoint } from "../fault-points";
import { ownerPid } from "./owner";
import { UnwritableError } from "./writer";

/**
 * The content of a lock file. The official engine writes and reads the first four fields (pulumi/pulumi,
 * pkg/backend/diy/lock.go). A process id means nothing in another PID namespace, so our own locks also name a socket that
 * answers as long as their owner lives.
 */
interface LockContent {
    pid: number;
    username: string;
    hostname: string;
    timestamp: string;
    socket?: string;
}

function answers(socket: string): Promise<boolean> {
    return new Promise((resolve) => {
        const connection = net.connect(socket);
        connection.once("connect", () => {
            connection.destroy();
            resolve(true);
        });
        connection.once("error", () => resolve(false));
    });
}

/** Whether the process that took the lock may still exist; true in doubt. */
async function isAlive(lock: LockContent): Promise<boolean> {
    if (lock.hostname !== os.hostname()) return true;
    if (lock.socket) return answers(lock.socket);
    // As the first process of a PID namespace we can't see the processes outside of it.
    if (process.pid === 1) return true;
    try {
        process.kill(lock.pid, 0);
        return true;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code !== "ESRCH";
    }
}

/** The path of a socket has room for 107 bytes (unix(7)), which a custom TMPDIR may exceed. */
const socketDirectory = (): string => (os.tmpdir().length <= 50 ? os.tmpdir() : "/tmp");

const socketOf = (id: string): string => path.join(socketDirectory(), `voip-stack-${id}.sock`);

/** Removes the sockets of engines that were killed before or after they had a lock; recent ones may not listen yet. */
async function removeDeadSockets(): Promise<void> {
    const directory = socketDirectory();
    const sockets = fs.readdirSync(directory).filter((name) => /^voip-stack-[0-9a-f-]{36}\.sock$/.test(name));
    for (const socket of sockets.map((name) => path.join(directory, name))) {
        const stat = fs.statSync(socket, { throwIfNoEntry: false });
        if (stat?.uid !== os.userInfo().uid || Date.now() - stat.mtimeMs < 60_000) continue;
        if (!(await answers(socket))) fs.rmSync(socket, { force: true });
    }
}

/** Removes the drafts of engines that were killed before they had a lock: a running engine listens before it writes. */
async function removeDeadDrafts(directory: string): Promise<void> {
    for (const name of fs.readdirSync(directory)) {
        const id = /^([0-9a-f-]{36})\.new$/.exec(name)?.[1];
        if (id && !(await answers(socketOf(id)))) fs.rmSync(path.join(directory, name), { force: true });
    }
}

function readLock(file: string): LockContent | undefined {
    try {
        return JSON.parse(fs.readFileSync(file, "utf8")) as LockContent;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw new Error(
            `lock ${file} is not readable (${(error as Error).message}): remove it if no engine is running`,
            { cause: error },
        );
    }
}

/** Only one engine, of either kind, works on a stack at a time. */
export class StackLock {
    private constructor(
        private readonly file: string,
        private readonly socket: string,
        private readonly server: net.Server,
        /** One line for each lock that was taken over from a dead process. */
        readonly notices: string[],
    ) {}

    /** @throws Error naming the owner of the lock; UnwritableError */
    static async take(directory: string): Promise<StackLock> {
        try {
            fs.mkdirSync(directory, { recursive: true });
        } catch (error) {
            throw new UnwritableError(directory, error as NodeJS.ErrnoException);
        }
        const id = randomUUID();
        const file = path.join(directory, `${id}.json`);
        const socket = socketOf(id);
        const server = net.createServer((connection) => connection.destroy());
        await new Promise<void>((resolve, reject) => server.once("error", reject).listen(socket, resolve));
        server.unref();

        const { username } = os.userInfo();
        const content: LockContent = {
            pid: ownerPid(),
            username,
            hostname: os.hostname(),
            timestamp: new Date().toISOString(),
            socket,
        };
        // The lock appears complete or not at all: a kill in between must not leave one that can't be read.
        const draft = path.join(directory, "..", `${id}.new`);
        try {
            faultPoint("take lock: begun");
            fs.writeFileSync(draft, JSON.stringify(content), { flag: "wx" });
            faultPoint("take lock: drafted");
            fs.renameSync(draft, file);
        } catch (error) {
            server.close();
            for (const left of [draft, socket]) fs.rmSync(left, { force: true });
            throw new UnwritableError(file, error as NodeJS.ErrnoException);
        }
        const lock = new StackLock(file, socket, server, []);
        try {
            await lock.clearOthers(directory);
            await removeDeadDrafts(path.dirname(directory));
            await removeDeadSockets();
        } catch (error) {
            lock.release();
            throw error;
        }
        return lock;
    }

    private async clearOthers(directory: string): Promise<void> {
        for (const name of fs.readdirSync(directory)) {
            const other = path.join(directory, name);
            if (other === this.file || !name.endsWith(".json")) continue;
            const content = readLock(other);
            if (!content) continue;
            const owner = `${content.username}@${content.hostname} (pid ${content.pid}) at ${content.timestamp}`;
            if (await isAlive(content)) {
                throw new Error(
                    `the stack is locked by ${owner}; wait for it to end, or remove ${other} if it is no longer running`,
                );
            }
            fs.rmSync(other, { force: true });
            if (content.socket) fs.rmSync(content.socket, { force: true });
            this.notices.push(`The lock of ${owner} was taken over: that process is gone.`);
        }
    }

    release(): void {
        faultPoint("release lock: begun");
        try {
            fs.rmSync(this.file, { force: true });
        } catch {
            // If it can't be removed, its socket shows that it is dead.
        }
        this.server.close();
        fs.rmSync(this.socket, { force: true });
    }
}
