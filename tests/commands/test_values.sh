#!/bin/sh
# The numbers of figures, computed here a second time: from the predictions and the data files.
. "${SRCDIR:-.}/tests/program.sh"

python=$(command -v python3 || true)
if [ -z "$python" ]; then echo "ok 1 - the numbers of figures # SKIP no python3"; echo "1..1"; exit 0; fi
"$sartor" --home "$work/home" --data "$mini" --json --batch - >train.json 2>err <<'END_SCRIPT'
train cnn widths=6,8 dense=16 epochs=3
train logreg
train knn k=3
END_SCRIPT
report $? "models to draw"
"$sartor" --home "$work/home" --data "$mini" --batch - >out 2>err <<'END_SCRIPT'
predict cnn split=test to=cnn.csv
predict logreg split=test to=logreg.csv
predict knn split=test to=knn.csv
predict cnn split=validation to=held.csv
export metrics logreg split=test to=metrics.csv
export compare models=cnn,logreg,knn split=test to=compare.csv
export compare models=cnn,logreg,knn to=compare-held.csv
export reliability models=cnn,knn split=test to=reliability.csv
export roc logreg split=test to=roc.csv
export pr logreg split=test to=pr.csv
export curves cnn to=curves.csv
export quality cnn split=test count=8 to=quality.csv
export nearest knn index=test:1 to=nearest.csv
export gradcam cnn index=test:1,test:2,test:3 to=three.csv
export gradcam cnn index=test:1 to=first.csv
export gradcam cnn index=test:3 to=third.csv
export steps index=test:3 to=steps.csv
export means split=test to=means.csv
export augment index=test:3 count=2 to=augment.csv
export browse logreg wrong split=test count=5 to=wrong.csv
export browse logreg right split=test count=5 to=right.csv
browse split=test
show test:7
export browse count=2 to=cursor.csv
export histogram width=100 height=50 to=size.svg
END_SCRIPT
report $? "and their figures"
run --json compare logreg cnn split=test; cp out pairs.json

"$python" - "$mini" <<'PY'
import csv, glob, gzip, json, math, re, sys
count = 0
def check(good, name):
    global count
    count += 1
    print("ok" if good else "not ok", "values", "-", name, file=open("checks", "a"))
def near(a, b, by=1e-6): return abs(a - b) <= by
def first_number(label): return re.search(r"[0-9]*\.[0-9]+", label).group()
def rows(name): return list(csv.DictReader(open(name)))
def idx(part, kind):
    data = gzip.open(glob.glob(sys.argv[1] + "/" + part + "-" + kind + "*.gz")[0]).read()
    return data[8:] if kind == "labels" else [data[16 + 784 * i:16 + 784 * (i + 1)] for i in range(len(data[16:]) // 784)]
labels, images, train_labels, train_images = idx("t10k", "labels"), idx("t10k", "images"), idx("train", "labels"), idx("train", "images")
class Said:
    def __init__(self, name):
        table = list(csv.reader(open(name)))
        self.names = table[0][3:]
        self.truth = [self.names.index(r[1]) if r[1] in self.names else int(r[1]) for r in table[1:]]
        self.said = [self.names.index(r[2]) if r[2] in self.names else int(r[2]) for r in table[1:]]
        self.p = [[float(v) for v in r[3:]] for r in table[1:]]
        self.accuracy = sum(a == b for a, b in zip(self.truth, self.said)) / len(self.truth)
said = {name: Said(name + ".csv") for name in ("cnn", "logreg", "knn")}
names, model = said["cnn"].names, said["logreg"]
pixels = lambda row, prefix="pixel": [float(row[prefix + str(i)]) for i in range(784)]

# precision, recall and F1 of each class
good, different = True, 0
for r in rows("metrics.csv"):
    c = names.index(r["name"])
    hit = sum(t == s == c for t, s in zip(model.truth, model.said))
    took, there = model.said.count(c), model.truth.count(c)
    want = {"precision": hit / took if took else 0, "recall": hit / there, "F1": 2 * hit / (took + there)}
    good, different = good and near(float(r["value"]), want[r["series"]]), different + (took != there)
check(good and different, "precision is of what was predicted, recall of what is there")

# the comparison: the best first, with Wilson's interval
def wilson(p, n, z=1.959964):
    middle, half = p + z * z / 2 / n, z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n)
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)
table = rows("compare.csv")
good = [r["name"] for r in table] == sorted(said, key=lambda m: -said[m].accuracy)
for r in table:
    p = said[r["name"]].accuracy
    good = good and near(float(r["value"]), p) and all(near(float(r[k]), v) for k, v in zip(("low", "high"), wilson(p, 500)))
check(good, "models are compared best first, with their intervals")
held = {r["name"]: float(r["value"]) for r in rows("compare-held.csv")}
check(near(held["cnn"], Said("held.csv").accuracy) and len(Said("held.csv").said) == 80, "on the validation split where none is named")

# reliability: 15 bins of the probability of the prediction
good, seen = True, 0
table = rows("reliability.csv")
for name in ("cnn", "knn"):
    m, bins = said[name], [[] for _ in range(15)]
    for t, s, p in zip(m.truth, m.said, m.p): bins[min(14, math.ceil(p[s] * 15 - 1e-6) - 1 if p[s] > 0 else 0)].append((p[s], t == s))
    ece = sum(abs(sum(c for c, _ in b) - sum(r for _, r in b)) for b in bins) / 500
    of = lambda curve: [r for r in table if r["panel"].startswith(name + ", calibration error ") and r["curve"].startswith(curve)]
    accuracy, share = of("accuracy"), of("share of the samples")
    good = good and len(accuracy) == len(share) == 15 and near(float(first_number(accuracy[0]["panel"])), ece, 1e-3)
    for b in range(15):
        good = good and near(float(share[b]["x"]), (b + 0.5) / 15) and near(float(share[b]["y"]), len(bins[b]) / 500, 0.0021)
        if bins[b] and near(float(share[b]["y"]), len(bins[b]) / 500, 1e-6):
            seen += 1
            n, right = len(bins[b]), sum(r for _, r in bins[b])
            low, high = wilson(right / n, n)
            got = [float(accuracy[b][k]) for k in ("x", "y", "low", "high")]
            good = good and all(near(g, w, 1e-4) for g, w in zip(got, (sum(c for c, _ in bins[b]) / n, right / n, low, high)))
check(good and seen > 8, "accuracy and share of each bin of probabilities")

# curves of ranked probabilities: their area, of each class and its mean
def auc(c):
    there = [p[c] for t, p in zip(model.truth, model.p) if t == c]
    other = [p[c] for t, p in zip(model.truth, model.p) if t != c]
    return sum((a > b) + (a == b) / 2 for a in there for b in other) / len(there) / len(other)
table = rows("roc.csv")
areas = [auc(c) for c in range(10)]
check(near(float(first_number(table[0]["curve"])), sum(areas) / 10, 1e-4), "the mean of the areas under ROC curves")
def pieces(table):
    out = []
    for r in table:
        x, y = float(r["x"]), float(r["y"])
        if not out or x < out[-1][-1][0]: out.append([])
        out[-1].append((x, y))
    return out
curves = pieces(r for r in table if r["curve"] != "guessing")
drawn = [sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in zip(c, c[1:])) for c in curves]
check(len(curves) == 10 and all(near(d, a, 2e-3) for d, a in zip(drawn, areas)), "each curve encloses the area of its class")
guess = lambda name: [(float(r["x"]), float(r["y"])) for r in rows(name) if r["curve"] == "guessing"]
check(guess("roc.csv") == [(0, 0), (1, 1)] * 10, "beside each stands the line of guessing")
shares = [model.truth.count(c) / 500 for c in range(10)]
check(all(near(y, shares[i // 2]) for i, (_, y) in enumerate(guess("pr.csv"))) and len(guess("pr.csv")) == 20, "which is the share of the class for precision")
def precision(c):
    order = sorted(range(500), key=lambda i: -model.p[i][c])
    hits, total = 0, 0
    for n, i in enumerate(order, 1):
        if model.truth[i] == c: hits, total = hits + 1, total + (hits + 1) / n
    return total / hits
check(near(float(first_number(rows("pr.csv")[0]["curve"])), sum(map(precision, range(10))) / 10, 5e-3), "the mean of average precisions")

# the curves of the training
history = [json.loads(line) for line in open("train.json")]
history = [e for e in history if e.get("event") == "epoch" and e.get("model") == "cnn"]
table = rows("curves.csv")
def line(panel, dashed): return [(int(r["x"]), float(r["y"])) for r in table if r["panel"].startswith(panel) and r["dashed"] == dashed]
good = len(history) == 3
for panel, dashed, key in (("loss", "1", "train_loss"), ("loss", "0", "validation_loss"), ("accuracy", "1", "train_accuracy"), ("accuracy", "0", "validation_accuracy")):
    got = line(panel, dashed)
    good = good and [x for x, _ in got] == [1, 2, 3] and all(near(y, e[key], 1e-5) for (_, y), e in zip(got, history))
check(good, "training curves are dashed, validation curves are not")

# deletion first, then insertion: their areas are in the labels
table = rows("quality.csv")
half = [table[:len(table) // 2], table[len(table) // 2:]]
good = True
for label in sorted(set(r["curve"] for r in table)):
    areas = [float(v) for v in re.search(r"areas ([0-9.]+), ([0-9.]+)", label).groups()]
    for part, area in zip(half, areas):
        points = [(float(r["x"]), float(r["y"])) for r in part if r["curve"] == label]
        good = good and near(sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in zip(points, points[1:])), area, 6e-4)
check(good, "deletion and insertion have the areas that their labels say")

# neighbours: images of the train file, the nearest first; those of another class are marked
table = rows("nearest.csv")
good, before = pixels(table[0]) == list(images[1]) and table[0]["id"] == "test:1" and table[0]["caption"] == names[labels[1]] and table[0]["wrong"] == "0", 0
for r in table[1:]:
    name, away = re.fullmatch(r"(.*) ([0-9.e+]+) away", r["caption"]).groups()
    row = train_images.index(bytes(int(v) for v in pixels(r)))
    good = good and r["id"] == "train:%d" % row and names[train_labels[row]] == name and (r["wrong"] == "1") == (train_labels[row] != labels[1]) and float(away) >= before
    before = float(away)
check(good and len(table) > 3, "neighbours, the nearest first, other classes marked")

# the map of each of several samples is its own
three, first, third = rows("three.csv"), rows("first.csv"), rows("third.csv")
same = lambda a, b: all(a[k] == b[k] for k in a if k not in ("sample", "left"))
check(same(three[0], first[0]) and same(three[2], third[0]) and not same(three[1], first[0]), "each sample has its own heat map")
good = True
for i, r in enumerate(three, 1):
    best = said["cnn"].said[i]
    good = good and ("predicted: %s (%.1f %%)" % (names[best], 100 * said["cnn"].p[i][best])) in r["right"] and r["left"] == "test:%d, true: %s" % (i, names[labels[i]])
    good = good and (r["wrong"] == "1") == (best != labels[i]) and r["middle"].endswith(", for " + names[best])
check(good, "with its true and its predicted class")

# preprocessing
table = rows("steps.csv")
step = lambda name: [float(r["value"]) for r in table if r["name"] == name]
check(step("raw") != [] and step("label, one-hot") == [float(c == labels[3]) for c in range(10)] and
      all(near(v, p / 255, 1e-6) for v, p in zip(step("flattened"), images[3])) and len(step("flattened")) == 784, "a label as one-hot, pixels as shares of 255")

# mean and twice the standard deviation, of each class
table, good = rows("means.csv"), True
for c in range(10):
    own = [images[i] for i in range(500) if labels[i] == c]
    for k in range(2):
        for i, v in enumerate(pixels(table[k * 10 + c])):
            mean = sum(o[i] for o in own) / len(own)
            value = 2 * math.sqrt(sum((o[i] - mean) ** 2 for o in own) / len(own)) if k else mean
            good = good and abs(v - min(255, value)) <= (1.2 if k else 0.51)
check(good, "mean images and doubled standard deviations")

# augmentation: a line each, which begins with the sample as it is; the mirror image; background=on
# leaves one of three as it is
table = rows("augment.csv")
good = len(table) == 27 and all((pixels(r) == list(images[3])) == (i % 3 == 0) for i, r in enumerate(table) if i >= 3 and not i in (22, 23))
check(good and all(pixels(r) in (list(images[3]), [images[3][y * 28 + 27 - x] for y in range(28) for x in range(28)]) for r in table[1:3]), "each change begins with the sample itself")

# samples that a model gets wrong or right, in the order of the file
for name, right in (("wrong.csv", False), ("right.csv", True)):
    want = [i for i in range(500) if (model.said[i] == model.truth[i]) == right][:5]
    table = rows(name)
    good = [pixels(r) for r in table] == [list(images[i]) for i in want]
    good = good and [r["caption"] for r in table] == [names[labels[i]] + ("" if right else " as " + names[model.said[i]]) for i in want]
    check(good, "samples that a model gets " + name[:5])
check([pixels(r) for r in rows("cursor.csv")] == [list(images[i]) for i in (7, 8)], "the selection from the cursor on")

# a figure's size is given in millimetres
width, height = re.search(r'<svg[^>]*width="([0-9.]+)(?:pt)?" height="([0-9.]+)', open("size.svg").read()).groups()
check(near(float(width), 100 * 72 / 25.4, 1.5) and near(float(height), 50 * 72 / 25.4, 1.5), "a size in millimetres")

# a pair of models
pair = [json.loads(line) for line in open("pairs.json")]
pair = [p for p in pair if p.get("event") == "pair"][0]
right = {m: [t == s for t, s in zip(said[m].truth, said[m].said)] for m in said}
a, b = right[pair["first"]], right[pair["second"]]
good = pair["both"] == sum(x and y for x, y in zip(a, b)) and pair["only_first"] == sum(x > y for x, y in zip(a, b)) and pair["only_second"] == sum(x < y for x, y in zip(a, b))
check(good and pair["only_first"] != pair["only_second"], "what only the first of a pair gets right")
open("checked", "w").write("%d" % count)
PY
report $? "all of them can be read"
while read -r line; do
    case $line in "ok values - "*) report 0 "${line#ok values - }" ;; *) report 1 "${line#not ok values - }" ;; esac
done <checks
[ "$(wc -l <checks)" -eq "$(cat checked)" ]; report $? "and none was left out"
finish
