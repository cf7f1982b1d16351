#!/bin/sh
# The lab's own Docker daemon: run by lab/supervise.sh, in the lab's namespaces, in the directory that holds `settings`
# (providers/docker-daemon/daemon.ts). Programs and root file system are those of an image of ours, the data is in DATA_DIR/docker:
# nothing of the host's Docker is used or touched. What is mounted here goes with the lab.
set -eu
umask 022 # the lab may have been started with another one
exec >log 2>&1
. ./settings

place=$RUN_DIR/dockerd
root=$place/root
if ! cmp -s settings "$place/settings"; then
    umount --recursive --lazy "$place" 2>/dev/null || true
    mkdir -p "$place"
    mount -t tmpfs -o mode=700 tmpfs "$place"
    mkdir "$place/upper" "$place/work" "$root"
    mount -t overlay overlay "$root" -o "lowerdir=$LAYERS,upperdir=$place/upper,workdir=$place/work"
    mount -t proc proc "$root/proc"
    mount -t sysfs sysfs "$root/sys"
    # Version 2, wherever the host has its controllers: without that of memory, containers here have no limit of it.
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/run"
    mount -t tmpfs tmpfs "$root/tmp"
    mkdir -p "$root/var/lib/docker"
    mount --bind "$DATA_DIR/docker" "$root/var/lib/docker"
    # What is in memory there is a mount of its own (lab/memory.ts).
    for dir in "$RUN_DIR" "$RUN_DIR/core" "$DATA_DIR"; do
        [ -d "$dir" ] || continue
        mkdir -p "$root$dir"
        mount --bind "$dir" "$root$dir"
    done
    # A mount namespace of its own with that as its very root: out of a chroot, what is run later in a container (docker exec)
    # would be run in the host's file system. It lasts as long as the lab, as do the containers in it.
    mkdir "$root/.old"
    : >"$place/namespace"
    unshare --mount="$place/namespace" --propagation=private sh -euc '
        pivot_root "$1" "$1/.old"
        cd /
        umount --lazy /.old
        rmdir /.old' sh "$root"
    cp settings "$place/settings"
fi
exec nsenter --mount="$place/namespace" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -euc '
    rm -f /run/docker.pid # of a daemon that was killed; its number may be that of another process by now
    exec dockerd --host="unix://$1" --pidfile=/run/docker.pid --exec-root=/run/docker --cgroup-parent="/$2"' sh \
    "$SOCKET" "$CGROUP"
