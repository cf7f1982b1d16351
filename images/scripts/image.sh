#!/bin/bash
# Makes a VM's disk, kernel and initrd. Arguments by environment: TARGET (the image's directory), LOWER (root file systems
# of the layers, uppermost first, with colons), DISK_GIB, VERSIONS (lines "name package"), CONTAINERS (lines "name, package,
# archive or -, layers with colons, entrypoint as JSON", with tabs), MODULES (kernel modules with commas, of which one must load in
# a test boot; empty for no such boot), PROOF (what is there when it works), TEST_BOOT_SECONDS, CMDLINE (the kernel's).
. "$(dirname "$0")/root.sh"
. "$(dirname "$0")/test-boot.sh"
. "$(dirname "$0")/containers.sh"
begin
mkdir -p "$temp/docker"
mount_root "$temp"

# unpack_kernel VMLINUZ VMLINUX: the ELF file inside (Documentation/arch/x86/boot.rst: setup_sects, payload_offset, _length).
unpack_kernel() {
    local setup offset length
    setup=$(od -An -tu1 -j 0x1f1 -N 1 "$1")
    offset=$(od -An -tu4 -j 0x248 -N 4 "$1")
    length=$(od -An -tu4 -j 0x24c -N 4 "$1")
    dd if="$1" iflag=skip_bytes,count_bytes bs=1M skip=$(((setup + 1) * 512 + offset)) count=$((length - 4)) status=none |
        in_root zstd -dc >"$2"
}

note_versions
read_kernel
hold_kernel
[ -z "$CONTAINERS" ] || fill_docker_store

say "writing the disk"
# Packages made one, at both places where systemd looks for it; a guest brings its own (images/guest/identity.ts).
: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id"
build=$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')
cp "$root/boot/initrd.img" "$temp/initrd"
unpack_kernel "$root/boot/vmlinuz-$kernel" "$temp/vmlinux"
mount -t tmpfs tmpfs "$root/var/lib/apt/lists"
mount -t tmpfs tmpfs "$root/boot"
# 5 % are root's: voicemail can't fill the disk so that the agent can't write its next secret-id
mke2fs -q -t ext4 -d "$root" -L root -m 5 -i 65536 -J size=32 -E assume_storage_prezeroed=1 \
    "$temp/disk-$build.raw" "${DISK_GIB}G"
chmod 0444 "$temp/disk-$build.raw"
test_boot "disk-$build.raw"
write_manifest "\"disk\": \"disk-$build.raw\",
  \"kernel\": {\"release\": \"$kernel\", \"sha256\": \"$(sha256sum "$temp/vmlinux" | cut -d' ' -f1)\"},
  \"modules\": $(json_object <"$temp/modules")"
rm -rf "$temp/fs" "$temp/docker" "$temp/modules"
finish
