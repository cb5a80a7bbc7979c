#!/usr/bin/env python3
"""Whole fits through the program itself, on all training rows, each beside the peer that people use today
where that is installed (scikit-learn, PyTorch; Debian: python3-sklearn, python3-torch). Measures, judges nothing.
usage: families.py SARTOR DATA_FOLDER [JOB...]      PEERS=no leaves the peers out; PYTHON names their interpreter"""
import json
import os
import subprocess
import sys
import tempfile

# The same hyperparameters as the peer's.
JOBS = {
    "cnn": "cnn recipe=study epochs=2",
    "resnet": "resnet recipe=study epochs=2",
    "mlp": "mlp recipe=study hidden=256,128 epochs=10",
    "logreg": "logreg C=1 max_iterations=100",
    "knn": "knn k=5 metric=l2 weights=uniform",
    "forest": "forest trees=100 bootstrap=on",
    "svm": "svm C=10 gamma=scale",
}


def ours(sartor, data, home, job):
    script = f"set validation=0\ntrain {JOBS[job]} name={job} seed=1\nevaluate {job} split=test\n"
    done = subprocess.run([sartor, "--home", home, "--data", data, "--json", "--batch", "-"], input=script, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    epochs = [row["seconds"] for row in rows if row.get("event") == "epoch"]
    fit = next(row for row in rows if row.get("event") == "done")
    evaluation = next(row for row in rows if row["command"] == "evaluate")
    result = {"fit_seconds": fit["seconds"], "predict_seconds": evaluation["seconds"], "accuracy": evaluation["accuracy"]}
    if job in ("cnn", "resnet"):
        result["epoch_seconds"] = min(epochs)
    return result


def peer(data, job):
    python = os.environ.get("PYTHON", "/usr/bin/python3")
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers.py")
    threads = str(len(os.sched_getaffinity(0)))
    done = subprocess.run([python, script, data, threads, job], text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout) if done.returncode == 0 else None


def main():
    sartor, data, jobs = sys.argv[1], sys.argv[2], sys.argv[3:] or list(JOBS)
    with_peers = os.environ.get("PEERS") != "no"
    print(f"{'job':8} {'what':16} {'sartor':>9} {'accuracy':>9}  {'peer':13} {'seconds':>9} {'accuracy':>9} {'ratio':>7}")
    with tempfile.TemporaryDirectory() as home:
        for job in jobs:
            mine, other = ours(sartor, data, home, job), peer(data, job) if with_peers else None
            for key, what in (("epoch_seconds", "an epoch"), ("fit_seconds", "fit"), ("predict_seconds", "predict 10,000")):
                if key not in mine or (key == "fit_seconds" and "epoch_seconds" in mine):
                    continue
                line = f"{job:8} {what:16} {mine[key]:8.2f}s {mine['accuracy']:9.4f}"
                if other:
                    line += f"  {other['peer']:13} {other[key]:8.2f}s {other['accuracy']:9.4f} {other[key] / mine[key]:6.1f}x"
                print(line, flush=True)


if __name__ == "__main__":
    main()
