# Puts a bundle of files in place and runs what has to follow; the bundle is a tar archive on standard input.
#   bundle.sh STATE_DIRECTORY BUNDLE_NAME
# In the archive: 0, 1, ... the files, with mode and owner; `files`, one line "NUMBER MODE OWNER SHA256 PATH" each, SHA256
# being "initial" for a file that is written only where there is none; `apply`, one line "MARK COMMAND" each; `watch`, one
# line "MARK NUMBER" for each file whose change makes that command run.
# A command that was due and did not succeed, because this script was killed or it failed, is due again the next time.
# Few processes are started: each costs some 20 ms on an emulated CPU.
set -eu
due=$1/due/$2 stage=$1/stage/$2
mkdir -p "$due" "$1/lock"
# One at a time: this script goes on when whoever started it was killed, and its next start finds it at work.
exec 9>"$1/lock/$2"
flock 9
rm -rf "$stage"
mkdir -p "$stage" # on the file system of the files, so that each takes its place at once
trap 'rm -rf "$stage"' EXIT
tar --extract --same-permissions --same-owner --directory "$stage"
cd "$stage"

set --
while read -r number mode owner sum path; do
    [ ! -e "$path" ] || set -- "$@" "$path"
done <files
is=
if [ $# -gt 0 ]; then is=$(sha256sum -- "$@" && stat -c '%a %U:%G  %n' -- "$@"); fi

changed=
while read -r number mode owner sum path; do
    if [ -e "$path" ]; then
        [ "$sum" != initial ] || continue
        case "$is
" in *"$sum  $path
"*"$mode $owner  $path
"*) continue ;; esac
    fi
    [ -d "${path%/*}" ] || mkdir -p "${path%/*}"
    changed="$changed $number"
done <files

while read -r mark number; do
    case "$changed " in *" $number "*) : >"$due/$mark" ;; esac
done <watch
while read -r number mode owner sum path; do
    case "$changed " in *" $number "*) mv -f "$number" "$path" ;; esac
done <files

while read -r mark command; do
    [ -e "$due/$mark" ] || continue
    if ! sh -c "$command" </dev/null >&2 9>&-; then
        echo "the files are in place, but this failed: $command" >&2
        exit 1
    fi
    rm "$due/$mark"
done <apply
