#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How many system calls does a round trip over a channel cost?  Counted by
# strace for two numbers of rounds; what is set-up is the same for both, so the
# difference is what the rounds cost.
set -euo pipefail

ping=$(cd "$(dirname "$0")/.." && pwd)/nxia-ping
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
few=20
many=120

if ! command -v strace >/dev/null; then
    echo "Bail out! strace is not there: add it to the image of the guest"
    exit 1
fi

number=0
failed=0

# check NAME GOT WANT
check() {
    number=$((number + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $number - $1"
    else
        echo "# want $3, got $2"
        echo "not ok $number - $1"
        failed=1
    fi
}

# count MODE ROUNDS: the summary of strace -c into $work/MODE.ROUNDS
count() {
    strace -f -c -o "$work/$1.$2" "$ping" "--$1" --rounds "$2" | sed 's/^/# /'
}

# calls MODE ROUNDS SYSCALL: how often it was called
calls() {
    awk -v name="$3" '$NF == name { calls = $4 } END { print calls + 0 }' "$work/$1.$2"
}

# cost MODE SYSCALL: what the rounds between few and many cost
cost() {
    echo $(($(calls "$1" "$many" "$2") - $(calls "$1" "$few" "$2")))
}

# sides: the NOTIFY_WAITs of each of the two processes in $work/log, sorted
sides() {
    awk '/0xb9, 0x42,/ && !/resumed/ { count[$1]++ }
         END { for (pid in count) print count[pid] }' "$work/log" | sort -n | xargs
}

echo "TAP version 13"
echo "1..5"
for mode in busy sleep; do
    count "$mode" "$few"
    count "$mode" "$many"
    sed "s/^/# $mode: /" "$work/$mode.$many"
done

rounds=$((many - few))
check "ping --busy: the rounds make no ioctl" "$(cost busy ioctl)" 0
check "ping --busy: the rounds make no system call at all" "$(cost busy total)" 0
check "ping --sleep: two ioctls a round, one for each side" "$(cost sleep ioctl)" $((2 * rounds))
check "ping --sleep: the rounds make no other system call" "$(cost sleep total)" $((2 * rounds))

strace -f -e trace=ioctl -o "$work/log" "$ping" --sleep --rounds "$many" | sed 's/^/# /'
check "ping --sleep: each side makes one NOTIFY_WAIT a round" "$(sides)" "$many $many"
exit "$failed"
