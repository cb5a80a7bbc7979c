#!/bin/sh
# mark and decisions: what is decided is kept beside the data, undone, and merged with another person's.
. "${SRCDIR:-.}/tests/program.sh"
USER=ann; export USER
run --json mark train:3 drop note="torn, I think"; expect 0 "" "a sample is left out"
run mark test:4 as=Coat; expect 0 "test:4 is Coat" "another is of another class"
run --json decisions; expect 0 '"dropped": 1, "relabelled": 1' "both are counted"
expect 0 '"sample": "train:3", "decision": "drop"' "and listed"
expect 0 '"who": "ann"' "with who has decided"
expect 0 '"note": "torn, I think"' "and why"
printf '%s\n' "mark test:4 keep" "undo" "decisions" >script
run --json --batch script; expect 0 '"sample": "test:4", "decision": "as", "class": 4' "undo brings the decision before back"
printf '%s\n' "browse class=Bag" "mark all flag" "decisions" "undo" "decisions" >script
run --json --batch script; expect 0 '"flagged": 0, "dropped": 1, "relabelled": 1' "all of a selection are marked, and undone at once"
grep -q '"flagged": [1-9][0-9]' out; report $? "which were many"
cp -r home/decisions/*.csv journal; grep -q '^train:3,drop,,[0-9]*,,,ann,.*torn, I think$' journal; report $? "the journal is a table"

# Applied: other labels, fewer rows, and whatever tells of the data says so.
printf '%s\n' "set decisions=on" stats >script
run --json --batch script; expect 0 '"file": "train", "decisions_relabelled": 1, "decisions_left_out": 1' "statistics say that decisions are applied"
expect 0 '"count": 999' "and count what is left"
printf '%s\n' "set decisions=on" "set size=140x30" "screen" >script
run --batch script; expect 0 "Fashion-MNIST with 2 decisions" "every pane names the data so"
expect 0 "decisions on" "and has it in its last line"
printf '%s\n' "set decisions=on" "train knn name=decided" "evaluate decided split=test" "set decisions=off" "evaluate decided" >script
run --batch script; expect 0 "decisions are applied: 1 samples are of another class, 1 left out" "what is judged says so"
expect 0 "with other labels or rows (Fashion-MNIST with 2 decisions)" "the model knows what it was trained on"

# Written out: the corrected set, a table that is read back, and what has changed.
run export dataset decisions=on to=fixed.npz; expect 0 "fixed.decisions.csv has the decisions" "a corrected set is written"
"$sartor" --home none --data fixed.npz --json stats >out 2>err; code=$?
expect 0 '"file": "train", "count": 999' "without what is left out"
printf '%s\n' '--- Fashion-MNIST' '+++ Fashion-MNIST with 2 decisions' '@@ train:3 @@' '-T-shirt/top' '@@ test:4 test:4 @@' '-Shirt' '+Coat' >wanted
sed -n '/test:4/,$p' wanted >tail.wanted; sed -n '/test:4/,$p' fixed.diff >tail.found
cmp tail.wanted tail.found; report $? "the diff has the class before and after"
grep -q '^@@ train:3 @@$' fixed.diff; report $? "and what is left out"
"$sartor" --home other --data "$mini" --json decisions fixed.decisions.csv >out 2>err; code=$?
expect 0 '"theirs": 2, "both": 0, "same": 0, "kappa": null, "conflicts": 0, "taken": 2' "the table is read back"
run export dataset to=plain.npz; [ ! -e plain.diff ]; report $? "without decisions there is no diff"
run export dataset decisions=on to=part split=test form=pictures
! grep -q train part.diff; report $? "of a part only what is in it"

# Keys: digits and letters name classes, Enter takes the suggestion, U takes back.
printf '%s\n' "keys L c 3 U t t Esc" decisions >script
run --home keys --json --batch script; expect 0 '"sample": "train:0", "decision": "as", "class": 4' "a letter that one class has"
expect 0 '"sample": "train:1", "decision": "as", "class": 1' "a letter pressed again is the next class"
expect 0 '"relabelled": 2' "undo takes the last one back"
printf '%s\n' "browse queue" "keys L Enter K Esc" "browse queue" >script
run --home queue --json --batch script; expect 0 '"filter": "split=any queue"' "a queue of what to decide next"
expect 0 '"decided": 2' "and how far it is decided"
run --home queue --json decisions; expect 0 '"kept": 1, "flagged": 0, "dropped": 0, "relabelled": 1' "Enter takes what is suggested"
printf '%s\n' "show train:18" "browse queue" "keys K Esc" "browse queue limit=1" >script
run --home queue --json --batch script; expect 0 '"decided": 3' "it goes on with the first that is not decided"
run --home queue decisions limit=1; expect 0 "and 2 more (limit=0 lists all)" "a list that is cut says so"
printf '%s\n' "browse audit=label-error" "mark all suggested" "decisions" >script
run --home errors --json --batch script; expect 0 '"kept": 0, "flagged": 0, "dropped": 0, "relabelled": ' "label errors of the audit suggest a class"
expect 0 '"by": "audit"' "and the decision says so"
run browse queue wrong; expect 1 "queue goes with" "the queue has its own order"

# Another person, with# Another person, with decisions of their own.
for line in "train:10 keep" "train:11 flag"; do run mark $line; done
run decisions to=ann.csv; expect 0 "" "all are written to a file"
[ "$(wc -l <ann.csv)" -eq 5 ]; report $? "one line each, and a heading"
cp -r home theirs
"$sartor" --home theirs --data "$mini" mark train:11 drop >out 2>err
"$sartor" --home theirs --data "$mini" mark train:12 as=Bag >out 2>err
"$sartor" --home theirs --data "$mini" decisions to=theirs.csv >out 2>err
# own: drop, Coat, keep, flag; theirs: drop, Coat, keep, drop; chance = (1·2 + 1·1 + 1·1 + 1·0) / 16 = .25
run --json decisions theirs.csv; expect 0 '"both": 4, "same": 3, "kappa": 0.666666667, "conflicts": 1, "taken": 1' "two people are compared"
expect 0 '"event": "conflict", "sample": "train:11", "own": "flag", "decision": "drop"' "conflicts are listed, with one's own decision"
run --json decisions; expect 0 '"sample": "train:11", "decision": "flag"' "one's own stays"
expect 0 '"sample": "train:12", "decision": "as"' "what is new is taken"
echo "train:9999999,drop,,0,,,x,y," >>theirs.csv
run decisions theirs.csv; expect 1 "line 7" "a line that is not of the data is refused"
run mark train:5; expect 1 "is needed" "a mark is needed"
run mark train:5 suggested; expect 1 "nothing is suggested" "only suspects have a suggestion"
run mark all drop train:5; expect 1 "without a sample" "all is of the selection"
finish
