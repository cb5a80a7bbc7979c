#!/bin/sh
# A set of images larger than the memory that the program may have: 275 MB of pixels with 200 MB for its own
# data. Files that are mapped do not count, so its rows have to lie in one.
. "${SRCDIR:-.}/tests/program.sh"

number() { printf "\\$(printf %03o $(($1 >> 24 & 255)))\\$(printf %03o $(($1 >> 16 & 255)))\\$(printf %03o $(($1 >> 8 & 255)))\\$(printf %03o $(($1 & 255)))"; }
# images NAME ROWS: of 128 × 128 × 3
images() {
    { number 2052; number "$2"; number 128; number 128; number 3; head -c $(($2 * 49152)) /dev/urandom; } >"set/$1-images-idx4-ubyte"
    { number 2049; number "$2"; yes | tr 'y\n' '\0\1' | head -c "$2"; } >"set/$1-labels-idx1-ubyte"
}
limited() { (ulimit -d 200000; exec "$sartor" --home "$work/home" --data "$work/set" "$@") >out 2>err; code=$?; }

# The library for matrix products takes 128 MB for each thread that it is told of when it begins.
export OPENBLAS_NUM_THREADS=1 XDG_CACHE_HOME="$work/cache"
# An address sanitizer alone takes more; so the program has to start within the limit.
(ulimit -d 200000; exec timeout 20 "$sartor" --version) >out 2>&1 || { echo "ok 1 # SKIP the program cannot start with 200 MB"; exit 0; }
[ "$(df -Pk . | awk 'NR == 2 { print $4 }')" -gt 1000000 ] || { echo "ok 1 # SKIP 1 GB of disk is needed"; exit 0; }
mkdir set
images train 5600; images t10k 40
[ "$(wc -c <set/train-images-idx4-ubyte)" -gt $((200000 * 1024)) ]; report $? "the pixels are more than the limit"
printf 'stats\nbrowse split=test\ntrain mlp hidden=4 epochs=1 batch=16 limit=200\nevaluate mlp split=test\nshow train:5\n' >lines
limited --batch lines; expect 0 "5,600 images" "such a set opens"
grep -q '^40 samples\|40 of 40\|test:39\|and 20 more' out; report $? "its images are listed"
grep -q 'mlp: trained' out; report $? "a network is trained on it"
grep -q 'accuracy' out; report $? "and evaluated"
grep -q '^train:5' out; report $? "an image is shown"
finish
