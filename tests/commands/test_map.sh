#!/bin/sh
# map: layouts of the data, their figures, their seeds.
. "${SRCDIR:-.}/tests/program.sh"
number() { sed -n "s/.*\"$1\": \([-0-9.e]*\).*/\1/p" out; }
above() { awk -v a="$(number "$1")" -v b="$2" 'BEGIN { exit !(a > b) }'; }

run --json map
[ "$code" -eq 0 ] && grep -q '"count": 1500, "width"' out; report $? "every sample has a point"
above trustworthiness 0.97 && above continuity 0.96; report $? "t-SNE keeps neighbours"
grep -q '"of": "pixels", "layout": "tsne"' out; report $? "pixels and t-SNE unless told"
grep -o '"classes".*' out >first
before=$(number seconds)
run --json map
[ "$(number seconds)" = "$before" ] && grep -o '"classes".*' out | cmp -s - first; report $? "a map is kept: it is there at once the next time"
kept=$(echo "$work"/home/maps/*.safetensors)
dd if=/dev/null of="$kept" bs=1 seek=5000 2>err
run --json map
[ "$code" -eq 0 ] && [ "$(wc -c <"$kept")" -gt 12000 ] && grep -o '"classes".*' out | cmp -s - first
report $? "it is made again where its file is cut off"
rm -r "$work/home/maps"
run --threads 1 --json map
grep -o '"classes".*' out | cmp -s - first; report $? "the same at one thread"
run --json map seed=2
grep -o '"classes".*' out | cmp -s - first; [ $? -eq 1 ]; report $? "another seed, another layout"
run --json map layout=pca
[ "$(number components)" = 2 ] && above trustworthiness 0.8; report $? "the plane of two components"
run --json map hog layout=pca
[ "$(number width)" = 972 ]; report $? "of HOG"
has_models && { run --json map cnn layout=pca
    [ "$code" -eq 0 ] && [ "$(number width)" -ge 10 ]; report $? "of a model"; }
run train mlp epochs=1 hidden=24,17 name=small
run --json map small layout=pca
[ "$(number width)" = 17 ]; report $? "of a network: what its last layer gets"
run train logreg name=flat
run --json map flat layout=pca
[ "$(number width)" = 10 ]; report $? "of another family: a number for each class"
run map layout=pca seed=2
[ "$code" -eq 1 ] && grep -q "takes neither perplexity nor seed" err; report $? "seed= is refused where it does nothing"
run map nothing
[ "$code" -eq 1 ] && grep -q 'no model "nothing"' err; report $? "an unknown model is refused"
run map perplexity=1
[ "$code" -eq 1 ]; report $? "a perplexity below 2 is refused"
run map layout=pca
grep -q "1,500 samples by their pixels" out && grep -q "Ankle boot" out; report $? "people get sentences and a table"

run --json map small
layout=$(grep -o '"classes".*' out) before=$(number seconds)
run --json map small
[ "$(number seconds)" = "$before" ] && [ "$(grep -o '"classes".*' out)" = "$layout" ]; report $? "that of a model is kept, too"
run train mlp epochs=1 hidden=24,17 name=small seed=9
run --json map small
[ "$code" -eq 0 ] && [ "$(grep -o '"classes".*' out)" != "$layout" ]; report $? "and not taken for that of another one of this name"

# The interactive page shows pictures beside the mouse.
echo 'var Plotly = {newPlot: function () {}};' >plotly.js
run export map layout=pca plotly="$work/plotly.js" to=map.html
[ "$code" -eq 0 ] && grep -q '<div id="picture">' map.html && [ "$(wc -c <map.html)" -lt 3000000 ]; report $? "a page with a picture for each point"
if command -v node >/dev/null; then
    node "$source/tests/figure/hover.js" map.html >out 2>err
    grep -qx "1500 of 1500" out; report $? "under the mouse is the picture of its point"
else
    n=$((n + 1)); echo "ok $n - under the mouse is the picture of its point # SKIP no node"
fi

# A part of the map is a filter.
script() { printf '%s\n' "$@" >script; "$sartor" --home "$work/home" --data "$mini" --json --batch script >out 2>err </dev/null; code=$?; }
ids() { tail -n 1 out | sed 's/.*"indices": \[\([^]]*\)\].*/\1/' | tr -d ' "' | tr ',' '\n' | grep . | sort; }
script "browse near=test:3 within=40 layout=pca limit=0"
ids >near; [ "$(wc -l <near)" -eq 40 ] && grep -qx test:3 near; report $? "near= has as many as asked for, the sample among them"
grep -q '"filter": "split=any near=test:3 within=40 of=pixels layout=pca"' out; report $? "the filter says so"
"$sartor" --home "$work/home" --data "$mini" export map layout=pca to=all.csv >/dev/null 2>err
script "browse near=test:3 within=40 layout=pca" "browse more class=Shirt limit=0"
ids >both
script "browse split=any class=Shirt limit=0"; ids >shirts
comm -12 near shirts | cmp -s - both; report $? "with another filter, those that are in both"
script "browse near=test:3 within=40 layout=pca split=test limit=0"
ids | sed 's/^/test:/' >tests; grep ^test: near | cmp -s - tests; report $? "and of one split"
script "browse near=test:3 within=40 layout=pca" "browse within=10 more limit=0"
ids >ten; [ "$(wc -l <ten)" -eq 10 ] && [ "$(comm -23 ten near | wc -l)" -eq 0 ]; report $? "within= shrinks it"
script "browse box=-1,-1,1,1 layout=pca limit=0"
ids >box; awk -F, 'NR > 1 && $3 >= -1 && $3 <= 1 && $4 >= -1 && $4 <= 1 { print $1 ":" $2 }' all.csv | sort | cmp -s - box
report $? "box= holds what lies in the rectangle"
for words in "near=1 box=0,0,1,1" within=5 of=hog "box=1,1,0,0" "box=1,2"; do
    script "browse $words"; [ "$code" -eq 1 ]; report $? "browse $words is refused"
done

# What is filtered so is tagged, untagged and judged as a whole.
script "browse near=test:3 within=40 layout=pca" "tag all name=odd" "browse tagged=odd limit=0"
ids | cmp -s - near; report $? "tag all tags every sample of the filter"
script "browse near=test:3 within=10 layout=pca" "tag all name=odd off" "browse tagged=odd limit=0"
[ "$(ids | wc -l)" -eq 30 ]; report $? "and takes the tag away again"
script "browse near=test:3 within=10 layout=pca" "tag all name=odd" undo "browse tagged=odd limit=0"
[ "$(ids | wc -l)" -eq 30 ]; report $? "which undo takes back at once"
script "tag all train:3"; [ "$code" -eq 1 ] && grep -q "without a sample" err; report $? "all goes without a sample"
script "train knn name=near" "browse near=test:3 within=40 layout=pca" "evaluate near selected split=test" "evaluate near split=test" \
    "browse split=test right model=near" "evaluate near selected split=test"
field() { grep '"command": "evaluate"' out | sed -n "$1p" | grep -o "\"$2\": [0-9.]*" | head -n 1 | cut -d ' ' -f 2; }
[ "$(field 1 count)" -eq "$(grep -c ^test: near)" ] && [ "$(field 3 accuracy)" = 1 ] && [ "$(field 3 accuracy_of_others)" = 0 ] &&
    echo "$(field 1 accuracy) $(field 1 count) $(field 1 accuracy_of_others) $(field 1 others) $(field 2 accuracy) $(field 2 count)" |
    awk '{ off = $1 * $2 + $3 * $4 - $5 * $6; exit !($2 + $4 == $6 && off < 1e-4 && off > -1e-4) }'
report $? "evaluate selected judges those of the filter, and the others beside them"
script "browse class=Bag split=train" "evaluate near selected split=test"
[ "$code" -eq 1 ] && grep -q "none of the" err; report $? "and says when none is of the split"
finish
