#!/bin/sh
# Results that mean nothing are refused or say so.
. "${SRCDIR:-.}/tests/program.sh"
script() { # TEXT [OPTION]
    printf "$1" >lines
    "$sartor" ${2-} --home "$work/home" --data "$mini" --batch lines >out 2>err
    code=$?
}
run train mlp norm=on batch=1 epochs=1; expect 1 "batch=1 has only one of; give batch=2 or more" "batch norm over one row"
run train mlp norm=on batch=3 limit=100 epochs=1; expect 1 "of 100 rows the last batch of batch=3 has only one" "also in the last batch of an epoch"
run train mlp norm=on batch=2 limit=100 epochs=1 hidden=4; expect 0 "" "a batch of two has something to normalise over"
run train cnn norm=on batch=1 limit=20 epochs=1 widths=2 dense=4; expect 0 "" "and so have the pixels of one image"
run train forest trees=1 bootstrap=on; expect 0 " of 920 rows" "out-of-bag accuracy of some rows says of how many"
run train knn limit=9; expect 1 "limit=9 is below the number of classes, 10" "fewer rows than classes"
run train knn limit=10 name=few; expect 0 "" "one of each"

# A model of seed 1 keeps back 80 rows; 10 of them are among those of seed 2, and some classes have none of those.
script 'train knn k=1\nset split_seed=2\nevaluate knn\n' --json
grep -q '"event": null' out; [ $? -ne 0 ] && grep '"evaluate"' out | grep -q '"left_out": 70' && grep '"evaluate"' out | grep -q '"recall": null, "f1": null, "support": 0'
report $? "nothing is known of classes without samples"
script 'set split_seed=2\nexport roc knn to=roc.html\nexport roc knn class=Coat to=coat.html\n'; expect 0 "" "curves of such classes"
grep -q "mean area [0-9.]* over 5 of 10 classes" roc.html; report $? "the mean area is that of the others, which is said"
grep -q "no area: samples of one kind only" coat.html; report $? "and a class without any says so"


# Two programs share a home: one asks, the other trains and deletes.
lasts() { for _ in $(seq 100); do grep -q "$1" said && return; sleep 0.1; done; }
mkfifo pipe
"$sartor" --data "$mini" --home "$work/home" --batch - <pipe >said 2>err & pid=$!
exec 3>pipe
echo 'predict knn test:1' >&3; lasts "test:1 is"
"$sartor" --data "$mini" --home "$work/home" train knn k=9 >/dev/null 2>&1 3>&-
echo 'predict knn test:2' >&3; lasts "test:2 is"
"$sartor" --data "$mini" --home "$work/home" delete knn >/dev/null 2>&1 3>&-
echo 'predict knn test:3' >&3
exec 3>&-
wait $pid; code=$?; mv said out
expect 1 "knn was trained again by another process: the new one is used" "a model that was trained again elsewhere is used from then on"
expect 1 "knn is gone: another process has deleted its file" "one that was deleted is gone"
finish
