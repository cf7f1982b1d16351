import { externalCore, runProgram, type MadeResource } from "./program";

const isOn = (option: string) => (resource: MadeResource) => resource.kept.includes(option);
const names = (made: MadeResource[]): string[] => made.map(({ type, name }) => `${type} ${name}`).sort();

const onServers = [
    ...["asterisk", "cdr", "freeswitch", "homer", "kamailio", "opensips"].map(
        (name) => `Database databases-${name}-database`,
    ),
    ...["asterisk", "cdr", "freeswitch", "homer", "kamailio", "opensips"].map((name) => `Role databases-${name}-owner`),
    ...["asterisk", "cdr_writer", "freeswitch", "homer", "kamailio", "opensips", "vault-admin"].map(
        (name) => `Role databases-${name}`,
    ),
    ...["database", "pki", "pki-int", "secret"].map((name) => `Mount vault-${name}`),
    "AuthBackend vault-approle",
];

describe("protect: true", () => {
    it("protects and keeps all data on external servers, and nothing else", async () => {
        const { made } = await runProgram({ protect: "true", lab: "false", ...externalCore });
        const expected = [...onServers, "SshAccess access", "Vm pbx-1-vm"].sort();
        expect(names(made.filter(isOn("protect")))).toEqual(expected);
        // old CAs are retained in any case: a roll leaves them
        const retained = made.filter(isOn("retainOnDelete")).filter(({ type }) => !type.startsWith("SecretBackend"));
        expect(names(retained)).toEqual(expected);
        expect(made.find(({ name }) => name === "pbx-1-vm")?.inputs).toMatchObject({ holdsData: true });
        expect(made.find(({ name }) => name === "sip-1-vm")?.inputs).not.toHaveProperty("holdsData");
    });

    it("leaves alone what is inside of kept resources", async () => {
        const { made } = await runProgram({ protect: "true", lab: "false", ...externalCore });
        const inside = [
            "SecretV2",
            "SecretBackendStaticRole",
            "AuthBackendRole",
            "Migrations",
            "Subscribers",
            "GrantRole",
        ];
        for (const type of inside) {
            const all = made.filter((resource) => resource.type === type);
            expect(all.length).toBeGreaterThan(0);
            expect(names(all.filter(isOn("deletedWith")))).toEqual(names(all));
        }
    });

    it("protects the volumes of a lab's own servers too", async () => {
        const { made } = await runProgram({ protect: "true" });
        const protectedNames = names(made.filter(isOn("protect")));
        expect(protectedNames).toEqual(expect.arrayContaining([...onServers, "HostFiles openbao-files"]));
        expect(protectedNames).toEqual(expect.arrayContaining(["HostFiles postgres-files", "Vm pbx-1-vm"]));
    });
});

test("without it nothing is protected, and only old CAs are kept", async () => {
    const { made } = await runProgram();
    expect(names(made.filter(isOn("protect")))).toEqual([]);
    const retained = made.filter(isOn("retainOnDelete"));
    expect(retained.length).toBeGreaterThan(0);
    expect(retained.filter(({ type }) => !type.startsWith("SecretBackend"))).toEqual([]);
});
