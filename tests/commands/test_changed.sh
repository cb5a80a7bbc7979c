#!/bin/sh
# robustness: accuracy on changed pictures, by kind and severity.
. "${SRCDIR:-.}/tests/program.sh"
run train knn; expect 0 "" "a model to be measured"
run train logreg limit=200; expect 0 "" "and another"

run --json robustness knn kinds=rotate,jpeg severities=1,5 split=test
expect 0 '"split": "test"' "two kinds at two severities"
value() { # KIND SEVERITY KEY
    tr '{' '\n' <out | grep "\"kind\": \"$1\", \"severity\": $2," | sed -n "s/.*\"$3\": \([0-9.]*\).*/\1/p"
}
clean=$(sed -n 's/.*"clean_accuracy": \([0-9.]*\).*/\1/p' out)
mild=$(value rotate 1 accuracy) strong=$(value rotate 5 accuracy)
awk -v c="$clean" -v m="$mild" -v s="$strong" 'BEGIN { exit !(c > .6 && m < c && s < m - .1 && s > 0) }'
report $? "the more they are tilted, the fewer are right ($clean, $mild, $strong)"
awk -v l="$(value jpeg 1 low)" -v a="$(value jpeg 1 accuracy)" -v h="$(value jpeg 1 high)" \
    'BEGIN { exit !(l < a && a < h && h - l < .3) }'
report $? "with an interval around it"
[ "$(tr '{' '\n' <out | grep -c '"kind": ')" -eq 5 ]; report $? "what was not asked for is not measured"

run --json evaluate knn split=test
own=$(sed -n 's/.*"accuracy": \([0-9.]*\).*/\1/p' out | head -n 1)
[ -n "$own" ] && [ "$own" = "$clean" ]; report $? "unchanged pictures are right as in evaluate ($own)"
cp out evaluated
run --json robustness knn kinds=rotate,jpeg severities=1,5 split=test
cp out first
run --threads 1 --json robustness knn kinds=rotate,jpeg severities=1,5 split=test
# What was looked at before is counted.
for f in out first; do sed 's/"test_looks": [0-9]*//' $f >$f.same; done
cmp -s out.same first.same; report $? "the same figures again, on one thread"

run robustness knn logreg kinds=rotate severities=5,1
expect 0 "logreg on the validation split" "two models side by side"
grep -q "as they are: right on" out && grep -q "tilted" out; report $? "in words and a table"
[ "$(sed -n 's/^  rotate *\([0-9.]*\) %  *\([0-9.]*\) %.*/\1 \2/p' out | awk '$1 > $2' | wc -l)" -eq 2 ]
report $? "severities stand in their order"
run robustness knn kinds=jpeg severities=3
grep -q "mean of 1 kinds\|mean of 1 kind" out; report $? "the mean over kinds at the severities of Fashion-MNIST-C"
run --json robustness knn kinds=all,-rotate severities=2
[ "$(tr '{' '\n' <out | grep -c '"kind": ')" -ge 18 ] && ! grep -q '"kind": "rotate"' out; report $? "all but one"

run robustness knn kinds=nonsense; expect 1 'no kind "nonsense"' "an unknown kind is refused"
run robustness knn severities=6; expect 1 "" "so is a severity of 6"
run robustness nobody; expect 1 "nobody" "and a model that is not there"
run robustness knn kinds=rotate severities=1 split=train; expect 0 "" "the training split may be looked at"
finish
