import type * as results from "../../../cli/result";

/* What a command line has a command do: the function that is called, and what it is given. */

interface Did {
    work?: string;
    given?: unknown[];
    json?: boolean;
    error?: string;
    status?: number;
}

/** Runs `./voip ARGS` with every command replaced by one that only notes down that it was called. */
async function voip(...args: string[]): Promise<Did> {
    const did: Did = {};
    const command = (name: string) => ({
        [name]: async (...given: unknown[]) => {
            Object.assign(did, { work: name, given });
            return { facts: {}, text: "" };
        },
    });
    const commands = (...names: string[]) => Object.assign({}, ...names.map(command)) as object;
    jest.resetModules();
    for (const [file, name] of [
        ["operate", "operate"],
        ["stop", "stop"],
        ["outputs", "outputs"],
        ["status", "status"],
        ["images", "images"],
        ["doctor", "doctor"],
        ["rotate", "rotate"],
        ["extension", "extension"],
        ["backup", "backup"],
        ["restore", "restore"],
        ["call", "call"],
        ["shell", "shell"],
        ["test", "test"],
        ["bench", "bench"],
    ])
        jest.doMock(`../../../cli/commands/${file}`, () => command(name));
    jest.doMock("../../../cli/commands/boot", () => commands("installService", "uninstallService"));
    const settled = new Promise<void>((resolve) => {
        jest.doMock("../../../cli/result", () => ({
            ...jest.requireActual<typeof results>("../../../cli/result"),
            report: async (json: boolean, work: () => Promise<unknown>) => {
                did.json = json;
                await Promise.resolve()
                    .then(work)
                    .catch((error: { message: string; status: number }) =>
                        Object.assign(did, { error: error.message, status: error.status }),
                    );
                resolve();
            },
        }));
    });
    const before = process.argv;
    process.argv = ["node", "main.ts", ...args];
    const stdout = jest.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
        await import("../../../cli/main");
        await settled;
    } finally {
        process.argv = before;
        stdout.mockRestore();
    }
    return did;
}

beforeEach(() => delete process.env.VOIP_STACK);

describe("a command line", () => {
    it.each<[string, Did]>([
        ["up", { work: "operate", given: ["up", { stack: "dev", engine: "auto" }], json: false }],
        [
            "preview --engine pulumi --target a --target b --parallel 3 --json",
            {
                work: "operate",
                given: ["preview", { stack: "dev", engine: "pulumi", target: ["a", "b"], parallel: 3, json: true }],
                json: true,
            },
        ],
        ["refresh -s prod", { work: "operate", given: ["refresh", { stack: "prod", engine: "auto" }], json: false }],
        [
            "destroy -y --confirm dev --engine embedded",
            {
                work: "operate",
                given: ["destroy", { stack: "dev", engine: "embedded", yes: true, confirm: "dev" }],
                json: false,
            },
        ],
        ["stop -s testing", { work: "stop", given: ["testing"], json: false }],
        ["install-service", { work: "installService", given: [{ stack: "dev" }], json: false }],
        [
            "install-service --print --passphrase-file /root/words",
            { work: "installService", given: [{ stack: "dev", print: true, passphraseFile: "/root/words" }] },
        ],
        ["uninstall-service --json", { work: "uninstallService", given: ["dev"], json: true }],
        ["outputs --show-secrets", { work: "outputs", given: [{ stack: "dev", showSecrets: true }], json: false }],
        ["status --stack testing", { work: "status", given: ["testing"], json: false }],
        ["images outdated", { work: "images", given: ["dev", ["outdated"]] }],
        ["doctor", { work: "doctor", given: [], json: false }],
        ["rotate", { work: "rotate", given: [{ stack: "dev" }], json: false }],
        ["rotate --only db --vm sip-1", { work: "rotate", given: [{ stack: "dev", only: "db", vm: "sip-1" }] }],
        ["rotate --only certs", { work: "rotate", given: [{ stack: "dev", only: "certs" }] }],
        ["rotate --only approle", { work: "rotate", given: [{ stack: "dev", only: "approle" }] }],
        ["extension add 1500", { work: "extension", given: [{ stack: "dev" }, ["add", "1500"]] }],
        ["extension list", { work: "extension", given: [{ stack: "dev" }, ["list"]] }],
        ["backup --to /b", { work: "backup", given: [{ stack: "dev", to: "/b" }] }],
        [
            "backup -s prod --to b --passphrase-file p",
            { work: "backup", given: [{ stack: "prod", to: "b", passphraseFile: "p" }] },
        ],
        ["restore --from /b", { work: "restore", given: [{ stack: "dev", from: "/b" }] }],
        [
            "restore --from b --passphrase-file p --keep-config --json",
            { work: "restore", given: [{ from: "b", passphraseFile: "p", keepConfig: true }], json: true },
        ],
        ["call", { work: "call", given: [{ stack: "dev", from: "1001", to: "1002", seconds: 5 }] }],
        [
            "call --from 1003 --to *43 --seconds 10 --record here --transport udp",
            {
                work: "call",
                given: [{ stack: "dev", from: "1003", to: "*43", seconds: 10, record: "here", transport: "udp" }],
            },
        ],
        ["call --transport tcp", { work: "call" }],
        ["call --transport tls", { work: "call" }],
        ["shell", { work: "shell", given: ["dev", []] }],
        ["shell -s prod ssh sip-1 ls --json", { work: "shell", given: ["prod", ["ssh", "sip-1", "ls", "--json"]] }],
        ["test unit --bail -t x", { work: "test", given: [["unit", "--bail", "-t", "x"]] }],
        ["bench", { work: "bench", given: [{ stack: "dev", cold: true }, []] }],
        [
            "bench up media --calls 30 --no-cold",
            { work: "bench", given: [{ stack: "dev", calls: 30, cold: false }, ["up", "media"]] },
        ],
    ])("./voip %s", async (line, expected) => {
        expect(await voip(...line.split(" "))).toMatchObject(expected);
    });

    it.each([
        ["frobnicate", "unknown command 'frobnicate'"],
        ["", "no command was given; see the list above"],
        ["up --engine other", "Allowed choices are auto, pulumi, embedded."],
        ["up --parallel 0", "a whole number from 1 is allowed."],
        ["call --seconds 1.5", "a whole number from 1 is allowed."],
        ["call --transport ws", "Allowed choices are udp, tcp, tls."],
        ["rotate --only all", "Allowed choices are db, certs, approle, kv."],
        ["up --confirm dev", "unknown option '--confirm'"],
        ["extension", "missing required argument 'action'"],
        ["backup", "required option '--to <dir>' not specified"],
        ["restore", "required option '--from <dir>' not specified"],
    ])("./voip %s is refused, in one sentence", async (line, message) => {
        const did = await voip(...line.split(" ").filter(Boolean));
        expect(did.error).toContain(message);
        expect(did.error).not.toMatch(/^error:/);
        expect(did).toMatchObject({ status: 2, json: false });
        expect(did).not.toHaveProperty("work");
    });

    it("is refused in JSON where that was asked for", async () => {
        expect(await voip("frobnicate", "--json")).toMatchObject({ status: 2, json: true });
    });

    it("takes the stack's name from the environment", async () => {
        process.env.VOIP_STACK = "mine";
        expect(await voip("status")).toMatchObject({ given: ["mine"] });
        expect(await voip("shell")).toMatchObject({ given: ["mine", []] });
        expect(await voip("status", "--stack", "other")).toMatchObject({ given: ["other"] });
    });
});
