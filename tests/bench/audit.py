#!/usr/bin/python3
"""The audit's rules beside CleanVision, imagehash and cleanlab on the same images, as far as this Python has them: what
both find, and the processor seconds that each takes. Then the 23 rows that cleanlab's tutorial on Fashion-MNIST asserts,
among the findings in all 70,000 images at the usual thresholds.

usage: audit.py SARTOR FOLDER [ROWS]   (so many rows of the train file beside the peers: 10,000)

The tutorial (cleanlab, docs/source/tutorials/datalab/image.ipynb) numbers rows after its three-fold cross-validation: its
row k is the k-th of np.hstack of the folds' held-out rows, so that row 34848 there is row 44782 of the file."""
import gzip
import json
import os
import resource
import struct
import subprocess
import sys
import tempfile
import time

import numpy as np

os.environ["TQDM_DISABLE"] = "1"
TESTED = 500  # images of the test file that go with the rows

TUTORIAL = {
    "low-information": [53050, 40875, 9594, 34825, 37530],
    "dark": [34848, 50270, 3936, 733, 8094],
    "near-duplicate": [47824, 3370, 3952, 37119],
    "outlier": [38093, 22628, 44031, 25316, 40329],
    "label-error": [45561, 11262, 54078, 53564],
}


def read(folder, name):
    for path, opened in ((name + ".gz", gzip.open), (name, open)):
        path = os.path.join(folder, path)
        if os.path.exists(path):
            with opened(path, "rb") as stream:
                return stream.read()
    sys.exit("%s: no %s" % (folder, name))


def load(folder, part):
    images = np.frombuffer(read(folder, part + "-images-idx3-ubyte"), np.uint8, offset=16).reshape(-1, 28, 28)
    return images, np.frombuffer(read(folder, part + "-labels-idx1-ubyte"), np.uint8, offset=8)


def spent(who):
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def own(program, folder, home, *words):
    """Findings, and processor seconds."""
    before = spent(resource.RUSAGE_CHILDREN)
    out = subprocess.run([program, "--home", home, "--data", folder, "--json", "audit", "limit=0", *words], check=True,
                         capture_output=True, text=True).stdout
    found = [line for line in map(json.loads, out.splitlines()) if line.get("event") == "finding"]
    return found, spent(resource.RUSAGE_CHILDREN) - before


def place(sample, trained):
    """Of "train:7", "test:7" among the rows of the train file followed by those of the test file."""
    file, row = sample.split(":")
    return int(row) + (trained if file == "test" else 0)


def rows_of(found, kind, trained):
    rows = set()
    for one in found:
        if one["kind"] == kind:
            rows.add(place("%s:%s" % (one["file"], one["index"]), trained))
            if one.get("with"):
                rows.add(place(one["with"], trained))
    return rows


def scores_of(found, kind, count):
    scores = np.full(count, np.nan)
    for one in found:
        if one["kind"] == kind and one["score"] is not None:
            scores[place("%s:%s" % (one["file"], one["index"]), count - TESTED)] = one["score"]
    return scores


def beside(what, mine, theirs, seconds=None):
    mine, theirs = set(mine), set(theirs)
    both = len(mine & theirs)
    print("  %-52s ours %6d  theirs %6d  both %6d%s"
          % (what, len(mine), len(theirs), both,
             "" if seconds is None else "   %.1f s and %.1f s" % seconds), flush=True)


def timed(function):
    before = spent(resource.RUSAGE_SELF) + spent(resource.RUSAGE_CHILDREN)
    result = function()
    return result, spent(resource.RUSAGE_SELF) + spent(resource.RUSAGE_CHILDREN) - before


class InMemory:
    """What CleanVision takes for a torchvision data set."""

    def __init__(self, images):
        from PIL import Image
        self.images = [Image.fromarray(image) for image in images]

    def __len__(self):
        return len(self.images)

    def __getitem__(self, at):
        return self.images[at], 0


def beside_cleanvision(program, folder, home, images):
    from cleanvision import Imagelab

    def check():
        lab = Imagelab(torchvision_dataset=InMemory(images))
        lab.find_issues(n_jobs=1, verbose=False)
        return lab
    lab, theirs = timed(check)
    issues, count = lab.issues, len(images)
    trained = count - TESTED
    single, mine = own(program, folder, home, "kinds=dark,light,low-information,blurred,exact-duplicate")
    print("CleanVision, all its kinds: %.1f s of processor time; those kinds here (both files read): %.1f s"
          % (theirs, mine))
    for kind, name, off in (("dark", "dark", 2), ("light", "light", -1), ("low-information", "low_information", 9)):
        scores = scores_of(own(program, folder, home, "kinds=" + kind, "threshold=%g" % off)[0], kind, count)
        column = issues[name + "_score"].to_numpy()
        peer = {"dark": column, "light": 1 - column, "low-information": 10 * column}[kind]
        print("  %-52s largest difference of a score %.1e" % (kind, np.nanmax(np.abs(scores - peer))))
        threshold = {"dark": 0.32, "light": 0.95, "low-information": 1.5}[kind]
        beside("%s, at the threshold %g" % (kind, threshold), rows_of(single, kind, trained),
               np.flatnonzero(peer > threshold if kind == "light" else peer < threshold))
    beside("blurred (theirs is another measure)", rows_of(single, "blurred", trained),
           np.flatnonzero(issues["is_blurry_issue"]) if "is_blurry_issue" in issues else [])
    beside("exact duplicates", rows_of(single, "exact-duplicate", trained),
           {i for group in lab.info["exact_duplicates"]["sets"] for i in group})
    near, seconds = own(program, folder, home, "kinds=near-duplicate")
    beside("near duplicates (HOG; theirs: equal perceptual hash)", rows_of(near, "near-duplicate", trained),
           {i for group in lab.info["near_duplicates"]["sets"] for i in group}, (seconds, theirs))


def beside_imagehash(program, folder, home, images):
    import imagehash
    from PIL import Image
    trained = len(images) - TESTED
    near, mine = own(program, folder, home, "kinds=near-duplicate", "threshold=0.4")
    for name in ("phash", "dhash"):
        hashes, theirs = timed(lambda: [getattr(imagehash, name)(Image.fromarray(image)) for image in images])
        groups = {}
        for at, value in enumerate(hashes):
            groups.setdefault(str(value), []).append(at)
        far = [hashes[place("%s:%s" % (one["file"], one["index"]), trained)] - hashes[place(one["with"], trained)]
               for one in near if one["kind"] == "near-duplicate"]
        rng = np.random.default_rng(1)
        chance = [hashes[a] - hashes[b] for a, b in rng.integers(0, len(images), (2000, 2))]
        print("  imagehash %-8s bits that differ: %4.1f on average in our %d pairs (threshold 0.4), %4.1f in pairs at "
              "random; %.1f s and %.1f s" % (name, np.mean(far) if far else np.nan, len(far), np.mean(chance), mine,
                                             theirs))


def neighbours(images):
    """The 10 nearest by 50 principal components of the pixels, found by scikit-learn."""
    from sklearn.decomposition import PCA
    from sklearn.neighbors import NearestNeighbors
    rows = images.reshape(len(images), -1).astype(np.float32) / 255
    reduced = PCA(50, random_state=0).fit_transform(rows)
    distances, nearest = NearestNeighbors(n_neighbors=11, algorithm="brute").fit(reduced).kneighbors(reduced)
    return reduced, distances[:, 1:], nearest[:, 1:]


def beside_cleanlab(program, folder, home, images, labels):
    from cleanlab.filter import find_label_issues
    trained = len(images) - TESTED
    every, mine = own(program, folder, home, "of=pixels", "kinds=outlier", "threshold=0")
    remote = scores_of(every, "outlier", len(images))
    (_, distances, nearest), theirs = timed(lambda: neighbours(images))
    mean, first = distances.mean(1), distances[:, 0]
    peer = mean / np.median(mean)
    ranks = [np.argsort(np.argsort(values)) for values in (remote, peer)]
    print("cleanlab's rules and scikit-learn, neighbours by 50 components of the pixels (%.1f s here, %.1f s there)"
          % (mine, theirs))
    print("  %-52s rank correlation %.4f, median difference %.1e"
          % ("outlier scores", np.corrcoef(ranks)[0, 1], np.median(np.abs(remote - peer))))
    # Datalab's thresholds (cleanlab/datalab/internal/issue_manager/outlier.py and duplicate.py).
    low, high = np.percentile(mean, (25, 75))
    close = nearest[:, 0][first < 0.13 * np.median(first)]
    for kind, theirs in (("outlier", np.flatnonzero(mean > high + (1 / 0.37 - 1) * (high - low))),
                         ("near-duplicate", np.concatenate((np.flatnonzero(first < 0.13 * np.median(first)), close)))):
        found, _ = own(program, folder, home, "of=pixels", "kinds=" + kind)
        beside(kind + "s, each at its usual threshold", rows_of(found, kind, trained), theirs)
    weights = 1 / (distances + 0.1 * np.median(distances))
    votes = np.stack([(weights * (labels[nearest] == c)).sum(1) for c in range(10)], 1)
    votes /= votes.sum(1, keepdims=True)
    found, mine = own(program, folder, home, "of=pixels", "kinds=label-error")
    issues, theirs = timed(lambda: find_label_issues(labels.astype(int), votes, n_jobs=1))
    beside("label errors, by the votes of the 10 nearest", rows_of(found, "label-error", trained), np.flatnonzero(issues),
           (mine, theirs))


def tutorial(program, folder, home, labels):
    try:
        from sklearn.model_selection import StratifiedKFold
    except ImportError:
        print("scikit-learn is not there to number the tutorial's rows")
        return
    folds = StratifiedKFold(n_splits=3, shuffle=True, random_state=0).split(np.zeros(len(labels)), labels)
    order = np.hstack([held for _, held in folds])
    began = time.time()
    found, seconds = own(program, folder, home)
    print("all kinds on all images: %.1f s, %.1f s of processor time" % (time.time() - began, seconds))
    inside = 0
    for kind, rows in TUTORIAL.items():
        mine = {row for row in rows_of(found, kind, len(labels)) if row < len(labels)}
        missing = ["%d (train:%d)" % (row, order[row]) for row in rows if order[row] not in mine]
        inside += len(rows) - len(missing)
        print("  %-16s %6d images found, of the tutorial's %d rows %d%s"
              % (kind, len(mine), len(rows), len(rows) - len(missing),
                 "; not " + ", ".join(missing) if missing else ""), flush=True)
    print("  %d of 23 rows of cleanlab's tutorial are among them" % inside)


def main():
    program, source = os.path.abspath(sys.argv[1]), sys.argv[2]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 10000
    parts = {part: [a[:most] for a in load(source, part)] for part, most in (("train", count), ("t10k", TESTED))}
    images, labels = (np.concatenate((parts["train"][k], parts["t10k"][k])) for k in range(2))
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as home:
        for part, (pixels, classes) in parts.items():
            for name, data in (("images-idx3", struct.pack(">IIII", 2051, len(pixels), 28, 28) + pixels.tobytes()),
                               ("labels-idx1", struct.pack(">II", 2049, len(classes)) + classes.tobytes())):
                with open(os.path.join(folder, "%s-%s-ubyte" % (part, name)), "wb") as out:
                    out.write(data)
        print("%d rows of the train file, %d of the test file" % (count, TESTED))
        for check in (beside_cleanvision, beside_imagehash, beside_cleanlab):
            try:
                check(program, folder, home, images, *([labels] if check is beside_cleanlab else []))
            except ImportError as error:
                print("  left out: %.200s" % error)
        tutorial(program, source, home, load(source, "train")[1])


main()
