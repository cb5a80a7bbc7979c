#!/usr/bin/env python3
"""Whole fits through the program itself, on all training rows, each beside the peer that people use today
where that is installed (scikit-learn, scikit-learn-intelex in its place, PyTorch). Measures, judges nothing. Peak MB is
of the whole program, data included. usage: families.py SARTOR DATA_FOLDER [JOB...]
PYTHON names the peers' interpreter, PEERS=no leaves them out; ROUNDS=3 runs both sides three times, in turns,
and prints medians."""
import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile

# The same hyperparameters as the peer's.
JOBS = {
    "cnn": "cnn recipe=study augment=off epochs=2",
    "resnet": "resnet recipe=study augment=off epochs=2",
    "mlp": "mlp recipe=study hidden=256,128 epochs=10",
    "logreg": "logreg C=1 max_iterations=100",
    "knn": "knn k=5 metric=l2 weights=uniform",
    "forest": "forest trees=100 bootstrap=on",
    "svm": "svm C=10 gamma=scale",
}


# Jobs whose accuracy is told as the mean of several seeds: a constant rate leaves the last epoch to
# chance, and 100 trees differ by a quarter of a point.
SEEDS = {"mlp": 5, "forest": 3}


def objective(path, mean_loss, rows=60000, C=1):
    """What scikit-learn minimises, too: the summed cross-entropy and half the squared weights, biases left out."""
    with open(path, "rb") as file:
        raw = file.read()
    size = struct.unpack("<Q", raw[:8])[0]
    first, last = json.loads(raw[8:8 + size])["weight"]["data_offsets"]
    weights = struct.unpack(f"<{(last - first) // 4}f", raw[8 + size + first:8 + size + last])
    return rows * mean_loss + sum(w * w for w in weights) / (2 * C)


def ours(sartor, data, home, job, seed):
    saved = os.path.join(home, "saved.safetensors")
    script = (f"set validation=0\ntrain {JOBS[job]} name={job} seed={seed}\nevaluate {job} split=test\n"
              f"save {job} {saved}\n")
    with open(os.path.join(home, "script"), "w") as file:
        file.write(script)
    run = subprocess.Popen([sartor, "--home", home, "--data", data, "--json", "--batch", file.name], text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    rows = [json.loads(line) for line in run.stdout]
    _, status, usage = os.wait4(run.pid, 0)
    if status:
        sys.exit(f"families.py: sartor failed at: {script}")
    epochs = [row for row in rows if row.get("event") == "epoch"]
    fit = next(row for row in rows if row.get("event") == "done")
    evaluation = next(row for row in rows if row["command"] == "evaluate")
    result = {"fit_seconds": fit["seconds"], "predict_seconds": evaluation["seconds"], "accuracy": evaluation["accuracy"],
              "megabytes": usage.ru_maxrss * 1024e-6}
    if job in ("cnn", "resnet"):
        result["epoch_seconds"] = min(row["seconds"] for row in epochs)
    if job == "logreg":
        result["objective"] = objective(saved, epochs[-1]["train_loss"])
        result["steps"] = len(epochs)
    return result


def peer(data, job, seed):
    python = os.environ.get("PYTHON", "/usr/bin/python3")
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers.py")
    threads = str(len(os.sched_getaffinity(0)))
    # Set on some machines for old builds of OpenBLAS, which does not suit the one that a peer brings.
    own = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    done = subprocess.run([python, script, data, threads, job, str(seed)], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, env=own)
    return json.loads(done.stdout) if done.returncode == 0 else None


def together(results):
    """Median times and the mean accuracy; None where there is no such peer."""
    if not results or not all(results):
        return None
    medians = {key: statistics.median(r[key] for r in results) for key in results[0] if key.endswith("seconds")}
    return {**results[0], **medians, "accuracy": sum(r["accuracy"] for r in results) / len(results)}


def side_by_side(job, run, run_peer):
    """Both in turns, over all seeds, ROUNDS times."""
    mine, others = [], []
    for _ in range(int(os.environ.get("ROUNDS", "1"))):
        for seed in range(1, SEEDS.get(job, 1) + 1):
            mine.append(run(seed))
            if run_peer:
                others.append(run_peer(seed))
    return together(mine), together(others)


def main():
    sartor, data, jobs = sys.argv[1], sys.argv[2], sys.argv[3:] or list(JOBS)
    with_peers = os.environ.get("PEERS") != "no"
    print(f"{'job':8} {'what':16} {'sartor':>9} {'images/s':>9} {'accuracy':>9} {'peak MB':>8}  {'peer':22} {'seconds':>9} "
          f"{'accuracy':>9} {'peak MB':>8} {'ratio':>7}")
    with tempfile.TemporaryDirectory() as home:
        for job in jobs:
            mine, other = side_by_side(job, lambda seed: ours(sartor, data, home, job, seed),
                                       (lambda seed: peer(data, job, seed)) if with_peers else None)
            for key, what, images in (("epoch_seconds", "an epoch", 60000), ("fit_seconds", "fit", 0),
                                      ("predict_seconds", "predict 10,000", 10000)):
                if key not in mine or (key == "fit_seconds" and "epoch_seconds" in mine):
                    continue
                rate = f"{images / mine[key]:.0f}" if images else ""
                line = f"{job:8} {what:16} {mine[key]:8.2f}s {rate:>9} {mine['accuracy']:9.4f} {mine['megabytes']:8.0f}"
                if other:
                    name = f"{other['peer']} {other['version']}"
                    line += (f"  {name:22} {other[key]:8.2f}s {other['accuracy']:9.4f} {other['megabytes']:8.0f} "
                             f"{other[key] / mine[key]:6.1f}x")
                print(line, flush=True)
            if "objective" in mine:
                line = f"{job:8} objective {mine['objective']:.1f} after {mine['steps']} steps"
                if other:
                    line += f"; {other['peer']} {other['objective']:.1f} after {other['steps']}"
                print(line, flush=True)


if __name__ == "__main__":
    main()
