#!/usr/bin/python3
"""Every form that data sets come in, made of the whole Fashion-MNIST: each must have the digest and the statistics of
its IDX files, and a training on it must give the same bits. Prints a line for each form; ends with the number of those
that differ. Needs NumPy and Pillow, 2 GB of space and some ten minutes.
usage: forms.py SARTOR FOLDER [FORM...]"""
import csv
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

import numpy as np
from PIL import Image

PARTS = {"train": "train", "test": "t10k"}


def read(folder):
    data = {}
    for part, prefix in PARTS.items():
        with gzip.open("%s/%s-images-idx3-ubyte.gz" % (folder, prefix)) as f:
            images = np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 28, 28)
        with gzip.open("%s/%s-labels-idx1-ubyte.gz" % (folder, prefix)) as f:
            data[part] = images, np.frombuffer(f.read(), np.uint8, offset=8)
    return data


def pictures(data):
    """Part, row, label, the picture as PNG."""
    for part, (images, labels) in data.items():
        for row in range(len(images)):
            out = io.BytesIO()
            Image.fromarray(images[row]).save(out, "PNG", compress_level=1)
            yield part, row, int(labels[row]), out.getvalue()


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(content)


def idx_t10k_names(data, at):
    for part, (images, labels) in data.items():
        write("%s/raw/%s-images.idx3-ubyte" % (at, PARTS[part]),
              (0x803).to_bytes(4, "big") + np.array(images.shape, ">u4").tobytes() + images.tobytes())
        write("%s/raw/%s-labels.idx1-ubyte" % (at, PARTS[part]),
              (0x801).to_bytes(4, "big") + np.array(labels.shape, ">u4").tobytes() + labels.tobytes())
    return at


def qmnist_labels(data, at):
    """Labels in the first of eight columns of four bytes."""
    for part, (images, labels) in data.items():
        table = np.zeros((len(labels), 8), ">i4")
        table[:, 0] = labels
        write("%s/qmnist-%s-images-idx3-ubyte" % (at, part),
              (0x803).to_bytes(4, "big") + np.array(images.shape, ">u4").tobytes() + images.tobytes())
        write("%s/qmnist-%s-labels-idx2-int" % (at, part),
              (0xC02).to_bytes(4, "big") + np.array(table.shape, ">u4").tobytes() + table.tobytes())
    return at


def folders(data, at):
    for part, row, label, png in pictures(data):
        write("%s/%s/%d/%05d.png" % (at, part, label, row), png)
    return at


def folders_no_split(data, at):
    for part, row, label, png in pictures({"train": data["train"]}):
        write("%s/%d/%05d.png" % (at, label, row), png)
    return at


def table(data, at, put, close):
    for part, row, label, png in pictures(data):
        name = "%s-%05d.png" % (part, row)
        write("%s/%s" % (at, name), png)
        put(name, label, part)
    close()
    return at


def metadata_csv(data, at):
    os.makedirs(at)
    f = open(at + "/metadata.csv", "w", newline="")
    rows = csv.writer(f)
    rows.writerow(["file_name", "label", "split"])
    return table(data, at, lambda *row: rows.writerow(row), f.close)


def labels_csv(data, at):
    os.makedirs(at)
    f = open(at + "/labels.csv", "w", newline="")
    rows = csv.writer(f)
    rows.writerow(["filename", "label", "split"])
    return table(data, at, lambda *row: rows.writerow(row), f.close)


def metadata_jsonl(data, at):
    os.makedirs(at)
    f = open(at + "/metadata.jsonl", "w")
    return table(data, at, lambda name, label, part: f.write(
        json.dumps({"file_name": name, "label": label, "split": part}) + "\n"), f.close)


def pixels(data, at, header):
    os.makedirs(at)
    for part, (images, labels) in data.items():
        rows = np.column_stack([labels, images.reshape(len(images), -1)])
        names = ",".join(["label"] + ["pixel%d" % (i + 1) for i in range(784)]) if header else ""
        np.savetxt("%s/fashion-mnist_%s.csv" % (at, part), rows, "%d", ",", header=names, comments="")
    return at


def csv_header(data, at):
    return pixels(data, at, True)


def csv_bare(data, at):
    return pixels(data, at, False)


def npz_keras(data, at):
    os.makedirs(at)
    np.savez_compressed(at + "/set.npz", x_train=data["train"][0], y_train=data["train"][1],
                        x_test=data["test"][0], y_test=data["test"][1])
    return at + "/set.npz"


def npz_medmnist(data, at):
    """Labels in a column, images as floats from 0 to 1."""
    os.makedirs(at)
    np.savez(at + "/set.npz", train_images=(data["train"][0] / 255).astype(np.float32),
             train_labels=data["train"][1][:, None].astype(np.int64),
             test_images=(data["test"][0] / 255).astype(np.float32),
             test_labels=data["test"][1][:, None].astype(np.int64))
    return at + "/set.npz"


def npz_kmnist(data, at):
    os.makedirs(at)
    for part, (images, labels) in data.items():
        np.savez_compressed("%s/kmnist-%s-imgs.npz" % (at, part), images)
        np.savez_compressed("%s/kmnist-%s-labels.npz" % (at, part), labels)
    return at


def npy_pairs(data, at):
    """Fortran's order."""
    os.makedirs(at)
    for part, (images, labels) in data.items():
        np.save("%s/X_%s.npy" % (at, part), np.asfortranarray(images[..., None]))
        np.save("%s/y_%s.npy" % (at, part), labels.astype(np.int32))
    return at


def zipped(data, at):
    os.makedirs(at)
    with zipfile.ZipFile(at + "/set.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part, row, label, png in pictures(data):
            archive.writestr("set/%s/%d/%05d.png" % (part, label, row), png)
    return at + "/set.zip"


def tarred(data, at, mode, ending):
    os.makedirs(at)
    with tarfile.open("%s/set.%s" % (at, ending), mode) as archive:
        for part, row, label, png in pictures(data):
            add(archive, "%s/%d/%05d.png" % (part, label, row), png)
    return "%s/set.%s" % (at, ending)


def add(archive, name, content):
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def tar(data, at):
    return tarred(data, at, "w", "tar")


def tar_gz(data, at):
    return tarred(data, at, "w:gz", "tar.gz")


def webdataset(data, at):
    os.makedirs(at)
    archives = {}
    for part, row, label, png in pictures(data):
        shard = "%s/%s-%06d.tar" % (at, part, row // 10000)
        if shard not in archives:
            archives[shard] = tarfile.open(shard, "w")
        add(archives[shard], "%06d.png" % row, png)
        add(archives[shard], "%06d.cls" % row, b"%d" % label)
    for archive in archives.values():
        archive.close()
    return at


def zip_of_idx(data, at):
    idx_t10k_names(data, at + "/set")
    shutil.make_archive(at + "/packed", "zip", at + "/set")
    return at + "/packed.zip"


FORMS = [idx_t10k_names, qmnist_labels, folders, folders_no_split, metadata_csv, labels_csv, metadata_jsonl, csv_header,
         csv_bare, npz_keras, npz_medmnist, npz_kmnist, npy_pairs, zipped, tar, tar_gz, webdataset, zip_of_idx]


def run(program, place, home, *words):
    out = subprocess.run([program, "--home", home, "--data", place, "--json"] + list(words), capture_output=True,
                         text=True)
    if out.returncode:
        sys.exit("%s: %s" % (place, out.stderr))
    lines = out.stdout.splitlines()
    return json.loads(lines[-1]) if lines else {}


def look(program, place, folder):
    """Digest, statistics and a hash of the weights of a small training."""
    home = folder + "/home"
    shutil.rmtree(home, ignore_errors=True)
    opened = run(program, place, home, "open", place, "cache=off")
    stats = run(program, place, home, "stats")
    for key in ("path", "directory", "name", "notes", "form"):
        stats.pop(key, None)
    run(program, place, home, "train", "mlp", "epochs=1", "limit=3000", "seed=1")
    model = folder + "/model.safetensors"
    run(program, place, home, "save", "mlp", model)
    with open(model, "rb") as f:
        head = int.from_bytes(f.read(8), "little")
        f.read(head)
        bits = hashlib.sha256(f.read()).hexdigest()
    os.remove(model)
    return opened["digest"], stats, bits


def main():
    program, source, wanted = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3:]
    data = read(source)
    differing = 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder + "/cache"
        whole = look(program, source, folder)
        alone = folder + "/alone"
        os.makedirs(alone)
        for kind in ("images-idx3", "labels-idx1"):
            shutil.copy("%s/train-%s-ubyte.gz" % (source, kind), alone)
        train = None
        for form in FORMS:
            if wanted and form.__name__ not in wanted:
                continue
            place = form(data, folder + "/set")
            if form is folders_no_split and not train:
                train = look(program, alone, folder)
            should, found = train if form is folders_no_split else whole, look(program, place, folder)
            same = ["same" if a == b else "OTHER" for a, b in zip(should, found)]
            differing += "OTHER" in same
            print("%-18s digest %s, statistics %s, trained bits %s" % (form.__name__, *same), flush=True)
            shutil.rmtree(folder + "/set")
            shutil.rmtree(folder + "/cache", ignore_errors=True)
    print("%d forms differ" % differing)
    sys.exit(differing > 0)


main()
