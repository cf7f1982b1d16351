#!/bin/sh
# First process of a lab's PID, mount and network namespaces: arranges the file system as the lab's daemons are to see it,
# then only collects orphans and keeps running the VMs (lab/keep-vms.sh) and, once there is one, the lab's Docker daemon
# (providers/docker-daemon). When it dies, the kernel kills all that runs in the lab.
#
#   init.sh RUN_DIR DATA_DIR CACHE_DIR
set -eu
umask 022
run=$1 data=$2 cache=$3

# The two file systems that show their own namespace have to be mounted in it.
mount -t proc proc /proc
mount -t sysfs sysfs /sys

# The host's own libvirt, D-Bus and systemd get out of sight; our directories stay in view wherever they are.
here=$(dirname "$0")
exec 3<"$run" 4<"$data" 5<"$cache" 6<"$here/supervise.sh" 7<"$here/keep-vms.sh"
for hidden in /run /var/lib /var/cache /var/log; do
    mount -t tmpfs -o mode=755 tmpfs "$hidden"
done
keep() {
    [ -e "$2" ] && return
    mkdir -p "$2"
    mount --no-canonicalize --rbind "/proc/self/fd/$1" "$2"
}
keep 3 "$run"
keep 4 "$data"
keep 5 "$cache"
exec 3<&- 4<&- 5<&-

# libvirtd refuses to start where user libvirt-qemu is unknown, even if its configuration names another.
mount --bind "$data/libvirt/passwd" /etc/passwd
mount --bind "$data/libvirt/group" /etc/group

mount --bind "$data/libvirt/etc" /etc/libvirt
for place in lib cache log; do
    mkdir -p "/var/$place/libvirt"
    mount --bind "$data/libvirt/$place" "/var/$place/libvirt"
done
mkdir /run/libvirt
mount --bind "$run/libvirt" /run/libvirt
# libvirtd starts VMs and networks once after each boot of a machine, and this is one.
rm -f /run/libvirt/qemu/autostarted /run/libvirt/network/autostarted
bash /proc/self/fd/7 /run/vm-ended &

mkdir -p "$data/dockerd"
exec tini -s -- sh /proc/self/fd/6 "$data/dockerd"
