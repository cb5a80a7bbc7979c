"""Whether ONNX Runtime gives what the program gives.

usage: compare.py MODEL.onnx IMAGES TABLE.csv TOLERANCE [COUNT]
IMAGES: an IDX file, perhaps packed by gzip; TABLE.csv: of `predict MODEL split=test to=TABLE.csv`.
"""

import csv
import gzip
import json
import sys

import numpy
import onnx
import onnxruntime

path, images, table, tolerance = sys.argv[1:5]
model = onnx.load(path)
onnx.checker.check_model(model, full_check=True)
onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
names = json.loads({pair.key: pair.value for pair in model.metadata_props}["classes"])

with (gzip.open if images.endswith(".gz") else open)(images, "rb") as file:
    raw = file.read()
shape = [int.from_bytes(raw[4 * i : 4 * i + 4], "big") for i in range(1, raw[3] + 1)]
pixels = numpy.frombuffer(raw, numpy.uint8, offset=4 * (raw[3] + 1)).reshape(shape)
pixels = pixels.reshape(shape + [1]) if len(shape) == 3 else pixels
with open(table, newline="") as file:
    rows = list(csv.DictReader(file))  # index, true, predicted, ..., then a column for each class
count = int(sys.argv[5]) if len(sys.argv) > 5 else len(rows)
theirs = numpy.array([[float(value) for value in list(row.values())[-len(names) :]] for row in rows])
said = [names.index(row["predicted"]) if row["predicted"] in names else int(row["predicted"]) for row in rows]

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 2
session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
assert [value.name for value in session.get_outputs()] == ["label", "probabilities"]
labels, ours = [], []
for first in range(0, count, 256):
    label, probabilities = session.run(None, {"images": pixels[first : min(first + 256, count)]})
    labels.append(label)
    ours.append(probabilities)
labels, ours = numpy.concatenate(labels), numpy.concatenate(ours)
apart = numpy.abs(ours - theirs[:count])
others = int((labels != numpy.array(said[:count])).sum())
print(
    f"# {path}: {count} images, {others} other labels, largest difference {apart.max():.3g}, "
    f"{int((apart.max(axis=1) > 1e-6).sum())} images above 1e-6"
)
sys.exit(int(others > 0 or apart.max() > float(tolerance)))
