#!/bin/sh
# A tiny study end to end, stopped and gone on with, repeated from its file; ablate.
. "${SRCDIR:-.}/tests/program.sh"

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
[ "$(wc -l <one/tables/comparison.csv)" -eq 9 ]; report $? "the comparison as a table, with the ensemble"
[ ! -e home/models ]; report $? "one's own models are untouched"
for file in figures/roc.svg figures/reliability.png figures/precision-recall.png figures/network-resnet.png figures/steps.png \
    figures/mistakes-cnn.png tables/claims.csv tables/claims.json tables/pairs.csv tables/comparison.json tables/steps.csv test-looks.csv; do
    [ -s "one/$file" ] || { echo "# one/$file is missing"; missing=1; }
done
report $missing "each of the study's claims, curves of probabilities, the time that each line took"
looks=$(grep -c ",knn," one/test-looks.csv)
[ "$(cut -d, -f2 one/test-looks.csv | sort -u | wc -l)" -eq "$(grep -cE "^(train|ensemble) " one/study.sartor)" ] && [ "$looks" -eq 2 ]
report $? "each model is judged on the test images, and on the same images changed, once; no figure of heat maps shows more of them"

grep -q '^train svm .*limit=10000' one/study.sartor; report $? "the quick one trains on 10,000 images"

# What the report says, from the tables of its figures.
python=$(command -v python3 || true)
if [ -n "$python" ]; then
    "$python" - >out 2>err <<'PY'
import csv, re
def rows(name): return list(csv.DictReader(open("one/tables/" + name + ".csv")))
def matrix(model): return {(r["true"], r["predicted"]): int(r["count"]) for r in rows("confusion-" + model)}
report, claims = open("one/report.md").read(), {r["claim"]: r for r in rows("claims")}
ranking = rows("comparison")
assert [float(r["accuracy"]) for r in ranking] == sorted((float(r["accuracy"]) for r in ranking), reverse=True)
cells = matrix("resnet")
names = sorted({t for t, _ in cells})
def verdict(value, low, high): return "less" if value < low else "more" if value > high else "the same"
def wilson(k, n, z=1.959964):
    p, s = k / n, z * z / n
    reach = z * ((p * (1 - p) + s / 4) / n) ** 0.5
    return (p + s / 2 - reach) / (1 + s), (p + s / 2 + reach) / (1 + s)
def reaches(interval, low, high): return "less" if interval[1] < low else "more" if interval[0] > high else "the same"
seen, f1 = set(), {}
for name in names:
    hit, there, took = cells[name, name], sum(cells[name, p] for p in names), sum(cells[t, name] for t in names)
    f1[name] = 2 * hit / (there + took)
    claim = claims.get("ResNet: recall of " + name)
    if not claim: continue
    says = float(claim["the study says"].split()[0]) / 100
    interval = wilson(hit, there)
    assert claim["here"] == "%.1f %% (%.1f to %.1f)" % (100 * hit / there, 100 * interval[0], 100 * interval[1]), (claim, hit, there)
    assert claim["verdict"] == reaches(interval, says - 0.0005, says + 0.0005), claim
    seen.add(claim["verdict"])
others = min((f1[n], n) for n in names if n != "Shirt")
claim = claims["ResNet: F1 of every other class"]
found = re.match(r"at least ([0-9.]+) \(([0-9.]+) to ([0-9.]+)\), (.*)", claim["here"])
low, high = float(found.group(2)), float(found.group(3))
assert (found.group(1), found.group(4)) == ("%.3f" % others[0], others[1]) and low < others[0] < high, (claim, others)
assert claim["verdict"] == ("can't be told" if low <= 0.85 < high else "holds" if others[0] > 0.85 else "does not hold"), (claim, others)
found = re.match(r"([0-9.]+) \(([0-9.]+) to ([0-9.]+)\)", claims["ResNet: F1 of Shirt"]["here"])
assert found.group(1) == "%.3f" % f1["Shirt"] and float(found.group(2)) < f1["Shirt"] < float(found.group(3)), claims["ResNet: F1 of Shirt"]
assert claims["ResNet: F1 of Shirt"]["verdict"] == reaches((float(found.group(2)), float(found.group(3))), 0.735, 0.745)
usual = sum(n for (t, p), n in cells.items() if t != p) / 90
for a, b in (("Coat", "Pullover"), ("Sneaker", "Ankle boot")):
    claim = claims["ResNet: %s and %s" % (a, b)]
    assert claim["here"] == "%d and %d times" % (cells[a, b], cells[b, a])
    assert claim["verdict"] == ("holds" if cells[a, b] + cells[b, a] > 4 * usual else "does not hold"), (claim, usual)
for name, claim in claims.items():
    says, here = re.match(r"about ([0-9.]+)( %)?", claim["the study says"]), re.match(r"([0-9.]+)", claim["here"])
    if says and "last epoch" in name:
        said, ends = float(says.group(1)), re.match(r"[0-9.]+ % \(([0-9.]+) to ([0-9.]+)\)", claim["here"])
        if says.group(2): assert claim["verdict"] == reaches((float(ends.group(1)), float(ends.group(2))), said - 0.5, said + 0.5), claim
        else: assert claim["verdict"] == verdict(float(here.group(1)), said - 0.03, said + 0.03), claim
        seen.add(claim["verdict"])
assert {"less", "more"} <= seen, seen
best = re.search(r"The most frequent mistake of (\S+): (.*) predicted as (.*), ([0-9]+) times", report)
assert best.group(1) == ranking[0]["model"], best.group(0)
if best.group(1) != "vote":  # of the ensemble there is no table
    cells = matrix(best.group(1))
    assert int(best.group(4)) == max(n for (t, p), n in cells.items() if t != p) == cells[best.group(2), best.group(3)], best.group(0)
PY
    report $? "the claims, the ranking and the most frequent mistake are those of the tables"
else
    n=$((n + 1)); echo "ok $n - the report's numbers # SKIP no python3"
fi

cp one/models/cnn.safetensors kept
rm one/models/svm.safetensors one/report.md
run study quick to=one
[ $code -eq 0 ] && cmp -s kept one/models/cnn.safetensors && [ -s one/report.md ] && grep -q '^svm: trained' out && ! grep -q '^cnn: trained' out
report $? "going on repeats only what is missing"

grep -q '^# versions: sartor .*OpenBLAS' one/study.sartor && grep -q '^# machine: .*kernels for' one/study.sartor
report $? "its file names versions and machine"
sed -n 's/.*](\([^)]*\)).*/\1/p' one/report.md | while read -r link; do [ -s "one/$link" ] || echo "$link"; done >broken
[ ! -s broken ]; report $? "no link of the report is broken"
grep -q '(McNemar: .*resnet\|(McNemar: .*cnn' one/report.md; report $? "the answer says whether the difference is real"

"$sartor" --home "$work/home" --data "$mini" study from=one/study.sartor to=two >out 2>err </dev/null &
i=0; while [ ! -s two/models/mlp.line ] && [ $i -lt 12000 ]; do sleep 0.05; i=$((i + 1)); done
kill -9 $! 2>/dev/null; wait $! 2>/dev/null
[ -s two/models/mlp.safetensors ] && [ ! -e two/report.md ]; report $? "a study that was killed has kept what was finished"
run --json study from=one/study.sartor to=two
[ $code -eq 0 ] && ! grep -q '"done".*"model": *"resnet"' out; report $? "and is repeated from its file without doing that again"
grep -q '"command": *"study", *"event": *"progress".*"share": *[0-9.e-]*, *"seconds": *[0-9.e-]*, *"seconds_left": *[0-9.e-]*}' out
report $? "which tells programs how far it is"
cut -d, -f1-11 one/tables/comparison.csv >a; cut -d, -f1-11 two/tables/comparison.csv >b
cmp -s a b; report $? "to the same figures"
cmp -s one/figures/confusion-cnn.png two/figures/confusion-cnn.png; report $? "and the same pictures"

sed 's/^# data .*/# data 00000000000000000000000000000000/' one/study.sartor >other
run study from=other to=three
[ $code -eq 1 ] && grep -q "other data" err; report $? "a study of other data is refused"
printf '# nothing\n' >empty; run study from=empty to=three
[ $code -eq 1 ] && grep -q "no command" err; report $? "an empty one too"
printf 'study quick to=x\n' >nested; run study from=nested to=three
[ $code -eq 1 ] && grep -q "nested:1: .*cannot hold study" err; report $? "and one within a study"
leaks=0
for line in 'save-log stolen' 'set seed=2' 'quit' 'export histogram to=../stolen.png' 'export histogram to=figures/../../stolen.png' 'export histogram to=figures/..' \
    "export histogram to=$work/stolen.png" 'export histogram plotly=stolen to=figures/a.html' 'evaluate knn costs=/etc/passwd'; do
    echo "$line" >stranger; run study from=stranger to=three
    [ $code -eq 1 ] && grep -q 'stranger:1: ' err && [ ! -e stolen ] && [ ! -e stolen.png ] || leaks=$((leaks + 1))
done
report $leaks "a description from a stranger runs no other command and uses no file outside of its folder"
printf 'train knn k=1; train knn name=k3 k=3 background\nevaluate knn split=test\n' >two-lines
run study from=two-lines to=four
[ $code -eq 0 ] && [ -s four/models/k3.safetensors ] && [ "$(grep -c ': trained' out)" -eq 2 ]
report $? "every command of a line is run, and trainings are waited for"
run study from=four/study.sartor to=four
[ $code -eq 0 ] && ! grep -q ': trained' out; report $? "models of other names are known again too"
printf 'set seed=5; set validation=0.2\nstudy from=four/study.sartor to=four\nset\nsave-log l.sartor\n' | "$sartor" --home "$work/home" --data "$mini" --batch - >out 2>err
grep -q '^ *seed  *5' out && grep -q '^ *validation  *0.2' out; report $? "and the session has its own seed and split again"
grep -qx 'study from=four/study.sartor to=four' l.sartor; report $? "the log has it as it was typed"
run train forest trees=2 name=knn
printf 'evaluate knn\nstudy from=two-lines to=four\nmodels\ndelete knn\n' | "$sartor" --home "$work/home" --data "$mini" --batch - >out 2>err
[ $? -eq 0 ] && grep -q '^knn  *forest' out && [ -s four/models/knn.safetensors ] && [ ! -e home/models/knn.safetensors ]
report $? "a study leaves the session with its own models"
a=$(grep '^| knn |' four/report.md | head -n 1 | cut -d'|' -f3); [ -n "$a" ] && run study from=two-lines to=five && b=$(grep '^| knn |' five/report.md | head -n 1 | cut -d'|' -f3) && [ "$a" = "$b" ]
report $? "and reports on none but its own"
printf 'train knn k=1\n' >small; run --json study from=small to=eight
grep -q '"event": "progress".*"share"' out; report $? "programs are told how far a study is"
run study from=small to=nine; ! grep -q '"event"' out; report $? "people in sentences only"
printf 'train knn k=5000\n' >fails; run study from=fails to=six
[ $code -eq 1 ] && [ "$(grep -c '^sartor: knn:' err)" -eq 1 ]; report $? "what fails is said once"
run study quick to=/proc/nowhere
[ $code -eq 1 ] && grep -q "/proc/nowhere" err; report $? "a folder that cannot be made"

i=0; while [ $i -lt 10 ]; do echo 0,1,1,1,1,1,2,1,1,1; i=$((i + 1)); done >costs
printf '# the first line is a remark\n' | cat - costs >costs.csv
sed '$d' costs >short.csv; run train knn k=1 name=c; run evaluate c split=test costs=short.csv
[ $code -eq 1 ] && grep -q "short.csv: there are 9 lines of costs; 10 are needed" err; report $? "a cost table that lacks a line is refused"
sed '3s/2/dear/' costs >word.csv; run compare c split=test costs=word.csv
[ $code -eq 1 ] && grep -q 'word.csv:3: "dear" is not a cost' err; report $? "and one with a word in it"
run compare c split=test costs=costs.csv
[ $code -eq 0 ] && grep -q "cost an image" out; report $? "compare adds up what mistakes cost"
run --json evaluate c split=test costs=costs.csv
[ $code -eq 0 ] && grep -q '"mean_cost": *0.99' out && grep -q '"test_looks": *2' out; report $? "and evaluate, and how often the test images were looked at"
printf 'train knn k=1; train logreg\nablate mlp epochs=1 limit=100 seeds=2\nevaluate knn split=test\n' >three-lines
run study from=three-lines to=eight costs=costs.csv
[ $code -eq 0 ] && grep -q "Which techniques help" eight/report.md && [ -s eight/tables/techniques.csv ] && grep -q "^#costs 0,1" eight/study.sartor
report $? "a study may hold an ablation and a cost table"
# Better and worse are those whose p, adjusted for all of them, is below 0.05 (where both seeds differ by as much, there is none).
awk -F, 'NR > 2 && $6 != "" && $6 + 0 < 0.05 && $3 + 0 > 0 && $4 != $5 { print $1 }' eight/tables/techniques.csv | sort >better
awk -F, 'NR > 2 && $6 != "" && $6 + 0 < 0.05 && $3 + 0 < 0 && $4 != $5 { print $1 }' eight/tables/techniques.csv | sort >worse
sed -n 's/.*Better than as it is: \(.*\)\. Worse: .*/\1/p' eight/report.md | sed 's/ ([-+0-9.]* points, p = [-+e0-9.]*)//g; s/none for certain//' | tr ',' '\n' | sed 's/^ //' | grep . | sort | cmp -s - better &&
    sed -n 's/.*\. Worse: \(.*\)\. The effect of the others.*/\1/p' eight/report.md | sed 's/ ([-+0-9.]* points, p = [-+e0-9.]*)//g; s/none for certain//' | tr ',' '\n' | sed 's/^ //' | grep . | sort | cmp -s - worse
report $? "whose report names what helps and what harms"
run study from=eight/study.sartor to=nine
[ $code -eq 0 ] && cmp -s eight/tables/techniques.csv nine/tables/techniques.csv && grep -q "cost an image" nine/report.md; report $? "which its file repeats"

run ablate mlp epochs=1 limit=200 seeds=2
[ $code -eq 0 ] && grep -q "without normalisation\|with normalisation" out; report $? "ablate switches techniques"
run ablate knn; expect 1 "knn has no technique" "and says of which family it has none"
long=0.001; for i in 1 2 3 4 5 6 7 8; do long=${long}0000000000000000000000000000000000000000; done
timeout 120 "$sartor" --home "$work/home" --data "$mini" ablate mlp epochs=1 lr=$long limit=50 seeds=1 >out 2>err </dev/null
[ $? -eq 0 ]; report $? "a long line is known again"
lines=$(wc -l <home/experiments/ablate-mlp.csv)
run ablate mlp epochs=1 limit=200 seeds=2
[ $code -eq 0 ] && [ "$(wc -l <home/experiments/ablate-mlp.csv)" -eq "$lines" ]; report $? "and remembers its trials"
finish
