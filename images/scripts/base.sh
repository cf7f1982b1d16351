#!/bin/bash
# Makes the lowest layer: a minimal Debian. Arguments by environment: TARGET (the layer's directory), SUITE, MIRROR,
# PACKAGES, APT_CONF (settings of the host's apt that lead to the mirror), DEBS (packages downloaded before).
. "$(dirname "$0")/root.sh"
begin
mkdir -p "$temp/debs" "$DEBS"
find "$DEBS" -name '*.deb' -exec ln -t "$temp/debs" {} +
# mmdebstrap runs the hooks with the new root as $1
# shellcheck disable=SC2016
mmdebstrap --mode=root --variant=minbase --format=directory --include="${PACKAGES// /,}" \
    --aptopt="$APT_CONF" --aptopt='Acquire::Languages "none"' --aptopt='APT::Keep-Downloaded-Packages "true"' \
    --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --skip=download/empty,essential/unlink,cleanup/apt \
    --setup-hook='mkdir -p "$1/var/cache/apt/archives"' \
    --setup-hook="mount --bind '$temp/debs' \"\$1/var/cache/apt/archives\"" \
    --customize-hook='umount "$1/var/cache/apt/archives"' \
    --customize-hook='rm -f "$1/etc/apt/apt.conf.d/99mmdebstrap" "$1"/var/cache/apt/*.bin "$1/etc/hostname" "$1"/var/log/*.log' \
    --customize-hook=': >"$1/etc/resolv.conf"; echo "path-exclude=/usr/share/lintian/*" >>"$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap"' \
    --customize-hook='printf "Acquire::Languages \"none\";\nAPT::Install-Recommends \"false\";\n" >"$1/etc/apt/apt.conf.d/50image"' \
    "$SUITE" "$temp/fs" "deb $MIRROR $SUITE main"
find "$temp/debs" -maxdepth 1 -name '*.deb' -exec ln -f -t "$DEBS" {} +
rm -rf "$temp/debs"
touch "$temp/lists-read"
finish
