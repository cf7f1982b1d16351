# Waits until a UDP service answers.
#   answers.sh HOST PORT DEADLINE_SECONDS EXPECTED REQUEST_BASE64 START
# Sends the request again and again until an answer starts with EXPECTED. START, if not empty, is a shell command that is run
# first when there is no answer at once. Exit status 1 after the deadline, with what came last on standard error.
host=$1 port=$2 deadline=$((SECONDS + $3)) expected=$4 request=$5 start=$6
said='no answer'

answers() {
    exec 3<>"/dev/udp/$host/$port" || return
    base64 -d <<<"$request" >&3
    answer=$(timeout 2 dd bs=4096 count=1 <&3 2>/dev/null | tr -d '\0')
    exec 3>&-
    [ -n "$answer" ] && said=${answer%%$'\r'*}
    [[ $answer == "$expected"* ]]
}

answers 2>/dev/null && exit
if [ -n "$start" ] && ! output=$(bash -c "$start" 2>&1); then
    echo "$start: $output" >&2
    exit 1
fi
while [ "$SECONDS" -lt "$deadline" ]; do
    answers 2>/dev/null && exit
    sleep 0.1
done
echo "$said" >&2
exit 1
