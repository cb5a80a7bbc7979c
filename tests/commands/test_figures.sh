#!/bin/sh
# Every figure in every format: there, with something in it, the same bytes from a fresh process; pages that
# are whole with and without Plotly's script; words and targets that are refused.
. "${SRCDIR:-.}/tests/program.sh"

script() { "$sartor" --home "$work/home" --data "$mini" --batch - >out 2>err; code=$?; }

script <<'END'
train cnn widths=6,8 dense=16 epochs=2 shift=2
train resnet width=4 depth=1 epochs=1
train mlp hidden=16 epochs=2
train knn k=3
END
expect 0 "knn" "models to draw"

# A stand-in for Plotly's script, with what must not end its element.
echo 'var Plotly = {newPlot: function () { return "</script><!-- <script>"; }};' >plotly.js
cat >figures.txt <<'END'
browse split=test count=12
steps index=test:3
augment index=5
histogram
means split=test
curves models=cnn,mlp
confusion cnn split=test
metrics cnn
compare split=test
reliability models=cnn,knn
risk models=cnn,knn
robustness models=cnn,knn split=test kinds=shear,turn_left count=20
roc knn
pr cnn class=Shirt
gradcam cnn index=test:1,test:2
explain knn index=test:1,test:2
gallery cnn split=test count=9
quality cnn split=test count=8
heats cnn split=test count=40
nearest knn index=test:1
map layout=pca colour=predicted model=cnn split=test
network resnet
END
lines() { # folder: a line for each figure and format
    while read -r figure rest; do
        for ending in png svg pdf html csv json; do
            [ $ending = html ] && page="plotly=$work/plotly.js" || page=
            echo "export $figure $rest $page to=$1/$figure.$ending"
        done
    done <figures.txt
}
mkdir one two
lines one >one.sartor; lines two >two.sartor
run --batch one.sartor; expect 0 "written to one/network.json" "all figures in all formats"
run --batch two.sartor; expect 0 "" "and once more in a fresh process"
missing=0
[ "$(ls one | wc -l)" -eq $(($(wc -l <figures.txt) * 6)) ] || missing=1
for file in one/*; do
    cmp -s "$file" "two/${file#one/}" || { echo "# $file differs"; missing=1; }
done
report $missing "with the same bytes"
missing=0
while read -r figure rest; do
    head -c 4 "one/$figure.png" | grep -q PNG && [ "$(wc -c <"one/$figure.png")" -gt 3000 ] || { echo "# $figure.png"; missing=1; }
    head -c 200 "one/$figure.svg" | grep -q '<svg' && tail -c 20 "one/$figure.svg" | grep -q '</svg>' || { echo "# $figure.svg"; missing=1; }
    head -c 5 "one/$figure.pdf" | grep -q '%PDF-' && tail -c 10 "one/$figure.pdf" | grep -q '%%EOF' || { echo "# $figure.pdf"; missing=1; }
    [ "$(wc -l <"one/$figure.csv")" -ge 3 ] && head -n 1 "one/$figure.csv" | grep -q , || { echo "# $figure.csv"; missing=1; }
    grep -q '"columns"' "one/$figure.json" && grep -q '"Data digest"' "one/$figure.json" || { echo "# $figure.json"; missing=1; }
    scripts=3; [ $figure != map ] || scripts=4 # which shows pictures under the mouse
    grep -q "export figure=$figure" "one/$figure.html" && tail -n 1 "one/$figure.html" | grep -q '^</html>' &&
        [ "$(grep -o '</script>' "one/$figure.html" | wc -l)" -eq $scripts ] || { echo "# $figure.html"; missing=1; }
done <figures.txt
report $missing "each of them with something in it"
run export gallery cnn split=test count=9 to=single.png
grep -aq 'export figure=gallery model=cnn to=single.png split=test count=9' single.png; report $? "the picture tells its command"
run export histogram to="$work/home/h.png"; ! grep -aq "$work" "$work/home/h.png"; report $? "but no folder of this machine"
grep -aq 'Data digest' "$work/home/h.png" && grep -aq 'Software.sartor' "$work/home/h.png"; report $? "and its data and version"
run export confusion cnn vs=knn split=test shares to=both.csv; [ "$(wc -l <both.csv)" -eq 201 ]; report $? "two matrices side by side"
run export confusion cnn split=test of_predicted to=columns.csv
awk -F, 'NR > 1 { count[$2] += $3; share[$2] += $4 } END { for (c in count) if (count[c] && (share[c] < 0.999 || share[c] > 1.001)) exit 1 }' columns.csv
report $? "shares of the predicted class add up to one"
run export network mlp to=n.csv
[ "$(awk -F, 'NR > 1 { sum += $(NF - 1) } END { print sum }' n.csv)" -eq $((784 * 16 + 16 + 160 + 10)) ]; report $? "a network's parameters add up"
run export compare models=knn,mlp split=test to=c.csv; [ "$(wc -l <c.csv)" -eq 3 ]; report $? "only the models that are named"
run export browse knn wrong split=test to=w.csv count=5; [ "$(grep -c ' as ' w.csv)" -eq 5 ]; report $? "samples that a model gets wrong"
run export gradcam cnn index=test:1,test:2,test:3 target=Bag to=g.csv; [ "$(grep -c 'for Bag' g.csv)" -eq 3 ]; report $? "several samples, one class explained"
run export augment cnn index=3 count=4 to=a.json; expect 0 "" "a model's own augmentation"
grep -q 'shift up to 2 px' a.json; report $? "named in the title"
run export augment saturation=0.5 background=on change=1 kinds=contrast count=2 to=a.json; expect 0 "" "every part of augmentation by itself"
grep -q 'saturation ±50 %, background, change, chance 100 %' a.json; report $? "so named"
script <<'END'
export browse wrong model=cnn split=test class=Shirt count=3 to=words.json
export gallery cnn split=test count=3 to=heat.json
export gallery cnn index=test:5,test:9 to=two.json
export means split=test to=means.csv
END
grep -q '"title": "[^"]*: Shirt samples of the test split that cnn gets wrong"' words.json &&
    grep -q '"title": "Heat maps of cnn by [^"]*: samples of the test split"' heat.json &&
    grep -q '"title": "Heat maps of cnn by [^"]*: 2 samples"' two.json && ! grep '"title": "[^"]*=' words.json heat.json two.json
report $? "titles are words"
script <<'END'
export gallery knn wrong split=test count=20 to=sets.json
set coverage=99
export explain knn index=test:1,test:2,test:3,test:4,test:5,test:6,test:7,test:8,test:9 to=whole.csv
browse split=test changed=contrast:5
export gallery knn count=20 to=unlike.json
export explain knn count=20 to=unlike.csv
END
expect 0 "written to unlike.csv" "figures of predictions"
grep -q '90 % set: .* or ' sets.json; report $? "have the set of classes where there are several"
grep -q '99 % set: .* or ' whole.csv; report $? "by the coverage that is set"
grep -q 'unlike [0-9.]* % of its training' unlike.json && grep -q 'unlike [0-9.]* % of what it was trained on; predicted: ' unlike.csv
report $? "and say where an image is unlike those of the training"
grep -q '"test:9"' two.json; report $? "with the ids of the samples"
[ "$(grep -c '^[0-9]*,deviation,' means.csv)" -eq 10 ]; report $? "deviation stands below each image that is one"
run export curves cnn width=88 dark to=dark.svg; expect 0 "" "a width and a dark ground"

# Pages.
python=$(command -v python3 || true)
run export confusion cnn split=test plotly=none to=plain.html
[ $code -eq 0 ] && grep -q '<svg' plain.html && grep -q '<td>Ankle boot</td>' plain.html && ! grep -q '<script' plain.html
report $? "without Plotly a page holds the drawing and its numbers"
run export confusion cnn split=test plotly=none to=plain2.html; sed 's/plain2/plain/' plain2.html | cmp -s - plain.html; report $? "the same each time"
mkdir odd; for file in "$mini"/*.gz; do ln -s "$file" odd/; done
printf '<b>T&"\n</script><script>alert(1)\nPullover\nDress\nCoat\nSandal\nShirt <!--\nSneaker\nBag\nAnkle boot\n' >odd/labels.txt
data=$work/odd
for page in metrics confusion browse; do
    run export $page cnn split=test plotly="$work/plotly.js" to="odd-$page.html"
    run export $page cnn split=test plotly=none to="plain-$page.html"
done
data=
! grep -l '<script>alert\|<b>T&\|Shirt <!--' odd-*.html plain-*.html; report $? "class names cannot break out"
if [ -n "$python" ]; then
    "$python" - one/*.html plain.html odd-*.html plain-*.html >out 2>err <<'PY'
import html.parser, json, sys
void = {"meta", "br", "img", "link", "hr", "use", "path", "rect", "image"}
class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.script, self.numbers = [], None, None
    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            assert not (name in ("src", "href") and (value or "").startswith("http")), value
        if tag not in void: self.open.append(tag)
        if tag == "script": self.script = dict(attributes).get("id")
    def handle_endtag(self, tag):
        if tag in void: return
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()
    def handle_data(self, data):
        if self.open and self.open[-1] == "script" and self.script == "numbers": self.numbers = (self.numbers or "") + data
for name in sys.argv[1:]:
    page = Page()
    page.feed(open(name, encoding="utf-8").read())
    page.close()
    assert not page.open, (name, page.open)
    if name.startswith(("one/", "odd-")):
        figure = json.loads(page.numbers)
        assert figure["data"] and figure["layout"]["title"]["text"] if "title" in figure["layout"] else figure["data"], name
PY
    report $? "pages are well-formed, their numbers JSON"
else
    n=$((n + 1)); echo "ok $n - pages are well-formed # SKIP no python3"
fi

# A layer's name that is longer than any is refused, rather than asked for again and again.
long=conv1.and.a.name.that.is.longer.than.any.layer.of.ours
for line in "gradcam cnn 1 layer=$long" "explain cnn quality count=2 layer=$long" "export gallery cnn layer=$long to=l.png"; do
    timeout 20 "$sartor" --home "$work/home" --data "$mini" $line >out 2>err </dev/null; code=$?
    expect 1 "There is no layer" "${line%% *}: a long layer's name"
done

# What is refused, with the old file intact.
echo old >old.png; echo old >old.html
run export histogram layer=conv1 to=old.png; expect 1 "takes no layer; it takes: split class linear" "a word that does nothing"
run export nosuch to=old.png; expect 1 "browse steps" "an unknown figure names the known"
run export curves knn to=old.png; expect 1 "not trained in epochs" "curves of what has none"
run export network knn to=old.png; expect 1 "no layers" "a network that is none"
run export gradcam knn index=1 to=old.png; expect 1 "knn" "Grad-CAM of what has no convolutions"
run export compare models=knn,nosuch to=old.png; expect 1 "nosuch" "an unknown model among several"
run export gallery cnn index=test:1,train:1 to=old.png; expect 1 "one file" "samples of two files"
run export browse index=test:99999 to=old.png; expect 1 "0 to 499" "a sample that is not there"
run export histogram plotly="$work/none.js" to=old.html; expect 1 "none.js" "a script that is not there"
run export histogram plotly="$work/figures.txt" to=old.html; expect 1 "newPlot" "a script that is another"
run export augment knn index=1 to=old.png; expect 1 "without augmentation" "changes of a model that knows none"
run export pr cnn class=Shrit to=old.png; expect 1 "Shirt" "an unknown class"
run export histogram to=old.bmp; expect 1 ".html" "an unknown format"
run export histogram to=/nonexistent/old.html; expect 1 "/nonexistent" "a folder that is not there"
for ending in png svg pdf csv json html; do
    echo old >full.$ending
    (trap '' XFSZ; ulimit -f 4; "$sartor" --home "$work/home" --data "$mini" export gallery cnn split=test count=9 to=full.$ending) >out 2>err </dev/null
    code=$?
    expect 1 "File too large; the file is as it was before" "no room half way through .$ending"
    [ "$(cat full.$ending)" = old ]; report $? "leaves the old one"
done
[ "$(cat old.png old.html | tr '\n' ' ')" = "old old " ]; report $? "old files are as they were"
run export nearest cnn index=test:1 to=near.png; expect 0 "near.png" "neighbours for what keeps none, by pixels"
run export nearest index=test:1 to=pixels.csv; expect 0 "" "neighbours by pixels need no model"
run help figures; expect 0 "gallery" "help lists the figures"

finish
