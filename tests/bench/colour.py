#!/usr/bin/python3
"""An epoch of the two networks on images in colour, 32 × 32 × 3 and 64 × 64 × 3, beside the same layers in PyTorch, where
that is installed: processor time, in turns, as a ratio. The images are noise. Measures, judges nothing.
usage: colour.py SARTOR [TURNS]"""
import os
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np

SETS = ((32, 6000), (64, 2000))
BATCH = 128


def make(path, side, count):
    rng = np.random.default_rng(1)
    labels = (np.arange(count) % 10).astype(np.uint8)
    kinds = rng.integers(0, 128, (10, side, side, 3))
    images = (kinds[labels] + rng.integers(0, 128, (count, side, side, 3))).astype(np.uint8)
    np.savez(path, x_train=images, y_train=labels, x_test=images[:100], y_test=labels[:100])
    return images, labels


def children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def ours(program, path, home, family):
    """What two epochs more take: start, reading and the end cancel out."""
    seconds = []
    for epochs in (1, 3):
        before = children()
        subprocess.run([program, "--batch", "-", "--home", home, "--data", path], check=True, capture_output=True,
                       text=True, input="set validation=0\ntrain %s recipe=study augment=off epochs=%d\n" % (family, epochs))
        seconds.append(children() - before)
    return (seconds[1] - seconds[0]) / 2


def network(family, side):
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
        return nn.Sequential(*layers, nn.Flatten(), nn.Linear(side * side * channels, 128), nn.ReLU(), nn.Linear(128, 10))
    layers = [nn.Conv2d(3, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU()]
    for _ in range(2 if side <= 32 else 3):
        layers += [nn.MaxPool2d(2), Residual(), Residual()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))


def torchs(images, labels, family):
    import torch
    import torch.nn.functional as F
    torch.set_num_threads(2)
    torch.manual_seed(1)
    model = network(family, images.shape[1]).to(memory_format=torch.channels_last)
    x = torch.tensor(images).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
    y = torch.tensor(labels).long()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    seconds = []
    for _ in range(3):
        start = time.process_time()
        for rows in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows].float().div_(255)), y[rows]).backward()
            optimizer.step()
        seconds.append(time.process_time() - start)
    return min(seconds), sum(p.numel() for p in model.parameters())


def main():
    program, turns = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 2
    try:
        import torch
        name = "PyTorch " + torch.__version__
    except ImportError:
        name = None
    with tempfile.TemporaryDirectory() as folder:
        for side, count in SETS:
            path = "%s/set%d.npz" % (folder, side)
            images, labels = make(path, side, count)
            for family in ("cnn", "resnet"):
                mine, other, weights = [], [], 0
                for _ in range(turns):
                    mine.append(ours(program, path, folder + "/home", family))
                    if name:
                        seconds, weights = torchs(images, labels, family)
                        other.append(seconds)
                line = "%-7s %d × %d × 3  sartor %6.1f µs an image" % (family, side, side, 1e6 * min(mine) / count)
                if name:
                    line += "  %s %6.1f µs, %d weights: %.2f times as long" % (
                        name, 1e6 * min(other) / count, weights, min(other) / min(mine))
                print(line, flush=True)


main()
