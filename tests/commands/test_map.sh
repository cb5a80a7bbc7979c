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
run --threads 1 --json map
grep -o '"classes".*' out | cmp -s - first; report $? "the same at one thread"
run --json map seed=2
grep -o '"classes".*' out | cmp -s - first; [ $? -eq 1 ]; report $? "another seed, another layout"
run --json map layout=pca
[ "$(number components)" = 2 ] && above trustworthiness 0.8; report $? "the plane of two components"
run --json map hog layout=pca
[ "$(number width)" = 972 ]; report $? "of HOG"
run --json map cnn layout=pca
[ "$code" -eq 0 ] && [ "$(number width)" -ge 10 ]; report $? "of a model"
run map layout=pca seed=2
[ "$code" -eq 1 ] && grep -q "takes neither perplexity nor seed" err; report $? "seed= is refused where it does nothing"
run map nothing
[ "$code" -eq 1 ] && grep -q 'no model "nothing"' err; report $? "an unknown model is refused"
run map perplexity=1
[ "$code" -eq 1 ]; report $? "a perplexity below 2 is refused"
run map layout=pca
grep -q "1,500 samples by their pixels" out && grep -q "Ankle boot" out; report $? "people get sentences and a table"
finish
