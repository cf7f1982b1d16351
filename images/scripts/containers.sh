# How container images get into the store of an image's own Docker daemon, and what is noted of them; sourced after root.sh by
# the scripts beside it, which know VERSIONS and CONTAINERS from their environment.

# package_version ROOT NAME: of a Debian package, or of a wheel.
package_version() { cat "$1/usr/share/wheels/$2" 2>/dev/null || dpkg-query --admindir="$1/var/lib/dpkg" --showformat='${Version}' --show "$2"; }

# note_packages WHERE ROOT: what is installed there, for the image's packages.tsv: where, kind, name, version, architecture and
# source package, with tabs.
note_packages() {
    local format='${db:Status-Status}\t'$1'\tdeb\t${Package}\t${Version}\t${Architecture}\t${source:Package}\n' wheel
    dpkg-query --admindir="$2/var/lib/dpkg" --showformat="$format" --show | sed -n 's/^installed\t//p'
    for wheel in "$2"/usr/share/wheels/*; do
        [ ! -e "$wheel" ] || printf '%s\tpypi\t%s\t%s\t\t\n' "$1" "${wheel##*/}" "$(cat "$wheel")"
    done
}

# json_object: lines "key value" to one JSON object; the values are versions and digests, with nothing to escape.
json_object() { awk 'BEGIN { printf "{" } { printf "%s\"%s\": \"%s\"", separator, $1, $2; separator = ", " } END { printf "}" }'; }

# import_container NAME PACKAGE ARCHIVE LAYERS ENTRYPOINT
import_container() {
    local reference
    if [ "$3" != - ]; then
        say "loading container $1 from $3"
        cp "$3" "$root/run/archive"
        reference=$(in_root docker load --quiet --input /run/archive | sed -n 's/^Loaded image\( ID\)\?: //p' | head -1)
        rm "$root/run/archive"
        [ -n "$reference" ] || { echo "$3 holds no container image" >&2; exit 1; }
        echo "$1 $reference" >>"$temp/versions"
        in_root docker tag "$reference" "voip/$1:archive"
        reference=voip/$1:archive
    else
        local version directory=$temp/container
        mkdir -p "$directory"
        mount -t overlay overlay "$directory" -o "ro,lowerdir=$4"
        version=$(package_version "$directory" "$2")
        say "importing container $1 $version"
        note_packages "$1" "$directory" >>"$temp/packages.tsv"
        reference=voip/$1:$(echo "$version" | sed 's/^[0-9]*://; s/[^A-Za-z0-9_.-]/-/g')
        flock --shared "${4##*:}" tar --create --directory="$directory" --exclude=./var/lib/apt/lists/* --exclude=./var/cache/apt/* . |
            in_root docker import --change "ENTRYPOINT $5" --change "STOPSIGNAL SIGTERM" - "$reference"
        umount "$directory"
        echo "$1 $version" >>"$temp/versions"
    fi
    printf '%s\t%s\t%s\n' "$1" "$reference" "$(in_root docker image inspect --format '{{.Id}}' "$reference")" \
        >>"$temp/containers"
}

# note_versions: those of $VERSIONS, found in the image itself, and all its packages.
note_versions() {
    : >"$temp/versions"
    : >"$temp/containers"
    note_packages host "$root" >"$temp/packages.tsv"
    local name package
    while read -r name package; do
        [ -z "$name" ] || echo "$name $(package_version "$root" "$package")" >>"$temp/versions"
    done <<<"$VERSIONS"
}

# write_manifest MEMBER: what is in the image, with one more member of the JSON object.
write_manifest() {
    {
        printf '{\n  %s,\n  "versions": %s,\n' "$1" "$(json_object <"$temp/versions")"
        printf '  "refs": %s,\n' "$(cut -f1,2 "$temp/containers" | json_object)"
        printf '  "ids": %s\n}\n' "$(cut -f1,3 "$temp/containers" | json_object)"
    } >"$temp/manifest.json"
    rm -rf "$temp/container" "$temp/versions" "$temp/containers"
}

# The image's own Docker daemon fills the store it will find at boot; overlay2 can't lie on an overlay, hence the bind mount.
fill_docker_store() {
    say "starting its Docker"
    mount_kernel_files "$root"
    mkdir -p "$root/var/lib/docker"
    mount --bind "$temp/docker" "$root/var/lib/docker"
    in_root unshare --net dockerd --pidfile=/run/docker.pid \
        --host=unix:///run/docker.sock --exec-root=/run/docker 2>&1 &
    local daemon=$! tries=0
    until in_root docker version >/dev/null 2>&1; do
        kill -0 "$daemon" || { echo "the image's Docker daemon ended" >&2; exit 1; }
        [ $((tries += 1)) -lt 300 ] || { echo "the image's Docker daemon does not answer after 60 s" >&2; exit 1; }
        sleep 0.2
    done
    local name package archive layers entrypoint
    while IFS=$'\t' read -r name package archive layers entrypoint; do
        import_container "$name" "$package" "$archive" "$layers" "$entrypoint" </dev/null
    done <<<"$CONTAINERS"
    kill "$(cat "$root/run/docker.pid")"
    wait "$daemon" || true
    for directory in sys dev proc run tmp; do umount --recursive "$root/$directory"; done
}
