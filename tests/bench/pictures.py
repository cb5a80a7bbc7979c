#!/usr/bin/python3
"""How long it takes to decode a folder of JPEG pictures of 64 × 64 in colour: sartor with nothing in its cache,
sartor again, and torchvision's ImageFolder with two workers, where that is installed. Measures, judges nothing.
usage: pictures.py SARTOR [PICTURES] [RUNS]"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np
from PIL import Image

SIDE, CLASSES = 64, 10


def make(folder, count):
    """Smooth shapes and noise, so that a file has the length of a photograph's: some 2 kB."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    for c in range(CLASSES):
        os.makedirs(os.path.join(folder, "class%d" % c))
    for i in range(count):
        a, b, phase = rng.uniform(1, 12, 2).tolist() + [rng.uniform(0, 6)]
        wave = np.sin(a * x + b * y + phase)[:, :, None] * rng.uniform(20, 90, 3) + rng.uniform(60, 190, 3)
        pixels = np.clip(wave + rng.normal(0, 6, (SIDE, SIDE, 3)), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(os.path.join(folder, "class%d" % (i % CLASSES), "%06d.jpg" % i), quality=90)


def sartor(program, folder, home, cache):
    start = time.perf_counter()
    env = dict(os.environ, XDG_CACHE_HOME=cache)
    out = subprocess.run([program, "--home", home, "--data", folder, "--json", "stats"], env=env, check=True,
                         capture_output=True, text=True).stdout
    seconds = time.perf_counter() - start
    json.loads(out.splitlines()[-1])
    return seconds


def torchvision(folder):
    import torch
    from torchvision import datasets, transforms
    torch.set_num_threads(1)
    data = datasets.ImageFolder(folder, transforms.PILToTensor())
    start = time.perf_counter()
    count = sum(len(labels) for _, labels in torch.utils.data.DataLoader(data, batch_size=256, num_workers=2))
    assert count == len(data)
    return time.perf_counter() - start


def best(name, measure, runs, count):
    seconds = sorted(measure() for _ in range(runs))
    print("%-34s best %6.2f s, median %6.2f s, %7.0f pictures/s" %
          (name, seconds[0], seconds[len(seconds) // 2], count / seconds[0]), flush=True)


def main():
    program, count = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 50000
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    top = tempfile.mkdtemp()
    try:
        folder, cache = os.path.join(top, "pictures"), os.path.join(top, "cache")
        make(folder, count)

        def fresh():
            shutil.rmtree(cache, ignore_errors=True)
            return sartor(program, folder, os.path.join(top, "home"), cache)
        best("sartor, nothing in the cache", fresh, runs, count)
        best("sartor, decoded before", lambda: sartor(program, folder, os.path.join(top, "home"), cache), runs, count)
        try:
            import torchvision as _
        except ImportError:
            print("torchvision is not installed")
            return
        best("torchvision ImageFolder, 2 workers", lambda: torchvision(folder), runs, count)
    finally:
        shutil.rmtree(top)


main()
