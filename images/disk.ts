/** Size of a guest's disk as the image's file system knows it; a VM's disk may be larger, and its file system grows then. */
export const imageDiskGiB = 20;

/**
 * Kernel command line. Left out of the kernel's start, as they take a third of it under emulation and nothing here uses
 * them: security modules without policy, self-tests of ciphers, and modules that systemd loads on its own account. Left out, too,
 * as a busy host makes them harmful: huge pages, whose making holds up a whole program while nobody runs the thread that makes
 * them; and the watchdog of the clock, which takes a guest that was not run for a wrong clock, and goes over to one that costs a
 * device access for each reading.
 */
export const imageCommandLine = [
    "root=/dev/vda rw rootfstype=ext4 net.ifnames=0 console=ttyS0 quiet",
    "lsm=landlock,yama cryptomgr.notests",
    "transparent_hugepage=never tsc=nowatchdog",
    "modprobe.blacklist=autofs4,vmw_vsock_virtio_transport,virtio_mmio",
].join(" ");
