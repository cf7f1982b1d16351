/** Size of a guest's disk in the image's file system; a VM's disk may be larger, and then its file system grows. */
export const imageDiskGiB = 20;

/**
 * Kernel command line. Disabled because they take a third of the kernel's start under emulation and nothing here uses them:
 * security modules without policy, self-tests of ciphers, and modules that systemd loads by default. Disabled because a busy
 * host makes them harmful: huge pages, as making them stalls a whole program while the thread that makes them does not run; and
 * the clocksource watchdog, which takes a guest that did not run for a wrong clock and switches to one with a device access for
 * each reading. A kernel that fails restarts the guest after 10 s, with its last words on the console.
 */
export const imageCommandLine = [
    "root=/dev/vda rw rootfstype=ext4 net.ifnames=0 console=ttyS0 quiet",
    "lsm=landlock,yama cryptomgr.notests",
    "transparent_hugepage=never tsc=nowatchdog",
    "panic=10 oops=panic",
    "modprobe.blacklist=autofs4,vmw_vsock_virtio_transport,virtio_mmio",
].join(" ");
