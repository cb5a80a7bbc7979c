#!/usr/bin/env python3
"""An epoch of cnn and resnet in floats and in bf16, and the prediction of 10,000 images, through the program itself,
each beside the strongest peers that PYTHON has: TensorFlow, PyTorch with channels last, its bf16, ONNX Runtime.
Ratios of wall time hold on a quiet machine; those of processor time ("busy") on others, too. Measures, judges nothing.
usage: networks.py SARTOR DATA_FOLDER [cnn] [resnet]"""
import json
import os
import subprocess
import sys
import tempfile

EPOCHS = (1, 4)  # processor time of an epoch: the difference of two trainings, divided
THREADS = len(os.sched_getaffinity(0))


def run(sartor, data, script):
    with tempfile.TemporaryDirectory() as home:
        with open(os.path.join(home, "script"), "w") as file:
            file.write(script)
        process = subprocess.Popen([sartor, "--home", home, "--data", data, "--threads", str(THREADS), "--json",
                                    "--batch", file.name], text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        rows = [json.loads(line) for line in process.stdout]
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"networks.py: sartor failed at: {script}")
    return rows, usage.ru_utime + usage.ru_stime


def ours(sartor, data, job, precision):
    taken = {}
    for epochs in EPOCHS:
        rows, busy = run(sartor, data, f"set validation=0\ntrain {job} recipe=study augment=off epochs={epochs} "
                                       f"precision={precision} seed=1\nevaluate {job} split=test\n")
        taken[epochs] = rows, busy
    rows = taken[EPOCHS[1]][0]
    return {"wall_seconds": min(row["seconds"] for row in rows if row.get("event") == "epoch"),
            "busy_seconds": (taken[EPOCHS[1]][1] - taken[EPOCHS[0]][1]) / (EPOCHS[1] - EPOCHS[0]),
            "predict": {"wall_seconds": next(row["seconds"] for row in rows if row["command"] == "evaluate")}}


def peer(data, job, name):
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "network_peers.py")
    environment = {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
    done = subprocess.run([os.environ.get("PYTHON") or "/usr/bin/python3", script, data, str(THREADS), job, name], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None


def row(job, what, mine, name, other):
    line = f"{job:7} {what:16} {mine['wall_seconds']:7.2f}s"
    line += f" {mine['busy_seconds']:6.2f}s" if "busy_seconds" in mine else " " * 8
    if other:
        line += f"  {name + ' ' + other['version']:24} {other['wall_seconds']:7.2f}s {other['busy_seconds']:6.2f}s"
        line += f" {other['wall_seconds'] / mine['wall_seconds']:6.1f}x"
        if "busy_seconds" in mine:
            line += f" {other['busy_seconds'] / mine['busy_seconds']:6.1f}x"
    else:
        line += f"  {name} is not there"
    print(line, flush=True)


def main():
    sartor, data, jobs = sys.argv[1], sys.argv[2], sys.argv[3:] or ["cnn", "resnet"]
    print(f"{'network':7} {'what':16} {'sartor':>8} {'busy':>7}  {'peer':24} {'wall':>8} {'busy':>7} {'ratio':>7} {'busy':>7}")
    for job in jobs:
        fine, coarse = ours(sartor, data, job, "fp32"), ours(sartor, data, job, "bf16")
        row(job, "epoch fp32", fine, "tensorflow", peer(data, job, "tensorflow"))
        row(job, "epoch fp32", fine, "torch", peer(data, job, "torch"))
        half = peer(data, job, "torch-bf16")
        row(job, "epoch fp32", fine, "torch-bf16", half)
        row(job, "epoch bf16", coarse, "torch-bf16", half)
        row(job, "predict 10,000", fine["predict"], "onnxruntime", peer(data, job, "onnxruntime"))


if __name__ == "__main__":
    main()
