#!/bin/sh
# make bench-network: two processes of one thread over a link of so many milliseconds and so much a second, made by
# tc netem on the loopback of a network namespace of their own (as root): what a step sends, and what share of the time
# each waits, beside the same without the link's delay.
#     DELAY=0.5ms RATE=1gbit       each way (so that a message and its answer take 1 ms)
#     ROWS=N EPOCHS=N BATCH=N      how much is trained (3000 rows, 2 epochs, batches of 128)
#     SARTOR=FILE                  another program
set -u
sartor=${SARTOR:-$(cd "${BUILDDIR:-.}" && pwd)/sartor}
delay=${DELAY:-0.5ms} rate=${RATE:-1gbit} rows=${ROWS:-3000} epochs=${EPOCHS:-2} batch=${BATCH:-128} space=sartor-$$
work=$(mktemp -d) || exit 1
trap 'ip netns del $space 2>/dev/null; rm -rf "$work"' EXIT
ip netns add $space && ip netns exec $space ip link set lo up || { echo "network namespaces need root" >&2; exit 1; }
measure() { # FAMILY LINK
    timeout 500 ip netns exec $space mpirun --allow-run-as-root --oversubscribe --bind-to none --mca btl self,tcp --mca btl_tcp_if_include lo \
        --mca oob_tcp_if_include lo -n 2 "$sartor" --home "$work/home" --threads 1 \
        train "$1" limit="$rows" epochs="$epochs" batch="$batch" name=b >"$work/out" 2>"$work/err" </dev/null
    echo "$1, $2: $(grep -o '[0-9]* processes shared.*' "$work/err" | head -n 1); $(grep -o 'trained in [^,]*' "$work/out")"
}
for family in ${FAMILIES:-cnn resnet mlp}; do
    ip netns exec $space tc qdisc del dev lo root 2>/dev/null
    measure "$family" "no delay"
    ip netns exec $space tc qdisc add dev lo root netem delay "$delay" rate "$rate" || exit 1
    measure "$family" "$delay each way, $rate"
done
