import { imageCommandLine, imageDiskGiB } from "../../../images/disk";

test("a guest starts from its disk, logs to its console, skips what delays it, and restarts when its kernel fails", () => {
    const parameters = imageCommandLine.split(" ");
    expect(parameters).toEqual([
        "root=/dev/vda",
        "rw",
        "rootfstype=ext4",
        "net.ifnames=0", // eth0 and eth1, as its identity names them
        "console=ttyS0",
        "quiet",
        "lsm=landlock,yama",
        "cryptomgr.notests",
        "transparent_hugepage=never",
        "tsc=nowatchdog",
        "panic=10",
        "oops=panic",
        "modprobe.blacklist=autofs4,vmw_vsock_virtio_transport,virtio_mmio",
    ]);
    expect(imageDiskGiB).toBe(20);
});
