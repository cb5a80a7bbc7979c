#!/bin/sh
# Several programs at work in one home: nothing that one of them keeps is lost to another.
. "${SRCDIR:-.}/tests/program.sh"
needs_models

# Each of two scripts tags 40 samples, takes tags away, and evaluates.
script() { # FIRST
    i=$1
    while [ "$i" -lt $(($1 + 40)) ]; do echo "tag train:$i"; i=$((i + 1)); done
    echo "tag train:$1 off"
    echo "evaluate cnn split=test"
}
script 0 >a.sartor; script 500 >b.sartor
both() { # runs two commands at the same time; the sum of their statuses is in `code`
    "$sartor" --home "$work/home" --data "$mini" $1 >out 2>err </dev/null & first=$!
    "$sartor" --home "$work/home" --data "$mini" $2 >out2 2>err2 </dev/null; code=$?
    wait $first; code=$((code + $?))
    cat out2 >>out; cat err2 >>err
}
both "--batch a.sartor" "--batch b.sartor"; expect 0 "" "two scripts tag samples in one home"
tags=$(sort "$work"/home/tags/*.txt)
[ "$(echo "$tags" | wc -l)" -eq 78 ] && [ "$(echo "$tags" | head -n 1)" = train:1 ]
report $? "all tags are kept, and none that was taken away"
run tag train:999; expect 0 "79 tagged in all" "the tags of other programs are seen"
[ "$(wc -l <"$work/home/test-looks.csv")" -eq 2 ]; report $? "both looks at the test split are noted"

# Marks: each script has read the suspects before the other marks its own.
run train knn; run suspects knn folds=2 limit=30; expect 0 "look wrong" "suspects are found"
rows=$(sed -n 's/.*train:\([0-9]*\) .*/\1/p' out | head -n 20)
echo "$rows" | head -n 10 | sed 's/^/mark flag train:/' >a.sartor
echo "$rows" | tail -n 10 | sed 's/^/mark keep train:/' >b.sartor
both "--batch a.sartor" "--batch b.sartor"; expect 0 "" "two scripts mark them"
[ "$(grep -c ,flag, "$work"/home/decisions/*.csv)" -eq 10 ] && [ "$(grep -c ,keep, "$work"/home/decisions/*.csv)" -eq 10 ]
report $? "all marks are kept"
run train logreg; run suspects logreg folds=2; run suspects; expect 0 "10 marked keep, 10 flag" "by another search, too"

# The same name trained twice at the same time: the second is refused while the first is under way, or
# replaces it; the model is whole.
both "train mlp epochs=1 name=m" "train knn name=m"
[ $code -eq 0 ] || grep -q "m is being trained by another" out err; report $? "two trainings of one name"
run evaluate m; expect 0 "m on the validation split" "leave one whole model"

# Trials of the same search.
both "tune knn trials=6 budget=20s" "tune knn trials=7 budget=20s"; expect 0 "" "two searches in one home"
awk -F, 'NF < 11 { bad = 1 } END { exit bad }' "$work"/home/experiments/*.csv; report $? "their notes are whole lines"

# Nothing of that is left but the locks.
[ -z "$(find "$work/home" -name '*.sartor-*')" ]; report $? "no temporary file is left"
finish
