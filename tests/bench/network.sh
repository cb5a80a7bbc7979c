#!/bin/sh
# make bench-network: processes of one thread, each behind a link of so many seconds and bits a second (tests/batch/sockets.c
# delays its messages): what a step sends, and what share of the time each waits, beside the same without a link.
#     SIZE=N DELAY=S RATE=BITS     processes (2), one way (.0005, so that a message and its answer take 1 ms; 1e9)
#     ROWS=N EPOCHS=N BATCH=N      how much is trained (3000 rows, 2 epochs, batches of 128)
#     FAMILIES=... DATA=FOLDER     cnn, resnet and mlp; instead of the data that sartor finds
#     SARTOR=FILE                  another program
set -u
build=$(cd "${BUILDDIR:-.}" && pwd) sartor=${SARTOR:-}
sartor=${sartor:-$build/sartor}
size=${SIZE:-2} delay=${DELAY:-.0005} rate=${RATE:-1e9} rows=${ROWS:-3000} epochs=${EPOCHS:-2} batch=${BATCH:-128}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export SARTOR_MPI="$build/tests/batch/sockets.so" SARTOR_SOCKETS="$work/s" PMI_SIZE="$size"
measure() { # FAMILY LINK
    rm -rf "$work/s"; mkdir "$work/s"
    # Each process predicts some of the validation rows: without them, only steps are timed.
    printf 'set validation=0\ntrain %s limit=%s epochs=%s batch=%s name=b\n' "$1" "$rows" "$epochs" "$batch" >"$work/script"
    rank=$size
    while [ $((rank -= 1)) -ge 0 ]; do
        PMI_RANK=$rank "$sartor" --home "$work/home" ${DATA:+--data "$DATA"} --threads 1 --batch "$work/script" \
            >"$work/out$rank" 2>"$work/err$rank" </dev/null &
    done
    wait
    echo "$1, $2: $(grep -o '[0-9]* processes shared.*' "$work/err0" | head -n 1); $(grep -o 'trained in [^,]*' "$work/out0")"
}
for family in ${FAMILIES:-cnn resnet mlp}; do
    unset SARTOR_LINK
    measure "$family" "no link"
    export SARTOR_LINK="$delay $rate"
    measure "$family" "$delay s, $rate bits a second"
done
