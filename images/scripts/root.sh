# How a step gets at its root file system; sourced by the scripts beside it, which run in namespaces of their own (mounts
# and processes), so that whatever ends them also ends everything that is mounted or started here.
set -Eeuo pipefail
umask 022 # what is made here is read by every user of a guest
trap 'echo "error: $(basename "$0"), line $LINENO: $BASH_COMMAND" >&2' ERR

# Lines that start with "@ " are shown as progress; everything else goes to the log.
say() { echo "@ $*"; }

# begin: ends here when the entry is there by now; it is made at $temp, and moved to $TARGET by finish when it is whole.
begin() {
    if [ -e "$TARGET" ]; then
        touch --no-create "$TARGET/used"
        exit 0
    fi
    say begin
    temp=$TARGET.tmp
    root=$temp/root
    rm -rf "$temp"
    mkdir -p "$temp"
}

finish() {
    kill -KILL -1 2>/dev/null || true # whatever an installation left running in this namespace
    umount --recursive --lazy "$root" 2>/dev/null || true
    rm -rf --one-file-system "$temp/work" "$root"
    touch "$temp/used"
    mv -T "$temp" "$TARGET"
}

# mount_root DIR: the layers of $LOWER (uppermost first) with DIR/fs on top, at DIR/root.
mount_root() {
    mkdir -p "$1/fs" "$1/work" "$1/root"
    mount -t overlay overlay "$1/root" \
        -o "lowerdir=$LOWER,upperdir=$1/fs,workdir=$1/work,index=off,metacopy=off,redirect_dir=off"
}

# mount_kernel_files ROOT: what programs expect to find beside files.
mount_kernel_files() {
    mount -t proc proc "$1/proc"
    mount --rbind /sys "$1/sys"
    mount --rbind /dev "$1/dev"
    mount -t tmpfs tmpfs "$1/run"
    mount -t tmpfs tmpfs "$1/tmp"
}

# in_root COMMAND...: with the environment of an installation, and not with the caller's.
in_root() {
    env -i ${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} \
        ${no_proxy:+"no_proxy=$no_proxy"} PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive INITRD=No \
        APT_CONFIG=/run/apt.conf chroot "$root" "$@"
}
