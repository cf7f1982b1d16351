# The Debian of a run: its packages, and this machine's Node. Sourced by `inside`, which sets root and caches.

# The suite, and "deb" lines of the archives of Debian that this machine's apt knows; without any, those of mmdebstrap.
release() { sed -n "s/^$1=\"\?\([^\"]*\)\"\?$/\1/p" /etc/os-release; }
suite=bookworm
[ "$(release ID)" != debian ] || suite=$(release VERSION_CODENAME)

archives() {
    apt-get indextargets --format '$(ORIGIN) $(COMPONENT) $(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
        sed -nE "s/^Debian main ($suite(-updates|-security)?) (.*)$/deb \3 \1 main/p" | sort -u
}

# Settings of this machine's apt that lead to the archives: proxies, certificates, dates of frozen mirrors.
apt_settings() {
    apt-config dump |
        grep -E '^Acquire::(https?|socks5h?|Retries|ForceIPv[46]|Queue-Mode|Check-Valid-Until|Check-Date)\b.* ".+";$' || true
}

# Packages that were downloaded once are taken from the cache, after apt has checked them; those not used for 30 days go.
make_root() (
    set -euo pipefail
    debs=$caches/ci/debs
    mkdir -p "$debs"
    find "$debs" -name '*.deb' -atime +30 -ctime +30 -delete
    sources=$(archives)
    [ -n "$sources" ] || { apt-get -q update && sources=$(archives); }
    settings=$(apt_settings)
    mmdebstrap --mode=root --variant=minbase --format=directory --include=git \
        --aptopt="$settings" --aptopt='Acquire::Languages "none"' --aptopt='APT::Keep-Downloaded-Packages "true"' \
        --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --skip=download/empty,essential/unlink,cleanup/apt \
        --setup-hook='mkdir -p "$1/var/cache/apt/archives"' \
        --setup-hook="mount --bind '$debs' \"\$1/var/cache/apt/archives\"" \
        --customize-hook='umount "$1/var/cache/apt/archives"' \
        "$suite" "$root" ${sources:+"$sources"}
)

# node and npm, at the place where Debian leaves room for them.
copy_node() {
    local node npm
    node=$(node --print process.execPath)
    npm=$(readlink -f "$(command -v npm)")
    npm=${npm%/bin/npm-cli.js}
    [ -x "$node" ] && [ -f "$npm/bin/npm-cli.js" ] || return 1
    mkdir -p "$root/usr/local/bin" "$root/usr/local/lib/node_modules"
    cp "$node" "$root/usr/local/bin/node"
    cp -R "$npm" "$root/usr/local/lib/node_modules/npm"
    ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
    ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
}
