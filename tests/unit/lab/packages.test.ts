import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { canInstallPackages, hostPackages, installPackages, missingPackages } from "../../../lab/packages";

let dir: string;
const before = process.env.PATH;
const program = (name: string, script = "exit 0"): void =>
    fs.writeFileSync(path.join(dir, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
beforeEach(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), "voip-packages-"));
    process.env.PATH = `/nonexistent:${dir}`;
});
afterEach(() => {
    process.env.PATH = before;
    fs.rmSync(dir, { recursive: true });
});

/** Packages of which no part can be on this machine by chance. */
const provided = hostPackages.filter(
    ({ provides }) =>
        !path.isAbsolute(provides) &&
        !["/usr/local/sbin", "/usr/sbin", "/sbin"].some((place) => fs.existsSync(path.join(place, provides))),
);

test("a package is there when what it provides is on PATH", () => {
    expect(provided.length).toBeGreaterThan(5);
    const all = missingPackages();
    for (const { name, provides, purpose } of provided.filter(({ purpose: of }) => of !== "tests")) {
        expect([name, all.includes(name)]).toEqual([name, true]);
        expect([name, missingPackages(purpose).includes(name)]).toEqual([name, true]);
        program(provides);
        expect([name, missingPackages().includes(name)]).toEqual([name, false]);
    }
});

test("what only tests need is missing to tests alone", () => {
    const ofTests = hostPackages.filter(({ purpose }) => purpose === "tests").map(({ name }) => name);
    expect(missingPackages().filter((name) => ofTests.includes(name))).toEqual([]);
    const missing = provided.filter(({ purpose }) => purpose === "tests").map(({ name }) => name);
    expect(missingPackages("tests")).toEqual(missing);
});

test("each purpose has its packages, and none of them starts a service", () => {
    const of = (purpose: string) => hostPackages.filter((each) => each.purpose === purpose).map(({ name }) => name);
    const emulator = process.arch === "arm64" ? "qemu-system-arm" : "qemu-system-x86";
    expect(of("lab").sort()).toEqual(
        [
            "dnsmasq-base",
            "iproute2",
            "libvirt-clients",
            "libvirt-daemon",
            "libvirt-daemon-driver-qemu",
            "openssh-client",
            "openssl",
            "qemu-utils",
            "tini",
            emulator,
        ].sort(),
    );
    expect(of("images").sort()).toEqual(["e2fsprogs", "mmdebstrap", "python3-pip"]);
    expect(of("phones")).toEqual(["baresip-core"]);
    expect(of("backups")).toEqual(["age"]);
    expect(of("tests").sort()).toEqual(["curl", "procps", "sip-tester", "systemd", "tcpdump"]);
});

describe("packages are installed", () => {
    const said = (): string[] => fs.readFileSync(path.join(dir, "said"), "utf8").trim().split("\n");

    it("without what they only recommend, and without a question", async () => {
        program("apt-get", `echo "$DEBIAN_FRONTEND $*" >>${dir}/said; echo working`);
        const lines: string[] = [];
        await installPackages(["tini", "openssl"], (line) => lines.push(line));
        expect(said()).toEqual(["noninteractive -q install --yes --no-install-recommends tini openssl"]);
        expect(lines).toEqual(["working"]);
    });

    it("with newer lists, if the present ones are insufficient", async () => {
        program("apt-get", `echo "$2" >>${dir}/said; [ "$2" = update ] && : >${dir}/lists; [ -e ${dir}/lists ]`);
        await installPackages(["tini"]);
        expect(said()).toEqual(["install", "update", "install"]);
    });

    it("or the failure is reported", async () => {
        program("apt-get", "echo no such package >&2; exit 100");
        await expect(installPackages(["none"])).rejects.toThrow(/apt-get .*: exit status 100\nno such package/s);
    });

    it("by root, where there is apt-get", () => {
        const uid = jest.spyOn(process, "getuid");
        const everywhere = ["/usr/local/sbin", "/usr/sbin", "/sbin"].some((at) =>
            fs.existsSync(path.join(at, "apt-get")),
        );
        uid.mockReturnValue(0);
        expect(canInstallPackages()).toBe(everywhere);
        program("apt-get");
        expect(canInstallPackages()).toBe(true);
        uid.mockReturnValue(1000);
        expect(canInstallPackages()).toBe(false);
        uid.mockRestore();
    });
});
