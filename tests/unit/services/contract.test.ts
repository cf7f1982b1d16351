import { containers } from "../../../config/types";
import type { PlatformOutputs, ServiceOutput } from "../../../contract";
import { definitions } from "../../../services/definitions";
import { serviceNamed, services, standardPorts } from "../../../services/registry";
import { hostKinds, type Service } from "../../../services/service";
import { runProgram, type MadeResource } from "../components/program";

const byName = services.map((service) => [service.name, service as Service] as const);

/** None of them is a standard one, or part of another: a number that is found is the planned one. */
const ports = Object.fromEntries(Object.keys(standardPorts).map((name, index) => [name, 41_111 + 7 * index]));
ports.rtpMin = 30_001;
ports.rtpMax = 30_999;

describe("the registry", () => {
    it("has each name once", () => {
        const names = services.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
    });

    it("has the containers that the configuration knows archives of", () => {
        const onVms = services.filter(({ run, hosts }) => run.kind === "container" && !hosts.includes("core"));
        expect(onVms.map(({ name }) => name).sort()).toEqual([...containers].sort());
    });
});

describe.each(byName)("%s", (name, service) => {
    const sockets = service.ports({ ports: standardPorts, sipOwner: "kamailio" });

    it("runs on hosts that there are", () => {
        expect(service.hosts.length).toBeGreaterThan(0);
        for (const host of service.hosts) expect(hostKinds).toContain(host);
    });

    it("names sockets once each, and its health's among them", () => {
        const names = sockets.map((port) => port.name);
        expect(new Set(names).size).toBe(names.length);
        if ("port" in service.health) expect(names).toContain(service.health.port);
    });

    it("names the clients of a socket on the internal network, and of no other", () => {
        const inside = sockets.filter(({ sides }) => sides.includes("internal") || sides.includes("everywhere"));
        expect(sockets.filter(({ clients }) => clients.length > 0)).toEqual(inside);
        for (const { clients } of sockets) {
            expect(hostKinds).toEqual(expect.arrayContaining([...clients]));
            expect(new Set(clients).size).toBe(clients.length);
        }
    });

    it("names the ports that it takes from the configuration", () => {
        const own = (service.standardPorts ?? {}) as Record<string, number>;
        for (const sipOwner of ["kamailio", "opensips"] as const) {
            for (const { port } of service.ports({ ports: own, sipOwner })) expect(port).toEqual(expect.any(Number));
        }
    });

    it("has an image, if it is made of packages", () => {
        const { run } = service;
        if (run.kind !== "container" || run.image === "archive") return;
        expect(definitions.containers[name]).toBe(run.image);
        expect(definitions.layers.map((layer) => layer.name)).toContain(run.image.layer);
    });

    it("is found by its name", () => expect(serviceNamed(name)).toBe(service));
});

describe("on the hosts", () => {
    let made: MadeResource[];
    let outputs: PlatformOutputs;
    beforeAll(async () => {
        const ran = await runProgram({ ports: JSON.stringify(ports) });
        made = ran.made;
        outputs = ran.outputs as unknown as PlatformOutputs;
    });

    /** All that is written on a host for its services. */
    function filesOn(vm: string): string {
        const ofHost = made.filter(({ type, name }) =>
            vm === "core" ? type === "HostFiles" : type === "VmFiles" && name.startsWith(`${vm}-`),
        );
        expect(ofHost.length).toBeGreaterThan(0);
        return JSON.stringify(ofHost.map(({ inputs }) => inputs.files));
    }

    /** sshd listens at its standard port, which no file names. */
    const configured = (): ServiceOutput[] => outputs.services.filter(({ name }) => name !== "sshd");

    it("every planned port is in a file that is written there", () => {
        const missing = configured().flatMap(({ name, vm, ports: planned }) =>
            planned
                .flatMap(({ port, last }) => [port, ...(last ? [last] : [])])
                .filter((number) => !filesOn(vm).includes(String(number)))
                .map((number) => `${number} of ${name} on ${vm}`),
        );
        expect(missing).toEqual([]);
        expect(configured().flatMap((service) => service.ports).length).toBeGreaterThan(10);
    });

    it("the ports are the configuration's", () => {
        const numbers = configured().flatMap((service) => service.ports.map(({ port }) => port));
        const own = Object.values(ports);
        expect(numbers.filter((number) => !own.includes(number))).toEqual([ports.vault + 1]); // OpenBao's cluster
    });
});
