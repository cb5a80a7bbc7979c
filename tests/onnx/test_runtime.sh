#!/bin/sh
# ONNX Runtime gives the program's labels and probabilities from the files that it saves, where Python has
# onnx and onnxruntime ($PYTHON). Every family, each kernel and metric, HOG, views, ensembles, calibration; on all
# 10,000 test images of Fashion-MNIST where they are installed, else on those of the sample. LIMIT=0 trains on all rows.
. "${SRCDIR:-.}/tests/program.sh"
needs_models
python=${PYTHON:-/usr/bin/python3}
if ! "$python" -c 'import onnx, onnxruntime' 2>/dev/null; then
    echo "ok 1 - ONNX files # SKIP $python has no onnx and onnxruntime"
    echo "1..1"
    exit 0
fi
data=/usr/share/datasets/fashion-mnist
[ -e "$data" ] || data=$mini
while read -r line; do
    echo "$line limit=${LIMIT:-300}"
done >script <<'END'
train logreg
train logreg name=slopes features=hog
train knn
train knn name=squares metric=l2 weights=uniform
train knn name=cosine metric=cosine features=hog k=4
train svm
train svm name=line kernel=linear C=0.1
train svm name=power kernel=poly degree=2 coef0=1 features=hog
train forest trees=20
train forest name=shapes features=hog trees=10
train mlp epochs=2
train mlp name=layers features=hog hidden=32 norm=on epochs=2 tta=shift
train resnet name=deep variant=resnet20 width=16 epochs=1 normalise=image
END
echo 'ensemble all logreg cosine forest cnn' >>script
# A difference of at most 1e-6; 1e-5 of networks with convolutions and of an SVM on HOG, whose products are in floats; more where many
# layers follow one epoch (deep).
while read -r model tolerance; do
    printf 'predict %s split=test to=%s.csv\nsave %s %s.onnx\n' "$model" "$model" "$model" "$model" >>script
    echo "$model $tolerance" >>models
done <<'END'
logreg 1e-6
slopes 1e-6
knn 1e-6
squares 1e-6
cosine 1e-6
svm 1e-6
line 1e-6
power 1e-5
forest 1e-6
shapes 1e-6
mlp 1e-6
layers 1e-6
deep 2e-5
cnn 1e-5
resnet 1e-5
cnn-background 1e-5
all 1e-5
END
run --batch script
expect 0 '' 'models are trained and saved'
while read -r model tolerance; do
    code=0
    "$python" "$source/tests/onnx/compare.py" "$model.onnx" "$data/t10k-images-idx3-ubyte.gz" "$model.csv" \
        "$tolerance" >out 2>err || code=1
    expect 0 'images, 0 other labels' "$model: $(sed -n 's/^# [^:]*: //p' out)"
done <models
finish
