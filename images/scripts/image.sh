#!/bin/bash
# Makes a VM's disk, kernel and initrd. Arguments by environment: TARGET (the image's directory), LOWER (root file systems
# of the layers, uppermost first, with colons), DISK_GIB, VERSIONS (lines "name package"), CONTAINERS (lines "name, package,
# archive or -, layers with colons, entrypoint as JSON", with tabs).
. "$(dirname "$0")/root.sh"
begin
mkdir -p "$temp/docker"
mount_root "$temp"

# package_version ROOT NAME: of a Debian package, or of a wheel.
package_version() { cat "$1/usr/share/wheels/$2" 2>/dev/null || dpkg-query --admindir="$1/var/lib/dpkg" --showformat='${Version}' --show "$2"; }

# json_object: lines "key value" to one JSON object; the values are versions and digests, with nothing to escape.
json_object() { awk 'BEGIN { printf "{" } { printf "%s\"%s\": \"%s\"", separator, $1, $2; separator = ", " } END { printf "}" }'; }

# import_container NAME PACKAGE ARCHIVE LAYERS ENTRYPOINT
import_container() {
    local reference
    if [ "$3" != - ]; then
        say "loading container $1 from $3"
        cp "$3" "$root/run/archive"
        reference=$(in_root docker load --quiet --input /run/archive | sed -n 's/^Loaded image\( ID\)\?: //p' | head -1)
        rm "$root/run/archive"
        [ -n "$reference" ] || { echo "$3 holds no container image" >&2; exit 1; }
        echo "$1 $reference" >>"$temp/versions"
        in_root docker tag "$reference" "voip/$1:archive"
        reference=voip/$1:archive
    else
        local version directory=$temp/container
        mkdir -p "$directory"
        mount -t overlay overlay "$directory" -o "ro,lowerdir=$4"
        version=$(package_version "$directory" "$2")
        say "importing container $1 $version"
        reference=voip/$1:$(echo "$version" | sed 's/^[0-9]*://; s/[^A-Za-z0-9_.-]/-/g')
        tar --create --directory="$directory" --exclude=./var/lib/apt/lists/* --exclude=./var/cache/apt/* . |
            in_root docker import --change "ENTRYPOINT $5" --change "STOPSIGNAL SIGTERM" - "$reference"
        umount "$directory"
        echo "$1 $version" >>"$temp/versions"
    fi
    printf '%s\t%s\t%s\n' "$1" "$reference" "$(in_root docker image inspect --format '{{.Id}}' "$reference")" \
        >>"$temp/containers"
}

# The image's own Docker daemon fills the store it will find at boot; overlay2 can't lie on an overlay, hence the bind mount.
fill_docker_store() {
    say "starting its Docker"
    mount_kernel_files "$root"
    mkdir -p "$root/var/lib/docker"
    mount --bind "$temp/docker" "$root/var/lib/docker"
    in_root unshare --net dockerd --pidfile=/run/docker.pid \
        --host=unix:///run/docker.sock --exec-root=/run/docker 2>&1 &
    local daemon=$! tries=0
    until in_root docker version >/dev/null 2>&1; do
        kill -0 "$daemon" || { echo "the image's Docker daemon ended" >&2; exit 1; }
        [ $((tries += 1)) -lt 300 ] || { echo "the image's Docker daemon does not answer after 60 s" >&2; exit 1; }
        sleep 0.2
    done
    local name package archive layers entrypoint
    while IFS=$'\t' read -r name package archive layers entrypoint; do
        import_container "$name" "$package" "$archive" "$layers" "$entrypoint" </dev/null
    done <<<"$CONTAINERS"
    kill "$(cat "$root/run/docker.pid")"
    wait "$daemon" || true
    for directory in sys dev proc run tmp; do umount --recursive "$root/$directory"; done
}

# unpack_kernel VMLINUZ VMLINUX: the ELF file inside (Documentation/arch/x86/boot.rst: setup_sects, payload_offset, _length).
unpack_kernel() {
    local setup offset length
    setup=$(od -An -tu1 -j 0x1f1 -N 1 "$1")
    offset=$(od -An -tu4 -j 0x248 -N 4 "$1")
    length=$(od -An -tu4 -j 0x24c -N 4 "$1")
    dd if="$1" iflag=skip_bytes,count_bytes bs=1M skip=$(((setup + 1) * 512 + offset)) count=$((length - 4)) status=none |
        in_root zstd -dc >"$2"
}

: >"$temp/versions"
: >"$temp/containers"
while read -r name package; do
    echo "$name $(package_version "$root" "$package")" >>"$temp/versions"
done <<<"$VERSIONS"
[ -z "$CONTAINERS" ] || fill_docker_store

say "writing the disk"
build=$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')
cp "$root/boot/initrd.img" "$temp/initrd"
unpack_kernel "$root"/boot/vmlinuz-* "$temp/vmlinux"
mount -t tmpfs tmpfs "$root/var/lib/apt/lists"
mount -t tmpfs tmpfs "$root/boot"
mke2fs -q -t ext4 -d "$root" -L root -m 0 -i 65536 -J size=32 -E assume_storage_prezeroed=1 \
    "$temp/disk-$build.raw" "${DISK_GIB}G"
chmod 0444 "$temp/disk-$build.raw"
{
    printf '{\n  "disk": "disk-%s.raw",\n  "versions": %s,\n' "$build" "$(json_object <"$temp/versions")"
    printf '  "refs": %s,\n' "$(cut -f1,2 "$temp/containers" | json_object)"
    printf '  "ids": %s\n}\n' "$(cut -f1,3 "$temp/containers" | json_object)"
} >"$temp/manifest.json"
rm -rf "$temp/fs" "$temp/docker" "$temp/container" "$temp/versions" "$temp/containers"
finish
