#!/bin/sh
# Commands that people press as keys, entered as lines: what the panes show after them.
. "${SRCDIR:-.}/tests/program.sh"
needs_models
script() { # FORMAT [ARGUMENT...]: run these lines, all of them
    # shellcheck disable=SC2059
    printf "$@" >script.sartor
    run --keep-going --batch script.sartor
}
shows() { grep -qF -- "$1" out; report $? "$2"; }

run train knn; expect 0 "knn: trained" "a model without curves"
run train mlp epochs=3; expect 0 "mlp: trained" "and one with"

# units: counts, % of the true class, % of the predicted class, and round.
steps=
for unit in "counts" "% of the true class" "% of the predicted class" "counts"; do
    script 'model knn\npane confusion\n%sscreen\n' "$steps"
    shows "columns = predicted; $unit" "units: $unit"
    steps="${steps}units
"
done

# curves: the numbers of a model, and the pane Train on it.
script 'train mlp epochs=3\ncurves mlp\nscreen\n'
expect 0 "train loss     accuracy  valid. loss" "curves lists the epochs"
[ "$(grep -c '^    [123]  ' out)" -eq 3 ]; report $? "each of them"; shows "mlp  trained  3 epochs" "the pane Train shows that training"
shows "[3 Train]" "and opens Train"
run --json curves mlp; expect 0 '"validation_accuracy"' "curves for programs"
run curves knn; expect 1 "knn" "a model without epochs has none"
run curves; expect 1 "knn has no curves" "without a model: that which is current"

# method: what Explain shows, a family's own where it has one, and why not.
explain() { script 'pane explain\nmodel %s\nmethod %s\nscreen\n' "$1" "$2"; }
explain knn nearest; shows "Nearest images of knn" "nearest images"
shows "nearest: " "and their classes"; shows "no map by this" "there is no heat map of them"
explain knn gradcam; expect 1 "knn is of the family knn, which has no convolutions" "a method that the family lacks"
explain cnn gradcam++; shows "Grad-CAM++" "Grad-CAM++ of a network"
explain cnn occlusion; shows "cclusion" "occlusion"
script 'pane explain\nmodel cnn\nmethod next\nmethod next\nscreen\n'
expect 0 "[5 Explain]" "the next method"
explain mlp weights; expect 1 "mlp" "weights of what has no linear ones"
script 'model mlp\npane explain\nmethod auto\nscreen to=auto.txt\n'; expect 0 "" "the default method of any model"

# A picture of one's own: what was given, what was cut out of it, what the model gets.
cp "$source"/tests/commands/pictures/boot.png .
own() { # SIZE PANE
    script 'set size=%s\nshow boot.png\nmodel cnn\npane %s\nscreen\ndescribe\n' "$1" "$2"
    expect 0 "picture:0  boot.png" "a picture in $2, $1"
}
own 130x40 explain
grep -qE '^ picture +cut out +as the model gets it +heat for Ankle boot +Ankle boot [0-9]+ %$' out; report $? "beside what was cut out and what is given to the model"
shows "nearest training images" "with the images that it resembles"; shows "Explain: picture:0 is boot.png. cnn predicts Ankle boot" "in sentences"
own 80x24 explain; grep -qE '^ picture +cut out +image +Ankle boot' out; report $? "where there is less room"
own 30x12 explain; shows "HiRes-CAM of cnn" "where there is hardly any"
own 130x40 browse; shows "> predicted" "with what is predicted"
! grep -q "\* true" out; report $? "of which nobody knows whether it is true"
shows "The cursor is on the 1st, picture:0, boot.png" "in sentences"

# pause and resume.
script 'train mlp name=slow epochs=3 background\npause slow\njobs\nresume slow\nwait\nmodels\n'
expect 0 "slow" "a job that is paused"; grep -q "slow  *paused" out; report $? "is listed so"
grep -q "^slow: trained" out; report $? "and ends when it is resumed"
script 'resume slow\n'
expect 1 "" "what does not run is not resumed"

# open: another folder in place of the present one.
mkdir few
cp "$mini"/*ubyte* few
script 'open /nowhere\nopen %s/few\nstats\n' "$work"; expect 1 "test file: 500 images" "open takes another folder"
export SARTOR_DATA="$work/few"; script 'open\nstats\n'; expect 0 "train file: 1,000 images" "open without a folder takes that which the environment names"

# smooth: of curves, round.
script 'train mlp epochs=3\ncurves mlp\nsmooth 0.9\nscreen\nsmooth\nscreen\nsmooth 0\nscreen\n'
expect 0 "[3 Train]" "smooth"; grep -q "smoothed, 0.9 of the past" out; report $? "says by how much"
run smooth 1; expect 1 "0.999" "not by all"
finish
