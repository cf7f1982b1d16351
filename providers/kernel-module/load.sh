# Loads the first kernel module there is of the names given, has it loaded at each boot, and says what was loaded.
#   load.sh PROC_PATH MODULE ...
# Standard output: lines "module NAME", "version VERSION", "kernel RELEASE". Run as root.
set -eu
proc=$1
shift
kernel=$(uname -r)

fail() {
    echo "$*" >&2
    dmesg 2>/dev/null | tail -n 15 >&2
    exit 1
}

first_available() {
    for name; do
        if modinfo "$name" >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
}

module=$(first_available "$@")
if [ -z "$module" ]; then
    command -v dkms >/dev/null || fail "no module of the names $* for kernel $kernel, and no DKMS to build one"
    echo "building $* for kernel $kernel" >&2
    dkms autoinstall --kernelver "$kernel" >&2 || fail "DKMS could not build $* for kernel $kernel"
    depmod "$kernel"
    module=$(first_available "$@")
    [ -n "$module" ] || fail "DKMS built no module of the names $* for kernel $kernel"
fi

modprobe "$module" >&2 || fail "kernel $kernel does not load module $module"
[ -e "$proc" ] || fail "module $module is loaded in kernel $kernel, but there is no $proc"

persist=/etc/modules-load.d/voip-$module.conf
mkdir -p "${persist%/*}"
echo "$module" >"$persist.new"
mv "$persist.new" "$persist"

echo "module $module"
version=$(modinfo --field version "$module")
echo "version ${version:-$(modinfo --field srcversion "$module")}"
echo "kernel $kernel"
