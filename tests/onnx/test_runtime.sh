#!/bin/sh
# ONNX Runtime gives the program's labels and probabilities from the files that it saves, where Python has
# onnx and onnxruntime ($PYTHON). Every family, each kernel and metric, HOG, views, an ensemble, calibration.
. "${SRCDIR:-.}/tests/program.sh"
python=${PYTHON:-/usr/bin/python3}
if ! "$python" -c 'import onnx, onnxruntime' 2>/dev/null; then
    echo "ok 1 - ONNX files # SKIP $python has no onnx and onnxruntime"
    echo "1..1"
    exit 0
fi
cat >script <<'END'
train logreg features=hog limit=300
train knn limit=300
train knn name=squares metric=l2 weights=uniform limit=300
train knn name=cosine metric=cosine features=hog k=4 limit=300
train svm limit=300
train svm name=power kernel=poly degree=2 coef0=1 features=hog limit=300
train forest trees=20 limit=300
train forest name=shapes features=hog trees=10 limit=300
train mlp features=hog hidden=32 norm=on epochs=2 tta=shift limit=300
train resnet name=deep variant=resnet20 width=16 epochs=1 normalise=image limit=200
ensemble all logreg cosine forest cnn
END
# Tolerances: of products in single precision, the program's own rounding is the greater part; isotonic
# calibration may rise steeply, and then enlarges it.
while read -r model tolerance; do
    printf 'predict %s split=test to=%s.csv\nsave %s %s.onnx\n' "$model" "$model" "$model" "$model" >>script
    echo "$model $tolerance" >>models
done <<'END'
logreg 1e-5
knn 1e-6
squares 1e-6
cosine 1e-4
svm 1e-4
power 2e-4
forest 1e-6
shapes 1e-6
mlp 1e-4
deep 1e-4
cnn 1e-4
resnet 1e-4
all 1e-4
END
run --batch script
expect 0 '' 'models are trained and saved'
while read -r model tolerance; do
    code=0
    "$python" "$source/tests/onnx/compare.py" "$model.onnx" "$mini/t10k-images-idx3-ubyte.gz" "$model.csv" \
        "$tolerance" >out 2>err || code=1
    expect 0 'images, 0 other labels' "$model: $(sed -n 's/.*labels, //p' out)"
done <models
finish
