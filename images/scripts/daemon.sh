#!/bin/bash
# Makes what the lab's Docker daemon runs from: its root file system and its store. Arguments by environment: TARGET (the image's
# directory), LOWER, VERSIONS and CONTAINERS as for image.sh.
. "$(dirname "$0")/root.sh"
. "$(dirname "$0")/containers.sh"
begin
mkdir -p "$temp/docker"
mount_root "$temp"
note_versions
fill_docker_store

# Links to the layers' files: they take no space, and stay when the cache lets go of the layers. A link changes a file's ctime, which
# tar takes for a change of the file: the lowest layer, which all images share, is the lock (containers.sh).
say "linking the root file system"
number=0
IFS=: read -ra layers <<<"$LOWER"
exec {lock}<"${LOWER##*:}"
flock "$lock"
for layer in "${layers[@]}"; do
    cp -al "$layer" "$temp/root-$((number++))"
done
exec {lock}<&-
write_manifest "\"layers\": $number"
rm -rf "$temp/fs"
finish
