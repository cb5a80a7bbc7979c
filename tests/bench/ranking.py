#!/usr/bin/python3
"""How well `browse queue` ranks: labels of a part of the train file are changed on purpose, and the share of those among
the first 100 and 500 samples is set beside that of other orders.

usage: ranking.py SARTOR FOLDER [ROWS [PERCENT]]   (10,000 rows, 2 % of them changed)"""
import gzip
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

FIRST = (100, 500)


def read(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as stream:
        return stream.read()


def find(folder, name):
    for ending in (".gz", ""):
        path = os.path.join(folder, name + ending)
        if os.path.exists(path):
            return read(path)
    sys.exit("%s: no %s" % (folder, name))


def copy(folder, to, rows, percent):
    """The first rows with some labels changed to another one at random; the rows that were changed."""
    rng = random.Random(1)
    pixels, labels = find(folder, "train-images-idx3-ubyte"), bytearray(find(folder, "train-labels-idx1-ubyte"))
    labels = labels[8:8 + rows]
    changed = sorted(rng.sample(range(rows), rows * percent // 100))
    for row in changed:
        labels[row] = (labels[row] + rng.randrange(1, 10)) % 10
    size = struct.unpack(">II", pixels[8:16])
    with open(to + "/train-images-idx3-ubyte", "wb") as out:
        out.write(struct.pack(">IIII", 2051, rows, *size) + pixels[16:16 + rows * size[0] * size[1]])
    with open(to + "/train-labels-idx1-ubyte", "wb") as out:
        out.write(struct.pack(">II", 2049, rows) + bytes(labels))
    for name in ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        with open(to + "/" + name, "wb") as out:
            out.write(find(folder, name))
    return set(changed)


def order(program, folder, home, lines):
    """The train rows that the last line lists, in its order."""
    script = "\n".join(lines) + "\n"
    out = subprocess.run([program, "--home", home, "--data", folder, "--json", "--batch", "-"], input=script,
                         check=True, capture_output=True, text=True).stdout
    listed = json.loads(out.splitlines()[-1])["indices"]
    rows = [i if isinstance(i, int) else int(i[6:]) for i in listed if isinstance(i, int) or i.startswith("train:")]
    return rows


def say(name, rows, changed):
    found = " ".join("%6.1f %% of %-4d" % (100 * sum(r in changed for r in rows[:n]) / len(rows[:n]), len(rows[:n]))
                     for n in FIRST if rows)
    print("  %-46s %s   all: %d of %d listed, of %d changed"
          % (name, found, sum(r in changed for r in rows), len(rows), len(changed)), flush=True)


def main():
    program, source = os.path.abspath(sys.argv[1]), sys.argv[2]
    rows = int(sys.argv[3]) if len(sys.argv) > 3 else 10000
    percent = int(sys.argv[4]) if len(sys.argv) > 4 else 2
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as home:
        changed = copy(source, folder, rows, percent)
        mixed = list(range(rows))
        random.Random(2).shuffle(mixed)
        print("labels changed among the first samples, %d rows, %d %% changed" % (rows, percent))
        say("at random", mixed, changed)
        say("browse audit=label-error", order(program, folder, home, ["browse audit=label-error limit=0"]), changed)
        say("browse audit=label-conflict", order(program, folder, home, ["browse audit=label-conflict limit=0"]),
            changed)
        say("browse queue", order(program, folder, home, ["browse queue split=any limit=0"]), changed)
        order(program, folder, home, ["train mlp", "browse limit=1"])
        say("browse queue model=mlp (its validation rows)",
            order(program, folder, home, ["browse queue model=mlp limit=0"]), changed)
        order(program, folder, home, ["suspects mlp folds=3", "browse limit=1"])
        say("browse suspects, found by mlp", order(program, folder, home, ["browse suspects limit=0"]), changed)
        say("browse queue, with those suspects", order(program, folder, home, ["browse queue limit=0"]), changed)


main()
