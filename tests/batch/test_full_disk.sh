#!/bin/sh
# Each command that writes, with one failing call after the other of those by which files are changed
# (fail_calls.c): it fails with a sentence, files from before are whole, and the next run goes well.
#     SWEEP=all           every call of every command; else those at the beginning and some of the others
#     ONLY="one|two"      only the commands that hold one of these words
. "${SRCDIR:-.}/tests/program.sh"
shim=${sartor%/sartor}/tests/batch/fail_calls.so
if ! LD_PRELOAD=$shim "$sartor" --version >/dev/null 2>err || [ -s err ]; then
    echo "ok 1 - calls can be failed # SKIP this build cannot be preloaded"; echo "1..1"; exit 0
fi

# A home and data from which every run begins.
mkdir base; mkdir base/out
"$sartor" --home base/home --data "$mini" --batch - >out 2>err <<'END'
train knn name=mine
train logreg
tag train:3
mark drop train:9
suspects mine folds=2
evaluate mine split=test
train mlp epochs=1 name=net
export confusion mine to=base/out/old.png
export confusion mine to=base/out/old.csv
END
report $? "a home to begin with"
row=$(sed -n 's/^\([0-9][0-9]*\),.*/\1/p' base/home/suspects/*.csv | head -n 1)
chmod -R u+w base

# Is each file from before still there, and either as it was or readable by what reads it?
whole() {
    (cd "$work/base" && find . -type f ! -name .lock) >files
    while read -r f; do
        [ -e "try/$f" ] || case "$command $f" in rename*/mine.* | delete*/mine.*) continue ;; esac
        [ -e "try/$f" ] || { echo "$f is gone" >>err; return 1; }
        cmp -s "base/$f" "try/$f" && continue
        case $f in
        *.csv | *.txt | *.sartor) [ -z "$(tail -c 1 "try/$f")" ] ;; # ends with its last line
        *.safetensors) "$sartor" --home "$work/reader" --data "$mini" load "try/$f" name=x >/dev/null 2>>err ;;
        *.png) [ "$(tail -c 8 "try/$f" | head -c 4)" = IEND ] ;;
        *) true ;;
        esac || { echo "$f is neither as before nor whole" >>err; return 1; }
    done <files
}

once() { # N: run the command with the Nth call failing; code, out, err
    rm -rf try; cp -R base try; : >count
    # shellcheck disable=SC2086
    FAIL_COUNT=$work/count FAIL_CALL=$1 LD_PRELOAD=$shim \
        "$sartor" --home try/home --data "$mini" $command >out 2>err </dev/null
    code=$?
}

sweep() { # COMMAND...
    command=$*
    echo "$command" | grep -qE -- "${ONLY:-.}" || return 0
    once 0
    [ "$code" -eq 0 ]; report $? "$command"
    calls=$(($(wc -l <count)))
    call=1 failed=0
    while [ "$call" -le "$calls" ]; do
        once "$call"
        # A checkpoint that cannot be written is a warning only: the model is there all the same.
        if [ "$code" -eq 0 ]; then
            grep -q "no checkpoint: ." err || [ "$(($(wc -l <count)))" -lt "$call" ] ||
                { echo "call $(sed -n "${call}p" count) of $calls: status 0" >>err; break; }
        elif { [ "$code" -gt 2 ] || ! grep -q "^sartor: ." err; }; then
            echo "call $call of $calls: status $code without a sentence" >>err; break
        fi
        whole || { echo "call $call of $calls" >>err; break; }
        failed=$((failed + 1))
        if [ "${SWEEP-}" != all ] && [ "$call" -ge 12 ]; then call=$((call + calls / 6)); fi
        call=$((call + 1))
    done
    [ "$call" -gt "$calls" ]; report $? "... $failed of its $calls calls failed, one after the other"
    # The last home, with what a failed call has left: the next run goes well, and cleans up.
    case $command in rename* | delete*) cp base/home/models/mine.safetensors try/home/models; rm -f try/home/models/other.safetensors ;; esac
    # shellcheck disable=SC2086
    "$sartor" --home try/home --data "$mini" $command >out 2>err </dev/null
    [ $? -eq 0 ] && [ -z "$(find try -name '*.sartor-*')" ]; report $? "... and the next run goes well"
}

sweep tag train:7
sweep mark flag "train:$row"
sweep train knn name=mine
sweep train mlp epochs=2 name=net
sweep suspects logreg folds=2
sweep evaluate mine split=test
sweep tune knn trials=3 budget=20s k=1
sweep export confusion mine to=try/out/old.svg
if [ "${SWEEP-}" = all ]; then
    sweep tag train:3 off
    sweep ensemble both mine logreg
    sweep rename mine other
    sweep delete mine
    sweep load base/home/models/mine.safetensors name=again
    sweep save mine try/out/copy.safetensors
    sweep save-log try/out/log.sartor
    sweep screen to=try/out/screen.txt
    sweep predict mine split=test to=try/out/said.csv
    sweep export confusion mine to=try/out/old.csv
    sweep export confusion mine to=try/out/old.png
    sweep export confusion mine to=try/out/old.pdf
    sweep export confusion mine to=try/out/old.html
    sweep export confusion mine to=try/out/old.json
    sweep explain mine 7 to=try/out/nearest.png
    sweep gradcam cnn 7 to=try/out/cam.png
    printf 'train knn name=one\nevaluate one split=test\nexport confusion one to=figures/one.png\n' >base/small.sartor
    sweep study from=base/small.sartor to=try/out/study
    sweep robustness mine kinds=rotate severities=1 split=test
    sweep ablate mlp epochs=1 limit=60 seeds=1
    sweep mend logreg seeds=1
    sweep compare mine logreg split=test
    sweep mark undo train:9
    sweep decisions to=try/out/decisions.csv
    sweep save mine try/out/mine.onnx
    sweep export map layout=pca to=try/out/map.png
    sweep export curves net plotly=try/out/curves.json to=try/out/curves.svg
    sweep export dataset split=test to=try/out/set
    sweep export dataset class=Bag split=test form=pictures to=try/out/pictures
    sweep export dataset decisions=on to=try/out/set.npz
fi
finish
