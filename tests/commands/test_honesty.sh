#!/bin/sh
# Results that mean nothing are refused or say so.
. "${SRCDIR:-.}/tests/program.sh"
needs_models
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
grep -q "no area: no samples)" coat.html; report $? "and a class without any says so"

# Claims of methods rest on several seeds, those of files are said to be of files.
run train mlp hidden=8 epochs=1 seeds=1..3 name=small; expect 0 "small-s3: trained" "a training with several seeds"
run train mlp hidden=2 epochs=1 seeds=1..3 name=tiny; expect 0 "3 trainings: tiny-s1 to tiny-s3" "has names for them"
run train mlp seeds=1.5..3; expect 1 "give two whole numbers" "seeds that are no whole numbers"
run train mlp seeds=1..500; expect 1 "at most 100 seeds" "too many"
run train mlp seeds=1..2 seed=4; expect 1 "seed= and seeds= cannot both be given" "and one beside them"
run --json compare small-s1 small-s2 small-s3 tiny-s1 tiny-s2 tiny-s3 few
[ $code -eq 0 ] && [ "$(grep -c '"event": "method"' out)" -eq 2 ] && [ "$(grep -c '"event": "method_pair"' out)" -eq 1 ] && [ "$(grep -c '"event": "pair"' out)" -eq 21 ]
report $? "runs of two methods are one pair of methods, and one model alone is no method"
# Mean, and t of the three differences, from the models' own lines.
awk -F'"accuracy": ' '/"event": "model"/ { split($2, a, ","); name = $1; sub(/.*"model": "/, "", name); sub(/".*/, "", name); of[name] = a[1] }
    /"event": "method_pair"/ { t = $0; sub(/.*"t": /, "", t); sub(/,.*/, "", t) }
    END { for (i = 1; i <= 3; i++) { d[i] = of["small-s" i] - of["tiny-s" i]; m += d[i] / 3 }
          for (i = 1; i <= 3; i++) v += (d[i] - m) ^ 2 / 2
          if (m < 0) { m = -m }
          e = m / sqrt(v / 3) - (t < 0 ? -t : t); exit !(e < 1e-3 && e > -1e-3) }' out
report $? "t is that of the differences, seed by seed"
run compare small-s1 tiny-s1; [ $code -eq 0 ] && ! grep -q "^Methods" out && grep -q "These fitted models, not their methods" out
report $? "of single trainings nothing is said of methods"

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

# What a prediction is worth, by the same names and of the same values in each command that shows one.
worth() { grep -oE '"(familiarity|calibrated|set)": ([0-9.e-]+|true|false|\[[0-9, ]*\])' out | sort; }
shipped() { "$sartor" --home "$work/untouched" --data "$mini" "$@" >out 2>err; code=$?; }
for sample in test:1 test:23; do
    shipped --json predict cnn $sample; worth >predicted
    shipped --json show $sample model=cnn; worth >shown
    shipped --json explain cnn $sample; worth >explained
    [ "$(wc -l <predicted)" -eq 3 ] && grep -q '"calibrated": true' predicted && grep -qE '"set": \[[0-9]' predicted
    report $? "$sample: predict has familiarity, set and calibrated"
    cmp -s predicted shown; report $? "$sample: show has the same"
    cmp -s predicted explained; report $? "$sample: explain, too"
    awk -F': ' '/familiarity/ && $2 >= 0 && $2 <= 1 { right = 1 } END { exit !right }' predicted; report $? "$sample: a share of held-out rows"
done
printf 'set calibrate=off\npredict cnn test:1\nshow test:1 model=cnn\nexplain cnn test:1\nset calibrate=on\npredict cnn test:1 test:23\n' >lines
shipped --json --batch lines
[ "$(grep -c '"calibrated": false' out)" -eq 3 ]; report $? "each says that probabilities are not calibrated"
[ "$(tail -n 2 out | grep -oE '"(familiarity|set|calibrated)": ' | wc -l)" -eq 6 ]; report $? "and so does each row of several"
shipped --json evaluate cnn split=test
awk '{ for (i = 1; i <= 4; i++) { name = i == 1 ? "calibration_error" : i == 2 ? "calibration_bias" : i == 3 ? "coverage" : "set_size"
           if (!match($0, "\"" name "\": -?[0-9.e-]+")) { exit 1 }
           value[i] = substr($0, RSTART + length(name) + 4, RLENGTH - length(name) - 4) + 0 }
       e = value[1]; b = value[2]; right = e >= (b < 0 ? -b : b) - 1e-9 && e < 0.5 && value[3] > 0.8 && value[3] <= 1 && value[4] >= 1 && value[4] < 3
       exit !right }' out
report $? "evaluate has calibration_error, calibration_bias (no larger), coverage from 0 to 1 and set_size"

# A leak: 100 test images stand in the train file, too.
mkdir leak
for part in train t10k; do
    for what in images-idx3 labels-idx1; do gzip -dc "$mini/$part-$what-ubyte.gz" >leak/$part-$what-ubyte; done
done
head -c $((16 + 784 * 100)) leak/t10k-images-idx3-ubyte | tail -c +17 | dd of=leak/train-images-idx3-ubyte bs=1 seek=16 conv=notrunc 2>err
head -c 108 leak/t10k-labels-idx1-ubyte | tail -c +9 | dd of=leak/train-labels-idx1-ubyte bs=1 seek=8 conv=notrunc 2>err
"$sartor" --data leak --home leaky train knn k=1 >out 2>err
"$sartor" --data leak --home leaky --json evaluate knn split=test >out 2>err; code=$?
expect 0 '"leaked_near": 0, "accuracy_with_leaks": 0.' "the accuracy is told with what has leaked"
sums() { awk -F'"' '{ for (i = 1; i < NF; i++) if ($i ~ /^(count|leaked_same|accuracy|accuracy_with_leaks|accuracy_without_leaks)$/ && !($i in v)) { split($(i + 1), a, /[ :,}]+/); v[$i] = a[2] } }
    END { same = v["leaked_same"]; clean = v["accuracy_without_leaks"]
          e = v["accuracy_with_leaks"] - (same + clean * v["count"]) / 500 # k = 1 knows what it has seen
          exit !(same > 80 && v["count"] + same == 500 && clean == v["accuracy"] && e < 1e-6 && e > -1e-6) }' out; }
sums; report $? "and without: what was seen is all right"
"$sartor" --data leak --home leaky evaluate knn split=test >out 2>err; code=$?
expect 0 "a leak: " "in words, too"
run train knn name=clean; run evaluate clean split=test leaks=on
expect 0 "no leak: none of these images stands" "that there is none is said where it is asked"
# Ten of the hundred get another value in a corner: almost the same.
for i in 0 1 2 3 4 5 6 7 8 9; do printf '\001' | dd of=leak/train-images-idx3-ubyte bs=1 seek=$((16 + 784 * i)) conv=notrunc 2>err; done
"$sartor" --data leak --home nearly train knn >out 2>err
"$sartor" --data leak --home nearly evaluate knn split=test leaks=on >out 2>err; code=$?
expect 0 " almost stand, in what models are trained on" "almost the same images are told of, too"
run evaluate clean split=test
! grep -q "a leak" out; report $? "no leak, no word of one"
finish
