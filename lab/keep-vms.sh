#!/bin/bash
# Starts each VM of the lab that is to run at all times (autostart) and does not. libvirt's hook (lab/libvirtd.ts) writes a line into
# the FIFO ENDED when a VM has ended; twice a minute it looks by itself, for what could not be started and what nobody told it of.
# When the lab starts, libvirtd starts these VMs.
#
#   keep-vms.sh ENDED
set -u
mkfifo -m 600 "$1"
exec 3<>"$1" # also for writing: a line is kept until it is read, and reading never finds an end
virsh() { command virsh --quiet --connect "qemu+unix:///system?socket=/run/libvirt/libvirt-sock" "$@"; }
while :; do
    read -r -t 30 _ <&3
    virsh list --inactive --autostart --name 2>/dev/null | while read -r vm; do
        [ -z "$vm" ] || virsh start "$vm" </dev/null
    done
done
