#!/bin/sh
# mend: a family trained with and without the decisions.
. "${SRCDIR:-.}/tests/program.sh"
run mend logreg; expect 1 "no decision changes" "there is nothing to compare without decisions"
run mark train:3 keep; run mend logreg; expect 1 "no decision changes" "nor with one that changes nothing"

# All of a class left out: it is never right again.
printf '%s\n' "browse class=Bag" "mark drop all" "mend knn seeds=2" >script
run --json --batch script; expect 0 '"left_out": ' "a class is left out"
left=$(sed -n 's/.*"left_out": \([0-9]*\),.*/\1/p' out)
tested=$(sed -n 's/.*"tested": \([0-9]*\),.*/\1/p' out)
[ "$left" -gt 50 ] && [ "$tested" -eq 500 ]; report $? "of the training rows alone"
without=$(sed -n 's/.*"without": \([0-9.]*\),.*/\1/p' out); with=$(sed -n 's/.*"with": \([0-9.]*\)}.*/\1/p' out)
awk "BEGIN { exit !($without - $with > .05) }"; report $? "which costs what the class is worth"
expect 0 '"p": null' "the seed changes nothing in knn, so it proves nothing"

printf '%s\n' "browse split=test limit=0" "mark flag test:0" "mend knn seeds=1" >script
run --json --batch script; expect 0 '"tested": 499' "a test row that was decided on is not judged on"
run mend forest trees=5 seeds=2; expect 0 "paired t test over 2 seeds" "seeds of a family that draws are compared"
run mend forest trees=5 seeds=0; expect 1 "seeds" "no seed is none"
finish
