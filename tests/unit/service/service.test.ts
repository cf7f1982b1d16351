import * as dgram from "node:dgram";
import * as fs from "node:fs";
import { probeOf, type ServiceDefinition } from "../../../providers/service/probe";
import { provider } from "../../../providers/service/provider";
import { StandInGuest } from "../vm-files/guest";

let guest: StandInGuest;
beforeEach(() => (guest = new StandInGuest()));
afterEach(() => guest.remove());

/** Answers each datagram on a port of its own. */
async function listen(answer: (request: string) => string | undefined, port = 0): Promise<dgram.Socket> {
    const socket = dgram.createSocket("udp4");
    socket.on("message", (message, { address, port }) => {
        const reply = answer(message.toString());
        if (reply !== undefined) socket.send(reply, port, address);
    });
    await new Promise<void>((bound) => socket.bind(port, "127.0.0.1", bound));
    return socket;
}

const portOf = (socket: dgram.Socket) => socket.address().port;

const inputs = (port: number, more: Partial<ServiceDefinition> = {}) => ({
    ...guest.target,
    vmId: "uuid-1",
    service: "asterisk",
    protocol: "sip" as const,
    address: "127.0.0.1",
    port,
    user: "*43",
    start: "",
    deadlineSeconds: 1,
    after: [],
    state: "answering",
    ...more,
});

const status = (code: number) => () => `SIP/2.0 ${code} Whatever\r\nVia: x\r\n\r\n`;

test("a service that answers 200 is there, after one round trip", async () => {
    const requests: string[] = [];
    const socket = await listen((request) => (requests.push(request), status(200)()));
    const service = inputs(portOf(socket));
    await provider.create(service);
    expect(guest.roundTrips()).toBe(1);
    expect(requests[0]).toMatch(/^OPTIONS sip:\*43@127\.0\.0\.1:\d+ SIP\/2\.0\r\nVia: .*;rport\r\n[^]*\r\n\r\n$/);
    expect((await provider.read("id", service)).props?.state).toBe("answering");
    socket.close();
});

test("another answer is not enough, and is reported", async () => {
    const socket = await listen(status(404));
    const service = inputs(portOf(socket));
    const where = `asterisk on pbx-1 does not answer at 127.0.0.1:${service.port} after 1 s`;
    await expect(provider.create(service)).rejects.toThrow(`${where}; last seen: SIP/2.0 404 Whatever`);
    expect((await provider.read("id", service)).props?.state).toBe("not answering");
    socket.close();
});

test("the probe waits for a late service", async () => {
    let asked = 0;
    const socket = await listen(() => (++asked < 3 ? undefined : status(200)()));
    await provider.create(inputs(portOf(socket), { deadlineSeconds: 30 }));
    expect(asked).toBe(3);
    socket.close();
});

test("a service that does not answer is started first, one that does is not", async () => {
    const start = `echo start >>${guest.file("started")}; test -e ${guest.file("works")}`;
    const closed = await listen(status(200));
    const port = portOf(closed);
    await provider.create(inputs(port, { start }));
    expect(fs.existsSync(guest.file("started"))).toBe(false);
    await new Promise<void>((done) => closed.close(() => done()));
    await expect(provider.create(inputs(port, { start: `echo no such unit >&2; false` }))).rejects.toThrow(
        "false: no such unit",
    );
    fs.writeFileSync(guest.file("works"), "");
    await expect(provider.create(inputs(port, { start }))).rejects.toThrow("last seen: no answer");
    expect(guest.read("started")).toBe("start\n");
});

test("RTPEngine is asked by a ping of its own protocol", async () => {
    const socket = await listen((request) => `${request.split(" ")[0]} d6:result4:ponge`);
    await provider.create(inputs(portOf(socket), { protocol: "ng", user: "" }));
    expect(probeOf(inputs(1, { protocol: "ng" })).request).toMatch(/^[0-9a-f]{16} d7:command4:pinge$/);
    socket.close();
});

test("an unreachable VM is a separate state, and drift", async () => {
    guest.stop();
    const service = inputs(9);
    const error = jest.spyOn(console, "error").mockImplementation(() => undefined);
    const { props = service } = await provider.read("id", service);
    expect(error).toHaveBeenCalledWith("pbx-1 can't be reached: No route to host");
    error.mockRestore();
    expect(props.state).toBe("host not reached");
    expect(await provider.diff("id", props, service)).toMatchObject({ changes: true, replaces: [] });
});

test("a change of its dependencies means to probe again, a replaced VM to start again", async () => {
    const service = inputs(9);
    expect(await provider.diff("id", service, service)).toMatchObject({ changes: false });
    expect(await provider.diff("id", service, { ...service, after: ["2"] as never[] })).toMatchObject({
        changes: true,
    });
    expect((await provider.diff("id", service, { ...service, vmId: "uuid-2" })).replaces).toEqual(["vmId"]);
});

test("check fills in defaults and names what is wrong", async () => {
    const bare = {
        ...guest.target,
        vmId: "uuid-1",
        service: "asterisk",
        protocol: "sip",
        address: "127.0.0.1",
        port: 9,
    };
    const { inputs: full, failures } = await provider.check(bare as never, bare as never);
    expect(failures).toEqual([]);
    expect(full).toEqual({ ...bare, user: "", start: "", deadlineSeconds: 120, after: [], state: "answering" });
    const wrong = { ...inputs(0), protocol: "http" } as never;
    expect((await provider.check(wrong, wrong)).failures.map((failure) => failure.reason)).toEqual([
        'protocol must be sip or ng, not "http"',
        "port must be a whole number from 1 to 65535, not 0",
    ]);
});
