#!/bin/sh
# Scripts: the order of commands, what a failure drops, and the log that save-log writes.
. "${SRCDIR:-.}/tests/program.sh"
needs_models

script() { printf "$1" | "$sartor" --home "$work/home" --data "$mini" ${2-} --batch - >out 2>err; code=$?; }
is() { [ "$(cat "$1")" = "$(printf "$2")" ]; report $? "$3"; }

# Commands that have to wait for predictions keep their place.
script 'export confusion cnn split=test to=a.png; stats; export confusion resnet split=test to=b.png\nset seed=3; set\n'
[ "$code" -eq 0 ] && [ -s a.png ] && [ -s b.png ]; report $? "exports that have to wait are written"
a=$(grep -n 'a\.png' out | cut -d: -f1) s=$(grep -n '1,000 images' out | head -n 1 | cut -d: -f1) b=$(grep -n 'b\.png' out | cut -d: -f1)
[ "$a" -lt "$s" ] && [ "$s" -lt "$b" ]; report $? "and answered in the order of the script"
grep -q 'seed *3' out; report $? "up to the last line"

# What follows a failure.
script 'nosuch; stats\nmodels\n'; expect 1 "standard input:1: no command" "a failing command is named with its line"
[ ! -s out ]; report $? "the rest of its line and of the script is not run"
script 'nosuch; stats\nmodels\n' --keep-going; expect 1 "1,000 images" "with --keep-going the rest of the line is run"
grep -q resnet out; report $? "and the rest of the script"
[ "$(grep -c nosuch err)" -eq 1 ]; report $? "what failed is said once"
script "stats class=Bag; set seed='1; models\nmodels\n"; expect 1 "standard input:1: the quote" "a quote that is not closed fails in its turn"
grep -q 'Bag: 100 images' out && ! grep -q resnet out; report $? "after what stands before it"
script 'stats class=Bag; quit; models\nmodels\n'; expect 0 "Bag: 100 images" "quit ends the line it stands in"
grep -q resnet out; [ $? -ne 0 ]; report $? "and the script"
"$sartor" --home /proc/sartor-home --data "$mini" --batch - >out 2>err <<'END'
train knn; stats
END
code=$?; expect 1 "standard input:1: " "a training that fails fails its line"
grep -q '1,000 images' out; [ $? -ne 0 ]; report $? "whose rest is not run"
script 'train mlp name=p epochs=500 limit=100 background; pause p; tune mlp trials=3 budget=1s; stats\nstop p\n' --keep-going
expect 1 "standard input:1: p is paused" "a search that could never end is given up"
grep -q '1,000 images' out; report $? "and with --keep-going the script goes on"

# The small sample announces itself, from wherever it is opened: once a program, and again when it is opened again.
announced() { grep -c 'small sample.*dataset-fashion-mnist' err; }
cp -r "$mini" copy
script 'stats\nevaluate cnn split=test\n'; [ "$(announced)" = 1 ]; report $? "the sample that --data names is announced, once"
"$sartor" --home "$work/home" --data copy browse >out 2>err; [ "$(announced)" = 1 ]; report $? "a copy of it is, too"
script 'open copy\nstats\nopen copy\n'
[ "$(grep -c 'small sample.*dataset-fashion-mnist' out)" = 2 ] && [ "$(announced)" = 0 ]; report $? "open says it itself"
script 'pane browse; describe\npane log; screen size=100x24\n'
grep -q 'small sample that sartor ships' out && grep -q 'Small sample, 1,500' out; report $? "describe and screen say it in every pane"
"$sartor" --json --home "$work/home" --data copy evaluate cnn split=test >out 2>err; grep -q '"sample": true' out; report $? "JSON has it"

# What stopping keeps is said of trainings that have epochs.
script 'train forest name=fo trees=5000 background; stop fo\ntrain mlp name=ep epochs=500 limit=100 background; stop ep\n'
grep -q '^fo: stopping$' out && grep -q '^ep: stopping; the last finished epoch is kept$' out; report $? "what stopping keeps"

# The log.
script 'train knn k=1 name=z\ntag test:3\npane confusion\nset seed=x\nmove right\nset seed=4\nkeys 1 Space\nsave-log l.sartor\n' --keep-going
expect 1 "6 commands in l.sartor" "save-log in a script"
grep -v '^#' l.sartor | grep -v '^open' >commands
is commands 'train knn k=1 name=z\ntag test:3\npane confusion\nmove right\nset seed=4\nkeys 1 Space' "has all commands that succeeded, in order"
grep -q '^# set seed=x$' l.sartor && grep -q '^# .*seed=x is not possible' l.sartor; report $? "and those that failed as comments, with the reason"
"$sartor" --home "$work/home2" --batch l.sartor >out 2>err; code=$?; expect 0 "z: trained" "what it writes can be run"
"$sartor" --home "$work/home2" --data "$mini" browse tagged split=train >out 2>err; code=$?; expect 0 "train:0" "and does the same"
rm -r "$work/home"
script 'tag train:5\nbrowse tagged\ntag\nexplain cnn\nsave-log l.sartor\n'
grep -v '^#' l.sartor | grep -v '^open' >commands
is commands 'tag train:5\nbrowse tagged\ntag index=train:5 off\nexplain cnn index=train:5' "what a command took from the cursor is written down"
"$sartor" --home "$work/home3" --batch l.sartor >out 2>err; code=$?; expect 0 "" "which can be run as well"
rm -r "$work/home"
script 'keys : "tag train:9" Enter\nkeys 6 Enter\nsave-log l.sartor\n'
grep -v '^#' l.sartor | grep -v '^open' >commands
is commands 'keys : "tag train:9" Enter\nkeys 6 Enter' "keys stand for what they do"
finish
