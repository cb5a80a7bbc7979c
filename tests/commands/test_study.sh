#!/bin/sh
# A tiny study end to end, stopped and gone on with, repeated from its file; ablate and tune.
set -u
sartor=$(cd "${BUILDDIR:-.}" && pwd)/sartor
mini=$(cd "${SRCDIR:-.}" && pwd)/data/fashion-mini
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
n=0 bad=0
report() {
    n=$((n + 1))
    if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else
        echo "not ok $n - $2"; tail -n 20 out err | sed 's/^/# /'; bad=1
    fi
}
run() { "$sartor" --home "$work/home" --data "$mini" "$@" >out 2>err </dev/null; code=$?; }

run study quick to=one
[ $code -eq 0 ]; report $? "a study runs to its end"
missing=0
for f in report.md report.html study.sartor figures/histogram.png figures/confusion-svm.svg figures/curves-cnn.png \
    figures/gradcam-resnet.png tables/comparison.csv tables/curves-mlp.csv models/forest.safetensors; do
    [ -s "one/$f" ] || { echo "# one/$f is missing"; missing=1; }
done
report $missing "figures, tables, models and the report are there"
for model in logreg knn forest svm mlp cnn resnet; do
    grep -q "^| $model |" one/report.md || { echo "# $model is not in the report"; missing=1; }
done
report $missing "all seven models are in the report"
grep -q 'base64,iVBOR' one/report.html; report $? "the page holds its pictures"
! grep -qE '(src|href)="(http|figures)' one/report.html; report $? "and needs nothing else"
[ "$(wc -l <one/tables/comparison.csv)" -eq 8 ]; report $? "the comparison as a table"
[ ! -e home/models ]; report $? "one's own models are untouched"

cp one/models/cnn.safetensors kept
rm one/models/svm.safetensors one/report.md
run study quick to=one
[ $code -eq 0 ] && cmp -s kept one/models/cnn.safetensors && [ -s one/report.md ] && grep -q '^svm: trained' out && ! grep -q '^cnn: trained' out
report $? "going on repeats only what is missing"

run study from=one/study.sartor to=two
[ $code -eq 0 ]; report $? "a study is repeated from its file"
cut -d, -f1-8 one/tables/comparison.csv >a; cut -d, -f1-8 two/tables/comparison.csv >b
cmp -s a b; report $? "to the same figures"
cmp -s one/figures/confusion-cnn.png two/figures/confusion-cnn.png; report $? "and the same pictures"

sed 's/^# data .*/# data 00000000000000000000000000000000/' one/study.sartor >other
run study from=other to=three
[ $code -eq 1 ] && grep -q "other data" err; report $? "a study of other data is refused"
printf '# nothing\n' >empty; run study from=empty to=three
[ $code -eq 1 ] && grep -q "no command" err; report $? "an empty one too"
printf 'study quick to=x\n' >nested; run study from=nested to=three
[ $code -eq 1 ] && grep -q "nested:1: .*cannot hold a study" err; report $? "and one within a study"
printf 'train knn k=1; train knn name=k3 k=3 background\nevaluate knn split=test\n' >two-lines
run study from=two-lines to=four
[ $code -eq 0 ] && [ -s four/models/k3.safetensors ] && [ "$(grep -c ': trained' out)" -eq 2 ]
report $? "every command of a line is run, and trainings are waited for"
run study from=four/study.sartor to=four
[ $code -eq 0 ] && ! grep -q ': trained' out; report $? "models of other names are known again too"
run train forest trees=2 name=knn
printf 'evaluate knn\nstudy from=two-lines to=four\nmodels\ndelete knn\n' | "$sartor" --home "$work/home" --data "$mini" --batch - >out 2>err
[ $? -eq 0 ] && grep -q '^knn  *forest' out && [ -s four/models/knn.safetensors ] && [ ! -e home/models/knn.safetensors ]
report $? "a study leaves the session with its own models"
a=$(grep '^| knn |' four/report.md | cut -d'|' -f3); [ -n "$a" ] && run study from=two-lines to=five && b=$(grep '^| knn |' five/report.md | cut -d'|' -f3) && [ "$a" = "$b" ]
report $? "and reports on none but its own"
printf 'train knn k=5000\n' >fails; run study from=fails to=six
[ $code -eq 1 ] && [ "$(wc -l <err)" -eq 1 ]; report $? "what fails is said once"
run study quick to=/proc/nowhere
[ $code -eq 1 ] && grep -q "/proc/nowhere" err; report $? "a folder that cannot be made"

run tune knn trials=4 budget=1m
[ $code -eq 0 ] && grep -q "settings=knn-tuned" out && [ -s home/recipes/knn-tuned ]; report $? "tune finds and keeps settings"
run train knn settings=knn-tuned; [ $code -eq 0 ]; report $? "which train takes"
run train knn settings=nosuch; [ $code -eq 1 ] && grep -q nosuch err; report $? "unknown settings are refused"
run tune knn budget=soon; [ $code -eq 1 ] && grep -q "budget=soon" err; report $? "a budget that is no time"
run ablate mlp epochs=1 limit=200 seeds=2
[ $code -eq 0 ] && grep -q "without normalisation\|with normalisation" out; report $? "ablate switches techniques"
long=0.001; for i in 1 2 3 4 5 6 7 8; do long=${long}0000000000000000000000000000000000000000; done
timeout 120 "$sartor" --home "$work/home" --data "$mini" ablate logreg max_iterations=2 C=$long limit=50 seeds=1 >out 2>err </dev/null
[ $? -eq 0 ]; report $? "a long line is known again"
lines=$(wc -l <home/experiments/ablate-mlp.csv)
run ablate mlp epochs=1 limit=200 seeds=2
[ $code -eq 0 ] && [ "$(wc -l <home/experiments/ablate-mlp.csv)" -eq "$lines" ]; report $? "and remembers its trials"
echo "1..$n"
exit $bad
