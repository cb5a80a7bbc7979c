#!/usr/bin/python3
"""Photographs for the benchmark of backdrops: square patches of the pictures that the package scikit-image
ships, each made 112 × 112 in colour, one after another. usage: photographs.py FILE [PATCHES] [SEED]"""
import os
import random
import sys

import numpy as np
import skimage
from skimage import io, transform

NAMES = "astronaut.png brick.png camera.png chelsea.png coffee.png grass.png gravel.png motorcycle_left.png rocket.jpg".split()
SIDE = 112


def pictures():
    folder = os.path.join(os.path.dirname(skimage.__file__), "data")
    for name in NAMES:
        path = os.path.join(folder, name)
        if not os.path.exists(path):
            continue
        picture = io.imread(path)
        if picture.ndim == 2:
            picture = np.stack([picture] * 3, axis=2)
        yield picture[:, :, :3]


def main():
    random.seed(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    sources = list(pictures())
    with open(sys.argv[1], "wb") as out:
        for i in range(int(sys.argv[2]) if len(sys.argv) > 2 else 200):
            picture = sources[i % len(sources)]
            shorter = min(picture.shape[:2])
            side = random.randint(min(SIDE, shorter), shorter)
            top, left = (random.randint(0, n - side) for n in picture.shape[:2])
            patch = picture[top:top + side, left:left + side]
            patch = transform.resize(patch, (SIDE, SIDE), anti_aliasing=True, preserve_range=True)
            out.write(np.clip(np.rint(patch), 0, 255).astype(np.uint8).tobytes())


if __name__ == "__main__":
    main()
