#!/bin/sh
# The command language without a terminal: exit statuses, sentences, JSON, files.
. "${SRCDIR:-.}/tests/program.sh"
needs_models

script() { printf "$1" | "$sartor" --home "$work/home" --data "$mini" ${2-} --batch - >out 2>err; code=$?; }

run stats; expect 0 "1,000 images" "statistics of both files"
run --json stats; expect 0 '"file": "test"' "the same in JSON"
python=$(command -v python3 || true)
run help train; expect 0 "train FAMILY" "help of a command"
run help nonsense; expect 1 'no command "nonsense"' "help of nothing"
run; expect 0 "sartor --batch FILE" "no terminal and no command: an overview"
run nosuch; expect 2 'no command "nosuch"' "an unknown command is a usage error"
run stast; expect 2 "did you mean stats" "and the closest is named"
"$sartor" --nosuch >out 2>err; code=$?; expect 2 "--help" "an unknown option"
"$sartor" --threads x stats >out 2>err; code=$?; expect 2 "a whole number" "a bad option value"
"$sartor" --batch - stats >out 2>err </dev/null; code=$?; expect 2 "not both" "a script and a command"
"$sartor" --batch "$work/none" >out 2>err; code=$?; expect 2 "none" "a script that is not there"
run stats split=tets; expect 1 "train validation test" "a bad choice names the choices"
run stats class=Shrit; expect 1 "Shirt" "an unknown class"
run stats split=test class=Shirt; expect 0 "50 images" "statistics of a class of a split"
run show 1000; expect 1 "0 to 999" "an index out of range"
run show test:x; expect 1 "index" "an index that is none"
run show test:7; expect 0 "test:7" "a sample as text"
script 'keys 6 Enter; describe'; expect 0 "Confusion:" "Enter leads from a pane to another"
script 'keys 6 Enter q; describe'; expect 0 "Compare:" "and q back to where it came from"
script 'keys 6 Enter Enter q q q; describe'; expect 0 "Browse:" "step by step"
script 'keys 6 4 q; describe'; expect 0 "Browse:" "but not to panes that were gone to by their own keys"
script 'split test; keys 6 b; describe'; expect 0 "split=test model=resnet beats=cnn" "b in Compare shows what one model gets right and the other wrong"
script 'split test; keys 6 v B; describe'; expect 0 "beats=resnet" "and B the other way round"
script 'split test; keys 6 b q; describe'; expect 0 "told apart" "and back again"
script 'split test; keys 6 > > ; describe'; expect 0 "by log loss." "the models sorted by a column"
run --json compare cnn resnet split=test; expect 0 '"event": "pair", "first": "resnet", "second": "cnn", "both":' "two models compared in JSON"
expect 0 '"split": "test", "count": 500, "models": ["resnet", "cnn"], "pairs": 1' "closed by what was compared"
run --csv compare cnn resnet split=test
[ "$(sed -n 1p out | cut -d, -f1-5)" = "model,family,split,count,accuracy" ] && [ "$(sed -n '2,3p' out | cut -d, -f1-4 | sort | tr '\n' ' ')" = "cnn,cnn,test,500 resnet,resnet,test,500 " ]
report $? "the same as CSV, whose columns are called as in JSON"
[ -z "$(sed -n 4p out)" ] && sed -n 5p out | grep -q '^first,second,both,' && sed -n 6p out | grep -qE '^(cnn,resnet|resnet,cnn),' && [ "$(wc -l <out)" -eq 6 ]
report $? "and the pair below an empty line"
run --markdown compare cnn resnet split=test; expect 0 "| model | accuracy | from | to |" "and as Markdown"
script 'train mlp epochs=2 limit=100 name=csv\ntrain mlp epochs=1 limit=100 name=csv\nstats\n' "--csv --home $work/csv"
[ "$code" -eq 0 ] && [ "$(grep -c '^model,epoch,train_loss,' out)" -eq 2 ] && [ "$(grep -cE '^csv,[12],' out)" -eq 3 ] && grep -q '^train,1000,' out
report $? "a script's tables in CSV, those of the same columns under one line of names"
"$sartor" --help | grep -q -- "--csv .*CSV" && "$sartor" --help | grep -q -- "--markdown .*Markdown"; report $? "both are in the help"
run compare cnn cnn; expect 1 "cnn is named twice" "a model against itself"
run compare; expect 0 "5 samples of the validation split" "models are compared on rows that they were not trained on"
grep -q "trained on other files: .*cnn (Fashion-MNIST)" out; report $? "and said to come from other files"
run --json compare cnn resnet split=validation; grep -q '"model": "cnn", .*"count": 5, .*"train_count": 55000, .*"left_out": 75, "stopped": false, "diverged": false, "other_files": true, "reordered": false' out
report $? "which is said, and what each was trained on"
script 'screen size=80x24abc'; expect 1 "COLUMNSxLINES" "a size with something behind it"
run models; expect 0 "shipped" "shipped models are there from the start"
run evaluate cnn; expect 0 "75 rows left out, which it was trained on" "not on rows that they were trained on"
run evaluate cnn split=train; expect 0 "it was trained on 843 of them" "unless asked"
run evaluate cnn split=test; expect 0 "it was trained on other files (Fashion-MNIST)" "and on which data"
run evaluate nosuch; expect 1 "nosuch" "an unknown model"
run train nosuch; expect 1 "nosuch" "an unknown family"
run train knn k=0; expect 1 "k" "a hyperparameter out of range"
run train knn kk=3; expect 1 "did you mean k" "an unknown hyperparameter"
run train knn name=../x; expect 1 "name" "a name that is no file name"

script 'train knn k=3\nevaluate knn split=test\nconfusion knn split=test\n' --json
[ "$code" -eq 0 ] && [ "$(wc -l <out)" -ge 3 ] && grep -q '"event": "done"' out && grep -q '"macro_f1"' out && grep -q '"matrix"' out
report $? "train, evaluate, confusion in JSON"
if [ -n "$python" ]; then
    "$python" - out <<'PY' 2>err
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
assert all("command" in row for row in rows)
done = [row for row in rows if row.get("event") == "done"][0]
assert done["command"] == "train" and done["family"] == "knn" and done["model"] == "knn" and "seed" in done and "seconds" in done
evaluation = [row for row in rows if row["command"] == "evaluate"][0]
matrix = [row for row in rows if row["command"] == "confusion"][0]
assert evaluation["count"] == 500 and len(evaluation["per_class"]) == 10
assert sum(map(sum, matrix["matrix"])) == 500 and len(matrix["classes"]) == 10
right = sum(matrix["matrix"][c][c] for c in range(10))
assert abs(right / 500 - evaluation["accuracy"]) < 1e-9
assert all(sum(row) == 50 for row in matrix["matrix"])
PY
    report $? "and the figures agree with each other"
else
    n=$((n + 1)); echo "ok $n - figures agree # SKIP no python3"
fi
run models; expect 0 "knn" "the model is there in the next process"
run predict knn 7 split=test; expect 0 "test:7" "a prediction"
run predict knn split=test to=p.csv; expect 0 "500 predictions" "a split's predictions"
[ "$(wc -l <p.csv)" -eq 501 ] && head -n 1 p.csv | grep -q '^index,true,predicted,T-shirt/top'; report $? "as CSV with a header"
run predict knn split=test to=p.xls; expect 1 ".csv" "another format is refused"
run predict knn p.csv.png; expect 1 "p.csv.png" "an image that is not there"
run browse split=test wrong; expect 0 "samples: split=test wrong" "what it gets wrong"
run browse wrong right; expect 1 "only one" "wrong and right together"
run browse split=test sort=confidence model=knn limit=1; expect 0 "sort=confidence" "sorted by what the model says"
script 'browse split=test\nsearch Bag\ntag\nbrowse split=test tagged\n'; expect 0 "1 sample: split=test tagged" "search, tag, and browse the tagged"
run browse split=test tagged; expect 0 "Bag" "tags are kept"
script 'browse split=test tagged\ntag\nbrowse split=test tagged\n'; expect 0 "0 samples" "and can be taken away"
run search Nosuch; expect 1 "Nosuch" "a search without a hit"
run export confusion to=c.png split=test; expect 0 "c.png" "a figure"
run export confusion to=c.bmp; expect 1 "png" "an unknown format names the known"
run export confusion to=/nonexistent/c.png; expect 1 "/nonexistent/c.png" "a folder that is not there"
mkdir dir.png; run export histogram to=dir.png; expect 1 "directory" "a directory as target"
run gradcam knn 0; expect 1 "knn" "a model that has no gradients"
run screen; expect 0 "[1 Browse]" "the screen as text"
run screen size=20x5; expect 0 "" "a small one"
run screen size=0x5; expect 1 "COLUMNSxLINES" "an impossible one"
run describe; expect 0 "split" "the pane in sentences"
script 'keys 4\nscreen\n'; expect 0 "rows = true" "keys go to panes"
script 'keys : "browse split=test class=Bag" Enter\nscreen\n'; expect 0 "class=Bag" "keys type commands"
script 'keys : browseX Enter\n'; expect 1 "browse" "a failing command behind keys fails"
script 'keys : browseX Enter 2\ndescribe\n'; expect 0 "Data:" "but not one that others follow"
script 'bind t stats\nbind zz stats\n'; expect 1 "not a key" "bind checks the key"
script 'bind t nosuch\n'; expect 1 "nosuch" "bind checks the command"
script '# a comment\n\nstats # more\n'; expect 0 "1,000" "comments and empty lines"
script 'stats; stats class=Bag; models\n'; expect 0 "train file, Bag: 100 images" "several commands on a line"
script 'stats\nnosuch\nmodels\n'; expect 1 "standard input:2:" "a failing line is named"
grep -q "knn" out; [ $? -ne 0 ]; report $? "and ends the script"
script 'stats\nnosuch\nmodels\n' --keep-going; expect 1 "standard input:2:" "with --keep-going it fails"
grep -q "knn" out; report $? "and goes on"
script 'echo "open\n'; expect 1 "not closed" "an unclosed quote"
script 'quit\nnosuch\n'; expect 0 "" "quit ends a script"
script 'q\nnosuch\n'; expect 0 "" "so does q, as it is called in an editor"
script 'set validation=0\nevaluate knn\n'; expect 1 "use split=test" "the test split is only read when it is asked for"
script 'set split_seed=2\nevaluate knn split=validation\n'; expect 0 "rows left out, which it was trained on" "an overlapping validation split is cut down to what overlaps not"
script 'set size=axb\n'; expect 1 "COLUMNSxLINES" "a bad option"
script 'set nosuch=1\n'; expect 1 "nosuch" "an unknown option"
script 'train knn background\nwait\nevaluate knn\n'; expect 0 "accuracy" "background and wait"
script 'train knn name=first background\ntrain mlp name=second epochs=2 background\nwait second\nevaluate second\n'
expect 0 "accuracy" "wait for one, though another ends before it"
script 'train knn name=a\nrename a b\nmodels\ndelete b\n'; expect 0 "b " "rename and delete"
run evaluate b; expect 1 "no model" "deleted is deleted"
run save knn copy.safetensors; expect 0 "copy.safetensors" "save"
run load copy.safetensors name=again; expect 0 "again" "load"
run train svm; run save svm copy.libsvm; expect 0 "copy.libsvm" "an SVM in libsvm's format"
head -n 2 copy.libsvm | grep -q "^svm_type c_svc"; report $? "which libsvm knows"
run train forest trees=5; run ensemble both knn forest; expect 0 "2 models vote" "an ensemble"
run evaluate both split=test; expect 0 "both on the test split" "is evaluated like any model"
run compare both knn forest split=test; expect 0 "3 pairs" "and compared with its members"
run ensemble one knn; expect 1 "2 to 16" "one model is none"
run ensemble nested both knn; expect 1 "ensemble itself" "an ensemble of an ensemble"
run save knn copy.libsvm; expect 1 "svm" "but no other family"
printf 'rubbish' >bad.safetensors; run load bad.safetensors; expect 1 "bad.safetensors" "a broken model file"

# Data that is not what it should be.
data() { "$sartor" --home "$work/home" --data "$1" stats >out 2>err </dev/null; code=$?; }
data "$work/none"; expect 1 "none" "data that is not there"
mkdir d; data "$work/d"; expect 1 "d" "a folder without data"
cp "$mini"/*.gz d/ 2>/dev/null || cp "$mini"/*ubyte* d/
chmod u+w d/*
for f in d/train-images-idx3-ubyte*; do head -c 2000 "$f" >t && cp t "$f"; done
data "$work/d"; expect 1 "train-images" "a truncated file"
SARTOR_ISA=mmx "$sartor" stats >out 2>err; code=$?; expect 2 "SARTOR_ISA" "an unknown instruction set"

if [ "$(id -u)" -ne 0 ]; then
    mkdir ro; chmod a-w ro
    "$sartor" --home "$work/ro/home" --data "$mini" train knn >out 2>err </dev/null; code=$?
    expect 1 "ro/home" "a read-only home is found before the training"
else
    "$sartor" --home /proc/sartor-home --data "$mini" train knn >out 2>err </dev/null; code=$?
    expect 1 "/proc/sartor-home" "a home that cannot be written is found before the training"
fi
"$sartor" --home "$work/home" --data "$mini" stats >/dev/full 2>err; code=$?; : >out
expect 1 "No space left" "a full standard output is a failure, and said"
"$sartor" --home "$work/home" --data "$mini" >/dev/full 2>err </dev/null; code=$?
expect 1 "No space left" "for the overview too"
"$sartor" --help >/dev/full 2>err; code=$?; expect 1 "" "and for the help"
"$sartor" --batch "$work" >out 2>err; code=$?; expect 1 "Is a directory" "a folder is no script"
HOME= XDG_DATA_HOME= "$sartor" --data "$mini" stats >out 2>err; code=$?
expect 0 "" "without HOME"
[ ! -e .local ]; report $? "nothing is put into the folder one is in"

# Nothing waits for ever.
within() { printf "$1" | timeout 60 "$sartor" --home "$work/home" --data "$mini" --batch - >out 2>err; code=$?; }
within 'train mlp name=p epochs=500 limit=100 background\npause p\nwait\n'
expect 1 "standard input:3: p is paused" "waiting for a paused job is refused"
within 'train mlp name=p epochs=500 limit=100 background\npause p\nablate mlp epochs=1 limit=50 seeds=1\n'
expect 1 "p is paused" "so is what would queue behind it"
within 'train mlp name=p epochs=500 limit=100 background\ntrain knn name=q background\npause p\nstop q\nstop p\njobs\n'
expect 0 "q              stopped" "a queued job is stopped at once, a paused one too"
within 'bind t keys t\nkeys t\n'; expect 1 "press it again" "keys that press themselves"
within 'set validation=0\nstats split=validation\n'; expect 0 "no images" "statistics of an empty split"
run train knn name=kept
within 'train mlp name=kept epochs=500 limit=100 background\nquit\n'; expect 1 "still being trained" "a job that is left behind is named"
run models; grep -q '^kept  *knn' out; report $? "and takes no model's place"

# Descriptors that are closed at the start: no file takes their place.
"$sartor" --home "$work/home" --data "${data:-$mini}" export histogram to=closed.png <&- >&- 2>err
closed=$?; cp closed.png closed-1.png; run export histogram to=closed.png
[ $closed -ne 0 ] && cmp -s closed.png closed-1.png; report $? "a closed standard output is no place for a figure's file"
# A folder that cannot be opened takes no other's place, not even while that is still being loaded.
printf 'open /nowhere\nopen /nowhere/else\nstats\n' >script.sartor
run --keep-going --batch script.sartor; expect 1 "/nowhere: No such file" "a folder that is not there"
grep -q "train file: 1,000 images" out; report $? "leaves the data that the program was started with"
printf 'stats\nopen /nowhere\nstats\n' >script.sartor; run --keep-going --batch script.sartor
[ "$(grep -c "train file: 1,000 images" out)" -eq 2 ]; report $? "and data that is there"
printf 'open %s/few\nopen /nowhere\nstats\n' "$work" >script.sartor; run --keep-going --batch script.sartor
expect 1 "" "two that are not there"; grep -q "train file: 1,000 images" out; report $? "neither"

finish
