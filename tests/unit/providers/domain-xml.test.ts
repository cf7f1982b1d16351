import { domainXml, parseDomainXml } from "../../../providers/vm/domain-xml";
import type { Machine } from "../../../providers/vm/hypervisor";
import { networkXml } from "../../../providers/vm-network/network";

const machine: Machine = {
    name: "media-1",
    description: "",
    uuid: "6d2a3c3e-7d3d-4f3e-9c44-1f1f0a0b0c0d",
    vcpus: 2,
    memoryMiB: 1024,
    disk: "/data/vms/media-1/disk.qcow2",
    kernel: "/cache/images/media/vmlinuz",
    initrd: "/cache/images/media/initrd",
    cmdline: "root=/dev/vda console=ttyS0 quote='<&>'",
    nics: [
        { name: "eth0", mac: "52:54:00:12:34:14", network: "internal", address: "192.168.64.20", prefix: 24 },
        { name: "eth1", mac: "52:54:00:12:35:14", network: "external", address: "10.64.0.20", prefix: 24 },
    ],
    consoleLog: "/data/vms/media-1/console.log",
    credentials: {
        "system.hostname": "/data/vms/media-1/credentials/system.hostname",
        "voip.ssh_host_key": "/data/ssh/key",
    },
};

describe("domainXml", () => {
    it.each(["tcg", "kvm"] as const)("defines a lean VM for %s", (accelerator) => {
        expect(domainXml(machine, accelerator)).toMatchSnapshot();
    });

    it("connects the console of a guest whose memory is to be saved, which has no credentials", () => {
        const generation = { id: "5a1f0c2e-6c1f-4d39-8d7f-0f6c2a3b4c5d", consoleSocket: "/tmp/console" };
        const xml = domainXml({ ...machine, credentials: {}, generation }, "tcg");
        expect(xml).toContain("<genid>5a1f0c2e-6c1f-4d39-8d7f-0f6c2a3b4c5d</genid>");
        expect(xml).toContain("<serial type='unix'>\n      <source mode='bind' path='/tmp/console'/>");
        expect(xml).not.toContain("fwcfg");
        expect(xml).not.toContain("credential");
    });

    it("has the devices of a saved memory in a VM that goes on from it", () => {
        const devices = (generation?: Machine["generation"]) =>
            domainXml({ ...machine, generation }, "tcg").match(
                /<(disk|interface|rng|controller|serial|target|watchdog|address) [^>]*>/g,
            );
        expect(devices({ id: "", consoleSocket: "/tmp/console" })).toEqual(
            devices({ id: "" })?.map((device) => device.replace("<serial type='file'>", "<serial type='unix'>")),
        );
        expect(devices({ id: "" })).toEqual(devices());
    });

    it("is read back as it was written", () => {
        const { uuid, vcpus, memoryMiB, disk, kernel, initrd, cmdline } = machine;
        const description = "its disk <holds> data";
        const nics = machine.nics.map(({ mac, network }) => ({ mac, network }));
        const xml = domainXml({ ...machine, description }, "tcg").replace(
            "<memory unit='MiB'>1024<",
            "<memory unit='KiB'>1048576<",
        );
        expect(parseDomainXml(xml)).toEqual({
            uuid,
            description,
            vcpus,
            memoryMiB,
            disk,
            kernel,
            initrd,
            cmdline,
            nics,
        });
    });
});

describe("parseDomainXml", () => {
    it("reads what libvirt gives back, whatever else it holds", () => {
        const xml = `<domain type='qemu'>
  <name>sip-1</name>
  <uuid>6d2a3c3e-7d3d-4f3e-9c44-1f1f0a0b0c0d</uuid>
  <memory unit='KiB'>1048576</memory>
  <currentMemory unit='KiB'>1048576</currentMemory>
  <vcpu placement='static' current='1'>2</vcpu>
  <os><kernel>/k</kernel><cmdline>a=&apos;b&apos; &amp; c</cmdline></os>
  <devices>
    <interface type='bridge'><mac address='52:54:00:12:34:14'/><source bridge='br0'/></interface>
  </devices>
</domain>`;
        expect(parseDomainXml(xml)).toEqual({
            uuid: "6d2a3c3e-7d3d-4f3e-9c44-1f1f0a0b0c0d",
            description: "",
            vcpus: 2,
            memoryMiB: 1024,
            disk: "",
            kernel: "/k",
            initrd: "",
            cmdline: "a='b' & c",
            nics: [{ mac: "52:54:00:12:34:14", network: "" }],
        });
    });
});

describe("networkXml", () => {
    it.each([
        ["an address of the host", { address: "192.168.64.1", prefix: 24 }],
        ["no address of the host", {}],
        ["a bridge that the host has", { mode: "bridge" as const }],
    ])("defines a network with %s", (_, addressing) => {
        const definition = { uri: "qemu:///system", networkName: "internal", bridge: "br-int", ...addressing };
        expect(networkXml(definition)).toMatchSnapshot();
    });
});
