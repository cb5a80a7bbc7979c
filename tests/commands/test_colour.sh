#!/bin/sh
# A set in colour through the commands: statistics by channel, values, figures, a picture of one's own.
. "${SRCDIR:-.}/tests/program.sh"

byte() { # VALUE
    # shellcheck disable=SC2059
    printf "\\$(printf %03o "$1")"
}
# 8 × 8 × 3: class 0 is (200, 10, 0), class 1 (0, 10, 100); the first value numbers the image.
images() { # FIRST COUNT
    printf '\0\0\010\004\0\0\0'
    byte "$2"
    printf '\0\0\0\010\0\0\0\010\0\0\0\003'
    i=$1
    while [ "$i" -lt $(($1 + $2)) ]; do
        byte "$i"
        printf '\012\0'
        if [ $((i % 2)) = 0 ]; then pixel='\310\012\0'; else pixel='\0\012\144'; fi
        p=1
        while [ "$p" -lt 64 ]; do
            # shellcheck disable=SC2059
            printf "$pixel"
            p=$((p + 1))
        done
        i=$((i + 1))
    done
}
labels() { # COUNT
    printf '\0\0\010\001\0\0\0'
    byte "$1"
    i=0
    while [ "$i" -lt "$1" ]; do
        if [ $((i % 2)) = 0 ]; then printf '\0'; else printf '\001'; fi
        i=$((i + 1))
    done
}
mkdir set
images 2 40 >set/train-images-idx4-ubyte
labels 40 >set/train-labels-idx1-ubyte
images 50 10 >set/t10k-images-idx4-ubyte
labels 10 >set/t10k-labels-idx1-ubyte
run() { "$sartor" --home "$work/home" --data set "$@"; }

run stats split=test >out 2>err
report $? "stats"
grep -q '^  red:   mean 99.2891   median' out && grep -q '^  green: mean 10.0000   median 10 ' out &&
    grep -q '^  blue:  mean 49.2188   median' out
report $? "... by channel: of 5 × 63 × 200 + 545, of 10, of 5 × 63 × 100, by 640"
run --json stats split=test class=1 >out 2>err
grep -q '"channel_medians": \[0, 10, 100\]' out && grep -q '"histogram_blue": \[5, 0' out
report $? "... in JSON"
run train logreg >out 2>err && run train cnn widths=4,4 dense=8 epochs=4 augment=off batch=8 >out 2>err
report $? "models are trained"
run explain cnn test:1 to=cam.png >out 2>err && [ -s cam.png ] && run explain logreg test:1 >out 2>err
report $? "... and explained"
run export histogram to=h.csv >out 2>err && head -1 h.csv | grep -q '^value,red,green,blue'
report $? "a histogram has three columns"
run export steps test:1 to=s.csv >out 2>err && grep -q '^0,raw,0,1,2,100' s.csv
report $? "steps have channels"
run export browse test:1 to=b.csv >out 2>err && head -1 b.csv | grep -q 'red0,green0,blue0,red1'
report $? "images have columns by channel"
run export dataset split=test to=pictures form=pictures >out 2>err
picture=$(find pictures -name '*.png' | head -1)
run predict cnn "$picture" >out 2>err && run explain cnn "$picture" to=own.png >out 2>err && [ -s own.png ]
report $? "a picture of one's own"
"$sartor" --home "$work/home" --data "$source/data/fashion-mini" evaluate logreg split=test >out 2>err
[ $? -eq 1 ] && grep -q '^sartor: logreg was made for colour images; this data has grey ones$' err
report $? "a model of colours is not asked about grey images"
finish
