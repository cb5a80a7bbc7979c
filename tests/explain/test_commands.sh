#!/bin/sh
# explain, gradcam, suspects and mark from the shell: JSON keys, sentences, files.
. "${SRCDIR:-.}/tests/program.sh"

run train cnn epochs=1 widths=4,8,8 dense=16; expect 0 trained "a small cnn"
run train knn; expect 0 trained "knn"
run train logreg; expect 0 trained "logreg"
run train svm; expect 0 trained "svm"

run --json gradcam cnn 7 split=test
expect 0 '"method": "gradcam", "layer": "conv2"' "gradcam is Grad-CAM at the last layer of 5×5 cells or more"
for key in model index split true predicted probabilities layer target heat; do
    grep -q "\"$key\": " out; report $? "gradcam tells $key"
done
run gradcam knn 7; expect 1 "no convolutions" "gradcam of a model without"
run --json explain cnn 7 split=test; expect 0 '"method": "hirescam"' "convolutions are explained by HiRes-CAM"
run --json explain cnn 7 method=gradcam++ layer=conv1 target=Coat; expect 0 '"layer": "conv1", "target": 4' "layer and target"
run explain cnn 7 layer=conv9; expect 1 "conv9" "an unknown layer is named"
run --json explain knn 7 split=test; expect 0 '"nearest": [{"index": ' "knn has nearest images"
expect 0 '"method": "occlusion"' "and a map by occlusion"
run --json explain knn 7 method=nearest
expect 0 '"method": "nearest"' "nearest alone"
grep -q '"heat"' out; [ $? -eq 1 ]; report $? "has no map"
run explain knn 7 method=nearest to=x.png; expect 1 "" "and no figure"
run show 7 split=test model=knn; expect 0 "Nearest training images:" "show lists them too"
run --json show 7 split=test model=svm; expect 0 '"nearest": [{"index": ' "in JSON, an SVM's"
run show 7 model=logreg; expect 0 "logreg says" "of other families what they predict"
! grep -q "Nearest training images" out; report $? "and no nearest images"
# A few images of the same shape: rows that the model names are not there.
mkdir few
{ printf '\000\000\010\003\000\000\000\024\000\000\000\034\000\000\000\034'; gunzip -c "$mini/train-images-idx3-ubyte.gz" | tail -c 15680; } >few/train-images-idx3-ubyte
{ printf '\000\000\010\001\000\000\000\024'; gunzip -c "$mini/train-labels-idx1-ubyte.gz" | tail -c 20; } >few/train-labels-idx1-ubyte
cp "$mini"/t10k-* "$mini/labels.txt" few
few() { "$sartor" --home "$work/home" --data few "$@" >out 2>err </dev/null; code=$?; }
few explain knn 7 split=test; expect 0 "explained by Occlusion" "a model of other data is explained"
grep -q "Nearest" out; [ $? -ne 0 ]; report $? "without images that are not in this train file"
few explain svm 7 split=test method=nearest; expect 1 "trained on other data" "as a sentence says where they are asked for"
few show 7 split=test model=knn; expect 1 "trained on other data" "or shown"
few export nearest model=knn index=7 split=test to=n.png; expect 1 "trained on other data" "or exported"
run explain logreg 7 to=w.png; expect 0 "Weights × pixels" "logistic regression is explained by its weights"
[ -s w.png ]; report $? "the figure is written"
run explain logreg 7 method=tarot; expect 1 "gradcam" "an unknown method names those that there are"

run --json explain cnn classes count=40 split=test
expect 0 '"event": "classes"' "the mean heat of every class"
[ "$(grep -o '"heat_on_garment"' out | wc -l)" -eq 10 ]; report $? "of all ten"
grep -q '"layer": "conv1 × conv3"' out; report $? "at the finest layer and the last"
run explain knn classes count=10 method=occlusion to=c.png; expect 0 "T-shirt/top" "of a family without gradients"
run explain cnn classes 7; expect 1 "takes no index" "classes is not of a sample"
run explain cnn classes target=Coat; expect 1 "takes no target" "nor for one class"
run explain knn classes method=nearest; expect 1 "no heat map" "nor of what has no map"
grep -aq 'explain model=logreg index=7 to=w.png' w.png; report $? "a picture tells the command that made it"
mkdir deep; run gradcam cnn 7 split=test to=deep/g.png
grep -aq 'gradcam model=cnn index=7 split=test to=g.png' deep/g.png; report $? "gradcam's too, without the folder"

run --json explain cnn quality count=20
expect 0 '"event": "quality"' "quality"
for key in deletion insertion deletion_curve heat_on_garment rank_correlation; do
    grep -q "\"$key\": " out; report $? "quality tells $key"
done
run explain cnn quality 7; expect 1 "count=" "quality is not of a sample"
run explain knn quality method=importance; expect 1 "can be explained by" "quality of a method that is not offered"

run suspects; expect 1 "suspects MODEL" "no suspects yet"
run browse suspects; expect 1 "suspects MODEL" "nor any to browse"
run --json suspects knn folds=2 limit=3; expect 0 '"suggested": ' "suspects"
row=$(sed 's/.*"suspects": \[{"index": \([0-9]*\),.*/\1/' out)
run --json browse suspects limit=1; expect 0 "\"indices\": [$row]" "the first is first in browse"
run mark flag "train:$row"; expect 0 "flagged" "one is flagged"
run suspects limit=1; expect 0 "flag" "and stays so"
run mark keep "train:$row"; expect 0 "keeps" "or kept"
run mark undo "train:$row"; expect 0 "not marked" "or neither"
run mark flag test:1; expect 0 "test:1 is flagged" "any sample can be marked"
run browse suspects wrong; expect 1 "suspects go with" "suspects do not mix with what a model is asked"
run suspects knn folds=20 count=50; expect 1 "too few" "too many folds"
grep -c . home/suspects/*.csv >/dev/null; report $? "they are kept under home"

finish
