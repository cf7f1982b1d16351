import type { VmDefinition } from "../../../providers/vm/definition";

/** A VM of a lab, with its files below `dir`. */
export const vmIn = (dir: string, more: Partial<VmDefinition> = {}): VmDefinition => ({
    hypervisor: "libvirt",
    uri: "qemu:///system",
    vmName: "sip-1",
    vcpus: 2,
    memoryMiB: 1024,
    diskGiB: 20,
    disk: `${dir}/cache/sip-0123/disk.raw`,
    kernel: `${dir}/cache/sip-0123/vmlinuz`,
    initrd: `${dir}/cache/sip-0123/initrd`,
    cmdline: "root=/dev/vda",
    nics: [
        { name: "eth0", mac: "52:54:00:12:34:0a", network: "internal", address: "192.168.64.10", prefix: 24 },
        { name: "eth1", mac: "52:54:00:12:35:0a", network: "external", address: "10.64.0.10", prefix: 24 },
    ],
    authorizedKey: "ssh-ed25519 AAAA operator@voip-stack",
    hostKeyFile: `${dir}/ssh/host-sip-1`,
    sshConfig: `${dir}/ssh/config`,
    dataDir: `${dir}/dev`,
    state: "running",
    autostart: true,
    ready: "ssh",
    ...more,
});

/** What libvirt prints of such a VM (virsh dumpxml). */
export const printed = (
    definition: VmDefinition,
    disk: string,
    { description = "", vcpus = definition.vcpus, kernel = definition.kernel } = {},
): string => `<domain type='qemu'>
  <name>${definition.vmName}</name>
  <uuid>6d2a3c3e-7d3d-4f3e-9c44-1f1f0a0b0c0d</uuid>
  <description>${description}</description>
  <memory unit='KiB'>${definition.memoryMiB * 1024}</memory>
  <vcpu placement='static'>${vcpus}</vcpu>
  <os><kernel>${kernel}</kernel><initrd>${definition.initrd}</initrd><cmdline>${definition.cmdline}</cmdline></os>
  <devices>
    <disk type='file' device='disk'><source file='${disk}'/></disk>
${definition.nics
    .map(
        ({ mac, network }) =>
            `    <interface type='network'><mac address='${mac}'/><source network='${network}'/></interface>`,
    )
    .join("\n")}
  </devices>
</domain>
`;
