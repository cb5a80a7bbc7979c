#!/bin/sh
# One's own pictures take a sample's place.
. "${SRCDIR:-.}/tests/program.sh"
needs_models

cp "$source"/tests/commands/pictures/*.png .
run predict cnn boot.png; expect 0 "boot.png: cnn says Ankle boot" "predict"
run predict cnn pullover.png; expect 0 "pullover.png: cnn says Pullover" "transparency is the mask, of a white pullover too"
run predict cnn boot.png pullover.png
grep -q "^ *boot.png .*Ankle boot" out && grep -q "^ *pullover.png .*Pullover" out; report $? "several pictures make a table"
run --json predict cnn boot.png; expect 0 '"file": "boot.png"' "JSON names the file"
! grep -q '"true"' out; report $? "and no true class"
mkdir folder; cp boot.png pullover.png folder; echo x >folder/notes.txt
run predict cnn folder; expect 0 "folder/boot.png" "a folder stands for the pictures in it"
[ "$(grep -c '^ *folder/' out)" -eq 2 ]; report $? "and for nothing else"
run predict cnn folder test:3 to=all.csv; expect 0 "Written to all.csv" "to= writes their probabilities"
[ "$(wc -l <all.csv)" -eq 4 ] && grep -q '^folder/boot.png,,Ankle boot,' all.csv && grep -q '^test:3,' all.csv; report $? "one line for each"
cp boot.png boot; run predict cnn boot; expect 0 "cnn says Ankle boot" "the content counts, not the ending"
run show boot.png; expect 0 "boot.png" "show"
[ "$(grep -c '[▒▓█]' out)" -gt 5 ]; report $? "draws what the model gets"
run explain cnn boot.png; expect 0 "boot.png; cnn says Ankle boot (9" "explain"
for figure in explain gradcam steps nearest augment browse gallery; do
    case $figure in explain | gradcam | gallery) model=cnn ;; *) model= ;; esac
    run export $figure $model boot.png to=$figure.png; expect 0 written "export $figure"
done
run gradcam cnn boot.png to=cam.png; expect 0 "Written to cam.png" "gradcam"
run export browse boot.png test:3 to=x.png; expect 1 "cannot be in one figure" "not with samples of the data in one figure"
run tag boot.png; expect 1 "is not a sample" "pictures have no tags"
run predict cnn blank.png; expect 1 "blank.png is empty" "an empty picture is refused"
run predict cnn none.png; expect 1 "none.png" "and one that is not there"
# Where no model is named: one that knows backdrops, though one of the user's own is newer.
run train knn k=1 limit=100; run predict boot.png; expect 0 "boot.png: cnn-background says Ankle boot" "a picture goes to the model that knows backdrops"
expect 0 "No model was named: cnn-background is taken for pictures, since it was trained on" "and it is said why"
run predict boot.png pullover.png; expect 0 "No model was named: cnn-background" "of several, too"
run explain boot.png; expect 0 "No model was named: cnn-background" "and by explain"
run predict knn boot.png; expect 0 "boot.png: knn says" "one that is named is asked"
! grep -q "No model was named" out; report $? "without a word of others"
run predict test:1; expect 0 "knn says" "samples of the data go to the user's own"
! grep -q "No model was named" out; report $? "of which nothing is to be said"
run train cnn name=mine background=on limit=50 epochs=1 widths=2 dense=4; run predict boot.png; expect 0 "No model was named: mine is taken" "one's own that knows backdrops comes first"
printf 'show boot.png\nexplain cnn\nshow pullover.png\npredict cnn picture:0\nbrowse split=test\npredict cnn\n' >script
"$sartor" --home "$work/home" --data "$mini" --batch script >out 2>err; code=$?
expect 0 "boot.png; cnn says" "the picture shown is the current sample"
[ "$(grep -c 'boot.png: cnn says Ankle boot' out)" -eq 1 ]; report $? "and has a row of its own"
expect 0 "test:0 is" "until others are browsed"

finish
