#!/bin/sh
# Data as people have it, good and bad in many ways, by the program: what is made of it, and which sentence refuses it.
. "${SRCDIR:-.}/tests/program.sh"
needs_models
corpus=$source/tests/data/corpus-picture
look() { data=$1; shift; run stats "$@"; }
good() { expect 0 "$1" "$2"; } # TEXT NAME
bad() { expect 1 "$1" "$2"; }

# --- tables of pixels ---
table() { # ROWS COLUMNS PROGRAM: the value of column j in row i
    awk -v rows="$1" -v columns="$2" "BEGIN {
        printf \"label\"; for (j = 0; j < columns; j++) printf \",p%d\", j; print \"\"
        for (i = 0; i < rows; i++) { printf \"%d\", i % 2; for (j = 0; j < columns; j++) printf \",%d\", $3; print \"\" } }"
}
table 12 192 'j % 3 == 0 ? 200 + i : j % 3 == 1 ? 10 : 90' >pixels.csv
look pixels.csv; good "pixel by pixel, not as three planes" "colour of which neighbours differ is taken pixel by pixel"
table 12 192 'j < 64 ? 200 + i : j < 128 ? 10 : 90' >planes.csv
look planes.csv; good "as three planes, not pixel by pixel" "and of which neighbours are alike, as planes"
run --data pixels.csv --json show 0; cp out a
data=planes.csv; run --json show 0
[ "$(sed 's/"path[^,]*,//' out | wc -c)" -gt 100 ]; report $? "both give pictures"
table 4 64 'j' | awk -F, -v OFS=, 'NR > 1 { for (j = 2; j <= NF; j++) $j = $j / 64 + .001 } { print }' >floats.csv
look floats.csv; good "train file" "fractions are levels from 0 to 1"
table 0 64 j >empty.csv
look empty.csv; bad "empty.csv" "a table with no rows"
table 300 64 'j' | awk -F, -v OFS=, 'NR > 1 { $1 = "class" NR } { print }' >many.csv
look many.csv; bad "256" "more classes than there may be"
mkdir twice; table 4 64 j >twice/train-a.csv; table 4 64 j >twice/train-b.csv
look twice; bad "both" "two tables that are both the train part"
mkdir alone; table 4 64 j >alone/test.csv
look alone; good "There are no training images: the test images were taken as these" "a test part alone"
table 4 64 'j' | sed '3s/,63$//' >short.csv
look short.csv; bad "line 3" "a row that is too short"
table 4 64 'j' | sed '3s/,63$/,x/' >word.csv
look word.csv; bad "line 3" "a word for a level"

# --- IDX: EMNIST's names of classes, rows and columns exchanged ---
byte() { # shellcheck disable=SC2059
    printf "\\$(printf %03o "$1")"; }
numbered() { printf '\0\0\010\001\0\0\0'; byte "$1"; i=0; while [ $i -lt "$1" ]; do byte $((i % 3)); i=$((i + 1)); done; }
striped() { # COUNT: 8 × 8, black on the left, and the row's number
    printf '\0\0\010\003\0\0\0'; byte "$1"; printf '\0\0\0\010\0\0\0\010'
    i=0
    while [ $i -lt "$1" ]; do
        j=0
        while [ $j -lt 8 ]; do printf '\0\0\0\0'; byte $((i + 1)); printf '\377\377\377'; j=$((j + 1)); done
        i=$((i + 1))
    done
}
emnist() { # FOLDER
    mkdir "$1"
    striped 12 >"$1/emnist-few-train-images-idx3-ubyte"; numbered 12 >"$1/emnist-few-train-labels-idx1-ubyte"
    striped 6 >"$1/emnist-few-test-images-idx3-ubyte"; numbered 6 >"$1/emnist-few-test-labels-idx1-ubyte"
}
emnist letters; printf '0 65\n1 97\n\n2 228\n' >letters/emnist-few-mapping.txt
look letters; good "Rows and columns of the pictures were exchanged" "EMNIST's pictures are turned"
for name in "0 A " "1 small a " "2 ä "; do grep -q " $name" out; report $? "a class by the code of its character: $name"; done
run --data letters screen; cp out turned
data=letters; run --json open letters transpose=off
good '"open"' "unless one does not want that"
emnist double; printf '0 65\n0 66\n' >double/emnist-few-mapping.txt
look double; bad "line 2" "a label that is mapped twice"
emnist control; printf '0 27\n' >control/emnist-few-mapping.txt
look control; bad "line 1" "a control character for a class"
emnist text; printf 'zero 65\n' >text/emnist-few-mapping.txt
look text; bad "line 1" "a word for a label"
emnist labels; rm labels/emnist-few-test-images-idx3-ubyte
look labels; bad "has no images beside it" "labels without images"
emnist images; rm images/emnist-few-test-labels-idx1-ubyte
look images; good "The test images have no labels and were left out" "test images without labels are left out"
emnist fewer; numbered 11 >fewer/emnist-few-train-labels-idx1-ubyte
look fewer; bad "has 11 labels, but there are 12 images" "fewer labels than images"

# --- no labels at all: a model is asked all the same ---
mini=$source/data/fashion-mini
mkdir bare; cp "$mini"/t10k-images* bare/
data=bare; run predict cnn 0,3; expect 0 "Trouser          99." "images without labels are predicted"
run predict resnet 0; expect 0 "train:0: resnet says Ankle boot" "with the names of the model's classes"
run --json predict cnn 0; expect 0 '"true": -1, "predicted": 9' "as JSON"
run show 0 model=cnn; expect 0 "cnn says Ankle boot" "and shown with that"
run predict cnn to=all.csv split=train; expect 0 "500 predictions" "all of them"
[ "$(wc -l <all.csv)" = 501 ] && head -n 1 all.csv | grep -q "^index,predicted,T-shirt/top"; report $? "a row each"
run evaluate cnn; expect 1 "no model can be judged by them" "but nothing is judged by them"
run train logreg; expect 1 "telling classes apart needs images of two or more" "or trained on them"

# --- pictures in folders, in tables, in an archive ---
mkdir -p tree/train/boot tree/train/coat tree/test/boot tree/test/coat
for i in 1 2 3; do
    cp "$corpus/grey.jpg" tree/train/boot/$i.jpg; cp "$corpus/colour.jpg" tree/train/coat/$i.jpg
    cp "$corpus/lossy.webp" tree/test/boot/$i.webp; cp "$corpus/progressive.jpg" tree/test/coat/$i.jpg
done
cp "$corpus/opacity.webp" tree/train/boot/4.webp; cp "$corpus/lossless.webp" tree/train/coat/4.webp
cp "$corpus/colour-opacity.png" tree/train/coat/5.png
look tree; good "boot" "JPEG, WebP and PNG in folders of their classes"
run --data tree --home "$work/home" open tree size=28 fit=crop colour=grey; good "28×28" "made grey and cut to squares"
cp "$corpus/grey.jpg" tree/train/stray.jpg
look tree; good "1 picture lies in no folder of a class and left out" "one in no folder is left out"
head -c 120 "$corpus/colour.jpg" >tree/train/boot/cut.jpg
look tree; bad "cut.jpg" "a JPEG that is cut off"
run --data tree open tree skip; expect 0 "" "which can be left out"
rm tree/train/boot/cut.jpg
head -c 60 "$corpus/lossy.webp" >tree/train/boot/cut.webp
look tree; bad "cut.webp" "a WebP that is cut off"
rm tree/train/boot/cut.webp
printf 'boot\nbag\n' >tree/labels.txt
look tree; bad "labels.txt names no class coat" "labels.txt without a class that has a folder"
rm tree/labels.txt

data=$mini; run predict tree; expect 1 'no model "tree"; the folder of that name is written tree/' "a folder's bare name could be a model's"
run predict tree/; expect 0 "tree/test/coat/3.jpg" "all pictures of a folder and of those in it"
run predict tree/../tree; expect 0 "tree/train/coat/5.png" "whatever way the folder is written"
mkdir none; run predict cnn none/; expect 1 "none/ is a folder without pictures: .png .jpg .jpeg .webp files" "a folder without pictures"

listed() { rm -rf list; mkdir list; cp "$corpus/grey.jpg" list/a.jpg; cp "$corpus/colour.jpg" list/b.jpg; cp "$corpus/colour.png" list/c.png; }
listed; printf 'file_name,label\na.jpg,boot\nb.jpg,coat\nc.png,\n' >list/metadata.csv
look list; good "1 rows of the tables have no label and were left out" "a row without a label is left out"
listed; printf 'file_name,label\na.jpg,boot\nz.jpg,coat\n' >list/metadata.csv
look list; bad "1 file that is not there, the first on line 3: z.jpg" "a file that is not there"
listed; printf 'file_name,label\na.jpg,boot,1\n' >list/metadata.csv
look list; bad "line 2" "a field too many"
listed; printf '{"file_name": "a.jpg", "label": "boot"}\n{"file_name": "b.jpg", "label": 3}\n' >list/metadata.jsonl
look list; good "boot" "lines of JSON"
listed; printf '{"file_name": "a.jpg", "label": "boot"}\n{"file_name": \n' >list/metadata.jsonl
look list; bad "line 2" "a line that is no JSON"
listed; printf 'file_name,label\na.jpg,\n' >list/metadata.csv
look list; bad "no row of its tables has a picture and a label" "no label at all"

shard() { rm -rf shard shard.tar; mkdir shard; cp "$corpus/grey.jpg" shard/1.jpg; cp "$corpus/colour.jpg" shard/2.jpg
    printf '0' >shard/1.cls; printf '1\n' >shard/2.cls; }
pack() { (cd shard && tar -cf ../shard.tar --sort=name -- *); }
shard; pack; look shard.tar; good "train file" "a shard of WebDataset"
shard; : >shard/2.cls; pack; look shard.tar; bad "is empty; it is a class" "an empty class"
shard; printf 7 >shard/3.cls; pack; look shard.tar; bad "has no picture beside it" "a class without a picture"

mkdir cifar; i=0
while [ $i -lt 3 ]; do byte $i; head -c 3072 /dev/zero | tr '\0' "\\$(printf %03o $((60 * i + 5)))"; i=$((i + 1)); done >cifar/data_batch_1.bin
cp cifar/data_batch_1.bin cifar/test_batch.bin; printf 'boot\ncoat\nbag\n' >cifar/batches.meta.txt
look cifar; good "bag" "CIFAR's batches and names"
head -c 5000 cifar/data_batch_1.bin >cifar/data_batch_2.bin
look cifar; bad "truncated" "a batch that is cut off"
rm cifar/data_batch_*; look cifar; good "There are no training images: the test images were taken as these" "no training batch"

# --- a set that is almost Fashion-MNIST's, and archives that are damaged ---
look /dev/null; bad "" "a device"
mkdir none; look none; bad "" "an empty folder"
printf 'PK\003\004nothing' >broken.zip; look broken.zip; bad "broken.zip" "a damaged archive"
gzip -c planes.csv | head -c 200 >cut.csv.gz; look cut.csv.gz; bad "cut.csv.gz" "a gzip file that is cut off"
finish
