#!/bin/sh
# What completes a line, and that the shells' scripts ask the program for it.
. "${SRCDIR:-.}/tests/program.sh"

ask() { "$sartor" --home "$work/home" --data "$mini" complete line="$1" >out 2>err </dev/null; }
offers() { # LINE WORD NAME
    ask "$1"; grep -qxF -- "$2" out; report $? "$3"
}
"$sartor" --home "$work/home" --data "$mini" train knn name=mine >out 2>&1 || cat out

offers "" confusion "commands"
offers "expo" export "a command begun"
[ "$(wc -l <out)" -eq 1 ]; report $? "and no other"
offers "stats;" confusion "commands behind a semicolon"
offers "stats split=test; conf" confusion "begun there"
offers "export " gallery "figures"
offers "export confusion " mine "models"
offers "export confusion mine sp" split= "names of parameters"
ask "export confusion mine "; ! grep -q layer out; report $? "only those that the figure takes"
offers "export confusion split=v" split=validation "choices"
offers "stats class=Ank" "class=Ankle boot" "classes, once the data is there"
offers "train cnn ep" epochs= "a family's hyperparameters"
offers "train s" svm "families"
offers "form cl" close "what a form can do besides"
offers "form re" resnet "or a family's form"
offers "form cnn sch" schedule= "its hyperparameters"
offers "form cnn lim" limit= "and what every training has"
offers "help fig" figures "topics"
mkdir folder; : >folder/file.png
offers "export histogram to=fol" to=folder/ "folders"
offers "export histogram to=folder/f" to=folder/file.png "and files"
offers "--ho" --home "options"
offers "--home fol" folder/ "an option's value"
offers "--home=fol" --home=folder/ "joined to it"
offers "--json --seed 3 --threads=1 eva" evaluate "a command after options"
ask "--home $work/none evaluate "; ! grep -qx mine out; report $? "models of the home that is named"
ask 'stats class="T'; [ ! -s out ]; report $? "nothing inside an open quote"
# The values of every type of parameter, by name and as bare words.
"$sartor" --home "$work/home" --data "$mini" train logreg name=other max_iterations=2 >out 2>&1 || cat out
all() { # LINE WORDS NAME: just these are offered
    ask "$1"; [ "$(tr '\n' ' ' <out)" = "$2" ]; report $? "$3"
}
offers "train cnn rec" recipe= "a hyperparameter"
offers "train cnn see" seed= "what every training has"
ask "train cnn recipe=quick rec"; ! grep -q recipe out; report $? "not one that is given"
offers "tune svm " gamma= "a family's hyperparameters behind tune"
offers "tune svm bud" budget= "and tune's own parameters"
offers "ablate cnn wid" widths= "behind ablate"
offers "tune s" svm "a family behind tune"
offers "set gl" glyphs= "options"
all "set glyphs=" "glyphs=ascii glyphs=auto glyphs=unicode " "an option's values"
all "set glyphs=ascii gl" "" "not one that is given"
offers "compare " mine "models to compare"
ask "compare mine "; grep -qx other out && ! grep -qx mine out; report $? "but those that are named"
offers "compare mine oth" other "a model begun"
offers "ensemble X " mine "models to vote"
ask "ensemble X mine "; grep -qx other out && ! grep -qx mine out; report $? "but those that are named"
all "ensemble " "" "nothing for a name of one's own"
offers "export metrics models=" models=mine "a list of models"
ask "export metrics models=mine,"; grep -qx models=mine,other out && ! grep -q models=mine,mine out; report $? "the next of a list"
all "export metrics models=mine,oth" "models=mine,other " "which is begun"
offers "export confusion vs=" vs=mine "the second model of a figure"
offers "export confusion vs" vs= "its name"
offers "export curves mine mod" models= "a parameter that the figure takes"
ask "export curves mine m"; ! grep -q method out; report $? "none that it does not take"
offers "browse beats=m" beats=mine "a model by another name"
offers "delete m" mine "a model to delete"
offers "model ne" next "a word in place of a model"
offers "model m" mine "or a model"
offers "browse as=Bag class=Shi" class=Shirt "a class"
all "explain mine target=Tr" "target=Trouser " "of another parameter"
all "browse split=test so" "sort= " "a name"
all "browse sort=" "sort=confidence sort=index sort=loss sort=margin " "its choices"
all "browse wrong=" "wrong=off wrong=on " "a switch"
offers "browse conf=" conf=0.9.. "a range"
all "mark " "all as= drop flag keep note= split= suggested undo " "a choice as a bare word"
all "mark k" "keep " "begun"
all "pane l" "log " "a pane"
offers "evaluate mod" model= "the name of what is mostly a bare word, once it is begun"
all "evaluate mine cos" "costs= " "what is left"
offers "help " svm "families to be told of"
all "search Sn" "Sneaker " "a class to search"
all "stop mi" "" "no job"
touch myphoto.png notes.txt .hidden; mkdir photos
ask "save mine "; ! grep -q hidden out; report $? "no hidden file"
ask "evaluate mine costs=notes.txt "; ! grep -q costs out; report $? "no parameter that is given"
ask "browse wrong "; ! grep -q wrong out; report $? "nor a switch"
offers "predict mine my" myphoto.png "a picture in place of a row"
all "predict mine index=my" "index=myphoto.png " "by name"
ask "predict mine "; grep -qx photos/ out && ! grep -q notes out; report $? "pictures and folders only"
ask "tag "; ! grep -q photo out; report $? "none where a row is needed"
offers "open ph" photos/ "a folder"
ask "open "; ! grep -q notes out; report $? "no file in its place"
offers "save mine no" notes.txt "any file"
offers "evaluate costs=no" costs=notes.txt "for a parameter"

missing=0
for option in $("$sartor" --help | grep -o -- '--[a-z-]*' | sort -u); do
    ask "$option"; grep -qxF -- "$option" out || { echo "# $option"; missing=1; }
done
report $missing "every option of --help"

# As bash calls it: COMP_WORDS is cut at = and : too.
if command -v bash >/dev/null; then
    cat >drive.bash <<'END'
PATH=$1:$PATH
shopt -s extglob
compopt() { echo "compopt $*"; }
source "$2"
try() { # words as bash cuts them
    COMP_LINE=$1 COMP_POINT=${#1}; shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _sartor
    printf '<%s>\n' "${COMPREPLY[@]}"
}
try "sartor expo" sartor expo
try "sartor export confusion split=te" sartor export confusion split = te
try "sartor export confusion split=" sartor export confusion split =
try "sartor stats class=Ank" sartor stats class = Ank
try "sartor export metrics models=cnn,r" sartor export metrics models = cnn,r
try "sartor export histogram to=fol" sartor export histogram to = fol
END
    SARTOR_DATA=$mini XDG_DATA_HOME=$work/xdg bash drive.bash "$(dirname "$sartor")" "$source/data/completions/sartor" >out 2>err
    for wanted in '<export>' '<test>' '<train>' '<Ankle\ boot>' '<cnn,resnet>' '<folder/>' 'compopt -o nospace'; do
        [ "$wanted" = '<cnn,resnet>' ] && ! has_models && continue
        grep -qxF -- "$wanted" out; report $? "bash: $wanted"
    done
else
    n=$((n + 1)); echo "ok $n - bash # SKIP no bash"
fi
finish
