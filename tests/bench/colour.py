#!/usr/bin/python3
"""An epoch of the two networks on images in colour, 32 × 32 × 3 in 10 classes and 64 × 64 × 3 in 100, beside the same
layers in PyTorch, where that is installed: both in turns, the fastest of each, with two threads. Ratios of wall time hold
on a quiet machine; those of processor time ("busy") on others, too. The images are noise. Measures, judges nothing.
usage: colour.py SARTOR [TURNS]"""
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np

SETS = ((32, 10, 6000), (64, 100, 2000))  # side, classes, images
BATCH = 128


def make(path, side, classes, count):
    rng = np.random.default_rng(1)
    labels = (np.arange(count) % classes).astype(np.uint8)
    kinds = rng.integers(0, 128, (classes, side, side, 3))
    images = (kinds[labels] + rng.integers(0, 128, (count, side, side, 3))).astype(np.uint8)
    np.savez(path, x_train=images, y_train=labels, x_test=images[:classes], y_test=labels[:classes])
    return images, labels


def children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def ours(program, path, home, family):
    """The fastest epoch; in processor time what two epochs more take, since start, reading and the end cancel out."""
    busy = []
    for epochs in (1, 3):
        before = children()
        done = subprocess.run([program, "--json", "--batch", "-", "--home", home, "--data", path, "--threads", "2"], check=True,
                              capture_output=True, text=True,
                              input="set validation=0\ntrain %s recipe=study augment=off epochs=%d\n" % (family, epochs))
        busy.append(children() - before)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {"wall": min(row["seconds"] for row in rows if row.get("event") == "epoch"), "busy": (busy[1] - busy[0]) / 2,
            "weights": next(row["parameters"] for row in rows if row.get("event") == "done")}


def network(family, side, classes):
    import torch.nn as nn
    import torch.nn.functional as F

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Sequential(nn.Conv2d(32, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU(),
                                       nn.Conv2d(32, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32))

        def forward(self, x):
            return F.relu(x + self.first(x))

    layers, channels = [], 3
    if family == "cnn":
        widths = (32, 64, 128) if side <= 32 else (32, 64, 128, 128)
        for i, width in enumerate(widths):
            layers += [nn.Conv2d(channels, width, 3), nn.ReLU()] + ([nn.MaxPool2d(2)] if i + 1 < len(widths) else [])
            side, channels = (side - 2) // (2 if i + 1 < len(widths) else 1), width
        return nn.Sequential(*layers, nn.Flatten(), nn.Linear(side * side * channels, 128), nn.ReLU(),
                             nn.Linear(128, classes))
    layers = [nn.Conv2d(3, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU()]
    for _ in range(2 if side <= 32 else 3):
        layers += [nn.MaxPool2d(2), Residual(), Residual()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, classes))


def torchs(images, labels, classes, family):
    import torch
    import torch.nn.functional as F
    torch.set_num_threads(2)
    torch.manual_seed(1)
    model = network(family, images.shape[1], classes).to(memory_format=torch.channels_last)
    x = torch.tensor(images).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
    y = torch.tensor(labels).long()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    taken = []
    for _ in range(3):
        wall, busy = time.perf_counter(), time.process_time()
        for rows in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows].float().div_(255)), y[rows]).backward()
            optimizer.step()
        taken.append((time.perf_counter() - wall, time.process_time() - busy))
    return {"wall": min(t[0] for t in taken), "busy": min(t[1] for t in taken),
            "weights": sum(p.numel() for p in model.parameters())}


def main():
    program, turns = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2
    try:
        import torch
        name = "PyTorch " + torch.__version__
    except ImportError:
        name = None
    with tempfile.TemporaryDirectory() as folder:
        for side, classes, count in SETS:
            path = "%s/set%d.npz" % (folder, side)
            images, labels = make(path, side, classes, count)
            for family in ("cnn", "resnet"):
                mine, others = [], []
                for _ in range(turns):
                    mine.append(ours(program, path, folder + "/home", family))
                    if name:
                        others.append(torchs(images, labels, classes, family))
                wall, busy = (min(m[key] for m in mine) for key in ("wall", "busy"))
                line = "%-7s %d × %d × 3, %3d classes, %d weights: sartor %6.1f µs an image, busy %6.1f" % (
                    family, side, side, classes, mine[0]["weights"], 1e6 * wall / count, 1e6 * busy / count)
                if name:
                    other_wall, other_busy = (min(o[key] for o in others) for key in ("wall", "busy"))
                    line += "  %s %6.1f, busy %6.1f, %d weights: %.2f times as long, busy %.2f" % (
                        name, 1e6 * other_wall / count, 1e6 * other_busy / count, others[0]["weights"], other_wall / wall,
                        other_busy / busy)
                print(line, flush=True)


main()
