#!/bin/sh
# What the words of a command stand for: samples, classes, models, splits, and what is said of wrong ones.
. "${SRCDIR:-.}/tests/program.sh"

script() { printf '%b' "$1" >script.sartor; "$sartor" --home "$work/home" --data "$mini" --batch script.sartor >out 2>err; code=$?; }
says() { # TEXT NAME: a line of the output or of the errors is just this
    cat out err | grep -qxF -- "$1"; report $? "$2"
}
script 'train knn k=3\ntrain logreg max_iterations=5\ntrain cnn epochs=1 widths=4,8 dense=16\n'; expect 0 "" "models"

# --- a sample is written the same way everywhere
for command in "show" "explain knn" "predict knn" "gradcam cnn" "tag"; do
    for sample in 23 train:23; do run $command $sample; expect 0 train:23 "$command $sample"; done
    run $command test:23; expect 0 test:23 "$command test:23"
    run $command 23 split=test; expect 0 test:23 "$command 23 split=test"
    run $command train:1000; expect 1 "there is no train:1000; the train file's rows go from 0 to 999" "$command train:1000"
    run $command tain:3; expect 1 '"tain:3" is not a sample: write train:17 or test:17' "$command tain:3"
    run $command 3x; expect 1 "" "$command 3x"
done
script 'show 700\nbrowse split=train\nsearch train:700\npredict knn\nsearch 23\npredict knn\n'
expect 0 train:700 "search goes to a sample as the screen prints it"; expect 0 "train:23 is" "or to a bare row"
script 'search test:3\npredict knn\n'; expect 0 'test:3 is' "a sample outside of the selection"
script 'search train:5000\n'; expect 1 "rows go from 0 to 999" "or of the data"
script 'show 30\nsearch Bag\ntag\nsearch back Bag\ntag\nsearch back\ntag\n'; expect 0 "" "searching backwards"
[ "$(sed -n 's/^train:\([0-9]*\) is .*tagged.*/\1/p' out | sort -u | wc -l)" -eq 3 ]; report $? "goes from hit to hit"
for figure in explain gradcam; do
    model=cnn; run export $figure $model 23 to=a.png; expect 0 "$figure written" "export $figure $model 23"
    grep -aq "train:23" a.png; report $? "is of that sample"
    run export $figure $model 23 train:24 to=a.png; grep -aq "train:23 train:24" a.png; report $? "export $figure $model 23 train:24"
    run export $figure $model index=23,24 split=test to=a.png; grep -aq "test:23 test:24" a.png; report $? "the split goes for all of a list"
done
for figure in steps augment nearest browse gallery; do
    run export $figure test:7 to=a.png; expect 0 written "export $figure test:7"
    grep -aq "test:7" a.png; report $? "is of that sample"
done
run export explain knn test:1 train:2 to=a.png; expect 1 "train:2 is not in the test file; the samples of a figure are of one file" "samples of two files"
run export steps index=1,,2 to=a.png; expect 1 "nothing between two commas" "a gap in a list"
run export steps index=1,x to=a.png; expect 1 '"x" is not a sample' "one of a list that is none"
run explain 23; expect 0 train:23 "without a model, that of the panes"
run explain; expect 0 train:0 "without a sample, the one under the cursor"
run suspects knn folds=2 count=200; row=$(sed -n 's/^ *1 train:\([0-9]*\).*/\1/p' out)
run mark flag "$row"; expect 0 "train:$row is flagged" "mark takes a bare row"
run mark flag "train:$row"; expect 0 "train:$row is flagged" "or one with its file"

# --- what is meant where none is given
run predict knn split=test; expect 0 "test:0 is" "the first sample of a split"
run predict knn split=train; expect 0 "train:0 is" "the cursor's sample in its split"
script 'show test:9\npredict knn split=test\npredict knn split=validation\npredict knn\n'; expect 0 "test:9 is" "the cursor's sample where it is of the split"
[ "$(grep -c '^train:' out)" -eq 1 ] && [ "$(grep -c '^test:9' out)" -eq 3 ]; report $? "else the split's first one"
run --json predict knn split=validation to=v.csv; run predict knn split=validation
first=$(sed -n '2s/,.*//p' v.csv); grep -q "^train:$first is" out; report $? "as it stands in a table of the split"
run --json evaluate knn; expect 0 '"split": "validation"' "a model is judged where it was not trained"
"$sartor" --home "$work/home2" --data "$mini" --batch - >out 2>err <<'END'
set validation=0
train knn k=1
set validation=0.2
evaluate knn
END
code=$?; expect 1 "trained on all 200 rows of the validation split; use split=test" "or the test split has to be asked for"
script 'browse wrong\n'; expect 0 "split=validation wrong model=cnn" "browse asks the model of the panes"
script 'model knn\nbrowse wrong\n'; expect 0 "model=knn" "or the one chosen"
script 'tag test:23 off\nshow test:4\ntag\ntag test:4\nbrowse split=test tagged\ntag test:4 off\n'; expect 0 "1 sample" "a tag by cursor and by name"
script 'browse split=test class=Bag as=any\n'; expect 0 "split=test class=Bag" "any class"
run browse class=8 limit=1; expect 0 "class=Bag" "a class by number"
run browse class=bag limit=1; expect 0 "class=Bag" "in any case"

# --- words that are wrong: the closest is named, and all that there are
run train logreg limt=3000; says 'sartor: logreg: no parameter "limt"; did you mean limit? There are: C, features, tolerance, max_iterations, family, name, seed, seeds, limit, settings, background, resume' "a parameter of train behind a family"
run train logreg zzzzz=1; expect 1 '"zzzzz"; there are: C, features' "one like no other"
run train logreg max_iteration=3; expect 1 "did you mean max_iterations? There are: C, " "a hyperparameter"
run train logrg; expect 1 'no model family "logrg"; did you mean logreg? There are: logreg, svm, forest, knn, mlp, cnn, resnet' "a family"
run tune knn bugdet=3s; expect 1 'did you mean budget? There are: ' "a parameter of tune"
run tune knn budget=3d; expect 1 'budget=3d is not possible: it takes a time such as 90s, 10m or 1h' "a time"
run export confusin to=a.png; expect 1 "figure=confusin is not possible; did you mean confusion? It takes one of: browse steps augment histogram means curves confusion metrics compare reliability risk robustness roc pr explain gradcam gallery nearest heats quality network" "a figure"
run evaluate kn; expect 1 'no model "kn"; did you mean knn? There are: ' "a model"
grep -qE 'There are: cnn, (cnn-background, )?knn, logreg' err; report $? "of all there are"
run compare knn cnm; expect 1 'no model "cnm"; did you mean cnn?' "one of several"
run compare knn cnn knn; expect 1 "knn is named twice" "one named twice"
run ensemble all knn cnm; expect 1 'no model "cnm"; did you mean cnn?' "one that is to vote"
run ensemble all; expect 1 "MODEL... is missing" "none that is to vote"
run export confusion knn vs=cnm to=a.png; expect 1 'no model "cnm"' "the second of a figure"
run export metrics models=knn,cnm to=a.png; expect 1 'no model "cnm"' "one of a figure's"
run export metrics models=knn,cnn to=a.png; expect 0 written "models in a list"
run browse class=Shrt; expect 1 'no class is called "Shrt"; did you mean Shirt? They are 0 T-shirt/top, ' "a class"
run browse class=S; expect 1 '"S" fits several classes; they are ' "a class that is not clear"
run browse split=tset; expect 1 "did you mean test? It takes one of: train validation test" "a split"
run browse wrog; expect 1 '"wrog" is one word too many; parameters are given as name=value; did you mean wrong? There are: ' "a switch"
run browse sort=los; expect 1 "did you mean loss? It takes one of: index confidence loss margin" "an order"
run help confuson; expect 1 'no command "confuson"; did you mean confusion?' "a topic of help"
run help figurs; expect 1 'did you mean figures?' "or one that is no command"
run set glyphs=asci; expect 1 "set: glyphs=asci is not possible; did you mean ascii?" "an option's value"
run set glyph=ascii; expect 1 'set: no parameter "glyph"; did you mean glyphs? There are: data, opening, home, ' "an option"
run set seed=-1; expect 1 "set: seed=-1 is not possible: it takes a whole number from 0 to 9000000000000000" "limits are written as they can be given"
run form cnn epoch=3; expect 1 'cnn has no parameter "epoch"; did you mean epochs? There are: name, ' "a value of a form"
run set mouse refresh=10; expect 0 "" "an option that is a switch, and another"
run stop nothing; expect 1 'no job "nothing"; jobs lists them' "a job"
run stop; expect 1 "no job is running" "no job"
"$sartor" --seed -1 models >out 2>err; code=$?; expect 2 "" "an option of the program"
says 'sartor: seed=-1 is not possible: it takes a whole number from 0 to 9000000000000000' "names the program once"
run export histogram model=nosuch to=a.png; expect 1 "takes no model; it takes: split class linear" "what a figure does not take is not looked up"
run explain cnn quality 7; expect 1 "count=" "nor what goes with a sample only"
run train logreg max_iterations=; expect 1 "max_iterations= is not possible" "no value"
run save knn; expect 1 "FILE is missing" "what is required"
run tune knn k=3 budget=1s trials=3 folds=1; expect 1 "folds=1 leaves no rows" "tune"
run train knn settings=knn-tuned; expect 1 'no settings "knn-tuned": there are none yet; tune saves some' "settings before there are any"
mkdir -p home/recipes; echo 'k=7 weights=distance' >home/recipes/knn-tuned; echo C=3 >home/recipes/mine
run train knn settings=knn-tune; says 'sartor: no settings "knn-tune"; did you mean knn-tuned? There are: knn-tuned, mine' "settings of another name"
run --json train knn name=settled settings=knn-tuned k=5; expect 0 'k=5' "what is given comes before them"; expect 0 "weights=distance" "and the rest from them"
run complete line="train knn settings=k"; says "settings=knn-tuned" "they complete"
few=$work/few; mkdir "$few"
{ printf '\000\000\010\003\000\000\000\002\000\000\000\034\000\000\000\034'; head -c 1568 /dev/zero; } >"$few/train-images-idx3-ubyte"
{ printf '\000\000\010\001\000\000\000\002\000\001'; } >"$few/train-labels-idx1-ubyte"
cp "$few/train-images-idx3-ubyte" "$few/t10k-images-idx3-ubyte"; cp "$few/train-labels-idx1-ubyte" "$few/t10k-labels-idx1-ubyte"
"$sartor" --home "$work/home3" --data "$few" tune knn budget=2s >out 2>err; code=$?
expect 1 "tune: there are 2 training rows; 3 rounds, each on 3 times the rows of the one before, need 9 or more" "too few rows to tune"

# --- jobs
script 'train cnn name=slow epochs=50 widths=4,8 background\nexport curves slow to=c.png\nstop slow\nwait\njobs\n'
grep -q "slow has no curves yet" err; report $? "a training's curves are drawn once there are any"
script 'train cnn name=slow2 epochs=50 widths=4,8 background\nexport confusion slow2 to=c.png\n'
grep -q "slow2 is being trained; of its figures only curves can be drawn yet" err; report $? "and of its figures only those"
script 'train cnn name=slow epochs=50 widths=4,8 background\npause\njobs\n'
number=$(sed -n 's/^ *\([0-9]*\) slow .*/\1/p' out)
script "train cnn name=slow epochs=50 widths=4,8 background\npause\nresume $number\nstop slow\nwait slow\n"
expect 0 "slow: paused" "a job by default, by number and by name"; expect 0 "slow: goes on" "goes on"

# --- the log names what was meant
script 'show test:4\ntag\nmodel knn\nevaluate\nexport histogram to=h.png\nexport confusion to=h.png\nsave-log log.sartor\n'
grep -qx 'tag index=test:4' log.sartor; report $? "the sample under the cursor"
grep -qx 'evaluate model=knn' log.sartor; report $? "the model of the panes"
grep -qx 'export histogram to=h.png' log.sartor; report $? "no model where none is taken"
grep -qx 'export confusion to=h.png model=knn' log.sartor; report $? "that of a figure"

finish
