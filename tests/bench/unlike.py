#!/usr/bin/python3
"""Pictures that are no garments, for the benchmark of familiarity, as bytes of 28 × 28 each: the handwritten digits that
scikit-learn ships, enlarged smoothly or as blocks, over the whole image or its middle, and patches of the photographs that scikit-image ships. Prints NAME=FILE for each file
written; where a package is missing its pictures are left out. usage: unlike.py FOLDER"""
import os
import sys

import numpy as np

SIDE, PATCHES = 28, 2000


def digits(filter, side):
    from PIL import Image
    from sklearn.datasets import load_digits
    before = (SIDE - side) // 2
    for image in load_digits().images:
        small = Image.fromarray(np.rint(image * 255 / 16).astype(np.uint8))
        large = np.asarray(small.resize((side, side), Image.Resampling[filter]))
        yield np.pad(large, (before, SIDE - side - before))


def photographs():
    import photographs as shipped
    from skimage import color, transform
    rng = np.random.default_rng(1)
    sources = [color.rgb2gray(picture) for picture in shipped.pictures()]
    for i in range(PATCHES):
        picture = sources[i % len(sources)]
        side = int(rng.integers(SIDE, min(picture.shape) + 1))
        top, left = (int(rng.integers(0, n - side + 1)) for n in picture.shape)
        patch = transform.resize(picture[top:top + side, left:left + side], (SIDE, SIDE), anti_aliasing=True)
        yield np.rint(255 * np.clip(patch, 0, 1)).astype(np.uint8)


def main():
    for name, pictures in (("digits", lambda: digits("BILINEAR", SIDE)), ("blocks", lambda: digits("NEAREST", SIDE)),
                           ("small-digits", lambda: digits("BILINEAR", 20)),
                           ("small-blocks", lambda: digits("NEAREST", 20)), ("photographs", photographs)):
        try:
            bytes_of = b"".join(picture.tobytes() for picture in pictures())
        except ImportError as missing:
            print("%s are left out: %s" % (name, missing), file=sys.stderr)
            continue
        file = os.path.join(sys.argv[1], name + ".bin")
        with open(file, "wb") as out:
            out.write(bytes_of)
        print("%s=%s" % (name, file))


main()
