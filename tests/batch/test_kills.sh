#!/bin/sh
# The program killed at random moments of what it writes: what it had said is kept, what it leaves is whole, and a
# training or a study goes on to the result that it has without kills.
#
# KILLS= says how many (make soak: 100, which kill studies, too), SEED= draws the moments.
. "${SRCDIR:-.}/tests/program.sh"
kills=${KILLS:-4} seed=${SEED:-1} killed=0

# How long the next command lives, in milliseconds: at most as long as the same command took in whole.
moment() { # MILLISECONDS
    seed=$(awk "BEGIN { print (1103515245 * $seed + 12345) % 2147483648 }")
    awk "BEGIN { printf \"%.3f\", $seed / 2147483648 * $1 / 1000 }"
}
timed() { # ARGUMENTS; sets `whole`, the milliseconds they take
    begin=$(date +%s%N); run "$@"; whole=$((($(date +%s%N) - begin) / 1000000))
}
# Runs a command and kills it; `ended` says whether it was quicker.
kill_in() { # MILLISECONDS ARGUMENTS
    after=$(moment "$1"); shift
    "$sartor" --home "$work/home" --data "$mini" "$@" >out 2>err </dev/null & process=$!
    sleep "$after"
    if kill -KILL $process 2>/dev/null; then killed=$((killed + 1)); fi
    wait $process 2>/dev/null; code=$?
    [ $code -eq 137 ] && ended=no || ended=yes
}
# Everything under the home can be read, and nothing of it is called damaged.
sound() { # NAME
    bad_kill=0
    for line in models "browse tagged" suspects jobs; do
        run $line
        [ "$code" -le 1 ] && ! grep -qiE 'damaged|cannot read|not a |unexpected' err || bad_kill=1
    done
    return $bad_kill
}
figures() { # MODEL FILE: its accuracy and loss on the test split, without times
    run --json evaluate "$1" split=test; grep -o '"\(accuracy\|log_loss\)":[0-9.e-]*' out >"$2"; [ -s "$2" ]
}

train="train mlp epochs=8 limit=600 seed=3"
timed $train name=whole; train_takes=$whole; figures whole whole.figures; report $? "a training without kills"
if [ "$kills" -gt 10 ]; then timed study quick to=study-whole; study_takes=$whole; expect 0 "" "a study without kills"; fi
i=0; while [ $i -lt 40 ]; do echo "tag train:$i name=k$i"; i=$((i + 1)); done >tags.sartor
timed --batch tags.sartor; tags_take=$whole; run tag train:0 off; rm -rf "$work/home/tags"
timed suspects knn folds=2 limit=40; suspects_take=$whole

while [ $killed -lt "$kills" ] && [ $bad -eq 0 ]; do
    kill_in "$train_takes" $train name=k resume
    sound || report 1 "the home is sound after kill $killed, in a training"
    if [ $ended = yes ]; then
        figures k k.figures && cmp -s whole.figures k.figures || report 1 "a training that was killed has the same result"
        run delete k
    fi
    kill_in "$tags_take" --batch tags.sartor
    said=$(grep -c 'tagged' out) kept=$(cat home/tags/* 2>/dev/null | wc -l)
    [ "$kept" -ge "$said" ] || report 1 "each of $said tags that were confirmed before kill $killed is kept ($kept)"
    sound || report 1 "the home is sound after kill $killed, in a script of tags"
    kill_in "$suspects_take" suspects knn folds=2 limit=40
    sound || report 1 "the home is sound after kill $killed, in a search for suspects"
    kill_in 300 save whole copy.model
    [ ! -e copy.model ] || { run load copy.model name=copy; [ $code -eq 0 ] && run delete copy; [ $code -eq 0 ]; } ||
        report 1 "a model file that is there is whole after kill $killed"
    rm -f copy.model
    [ "$kills" -le 10 ] || kill_in "$study_takes" study quick to=study
    sound || report 1 "the home is sound after kill $killed, in a study"
done
[ $killed -ge "$kills" ]; report $? "$kills kills, and the home was sound after each"
run $train name=k resume; figures k k.figures && cmp -s whole.figures k.figures
report $? "a training that was killed ends with the model that it has without kills"
if [ "$kills" -gt 10 ]; then
    run study quick to=study; expect 0 "" "a study that was killed goes on to its end"
    (cd study-whole && find . -type f | sort) >a; (cd study && find . -type f | sort) >b
    cmp -s a b; report $? "and holds the same files"
fi
# What a killed process leaves is removed by the next that writes there.
run tag train:0; run save whole copy.model; run suspects knn folds=2 limit=40; run train knn
left=$(find . -name "*.sartor-[0-9]*"); [ -z "$left" ] || echo "$left" >err; [ -z "$left" ]; report $? "no temporary file is left"
finish
