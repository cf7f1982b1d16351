import type * as child from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { PhoneAccount } from "../../../phone/account";
import { PhoneControl } from "../../../phone/control";
import { Phone } from "../../../phone/phone";
import { toneWav, wavSamples } from "../../../phone/tone";
import { waitFor } from "../../../process/wait";

/* A phone, with a baresip that is a script: it listens where its configuration says, and does as its commands say. */

jest.mock("node:fs", () => {
    const actual = jest.requireActual<typeof fs>("node:fs");
    const modules = "/usr/lib/baresip/modules";
    return {
        ...actual,
        existsSync: (file: string) => (file === modules ? mockModules.there : actual.existsSync(file)),
        chownSync: (file: string, uid: number, gid: number) => mockModules.owners.push([file, uid, gid]),
    };
});
// a program is looked for in the PATH of the test, not in that of the process that runs it
jest.mock("node:child_process", () => {
    const actual = jest.requireActual<typeof child>("node:child_process");
    const spawn = (program: string, args: string[], options: child.SpawnOptions) =>
        actual.spawn(program, args, { env: process.env, ...options });
    return { ...actual, spawn };
});
const mockModules = { there: true, owners: [] as [string, number, number][] };

const sip = (...lines: string[]): string =>
    ["#", "TLS 10.64.0.101:5061 -> 10.64.0.10:5061", ...lines, "CSeq: 1 REGISTER", "Content-Length: 0", "", ""].join(
        "\n",
    );

/** Gives up its registration at the first signal, which the proxy confirms, and ends at the second. */
const baresip = (dir: string) => `#!/bin/sh
echo "baresip $*" >>${dir}/said
echo "baresip is ready"
signals=0
told() {
    signals=$((signals + 1))
    echo "SIGTERM $signals" >>${dir}/said
    if [ $signals = 1 ]; then cat ${dir}/trace; elif [ ! -e ${dir}/lingers ]; then exit 0; fi
}
trap told TERM
echo up >${dir}/up
while :; do sleep 0.1; done
`;

/** The phone's control connection: what it is told, and what it answers to registrations. */
let told: string[];
let registration: { type: string; param?: string };
const control = {
    command: async (command: string, params?: string) => {
        told.push([command, params].filter(Boolean).join(" "));
        return command === "audio_debug" ? "TX: packets=50 rcvd=49 secure=yes" : "";
    },
    last: (...types: string[]) => (types.includes(registration.type) ? registration : undefined),
    close: () => told.push("close"),
};

const addresses = [
    { ifname: "lo", addr_info: [{ local: "127.0.0.1", prefixlen: 8 }] },
    {
        ifname: "eth0",
        addr_info: [
            { local: "10.64.0.101", prefixlen: 24 },
            { local: "10.65.130.7", prefixlen: 20 },
        ],
    },
];

let dir: string;
const before = process.env.PATH;
const at = (name: string): string => path.join(dir, name);
const program = (name: string, script: string): void => fs.writeFileSync(at(`bin/${name}`), script, { mode: 0o755 });
const said = (): string[] => fs.readFileSync(at("said"), "utf8").trim().split("\n");

const account = (more: Partial<PhoneAccount> = {}): PhoneAccount => ({
    extension: "1001",
    password: "secret",
    domain: "sip.local",
    address: "10.64.0.101",
    proxy: { address: "10.64.0.10", port: 5061, transport: "tls" },
    srtp: true,
    autoAnswer: false,
    ...more,
});

beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-phone-"));
    fs.mkdirSync(at("bin"));
    fs.writeFileSync(at("said"), "");
    fs.writeFileSync(at("trace"), sip("REGISTER sip:x SIP/2.0", "Contact: <sip:x>;expires=0") + sip("SIP/2.0 200 OK"));
    [told, registration] = [[], { type: "REGISTER_OK" }];
    jest.spyOn(PhoneControl, "connect").mockImplementation(async (port) => {
        expect(fs.readFileSync(at("phone/config"), "utf8")).toContain(`ctrl_tcp_listen 127.0.0.1:${port}\n`);
        await waitFor("the program", () => fs.existsSync(at("up")) || undefined, { deadlineMs: 60_000 });
        return control as unknown as PhoneControl;
    });
    Object.assign(mockModules, { there: true, owners: [] });
    program(
        "ip",
        `#!/bin/sh\necho "ip $*" >>${at("said")}\ncase "$*" in *json*) echo '${JSON.stringify(addresses)}';; *rule*) exit 2;; esac\n`,
    );
    program(
        "setpriv",
        `#!/bin/sh\necho "setpriv $*" >>${at("said")}\nwhile [ "$1" != stdbuf ]; do shift; done\nexec "$@"\n`,
    );
    program("stdbuf", `#!/bin/sh\nshift\nexec "$@"\n`);
    program("baresip", baresip(dir));
    process.env.PATH = `${at("bin")}:${before}`;
});
afterEach(() => {
    process.env.PATH = before;
    fs.rmSync(dir, { recursive: true });
});

const started = async (given = account()): Promise<Phone> => Phone.start(given, at("phone"), 440, 2);

describe("a phone", () => {
    it("runs as a user of its own, which sends from the phone's address, and dies with its parent", async () => {
        const phone = await started();
        await phone.stop();
        expect(said().filter((line) => /^(ip|setpriv|baresip) /.test(line))).toEqual([
            "ip -json -4 address show",
            "ip route replace 10.64.0.0/24 dev eth0 src 10.64.0.101 table 64101",
            "ip rule add uidrange 64101-64101 lookup 64101",
            `setpriv --reuid 64101 --regid 64101 --clear-groups --pdeathsig KILL stdbuf -oL baresip -s -f ${at("phone")}`,
            `baresip -s -f ${at("phone")}`,
        ]);
        expect(mockModules.owners).toEqual(
            ["", "tone.wav", "config"].map((name) => [path.join(at("phone"), name), 64101, 64101]),
        );
        expect(fs.statSync(at("phone")).mode & 0o777).toBe(0o700);
        expect(fs.statSync(at("phone/log")).mode & 0o777).toBe(0o600);
        expect(fs.readFileSync(at("phone/tone.wav"))).toEqual(toneWav(440, 2));
        expect(fs.readFileSync(at("phone/config"), "utf8")).toContain("module_path /usr/lib/baresip/modules\n");
    });

    it("finds the network of its address, whatever the length of its prefix", async () => {
        await (await started(account({ address: "10.65.130.7" }))).stop();
        expect(said()).toContain("ip route replace 10.65.128.0/20 dev eth0 src 10.65.130.7 table 64007");
    });

    it("registers, speaks, counts and falls silent", async () => {
        const phone = await started();
        await phone.register();
        await phone.speak();
        expect(await phone.counters()).toEqual({ sent: 50, received: 49, secure: true, codec: undefined });
        await phone.silence();
        await phone.stop();
        expect(told).toEqual([
            expect.stringMatching(/^uanew <sip:1001@sip.local;transport=tls>/),
            `ausrc aufile,${at("phone/tone.wav")}`,
            "audio_debug",
            "ausrc aubridge,quiet",
            "close",
        ]);
    });

    it("that is refused says what the proxy said", async () => {
        registration = { type: "REGISTER_FAIL", param: "403 Forbidden" };
        const phone = await started();
        await expect(phone.register()).rejects.toThrow(
            "phone 1001 could not register at 10.64.0.10:5061: 403 Forbidden",
        );
        await phone.stop();
    });

    it("gives up its registration before it ends, and does not linger after that", async () => {
        const phone = await started();
        const { trace, heard, log } = await phone.stop();
        expect(said().filter((line) => line.startsWith("SIGTERM"))).toEqual(["SIGTERM 1", "SIGTERM 2"]);
        expect(trace.map(({ startLine }) => startLine)).toEqual(["REGISTER sip:x SIP/2.0", "SIP/2.0 200 OK"]);
        expect(heard).toHaveLength(0);
        expect(log).toContain("baresip is ready");
    });

    it("is ended when it does linger", async () => {
        fs.writeFileSync(at("lingers"), "");
        const phone = await started();
        const { process: ended } = phone as unknown as { process: child.ChildProcess };
        const end = new Promise<NodeJS.Signals | null>((resolve) =>
            ended.once("exit", (_code, signal) => resolve(signal)),
        );
        await phone.stop();
        expect(await end).toBe("SIGKILL");
    });

    it("returns what it heard, and keeps it on request", async () => {
        const phone = await started();
        const wav = toneWav(880, 1);
        fs.writeFileSync(at("phone/dump-1-dec.wav"), wav);
        fs.writeFileSync(at("phone/dump-1-enc.wav"), toneWav(1, 1));
        const { heard } = await phone.stop(dir);
        expect(heard).toEqual(wavSamples(wav));
        expect(fs.readFileSync(at("1001.wav"))).toEqual(wav);
    });
});

describe("a phone does not start", () => {
    it("without an interface that has its address", async () => {
        await expect(started(account({ address: "192.0.2.1" }))).rejects.toThrow(
            "no interface has the phone's address 192.0.2.1: run ./voip up",
        );
    });

    it("without baresip's modules", async () => {
        mockModules.there = fs.existsSync("/usr/local/lib/baresip/modules");
        if (!mockModules.there)
            await expect(started()).rejects.toThrow(/^no baresip modules in .*: install baresip-core/);
    });

    it("when it does not listen: what it said, or why it could not be started", async () => {
        jest.spyOn(PhoneControl, "connect").mockImplementation(async () => {
            await waitFor("the program", () => fs.existsSync(at("up")) || undefined, { deadlineMs: 60_000 });
            throw new Error("connection refused");
        });
        await expect(started()).rejects.toThrow(/^phone 1001 did not start: baresip is ready\n$/);
        fs.rmSync(at("phone"), { recursive: true });
        fs.rmSync(at("bin/setpriv"));
        jest.spyOn(PhoneControl, "connect").mockImplementation(async () => {
            await new Promise(setImmediate); // by then it is known that there is no such program
            throw new Error("connection refused");
        });
        process.env.PATH = at("bin");
        await expect(started()).rejects.toThrow("phone 1001 did not start: spawn setpriv ENOENT");
    });
});
