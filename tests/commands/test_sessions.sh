#!/bin/sh
# Commands and panes as sessions of several lines: another data set, curves, units and methods, forms, help, what is
# refused and how, what is undone, screens as files, sentences for each pane.
. "${SRCDIR:-.}/tests/program.sh"
session() { # lines on standard input
    "$sartor" --home "$work/home" --data "${data:-$mini}" --keep-going --batch - >out 2>err; code=$?
}
holds() { grep -qF -- "$1" out; report $? "$2"; } # TEXT NAME
refused() { grep -qF -- "$1" err; report $? "$2"; }

session <<'END'
train knn
train cnn epochs=2 name=net
train logreg limit=200 name=straight
curves net
curves knn
curves nobody
open /nowhere
open
stats
END
holds "epoch   train loss" "curves as a table"
[ "$(grep -cE '^ +[12]( +[0-9.]+){5}$' out)" -eq 2 ]; report $? "a line for each epoch"
refused "knn has no curves: its family is not trained in epochs" "a model without epochs has none"
refused 'no model "nobody"' "nor one that is not there"
refused "/nowhere: No such file" "a folder that is not there cannot be opened"

# Another set opened in the session: models of the first are not for it.
mkdir other
byte() { # shellcheck disable=SC2059
    printf "\\$(printf %03o "$1")"; }
small() { # COUNT: 32 × 32 pictures of two classes
    printf '\0\0\010\003\0\0\0'; byte "$1"; printf '\0\0\0\040\0\0\0\040'
    i=0
    while [ "$i" -lt "$1" ]; do
        head -c 512 /dev/zero | tr '\0' "\\$(printf %03o $((40 + i)))"
        head -c 512 /dev/zero | tr '\0' "\\$(printf %03o $((10 + 200 * (i % 2))))"
        i=$((i + 1))
    done
}
numbers() { printf '\0\0\010\001\0\0\0'; byte "$1"; i=0; while [ "$i" -lt "$1" ]; do byte $((i % 2)); i=$((i + 1)); done; }
small 40 >other/train-images-idx3-ubyte; numbers 40 >other/train-labels-idx1-ubyte
small 20 >other/t10k-images-idx3-ubyte; numbers 20 >other/t10k-labels-idx1-ubyte
printf 'dark\nlight\n' >other/labels.txt
session <<END
open other
stats
evaluate knn
compare split=test
pane confusion
model knn
screen
describe
predict net 3
train knn name=two k=1
evaluate two split=test
open other test_seed=3 colour=grey
open $mini
evaluate knn split=test
set opening="size=32 fit=crop"
set opening="size=nonsense"
open other
END
holds "40 train and 20 test images of 32×32, 2 classes" "another set is opened in the session"
refused "knn was made for images of 28×28 and 10 classes; this data has 32×32 and 2" "a model of the first set is not for it"
refused "no model can be compared on the test split: " "nor can any be compared"
holds "    knn cannot be judged on the validation split." "the matrix says why there is none"
holds "Confusion: knn cannot be judged on the validation split. knn was made for images of 28×28 and 10 classes" "in sentences, too"
refused "size=nonsense" "an impossible way of opening is refused"
holds "accuracy" "and the first set is opened again"

# Units, methods, forms: only where they are.
session <<'END'
units
pane confusion
model knn
units percent
describe
units
describe
pane explain
method
method occlusion
describe
method nearest
describe
method next
method nonsense
form epochs=3
form cnn
form epochs=3
describe
form nonsense=1
form less
form more
describe
form epochs=0
describe
END
refused "these panes do: confusion" "a pane without units says which have them"
refused "no form is open; form cnn opens one" "a value of a form needs a form"
holds "Train: the form for cnn" "a form in sentences"
holds "epochs=3" "with what was set in it"
refused "nonsense" "an unknown value of a form is refused"
holds "nearest" "nearest images are told as the Explain pane's method"

session <<'END'
pane explain
model knn
show 7
screen
method nearest
screen
model straight
screen
model net
method weights
screen
describe
keys c
screen
describe
explain net 7 method=weights
explain straight 7 method=gradcam
explain knn 7 method=nearest
END
refused "which has no weight per pixel" "a method that a family lacks is refused"
grep -q "train:" out; report $? "nearest training images are drawn with their rows"

session <<'END'
tag train:3
tag train:5 name=odd
undo
undo
undo
mark keep train:3
resume 4
resume
pause 9
stop 9
wait 9
export confusion to=x.png
export confusion nobody to=y.png
export browse to=y.nothing
show train:99999
show picture:1
pane nonsense
order nonsense
search nonsense
split nonsense
delete nobody
restore nobody
rename knn knn
ensemble one knn
ensemble one
save knn /nowhere/x.safetensors
load /nowhere/x.safetensors
tune knn trials=0
browse split=test class=nonsense
evaluate knn calibrate=maybe
keys
bind
set nonsense=1
set threads=-1
predict knn 99999
predict knn missing.png
END
[ "$(wc -l <err)" -ge 26 ]; report $? "each mistake has its sentence"
! grep -v '^sartor: this is the small sample' err | grep -vqE '^sartor: standard input:[0-9]+: .{10}'; report $? "that names its line"
[ -z "$(ls y.* 2>/dev/null)" ]; report $? "and nothing is written"

session <<'END'
help
help options
help knn
help features
help figures
help keys
help nonsense
help manual
END
holds "k nearest neighbours" "help of a family"
holds "Families: logreg svm" "help of all"
holds ".SH " "the manual in troff"
refused "nonsense" "an unknown topic is refused"

# Screens as files, every pane in words, small and large.
session <<'END'
set size=100x30
pane browse
browse split=test model=knn wrong
screen to=one.txt
screen to=one.ans
screen to=one.png
screen to=one.nothing
describe
pane data
describe
pane train
describe
pane confusion
describe
keys Down
describe
confusion knn vs=net
pane confusion
describe
pane compare
describe
pane explain
describe
pane log
describe
set size=40x12
pane compare
screen
pane confusion
screen
pane explain
screen
END
[ "$(head -c 4 one.png | tail -c 3)" = PNG ]; report $? "a screen as a picture"
grep -q "$(printf '\033\[')" one.ans && ! grep -q "$(printf '\033')" one.txt; report $? "with colours, and as plain text"
for words in "Browse: " "Data: " "Train: " "Confusion: " "Compare: " "Explain: "; do
    holds "$words" "the pane in sentences: $words"
done
finish
