import * as net from "node:net";
import { pluginFor } from "../../../engine/plugins";
import { UnreachableError, type Properties, type ResourceType } from "../../../engine/plugins/plugin";
import { context } from "../../unit/plugins/context";
import { startSshd, type TestSshd } from "./sshd";

let sshd: TestSshd;
let command: ResourceType;
let connection: Properties;

beforeAll(async () => {
    sshd = await startSshd();
    command = (await pluginFor("command")!()).types["command:remote:Command"];
    connection = { host: "127.0.0.1", port: sshd.port, privateKey: sshd.privateKey, hostKey: sshd.hostKey };
});
afterAll(() => sshd?.stop());

async function create(news: Properties, ctx = context()): Promise<{ id: string; outputs: Properties }> {
    const { inputs, failures } = await command.check({}, news);
    expect(failures).toEqual([]);
    return command.create(inputs, ctx);
}

it("runs the command with its standard input and gives what it printed", async () => {
    const ctx = context();
    const { id, outputs } = await create({ connection, create: "cat; echo warning >&2", stdin: "a\nb\n" }, ctx);
    expect(id).toMatch(/^thing[0-9a-f]{8}$/);
    expect(outputs).toMatchObject({ stdout: "a\nb", stderr: "warning" });
    expect(ctx.lines.sort()).toEqual(["a", "b", "warning"]);
});

it("gives the next command the output of the one before, where the server accepts the variables", async () => {
    const inputs = { connection: { ...connection, user: "root", dialErrorLimit: 0, perDialTimeout: 15 } };
    const first = await create({ connection, create: "echo first" });
    const update = { ...inputs, update: "echo $PULUMI_COMMAND_STDOUT, second" };
    const second = await command.update!(first.id, first.outputs, update, context());
    expect(second.outputs.stdout).toBe("first, second");
    const ctx = context();
    await command.delete(first.id, { ...second.outputs, delete: "echo deleted after $PULUMI_COMMAND_STDOUT" }, ctx);
    expect(ctx.lines).toEqual(["deleted after first, second"]);
});

it("says with which status the command failed, and what it printed", async () => {
    await expect(create({ connection, create: "echo doomed; exit 3" })).rejects.toThrow(
        'exit status 3: running "echo doomed; exit 3":\ndoomed',
    );
    await expect(create({ connection, create: "kill -9 $$" })).rejects.toThrow("killed by SIGKILL");
});

it("refuses a host with another key", async () => {
    const other = `ssh-ed25519 ${Buffer.alloc(51).toString("base64")}`;
    const wrong = { ...connection, hostKey: other, dialErrorLimit: 0 };
    await expect(create({ connection: wrong, create: "true" })).rejects.toThrow(UnreachableError);
});

it("dials again until the host answers", async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as net.AddressInfo;
    let attempts = 0;
    server.on("connection", (socket) => {
        attempts += 1;
        if (attempts === 1) return socket.destroy();
        const onward = net.connect(sshd.port, "127.0.0.1");
        return socket.pipe(onward).pipe(socket);
    });
    const ctx = context();
    const { outputs } = await create({ connection: { ...connection, port }, create: "echo reached" }, ctx);
    server.close();
    expect(outputs.stdout).toBe("reached");
    expect(ctx.lines).toEqual(["Dial 1/10 failed: retrying", "reached"]);
});

it("gives up after dialErrorLimit failures, naming host and reason", async () => {
    const nobody = { ...connection, port: 1, dialErrorLimit: 1 };
    await expect(create({ connection: nobody, create: "true" })).rejects.toThrow(
        /no ssh connection to 127.0.0.1:1 after 2 attempts: .*ECONNREFUSED/,
    );
});

it("ends the connection when it is interrupted", async () => {
    const interrupt = new AbortController();
    const log = (): void => interrupt.abort();
    await expect(
        create({ connection, create: "echo begun; sleep 600" }, { ...context(), signal: interrupt.signal, log }),
    ).rejects.toThrow("the connection was lost");
});
