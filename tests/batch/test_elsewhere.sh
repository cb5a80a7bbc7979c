#!/bin/sh
# A training is seen, paused and stopped from other processes with the same home.
. "${SRCDIR:-.}/tests/program.sh"
trainer=
trap '[ -z "$trainer" ] || kill -9 "$trainer" 2>/dev/null; rm -rf "$work"' EXIT

begin() { # NAME: a training that takes many minutes; its process is $trainer
    "$sartor" --home "$work/home" --data "$mini" train mlp name="$1" epochs=10000 hidden=512 >trained 2>said </dev/null &
    trainer=$!
}
until_run() { # PATTERN ARGUMENTS: run again and again until the output has the pattern, for a minute at most
    pattern=$1 tries=0
    shift
    while run "$@"; ! grep -q "$pattern" out; do
        tries=$((tries + 1))
        [ "$tries" -lt 60 ] || return 1
        sleep 0.5
    done
}

begin long
until_run '"seconds_left"' --json jobs; report $? "a training of another process is listed"
grep -q '"model": "long", "family": "mlp", "state": "running"' out && grep -q "\"process\": $trainer, \"host\": \"..*\"" out &&
    ! grep -q '"job"' out; report $? "... with its process and without a number"
run jobs; expect 0 "process $trainer on " "... for people, too"
printf 'jobs\npane train\ndescribe\n' >script
until_run "Last finished: epoch" --batch script; report $? "the Train pane shows it with its epochs"
grep -q "is elsewhere: epoch" out; report $? "... as one of another process"
run wait long; expect 1 "is trained by another process" "it cannot be waited for"
run train mlp name=long; expect 1 "is being trained by another process" "nor its name be taken"
run pause long; expect 0 "process $trainer on" "it is asked to pause"
until_run '"state": "paused"' --json jobs; report $? "... and does"
run resume long; expect 0 "asked to resume" "it is asked to go on"
until_run '"state": "running"' --json jobs; report $? "... and does"
run stop long; expect 0 "asked to stop" "it is asked to stop"
wait "$trainer"; report $? "... and ends well"
trainer=
run models; expect 0 long "... with a model"
run jobs; expect 0 "No job yet" "it is not listed any more"
[ ! -e home/running ]; report $? "... and has left no file"

begin paused
until_run "process $trainer" jobs
run pause paused
until_run '"state": "paused"' --json jobs
kill -TERM "$trainer"; wait "$trainer"; [ $? -eq 75 ]; report $? "a paused training ends when it is asked to leave"
trainer=

begin killed
until_run "process $trainer" jobs
kill -9 "$trainer"; wait "$trainer" 2>/dev/null
trainer=
[ -e home/running/killed.json ]; report $? "a killed process leaves its file"
run jobs; expect 0 "No job yet" "... which is not taken for a training"
[ ! -e home/running ]; report $? "... and is removed"
finish
