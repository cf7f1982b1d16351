# The kernel of an image, and the boot that proves that it loads the modules that the image is for; sourced after root.sh.

# read_kernel: release of the image's only kernel, in $kernel.
read_kernel() {
    local found=("$root"/boot/vmlinuz-*)
    [ -e "${found[0]}" ] && [ "${#found[@]}" = 1 ] || { echo "the image has ${#found[@]} kernels, not one: ${found[*]##*/}" >&2; exit 1; }
    kernel=${found[0]##*/vmlinuz-}
}

# hold_kernel: no apt of a guest, by hand or unattended, replaces the kernel's packages.
hold_kernel() {
    dpkg-query --admindir="$root/var/lib/dpkg" --showformat='${db:Status-Status} ${Package}\n' --show |
        awk '$1 == "installed" && $2 ~ /^linux-(image|base|binary|modules|headers|kbuild)-/ { print $2, "hold" }' |
        in_root dpkg --set-selections
}

# test_boot DISK: boots kernel, initrd and disk as a VM does, on a disk that forgets (images/guest/vm/usr/lib/voip/test-boot).
# Emulated: a host may offer KVM and not have it. Refuses an image whose kernel is another than the one that it was built for,
# or does not load one of $MODULES. The loaded module and its version go to $temp/modules.
test_boot() {
    : >"$temp/modules"
    [ -n "$MODULES" ] || return 0
    say "booting it once: kernel $kernel must load ${MODULES//,/ or }"
    TMPDIR=$temp timeout --signal=KILL "$TEST_BOOT_SECONDS" qemu-system-x86_64 -nodefaults -no-user-config -no-reboot \
        -machine q35 -accel tcg,tb-size=256 -cpu max,erms=off -m 512 -display none -serial "file:$temp/console" \
        -drive "file=$temp/$1,format=raw,if=virtio,snapshot=on" -kernel "$temp/vmlinux" -initrd "$temp/initrd" \
        -append "$CMDLINE init=/usr/lib/voip/test-boot voip-modules=$MODULES voip-proof=$PROOF" </dev/null || {
        tail -n 20 "$temp/console" || true
        echo "the image's test boot did not end within $TEST_BOOT_SECONDS s, or QEMU failed" >&2
        exit 1
    }
    tr -d '\r' <"$temp/console" | tee "$temp/said" # the guest's console, into the log
    local booted
    booted=$(sed -n 's/^voip-test kernel //p' "$temp/said")
    sed -n 's/^voip-test module //p' "$temp/said" >"$temp/modules"
    [ "$booted" = "$kernel" ] || { echo "the image's test boot ran kernel ${booted:-none}, not $kernel" >&2; exit 1; }
    [ -s "$temp/modules" ] || {
        sed -n 's/^voip-test failed: //p' "$temp/said"
        echo "kernel $kernel of the image loads none of ${MODULES//,/, } in a test boot" >&2
        exit 1
    }
    rm "$temp/console" "$temp/said"
}
