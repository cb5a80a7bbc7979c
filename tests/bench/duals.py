#!/usr/bin/env python3
"""Is every pair of classes solved as well as libsvm solves it? Fits `svm C=10 gamma=scale` on all training rows
with sartor and with libsvm's svm-train (Debian: libsvm-tools), and sets the dual objectives of the pairs side by
side. Takes some five minutes and 500 MB of disk; exits with 1 when a pair differs by more than 1e-3, relatively.
usage: duals.py SARTOR DATA_FOLDER"""
import gzip
import json
import os
import re
import struct
import subprocess
import sys
import tempfile


def read(folder, name):
    path = os.path.join(folder, name)
    raw = gzip.open(path + ".gz").read() if os.path.exists(path + ".gz") else open(path, "rb").read()
    return raw[4 + 4 * raw[3]:]


def tensors(path):
    with open(path, "rb") as file:
        raw = file.read()
    size = struct.unpack("<Q", raw[:8])[0]
    head = json.loads(raw[8:8 + size])
    formats = {"F64": "d", "I64": "q", "I32": "i"}

    def tensor(name):
        first, last = head[name]["data_offsets"]
        kind = formats[head[name]["dtype"]]
        return struct.unpack(f"<{(last - first) // struct.calcsize(kind)}{kind}", raw[8 + size + first:8 + size + last])
    return tensor


def write_rows(path, folder):
    """Rows in libsvm's text, in order of class, so that libsvm numbers classes and pairs as sartor does."""
    images, labels = read(folder, "train-images-idx3-ubyte"), read(folder, "train-labels-idx1-ubyte")
    size = len(images) // len(labels)
    classes = max(labels) + 1
    values = [repr(value / 255) for value in range(256)]
    with open(path, "w") as file:
        for label in range(classes):
            for i in (i for i in range(len(labels)) if labels[i] == label):
                row = images[i * size:(i + 1) * size]
                file.write(str(label) + "".join(f" {k + 1}:{values[v]}" for k, v in enumerate(row) if v) + "\n")


def main():
    sartor, data = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        rows, model = os.path.join(folder, "rows"), os.path.join(folder, "svm.safetensors")
        write_rows(rows, data)
        script = f"set validation=0\ntrain svm C=10 gamma=scale\nsave svm {model}\n"
        subprocess.run([sartor, "--home", os.path.join(folder, "home"), "--data", data, "--batch", "-"], input=script,
                       text=True, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        tensor = tensors(model)
        ours = tensor("objective")
        done = subprocess.run(["svm-train", "-s", "0", "-t", "2", "-c", "10", "-e", "0.001", "-m", "4000", "-g",
                               repr(tensor("gamma")[0]), rows, os.path.join(folder, "theirs")],
                              text=True, stdout=subprocess.PIPE, check=True)
    theirs = [float(text) for text in re.findall(r"^obj = ([-+.\deE]+),", done.stdout, re.M)]
    if len(theirs) != len(ours):
        sys.exit(f"libsvm solved {len(theirs)} pairs, sartor {len(ours)}")
    labels = tensor("labels")
    pairs = [(a, b) for i, a in enumerate(labels) for b in labels[i + 1:]]
    worst = 0
    print(f"{'pair':>7} {'sartor':>16} {'libsvm':>16} {'difference':>11}")
    for (a, b), mine, other in zip(pairs, ours, theirs):
        apart = (mine - other) / abs(other)
        worst = max(worst, abs(apart))
        print(f"{a:3}/{b:<3} {mine:16.6f} {other:16.6f} {apart:11.1e}")
    print(f"worst of {len(pairs)} pairs: {worst:.1e}")
    sys.exit(worst > 1e-3)


if __name__ == "__main__":
    main()
