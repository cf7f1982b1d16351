/** Size of a guest's disk as the image's file system knows it; a VM's disk may be larger, and its file system grows then. */
export const imageDiskGiB = 20;

/**
 * Kernel command line. Left out of the kernel's start, as they take a third of it under emulation and nothing here uses
 * them: security modules without policy, self-tests of ciphers, and modules that systemd loads on its own account.
 */
export const imageCommandLine = [
    "root=/dev/vda rw rootfstype=ext4 net.ifnames=0 console=ttyS0 quiet",
    "lsm=landlock,yama cryptomgr.notests",
    "modprobe.blacklist=autofs4,vmw_vsock_virtio_transport,virtio_mmio",
].join(" ");
