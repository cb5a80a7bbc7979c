#!/bin/sh
# Accuracy on changed pictures, samples shown changed, and what a model does that may refuse to answer.
. "${SRCDIR:-.}/tests/program.sh"
needs_models

script() { printf "$1" | "$sartor" --home "$work/home" --data "$mini" ${2:-} --batch - >out 2>err; code=$?; }
python=$(command -v python3 || true)

script 'train knn k=3\ntrain logreg\n'; expect 0 "logreg" "two models"

# --- robustness
run --json robustness knn logreg split=test kinds=rotate,inverse severities=1,3 count=30; expect 0 '"mean_accuracy"' "robustness of two models"
cp out robustness.json
run export robustness models=knn,logreg split=test kinds=rotate,inverse severities=1,3 count=30 to=robustness.csv
expect 0 "written" "its figure"
run export robustness models=knn,logreg split=test count=10 to=robustness.png; expect 0 "written" "of all kinds, as a picture"
run robustness knn kinds=rotat; expect 1 "rotate" "a kind that there is none of"
run robustness knn severities=6; expect 1 "severities" "a severity that there is none of"
run browse changed=rotate:9; expect 1 'severities go from 1 to 5, as in rotate:3' "nor for samples"

# --- samples as changed
run --json show test:3 changed=inverse; cp out inverse.json; expect 0 '"changed"' "show changed="
run --json show test:3; cp out plain.json
script 'browse split=test changed=inverse limit=2\nevaluate knn split=test\nconfusion knn split=test\npredict knn test:3\nexport gallery knn split=test count=4 to=a.png\nbrowse changed=none limit=1\nevaluate knn split=test\n'
expect 0 "images changed by inverse" "browse changed= and what is judged then"
grep -q 'test:3, inverse' out; report $? "a sample's name says so"
[ "$(grep -c '^knn on the test split' out)" -eq 3 ] && [ "$(grep '  accuracy' out | sort -u | wc -l)" -eq 2 ]
report $? "the figures are those of the changed images, and then again of those as they are"
for command in "show test:3 model=cnn" "predict cnn test:3" "explain cnn test:3"; do
    script "browse split=test changed=inverse limit=1\n$command\n"; expect 0 "unlike 99.9 % of what it was trained on; cnn says" "$command says that it is unfamiliar before the class"
done
script 'browse split=test changed=inverse limit=1\npredict cnn test:3,test:4\n'; expect 0 "unfamiliar: " "and of several in a table"
script 'browse split=test changed=rotate:2\nstudy quick to=s\n'; expect 1 "study: the images shown are changed (rotate:2)" "a study is not made of them"

# --- answers refused
run --json evaluate knn split=test abstain=uncertain; cp out uncertain.json; expect 0 '"answered"' "abstain=uncertain"
run --json evaluate knn split=test abstain=unfamiliar; cp out unfamiliar.json; expect 0 '"answered"' "abstain=unfamiliar"
run --json evaluate knn split=test; cp out evaluate.json; expect 0 '"risk_area"' "the area under the risk"
run evaluate knn split=test abstain=sometimes; expect 1 "unfamiliar uncertain" "another reason to refuse"
run export risk models=knn,logreg split=test to=risk.csv; expect 0 "written" "the curve"
run predict knn split=test to=answers.csv; expect 0 "" "what it says of each"

if [ -n "$python" ]; then
    "$python" - >out 2>err <<'PY'
import csv, json
def load(name): return [json.loads(line) for line in open(name)]
def one(name):
    found = load(name)[0]
    return found
both = load("robustness.json")
records = both[0]["robustness"] if isinstance(both[0].get("robustness"), list) else both
records = [r.get("robustness", r) for r in records]
assert len(records) == 2, both
for record in records:
    kinds = [(c["kind"], c["severity"]) for c in record["changes"]]
    assert kinds == [("clean", None), ("rotate", 1), ("rotate", 3), ("inverse", 1), ("inverse", 3)], kinds
    for c in record["changes"]:
        assert 0 <= c["low"] <= c["accuracy"] <= c["high"] <= 1 and 0 < c["mean_confidence"] <= 1, c
    # inverse is the same at every severity; rotate is not measured at that of the reference, 2
    assert record["changes"][3]["accuracy"] == record["changes"][4]["accuracy"]
    assert record["count"] == 30 and record["mean_accuracy"] == record["changes"][3]["accuracy"], record
values = {float(cell) for row in csv.reader(open("robustness.csv")) for cell in row if cell.replace(".", "", 1).isdigit()}
for record in records:
    for c in record["changes"]: assert any(abs(v - c["accuracy"]) < 1e-6 for v in values), (c, values)
pixels = lambda name: [v for row in one(name)["pixels"] for v in row]
assert all(a == 255 - b for a, b in zip(pixels("inverse.json"), pixels("plain.json")))
assert one("inverse.json")["changed"] == "inverse" and "changed" not in one("plain.json")
# The share answered and the accuracies add up to the accuracy of all.
for name in ("uncertain.json", "unfamiliar.json"):
    e = one(name)
    share, right = e["answered"], e["answered_accuracy"] or 0
    others = e["refused_accuracy"] or 0
    assert abs(share * right + (1 - share) * others - e["accuracy"]) < 1e-9, e
    assert e["abstain"] + ".json" == name and e["answered_low"] <= right <= e["answered_high"]
rows = [[float(v) for v in row[1:]] for row in csv.reader(open("answers.csv")) if row[0] != "index"]
scored = sorted(((max(r[2:]), r[0] == r[1]) for r in rows), reverse=True)
# The area, where equal scores count by their mean over all orders.
area, done, right, at = 0, 0, 0, 0
while at < len(scored):
    to = at
    while to < len(scored) and scored[to][0] == scored[at][0]: to += 1
    own = sum(ok for _, ok in scored[at:to])
    for i in range(at, to): area += 1 - (right + own * (i - at + 1) / (to - at)) / (i + 1)
    right, at = right + own, to
assert abs(area / len(scored) - one("evaluate.json")["risk_area"]) < 1e-6, (area / len(scored), one("evaluate.json")["risk_area"])
PY
    report $? "the figures add up"
fi
finish
