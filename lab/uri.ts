/** Whether this is the libvirt of a lab on this machine: its socket is in the lab's directory (paths.ts). */
export const isLabUri = (uri: string): boolean =>
    /^qemu\+unix:\/\/\/system\?socket=\/run\/voip-stack\/[^/]+\/libvirt\//.test(uri);
