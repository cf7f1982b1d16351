import { escapeXml, unescapeXml } from "../../clients/libvirt";
import { firmwareConfigName, machineIdCredential } from "../../images/guest/identity";
import type { Machine, VmStatus } from "./hypervisor";

/** How guest code runs: with hardware virtualisation, or translated by QEMU. */
export type Accelerator = "kvm" | "tcg";

/**
 * An emulated CPU reports no fast strings (ERMS): otherwise a kernel copies and clears memory byte by byte, and TCG runs each
 * byte as a separate instruction.
 */
const cpu: Record<Accelerator, string> = {
    tcg: "<cpu mode='maximum'><feature policy='disable' name='erms'/></cpu>",
    kvm: "<cpu mode='host-passthrough'/>",
};

/** On the root bus, behind the network interfaces: a guest names these by their slots. */
const watchdogSlot = 0x10;

/**
 * libvirt's definition of a VM (https://libvirt.org/formatdomain.html): only what a server needs, on the root bus, as each
 * bridge, ROM and emulated device costs boot time under TCG. The watchdog resets a guest whose systemd is silent for two minutes
 * (images/guest/vm/etc/systemd/system.conf.d/voip.conf). QEMU counts that time by the guest's clock: it stands still while the
 * VM is paused, and goes on where it stood in a VM that starts from a saved memory.
 */
export function domainXml(machine: Machine, accelerator: Accelerator): string {
    const tcg = accelerator === "tcg";
    return `<domain type='${tcg ? "qemu" : "kvm"}'>
  <name>${escapeXml(machine.name)}</name>
  <uuid>${machine.uuid}</uuid>${machine.generation ? `\n  <genid>${machine.generation.id}</genid>` : ""}${machine.description && `\n  <description>${escapeXml(machine.description)}</description>`}
  <memory unit='MiB'>${machine.memoryMiB}</memory>
  <vcpu>${machine.vcpus}</vcpu>${firmwareConfig(machine)}
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <kernel>${escapeXml(machine.kernel)}</kernel>
    <initrd>${escapeXml(machine.initrd)}</initrd>
    <cmdline>${escapeXml(machine.cmdline)}</cmdline>
  </os>
  <features>
    <acpi/>
    <apic/>${tcg ? "\n    <tcg><tb-cache unit='MiB'>256</tb-cache></tcg>" : ""}
  </features>
  ${cpu[accelerator]}
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>restart</on_crash>
  <devices>
    <controller type='usb' model='none'/>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' discard='unmap'/>
      <source file='${escapeXml(machine.disk)}'/>
      <target dev='vda' bus='virtio'/>
      ${onRootBus(1)}
    </disk>
${machine.nics.map((nic, at) => interfaceXml(nic, at)).join("\n")}
    <rng model='virtio'>
      <backend model='random'>/dev/urandom</backend>
      ${onRootBus(2)}
    </rng>
    <serial type='${machine.generation?.consoleSocket === undefined ? "file" : "unix"}'>
      ${consoleSource(machine)}
      <target type='isa-serial' port='0'/>
    </serial>
    <watchdog model='i6300esb' action='reset'>
      ${onRootBus(watchdogSlot)}
    </watchdog>
    <memballoon model='none'/>
  </devices>
</domain>
`;
}

/** The credentials of a VM, including its machine-id; a guest whose memory will be saved has none. */
function firmwareConfig({ credentials, uuid }: Machine): string {
    if (Object.keys(credentials).length === 0) return "";
    const files = Object.entries(credentials).map(
        ([name, file]) => `<entry name='${escapeXml(firmwareConfigName(name))}' file='${escapeXml(file)}'/>`,
    );
    const id = `<entry name='${firmwareConfigName(machineIdCredential)}'>${uuid.replaceAll("-", "")}</entry>`;
    return `\n  <sysinfo type='fwcfg'>${[...files, id].map((entry) => `\n    ${entry}`).join("")}\n  </sysinfo>`;
}

const consoleSource = ({ consoleLog, generation }: Machine): string =>
    generation?.consoleSocket === undefined
        ? `<source path='${escapeXml(consoleLog)}'/>`
        : `<source mode='bind' path='${escapeXml(generation.consoleSocket)}'/>`;

/** Slots 0 and 31 belong to the chipset. */
const onRootBus = (slot: number) =>
    `<address type='pci' domain='0x0000' bus='0x00' slot='0x${slot.toString(16).padStart(2, "0")}' function='0x0'/>`;

function interfaceXml({ mac, network }: Machine["nics"][number], at: number): string {
    return `    <interface type='network'>
      <mac address='${escapeXml(mac)}'/>
      <source network='${escapeXml(network)}'/>
      <model type='virtio'/>
      <rom enabled='no'/>
      ${onRootBus(3 + at)}
    </interface>`;
}

/** Parses what `domainXml` wrote, as returned by `virsh dumpxml`. A missing element reads as "" or 0. */
export function parseDomainXml(xml: string): Omit<VmStatus, "state" | "autostart"> {
    const text = (element: string) => {
        const found = new RegExp(`<${element}(?: [^>]*)?>([^<]*)</${element}>`).exec(xml);
        return found ? unescapeXml(found[1]) : "";
    };
    const attribute = (part: string, element: string, name: string) => {
        const found = new RegExp(`<${element} (?:[^>]* )?${name}=(?:'([^']*)'|"([^"]*)")`).exec(part);
        return found ? unescapeXml(found[1] ?? found[2]) : "";
    };
    const blocks = (element: string) => xml.match(new RegExp(`<${element} [^>]*>[^]*?</${element}>`, "g")) ?? [];
    return {
        uuid: text("uuid"),
        description: text("description"),
        vcpus: Number(text("vcpu")),
        memoryMiB: Number(text("memory")) / 1024,
        disk: attribute(blocks("disk")[0] ?? "", "source", "file"),
        kernel: text("kernel"),
        initrd: text("initrd"),
        cmdline: text("cmdline"),
        nics: blocks("interface").map((block) => ({
            mac: attribute(block, "mac", "address"),
            network: attribute(block, "source", "network"),
        })),
    };
}
