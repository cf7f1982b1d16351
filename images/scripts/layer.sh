#!/bin/bash
# Makes a layer on top of others. Arguments by environment: TARGET (the layer's directory), LOWER (root file systems of the
# layers below, uppermost first, with colons), BASE (the lowest layer's directory), PACKAGES, FILES (a tree to copy), HOOK,
# APT_CONF (settings of the host's apt that lead to the mirror), CA_FILE, DEBS (packages downloaded before).
. "$(dirname "$0")/root.sh"
begin
mkdir -p "$temp/debs/partial" "$DEBS"
mount_root "$temp"
mount_kernel_files "$root"
find "$DEBS" -name '*.deb' -exec ln -t "$temp/debs" {} +
mount --bind "$temp/debs" "$root/var/cache/apt/archives"
mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
cp "$APT_CONF" "$root/run/apt.conf"
if [ -n "$CA_FILE" ]; then
    cp "$CA_FILE" "$root/run/ca.crt"
    echo 'Acquire::https::CAInfo "/run/ca.crt";' >>"$root/run/apt.conf"
fi
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # no daemon is started here (invoke-rc.d(8))
chmod +x "$root/usr/sbin/policy-rc.d"

# The package lists come with the base layer; only when that is old may the mirror have moved on.
[ -n "$(find "$BASE/lists-read" -mmin -240)" ] || in_root apt-get update --quiet
# shellcheck disable=SC2086
in_root apt-get install --yes --quiet --no-install-recommends $PACKAGES
[ -z "$FILES" ] || cp -rT --preserve=mode,links --no-preserve=ownership "$FILES" "$root"
[ -z "$HOOK" ] || in_root bash -Eeuo pipefail -s <"$HOOK"

rm -rf "$root/usr/sbin/policy-rc.d" "$root"/var/cache/apt/*.bin "$root"/var/cache/debconf/*-old "$root"/var/lib/dpkg/*-old
find "$root/var/log" -type f -delete
find "$temp/debs" -maxdepth 1 -name '*.deb' -exec ln -f -t "$DEBS" {} +
rm -rf "$temp/debs"
finish
