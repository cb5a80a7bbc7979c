#!/bin/sh
# tune: on the validation split and on folds, gone on with, and cut short by its budget.
. "${SRCDIR:-.}/tests/program.sh"
notes=home/experiments/tune-knn.csv

run tune knn trials=4 budget=5h
expect 0 "settings=knn-tuned" "tune finds settings"
grep -q "7 trials; the best of round 3 of 3, on 918 rows each, by validation accuracy" out; report $? "in three rounds, and says of which the best are"
! grep -q "budget=" out; report $? "nothing was left undone"
[ -s home/recipes/knn-tuned ]; report $? "the settings are kept"
run train knn settings=knn-tuned; expect 0 "" "train takes them"
run train knn settings=nosuch; expect 1 nosuch "unknown settings are refused"

# On folds: other figures under the same words, each from three held-out thirds of the training rows.
[ "$(wc -l <"$notes")" -eq 7 ]; report $? "a note for each trial"
run --json tune knn trials=4 budget=5h; cp out whole
run --json tune knn trials=4 budget=5h folds=3; cp out folded; cp "$notes" kept
[ $code -eq 0 ] && [ "$(wc -l <"$notes")" -eq 14 ]; report $? "folds are no trials of the validation split"
grep -q '"accuracy_deviation": null.*"folds": 0' whole && grep -q '"accuracy_deviation": 0\.0[0-9]*,.*"folds": 3, "round": 3, "rounds": 3, "rows": 918' folded
report $? "and have a standard deviation"
# Every fold holds 306 of 918 rows, so the mean is a whole number of right ones over 918; on the validation split's 80 it is not.
sed 's/.*"accuracy": \([0-9.]*\),.*/\1/' folded | awk '{ right = $1 * 918; if ($1 <= 0.5 || $1 >= 1 || (right - int(right + 0.5)) ^ 2 > 1e-6) exit 1 }'
report $? "each training row is judged once"
run --json tune knn trials=4 budget=5h folds=3
sed -i 's/"seconds": [^,]*//' out folded # which notes have to six digits
[ $code -eq 0 ] && cmp -s out folded && cmp -s kept "$notes"; report $? "the same again is taken from the notes"
run tune knn trials=4 budget=5h folds=3
expect 0 "918 rows each, by accuracy over 3 folds" "the text says how it was judged"
grep -Eq '^ +[0-9.]+ % ± [0-9]\.[0-9]{2}  ' out; report $? "and how far the folds are apart"
printf 'set validation=0\ntune knn trials=3 folds=4\n' | "$sartor" --home "$work/home" --data "$mini" --batch - >out 2>err
[ $? -eq 0 ] && grep -q "999 rows each, by accuracy over 4 folds" out; report $? "folds need no validation split"
grep -q '^5 trials; ' out; report $? "of three trials one goes on, then that one again"
printf 'set validation=0\ntune knn trials=3\n' | "$sartor" --home "$work/home" --data "$mini" --batch - >out 2>err
[ $? -eq 1 ] && grep -q "there is none (validation=0)" err; report $? "else there must be one"

# Of trials that are as accurate, those with the smaller loss go on, in this order.
mkdir ties; grep ',102,' "$notes" | grep ',0,[^,]*,[^,]*$' | awk -F, 'BEGIN { OFS = "," } { $1 = 0.5; $2 = 4 - NR; print }' >ties/notes
[ "$(wc -l <ties/notes)" -eq 4 ]; report $? "notes of the first round"
mkdir -p tied/experiments; cp ties/notes tied/experiments/tune-knn.csv
"$sartor" --home "$work/tied" --data "$mini" tune knn trials=4 budget=5h >out 2>err </dev/null
sed -n '5,6p' tied/experiments/tune-knn.csv | cut -d, -f11- >went-on; sed -n '4p;3p' ties/notes | cut -d, -f11- | sort >least
sort went-on | cmp -s - least && [ "$(sed -n 1p went-on)" = "$(sed -n 4p ties/notes | cut -d, -f11-)" ]; report $? "of the same accuracy the smaller loss goes on"

# Hyperparameters that range over powers of ten are drawn evenly by their logarithm: of C, from 0.001 to 100, three fifths are below 1.
run tune logreg trials=60 budget=5h features=pixels max_iterations=2
cut -d, -f11- home/experiments/tune-logreg.csv | sed -n 's/.*C=\([0-9.e+-]*\).*/\1/p' | awk '$1 < 1 { low++ } END { exit !(NR >= 60 && low > NR * 0.4 && low < NR * 0.8) }'
report $? "a range of powers of ten is drawn evenly"

run tune knn folds=1; expect 1 "folds=1 leaves no rows to learn from" "one fold is none"
run tune knn folds=21; expect 1 "folds=21" "nor are there so many"
run tune knn folds=11; expect 1 "folds=11 is too many: of the 102 rows that a trial begins with, class Pullover has 10" "more folds than the smallest class has rows"
run tune knn budget=soon; expect 1 "budget=soon" "a budget that is no time"
run tune knn folds=3 k=0; expect 1 "k=0" "hyperparameters are checked"

# A search that has finished one trial and would take hours for the next one.
digest=$(head -n 1 "$notes" | cut -d, -f6)
printf '0.5,1,1,1,102,%s,1,0.0833333333,3,0.125,epochs=10000\n' "$digest" >home/experiments/tune-mlp.csv
begun=$(date +%s)
run tune mlp epochs=10000 trials=3 folds=3 budget=2s
[ $code -eq 0 ] && [ $(($(date +%s) - begun)) -le 120 ]; report $? "a budget stops the trial under way"
grep -q '^1 trial; the best of round 1 of 3, on 102 rows each' out && grep -q '50.00 % ± 12.50  epochs=10000' out; report $? "what was finished is the result"
grep -q 'budget ended during "round 1, no. 2", which does not count' out && grep -q "no time for: 1" out && grep -q "Round 2, on 3 times the rows, was not reached" out
report $? "and what was not is said"
[ "$(cat home/recipes/mlp-tuned)" = "epochs=10000" ] && [ "$(wc -l <home/experiments/tune-mlp.csv)" -eq 1 ]; report $? "the best is kept, the stopped one not noted"
run --json tune mlp epochs=10000 trials=3 folds=3 budget=1s
expect 0 '"trials_finished": 1, "trials_waiting": 1, "trial_stopped": "round 1, no. 2"' "JSON says it too"
run tune mlp epochs=9999 trials=3 budget=1s
expect 1 "no trial was finished within the budget" "a budget too small for anything"
run tune knn k=1 metric=l1 weights=uniform features=hog
expect 1 "nothing is left to search of knn, of which k, metric, weights, features is given" "a search of nothing"
finish
