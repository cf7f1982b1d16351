# This machine's way to the registries of Debian, npm and PyPI: names, proxies, certificates and accounts, from its own settings.
# Sourced by `inside`, which sets root.

# Of the environment, a line each. A directory of this machine is not there in the root.
registry_environment() {
    local name
    while IFS= read -r name; do
        [[ $name =~ ^(https?|all|no)_proxy$|^(HTTPS?|ALL|NO)_PROXY$ ||
            $name =~ ^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE|GIT_SSL_CAINFO)$ ||
            $name =~ ^npm_config_(registry|cafile|proxy|https_proxy|noproxy|strict_ssl)$ || $name =~ ^PIP_|^VOIP_ ]] || continue
        [ -d "${!name}" ] || printf '%s=%s\n' "$name" "${!name}"
    done < <(compgen -e)
}

# to_root FILE [PLACE]: a copy in the root, at the same path or another, where there is such a file.
to_root() {
    [ -f "$1" ] || return 0
    mkdir -p "$root$(dirname "${2:-$1}")"
    cp --dereference --preserve=mode "$1" "$root${2:-$1}"
}

# What installs Debian's ca-certificates makes its file anew, of its own and of the local ones: this machine's are among both.
copy_certificates() {
    local bundle=/etc/ssl/certs/ca-certificates.crt file
    to_root "$bundle"
    to_root "$bundle" /usr/local/share/ca-certificates/machine.crt
    {
        registry_environment | sed 's/^[^=]*=//'
        npm config get cafile
        apt-config dump | sed -nE 's/^Acquire::.*::(CAInfo|SslCert|SslKey) "(.*)";$/\2/p'
    } | while IFS= read -r file; do
        case $file in /*) to_root "$file" ;; esac
    done
}

copy_registry_settings() {
    local file
    to_root /etc/resolv.conf
    to_root /etc/hosts
    to_root /etc/hostname
    for file in /etc/apt/auth.conf /etc/apt/auth.conf.d/*; do to_root "$file"; done
    to_root "$(npm config get userconfig)" /root/.npmrc
    to_root "$(npm config get globalconfig)" /usr/local/etc/npmrc
    to_root /etc/pip.conf
    to_root "$HOME/.config/pip/pip.conf" /root/.config/pip/pip.conf
    to_root "$HOME/.pip/pip.conf" /root/.pip/pip.conf
    copy_certificates
}
