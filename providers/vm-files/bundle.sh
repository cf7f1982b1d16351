# Puts a bundle of files in place and runs what has to follow; the bundle is a tar archive on standard input.
#   bundle.sh DUE
# DUE is a directory that remembers which commands are due.
# In the archive: 0, 1, ... the files' contents; `files`, one line "NUMBER MODE OWNER INITIAL PATH" each; `apply`, one line
# "MARK COMMAND" each, and `watch`, one line "MARK NUMBER" for each file whose change makes that command run.
# A command that was due and did not succeed, because this script was killed or it failed, is due again the next time.
set -eu
due=$1
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
tar -xf - -C "$stage"
mkdir -p "$due"

while read -r number mode owner initial path; do
    if [ -e "$path" ]; then
        [ "$initial" = yes ] && continue
        cmp -s "$stage/$number" "$path" && [ "$(stat -c '%a %U:%G' "$path")" = "$mode $owner" ] && continue
    fi
    mkdir -p "${path%/*}"
    cp "$stage/$number" "$path.new"
    chmod "$mode" "$path.new"
    chown "$owner" "$path.new"
    echo "$number $path" >>"$stage/changed"
done <"$stage/files"

if [ -e "$stage/changed" ]; then
    while read -r number path; do
        while read -r mark watched; do
            if [ "$watched" = "$number" ]; then : >"$due/$mark"; fi
        done <"$stage/watch"
    done <"$stage/changed"
    sync
    while read -r number path; do mv -f "$path.new" "$path"; done <"$stage/changed"
fi

while read -r mark command; do
    [ -e "$due/$mark" ] || continue
    if ! sh -c "$command" </dev/null >&2; then
        echo "the files are in place, but this failed: $command" >&2
        exit 1
    fi
    rm "$due/$mark"
done <"$stage/apply"
