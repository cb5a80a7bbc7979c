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
try "sartor export histogram to=fol" sartor export histogram to = fol
END
    SARTOR_DATA=$mini XDG_DATA_HOME=$work/xdg bash drive.bash "$(dirname "$sartor")" "$source/data/completions/sartor" >out 2>err
    for wanted in '<export>' '<test>' '<train>' '<Ankle\ boot>' '<folder/>' 'compopt -o nospace'; do
        grep -qxF -- "$wanted" out; report $? "bash: $wanted"
    done
else
    n=$((n + 1)); echo "ok $n - bash # SKIP no bash"
fi
finish
