#!/usr/bin/python3
"""What `evaluate` and `compare` say of two small models, beside the same from scikit-learn and statsmodels on the same
predictions. A line for each figure, with the largest difference; those that are drawn at random (bootstrap) are set
beside draws made here. Needs these packages; measures, judges nothing. usage: measures.py SARTOR FOLDER"""
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
        said = [json.loads(line) for line in run(program, folder, home, "compare", *MODELS, "split=test")]
        pairs(said, tables)


main()
