import { isLabUri } from "../../../lab/uri";
import { stackPaths } from "../../../paths";

describe("isLabUri", () => {
    it("knows the libvirt of a stack's lab", () => {
        expect(isLabUri(stackPaths("dev").libvirtUri)).toBe(true);
    });

    it.each(["qemu:///system", "qemu+ssh://root@host/system", "qemu+unix:///system?socket=/run/libvirt/libvirt-sock"])(
        "does not take %s for one",
        (uri) => expect(isLabUri(uri)).toBe(false),
    );
});
