#!/usr/bin/env bash
# The acceptance tests that go by the clock, once more at an hour at which nobody runs them: `night` (02:00), `sunday`
# (Sunday 23:30) or `month` (the last minute of a month, and on into the next), by Viet Nam's time. Without an argument
# one of the three, by turns from day to day. Needs libfaketime (package faketime).
set -euo pipefail
cd "$(dirname "$0")/.."

turns=(night sunday month)
when=${1:-${turns[$((10#$(date +%j) % 3))]}}
in_viet_nam() { TZ=Asia/Ho_Chi_Minh date "$@"; }
case $when in
    night) at=$(in_viet_nam -d "tomorrow 02:00" +%s) ;;
    sunday) at=$(in_viet_nam -d "next sunday 23:30" +%s) ;;
    month) at=$(($(in_viet_nam -d "$(in_viet_nam +%Y-%m-01) next month" +%s) - 60)) ;;
    *) echo "night, sunday or month, not $when" >&2 && exit 2 ;;
esac

libraries=(/usr/lib/*/faketime/libfaketimeMT.so.1)
[[ -e ${libraries[0]} ]] || { echo "libfaketime is not installed: apt-get install faketime" >&2 && exit 2; }
echo "the acceptance tests that go by the clock, at $(in_viet_nam -d "@$at" '+%H:%M, %A %d/%m/%Y') in Viet Nam"
# One offset for all the processes; what measures how long something takes goes by the true clock.
LD_PRELOAD=${libraries[0]} FAKETIME="+$((at - $(date +%s)))s" FAKETIME_DONT_FAKE_MONOTONIC=1 exec .venv/bin/pytest -q -n 3 \
    tests/acceptance/test_bot.py \
    tests/acceptance/test_life_of_a_case.py \
    tests/acceptance/test_names.py \
    tests/acceptance/test_report_files.py \
    tests/acceptance/test_trial.py \
    tests/acceptance/test_private_backfill.py
