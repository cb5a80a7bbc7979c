#!/bin/sh
# What cannot be done is refused by its own sentence: without models, with files that cannot be read, with a checkpoint
# of another training, without a validation split, with data of another kind; and methods of which one is better.
. "${SRCDIR:-.}/tests/program.sh"
session() { "$sartor" --home "$work/home" --data "${data:-$mini}" --keep-going --batch - >out 2>err; code=$?; }
holds() { grep -qF -- "$1" out; report $? "$2"; } # TEXT NAME
refused() { sed 's/^sartor: standard input:[0-9]*: //' err | grep -qxF -- "$1"; report $? "$2"; } # SENTENCE NAME

# A program without shipped models, in a home without any.
mkdir bin
cp "$sartor" bin
bin/sartor --home "$work/empty" --data "$mini" --keep-going --batch - >out 2>err <<'END'
evaluate
compare
models
pane explain
screen
pane confusion
describe
train knn limit=20
evaluate
END
code=$?
expect 1 "No model yet; train one: train cnn" "no model is there"
refused "there is no model yet; train one: train cnn" "nor can one be asked"
holds "Press 3 and Enter to train one, or type :train cnn" "the panes say how one is made"
holds "knn on the validation split, 80 samples" "the first one is asked where none is named"

# Files of the home that cannot be read: each is named, and the rest works.
run tag train:3
run mark train:4 as=Bag
for file in home/tags/*.txt home/decisions/*.*; do rm "$file"; mkdir "$file"; done
mkdir -p home/models "home/suspects/$(basename home/tags/*.txt .txt).csv"
head -c 100 /dev/zero >home/models/broken.safetensors
session <<'END'
browse tagged
model broken
pane explain
screen
describe
confusion broken
evaluate broken
models
END
for kind in tags decisions suspects; do
    grep -qE "^sartor: no $kind: $work/home/$kind/[0-9a-f]*\.[a-z]*: is a directory, not a file\$" err; report $? "$kind that cannot be read are named"
done
holds "0 samples: split=any tagged" "and none are there"
broken="$work/home/models/broken.safetensors is no safetensors file, or is cut short: it promises a header of 0 bytes and holds 92."
holds "    The model cannot be used." "a model that cannot be read is drawn as such"
holds "Explain: The model cannot be used. $broken" "told as such"
refused "$broken" "refused as such"
grep -qxF "broken           $broken" out; report $? "and listed as such"
rm -r home

# A training that was killed is gone on with by what agrees with it only.
"$sartor" --home "$work/home" --data "$mini" train mlp name=m hidden=4 epochs=10000 limit=100 >/dev/null 2>&1 & pid=$!
for _ in $(seq 600); do
    set -- home/checkpoints/m@*.safetensors
    [ -e "$1" ] && break
    sleep 0.1
done
kill -9 $pid; wait $pid 2>/dev/null
session <<'END'
train cnn name=m resume
train mlp name=m limit=90 resume
train mlp name=m seed=3 resume
train mlp name=m hidden=5 resume
train mlp name=m epochs=9999 resume
set split_seed=7
train mlp name=m resume
END
other() { refused "the checkpoint of m is of another training: it $1. Leave out what differs to go on with it; without resume a training of its own begins" "a checkpoint of another $2"; }
other "is of the family mlp" family
other "has limit=100" limit
other "has seed=1" seed
other "has hidden=4" hyperparameter
refused "m cannot go on with epochs=9999: its learning rate follows schedule=onecycle over 10000 epochs, so that others would be another training. Leave epochs= out to go on; only schedule=constant can be extended" "another length where the learning rate follows it"
refused "m cannot go on: its training began with validation=0.0833333 split_seed=1; set those" "or other rows"
[ ! -e home/models/m.safetensors ] && [ -e "$1" ]; report $? "and the checkpoint stays"
rm -r home

# Without a validation split, whatever is judged on it.
session <<'END'
set validation=0
train knn limit=30
evaluate knn
compare knn
export heats cnn to=x.png
explain cnn quality
robustness knn
stats split=validation
export histogram split=validation to=x.png
export means split=validation to=x.png
export metrics knn models=knn to=x.png
ensemble vote knn
END
[ "$(grep -c ': there is no validation split (validation=0); use split=test$' err)" -eq 5 ]; report $? "no validation split: said by all that need one"
holds "validation: no images" "statistics of none"
for figure in histogram means; do
    refused "export: the validation split holds no such sample" "no figure of nothing: $figure"
done
refused "export metrics: give model or models, not both" "a model twice"
refused "an ensemble takes 2 to 16 models, not 1" "a vote of one"
[ ! -e x.png ]; report $? "and nothing is written"

# A training that diverges keeps what it had before, and every list of models says so.
session <<'END'
train mlp name=far hidden=8 epochs=40 lr=100 optimizer=sgd momentum=0.99 schedule=constant batch=100 limit=100
train mlp name=farther hidden=8 epochs=3 lr=100 optimizer=sgd momentum=0.99 schedule=constant
train knn limit=50
compare far knn split=test
models
pane compare
model far
describe
END
grep -qE '^far: trained in .*; diverged in epoch [0-9]+; the weights of epoch [0-9]+ are kept$' out; report $? "a training that diverges is kept as it was before"
refused "The training diverged in its first epoch: the loss is no longer a finite number; a learning rate below lr=100, or clip=1, would help." "unless it had learned nothing"
grep -qxF "far diverged" out; report $? "compare says so"
grep -q 'its training diverged' out; report $? "and the pane Compare"
[ ! -e home/models/farther.safetensors ] && [ -e home/models/far.safetensors ]; report $? "the one is there, the other is not"

# Methods, each by several seeds, of which one is better.
session <<'END'
train forest trees=5 limit=30 name=few seeds=1..4
train forest trees=5 limit=800 name=many seeds=1..4
compare few-s1 few-s2 few-s3 few-s4 many-s1 many-s2 many-s3 many-s4 split=test
END
grep -qE '^many is better than few by [0-9.]+ points \([0-9.]+ to [0-9.]+\), p < 0\.[0-9]+$' out; report $? "a method that is better is called so"
grep -qE '^many +4 +[0-9.]+ %' out && grep -qE '^few +4 +' out; report $? "over its seeds"
finish
