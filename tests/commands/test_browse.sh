#!/bin/sh
# browse: which split is shown when none is named.
. "${SRCDIR:-.}/tests/program.sh"
script() { # LINES...: run as a batch script
    printf '%s\n' "$@" >script
    "$sartor" --home "$work/home" --data "$mini" --json --batch script >out 2>err </dev/null; code=$?
}
split_is() { # SPLIT NAME
    [ "$code" -eq 0 ] && tail -n 1 out | grep -q "\"split\": \"$1\""
    report $? "$2"
}

script "train logreg name=m"
[ "$code" -eq 0 ]; report $? "a model to ask"
script "browse"; split_is train "without words, the training rows"
for words in wrong right as=Shirt conf=..0.6 sort=loss; do
    script "browse $words model=m"
    split_is validation "$words is asked of rows that the model has not been trained on"
done
script "train knn name=n" "browse wrong model=m beats=n"
split_is validation "and so is what another gets right"
script "browse class=Shirt"; split_is train "a class alone asks no model"
script "browse wrong model=m split=test"; split_is test "a split that is named is taken"
script "browse split=test" "browse wrong model=m more"; split_is test "more keeps the split"
script "browse split=test class=Shirt" "browse more all"; split_is test "so does more all"
grep -q '"count": 500' out; report $? "which drops the rest of the filter"
script "set split_seed=5" "browse wrong model=m"
split_is validation "rows that it was trained on are left out"
grep -q '"left_out": 69' out; report $? "which is said"
script "set validation=0" "browse wrong model=m"; grep -q "use split=test" err; report $? "the test split is only read when it is asked for"

# The rows are those that predict says are wrong.
script "browse wrong model=m limit=0"
sed 's/.*"indices": \[\([^]]*\)\].*/\1/' out | tr -d ' ' | tr ',' '\n' | grep . | sort -n >wrong
script "predict m split=validation to=said.csv"
awk -F, 'NR > 1 && $2 != $3 { print $1 }' said.csv | sort -n >wanted
[ -s wrong ] && cmp -s wrong wanted; report $? "wrong are those whose prediction differs"
[ "$(wc -l <said.csv)" -eq 81 ]; report $? "of the validation split's 80 rows"

# Suspects have their own order, whatever the selection before had.
script "suspects m folds=2" "browse sort=confidence model=m" "browse more suspects"
[ "$code" -eq 0 ] && tail -n 1 out | grep -q '"filter": "split=train suspects"'; report $? "suspects are not sorted by what a model says"

finish
