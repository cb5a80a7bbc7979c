#!/bin/sh
# The Python in the README, as it is printed there, gives the shipped networks' probabilities in PyTorch.
set -u
top=$(cd "${SRCDIR:-.}" && pwd)
sartor=$(cd "${BUILDDIR:-.}" && pwd)/sartor
python=${PYTHON:-/usr/bin/python3}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export HOME="$work"

echo "1..2"
if ! "$python" -c 'import torch' 2>/dev/null; then
    echo "ok 1 - cnn # SKIP $python has no torch"
    echo "ok 2 - resnet # SKIP $python has no torch"
    exit 0
fi
if [ ! -e "$top/data/models/cnn.safetensors" ]; then
    echo "ok 1 - cnn # SKIP the shipped models are in the tarball sartor-data"
    echo "ok 2 - resnet # SKIP likewise"
    exit 0
fi
sed -n '/^```python$/,/^```$/p' "$top/README.md" | grep -v '^```' >"$work/snippet.py"
cat >"$work/compare.py" <<'END'
import csv, gzip, sys
from snippet import Cnn, Resnet, probabilities, torch

family, images, model, table = sys.argv[1:]
with gzip.open(images) as file:
    raw = file.read()
x = torch.frombuffer(bytearray(raw[16:]), dtype=torch.uint8).reshape(-1, 1, 28, 28).float() / 255
with open(table) as file:
    rows = list(csv.DictReader(file))  # index, true, predicted, then a column for each class
theirs = torch.tensor([[float(value) for value in list(row.values())[-10:]] for row in rows])
ours = probabilities({"cnn": Cnn, "resnet": Resnet}[family](), model, x)
assert len(theirs) == len(ours) == 500
print("# largest difference", (ours - theirs).abs().max().item())
sys.exit((ours - theirs).abs().max().item() > 1e-5)
END
number=0
failed=0
for family in cnn resnet; do
    number=$((number + 1))
    if printf 'set calibrate=off\npredict %s split=test to="%s"\n' $family "$work/$family.csv" |
        "$sartor" --data "$top/data/fashion-mini" --home "$work" --batch - >/dev/null 2>&1 &&
        (cd "$work" && "$python" compare.py $family "$top/data/fashion-mini/t10k-images-idx3-ubyte.gz" \
            "$top/data/models/$family.safetensors" $family.csv); then
        echo "ok $number - $family"
    else
        echo "not ok $number - $family"
        failed=1
    fi
done
exit $failed
