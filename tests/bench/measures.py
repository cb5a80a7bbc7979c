#!/usr/bin/python3
"""What `evaluate` and `compare` say of two small models, beside the same from scikit-learn and statsmodels on the same
predictions. A line for each figure, with the largest difference; those that are drawn at random (bootstrap) are set
beside draws made here. Sets of classes beside MAPIE's, where that is installed. Measures, judges nothing.
usage: measures.py SARTOR FOLDER"""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
from sklearn import metrics
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

MODELS = {"logreg": "logreg limit=6000", "forest": "forest trees=30 limit=6000", "knn": "knn limit=6000"}


def run(program, folder, home, *words):
    return subprocess.run([program, "--home", home, "--data", folder, "--json"] + list(words), check=True,
                          capture_output=True, text=True).stdout.splitlines()


def say(name, own, other, note=""):
    own, other = np.asarray(own, float), np.asarray(other, float)
    print("  %-34s %12.8f %12.8f  differs by %.1e %s" % (name, own.flat[0], other.flat[0], np.abs(own - other).max(), note))


def bootstrap(truth, shares, predicted, draws=1000):
    """Macro F1 and log loss of drawn samples: the 2.5th and 97.5th percentile."""
    rng = np.random.default_rng(1)
    losses = -np.log(np.maximum(shares[np.arange(len(truth)), truth], 1e-7))
    values = []
    for _ in range(draws):
        rows = rng.integers(0, len(truth), len(truth))
        values.append((metrics.f1_score(truth[rows], predicted[rows], average="macro"), losses[rows].mean()))
    return np.percentile(values, [2.5, 97.5], axis=0).T


def beside(model, said, table):
    truth, predicted, shares = table[:, 1].astype(int), table[:, 2].astype(int), table[:, 3:]
    right = (truth == predicted).sum()
    classes = [said["per_class"][c] for c in range(shares.shape[1])]
    print("%s, %d test images" % (model, len(truth)))
    say("accuracy", said["accuracy"], metrics.accuracy_score(truth, predicted))
    say("its interval (Wilson)", [said["accuracy_low"], said["accuracy_high"]],
        proportion_confint(right, len(truth), method="wilson"))
    p, r, f, support = metrics.precision_recall_fscore_support(truth, predicted)
    for name, values in (("precision", p), ("recall", r), ("f1", f)):
        say("%s of each class" % name, [c[name] for c in classes], values)
        say("macro " + name, said["macro_" + name], values.mean())
    say("recall's intervals", [[c["recall_low"], c["recall_high"]] for c in classes],
        np.array(proportion_confint(np.round(r * support), support, method="wilson")).T)
    whole = shares / shares.sum(1, keepdims=True)
    say("log loss", said["loss"], metrics.log_loss(truth, np.maximum(whole, 1e-7)), "(shares below 1e-7 count as 1e-7)")
    say("area under the ROC curve", [c["auc"] for c in classes],
        [metrics.roc_auc_score(truth == c, shares[:, c]) for c in range(len(classes))])
    say("macro area", said["macro_auc"], np.mean([metrics.roc_auc_score(truth == c, shares[:, c])
                                                  for c in range(len(classes))]))
    say("right with two guesses", said["top2_accuracy"], metrics.top_k_accuracy_score(truth, shares, k=2),
        "(equal shares count in another order)")
    f1, loss = bootstrap(truth, shares, predicted)
    say("macro F1's interval (drawn)", [said["macro_f1_low"], said["macro_f1_high"]], f1)
    say("log loss' interval (drawn)", [said["loss_low"], said["loss_high"]], loss)
    sure = shares.max(1)
    bins = np.minimum((sure * 15).astype(int), 14)
    error = sum(abs((truth == predicted)[bins == b].sum() - sure[bins == b].sum()) for b in range(15)) / len(truth)
    say("calibration error, 15 bins", said["calibration_error"], error)


def pairs(said, tables):
    found = [line for line in said if line.get("event") == "pair"]
    ps = []
    print("pairs of models")
    for pair in found:
        a, b = (tables[pair[k]][:, 1] == tables[pair[k]][:, 2] for k in ("first", "second"))
        table = [[(a & b).sum(), (a & ~b).sum()], [(~a & b).sum(), (~a & ~b).sum()]]
        differing = table[0][1] + table[1][0]
        ps.append(mcnemar(table, exact=differing < 25, correction=True).pvalue)
        say("%s, %s: McNemar's p" % (pair["first"], pair["second"]), pair["p"], ps[-1],
            "of %d that differ" % differing)
    adjusted = multipletests(ps, method="holm")[1]
    for pair, p in zip(found, adjusted):
        say("%s, %s: by Holm" % (pair["first"], pair["second"]), pair["p_adjusted"], p)


PROMISES = (90, 95, 99)


class Given:
    """To MAPIE a fitted classifier: what it is given are the probabilities themselves."""
    _estimator_type = "classifier"

    def __init__(self, classes):
        self.classes_ = np.arange(classes)
        self.n_features_in_ = classes

    def __sklearn_is_fitted__(self):
        return True

    def fit(self, x, y):
        return self

    def predict_proba(self, x):
        return np.asarray(x)

    def predict(self, x):
        return np.asarray(x).argmax(1)


def mixed(table, counts, own):
    """What sets are made of: probabilities and, for a fiftieth, how often held-out rows that are predicted so are of
    each class, half a row more spread over all; `own`: without the row itself."""
    truth, shares = table[:, 1].astype(int), table[:, 3:]
    predicted, classes = table[:, 2].astype(int), shares.shape[1]
    of = counts[predicted].astype(float)
    if own:
        of[np.arange(len(of)), truth] -= 1
    of = (of + 0.5 / classes) / (of.sum(1, keepdims=True) + 0.5)
    mixture = (shares / shares.sum(1, keepdims=True) + 0.02 * of) / 1.02
    return mixture, truth


def sets(name, program, folder, home):
    """Coverage and mean size on the test split of our sets, of the same by MAPIE, and of MAPIE's own sets."""
    try:
        from mapie.classification import SplitConformalClassifier
    except ImportError:
        print("  sets of classes: MAPIE is not installed")
        return
    files = {split: "%s/%s-%s.csv" % (home, name, split) for split in ("validation", "test")}
    lines = ["set calibrate=off"] + ["predict %s split=%s to=%s" % (name, split, file) for split, file in files.items()]
    for promise in PROMISES:
        lines += ["set coverage=%d" % promise, "evaluate %s split=test" % name]
    out = subprocess.run([program, "--home", home, "--data", folder, "--json", "--batch", "-"], input="\n".join(lines),
                         check=True, capture_output=True, text=True).stdout.splitlines()
    said = [line for line in map(json.loads, out) if "set_size" in line]
    held, test = (np.genfromtxt(files[split], delimiter=",", skip_header=1) for split in ("validation", "test"))
    classes = held.shape[1] - 3
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (held[:, 2].astype(int), held[:, 1].astype(int)), 1)
    plain = [(t[:, 3:] / t[:, 3:].sum(1, keepdims=True), t[:, 1].astype(int)) for t in (held, test)]
    for what, (known, asked) in (("mixed", (mixed(held, counts, True), mixed(test, counts, False))), ("plain", plain)):
        fitted = SplitConformalClassifier(Given(classes), confidence_level=[p / 100 for p in PROMISES],
                                          conformity_score="lac", prefit=True).conformalize(*known)
        found = fitted.predict_set(asked[0])[1]
        for i, promise in enumerate(PROMISES):
            members = found[:, :, i].copy()
            empty = ~members.any(1)
            members[empty, test[empty, 2].astype(int)] |= what == "mixed"
            values = members[np.arange(len(test)), asked[1]].mean(), members.sum(1).mean()
            if what == "mixed":
                say("%d %% sets: coverage and size" % promise, [said[i]["coverage"], said[i]["set_size"]], values,
                    "(MAPIE, %.2f %% of its sets empty: ours then hold the prediction)" % (100 * empty.mean()))
            else:
                print("    MAPIE's own %d %% sets, of probabilities alone: coverage %.4f, size %.3f, empty %.2f %%" % (
                    promise, *values, 100 * empty.mean()))


def main():
    program, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as home:
        tables = {}
        for name, words in MODELS.items():
            run(program, folder, home, "train", *words.split())
            file = "%s/%s.csv" % (home, name)
            run(program, folder, home, "predict", name, "split=test", "to=" + file)
            tables[name] = np.genfromtxt(file, delimiter=",", skip_header=1)
            beside(name, json.loads(run(program, folder, home, "evaluate", name, "split=test")[-1]), tables[name])
            sets(name, program, folder, home)
        said = [json.loads(line) for line in run(program, folder, home, "compare", *MODELS, "split=test")]
        pairs(said, tables)


main()
