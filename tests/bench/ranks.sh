#!/bin/sh
# make bench-ranks: epochs of cnn and resnet in one process of two threads and in two processes of one thread, in turns;
# wall-clock and processor seconds of the whole command, an epoch's milliseconds, and the bytes that a step sends. Needs a
# quiet machine with two processors.
#     ROWS=N EPOCHS=N ROUNDS=N     how much is trained (30000 rows, 2 epochs, 3 rounds)
#     DATA=FOLDER                  instead of the data that sartor finds
set -u
sartor=$(cd "${BUILDDIR:-.}" && pwd)/sartor
rows=${ROWS:-30000} epochs=${EPOCHS:-2} rounds=${ROUNDS:-3}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
case $(mpirun --version 2>&1) in
*"Open MPI"*) launch="mpirun --allow-run-as-root --oversubscribe --bind-to none" ;;
*) launch=mpirun ;;
esac

# Wall-clock and processor seconds of a command, its output in run.out.
timed() { # FILE ARGUMENTS
    file=$1
    shift
    /usr/bin/env bash -c 'TIMEFORMAT="%R %U %S"; time "$@" >"$0.out" 2>"$0.err"' "$work/run" "$@" 2>"$file"
}
line() { awk '{ printf "%7.2f s wall  %7.2f s processor", $1, $2 + $3 }' "$1"; }
# The mean seconds of the epochs in run.out, in milliseconds.
epoch() { sed -n 's/.*"event": *"epoch".*"seconds": *\([0-9.]*\).*/\1/p' "$work/run.out" | awk '{ sum += $1 } END { printf "%.0f", 1000 * sum / NR }'; }

for family in cnn resnet; do
    train="train $family limit=$rows epochs=$epochs name=b"
    for round in $(seq "$rounds"); do
        timed "$work/one" "$sartor" --home "$work/h" ${DATA:+--data "$DATA"} --json --threads 2 $train
        one=$(epoch)
        timed "$work/two" $launch -n 2 "$sartor" --home "$work/h" ${DATA:+--data "$DATA"} --json --threads 1 $train
        two=$(epoch)
        echo "$family, round $round: 1 process × 2 threads $(line "$work/one"), an epoch $one ms;" \
            "2 × 1 $(line "$work/two"), an epoch $two ms: $((100 * one / two)) % as fast"
    done
    grep -o '[0-9]* processes shared.*' "$work/run.err"
done
