#!/bin/sh
# kill -9 in the middle of a training, then `resume`: the same predictions, to the last digit that is printed,
# as a training in one go; and the checkpoint is gone.
set -u
sartor=$(cd "${BUILDDIR:-.}" && pwd)/sartor
data=$(cd "${SRCDIR:-.}" && pwd)/data/fashion-mini
home=$(mktemp -d) || exit 1
trap 'rm -rf "$home"' EXIT
export HOME="$home"

train() { exec "$sartor" --data "$data" --home "$home/$1" train cnn widths=4,8 dense=16 norm=on dropout=0.1 shift=1 epochs=30 seed=3 $2; }
predictions() { "$sartor" --data "$data" --home "$home/$1" predict cnn split=test to="$home/$1.csv"; }

# Killed as soon as it has something to go on from.
train killed "" >/dev/null 2>&1 &
pid=$!
checkpoint() { set -- "$home"/killed/checkpoints/cnn@*.safetensors; [ -e "$1" ]; }
for _ in $(seq 600); do
    checkpoint && break
    sleep 0.1
done
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
if checkpoint && [ ! -e "$home/killed/models/cnn.safetensors" ]; then
    echo "ok 1 - a killed training leaves a checkpoint and no model"
else
    echo "not ok 1 - a killed training leaves a checkpoint and no model"
fi

(train killed resume) >/dev/null 2>"$home/log" && (train whole "") >/dev/null 2>&1 &&
    predictions killed >/dev/null 2>&1 && predictions whole >/dev/null 2>&1
if [ -s "$home/whole.csv" ] && cmp -s "$home/killed.csv" "$home/whole.csv"; then
    echo "ok 2 - resumed, it ends where a training in one go does"
else
    echo "not ok 2 - resumed, it ends where a training in one go does"
    tail -n 3 "$home/log"
fi
if checkpoint; then
    echo "not ok 3 - the checkpoint is gone"
else
    echo "ok 3 - the checkpoint is gone"
fi
