#!/bin/sh
# SARTOR_ISA forces an instruction set, and refuses what cannot be. With each that the processor has: the tests
# of networks, trainings and explanations hold, and the program trains every family about as well as with the
# baseline, and explains it. (The kernels' own tests go through all sets by themselves.)
set -u
build=$(cd "${BUILDDIR:-.}" && pwd)
source=$(cd "${SRCDIR:-.}" && pwd)
home=$(mktemp -d) || exit 1
trap 'rm -rf "$home"' EXIT
export HOME="$home" SRCDIR="$source"

said=$(SARTOR_ISA=abacus "$build/sartor" help 2>&1 >/dev/null)
status=$?
case $status$said in
0*) echo "not ok 1 - an unknown set is refused" ;;
*abacus*baseline*avx2*avx512*) echo "ok 1 - an unknown set is refused" ;;
*) echo "not ok 1 - an unknown set is refused" && echo "# status $status: $said" ;;
esac

n=1
verdict() { # STATUS NAME
    n=$((n + 1))
    if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2" && tail -n 30 "$home/log" | sed 's/^/# /'; fi
}

# Of each family, the share that is right; of two, what a heat map shows.
cat >"$home/script" <<'END'
train logreg limit=400 name=a
train svm limit=400 name=b
train svm kernel=linear limit=400 name=c
train forest limit=400 trees=20 name=d
train knn limit=400 name=e
train knn limit=400 metric=l1 name=f
train mlp limit=400 epochs=3 name=g
train cnn limit=400 epochs=2 name=h
train resnet epochs=3 width=16 name=i
evaluate a
evaluate b
evaluate c
evaluate d
evaluate e
evaluate f
evaluate g
evaluate h
evaluate i
gradcam h 7 split=test
explain a 7 split=test
END
trained() { # ISA
    SARTOR_ISA=$1 "$build/sartor" --home "$home/$1" --data "$source/data/fashion-mini" --json --seed 1 \
        --batch "$home/script" >"$home/$1.json" 2>"$home/log" || return 1
    sed -n 's/.*"command": *"evaluate".*"accuracy": *\([0-9.]*\).*/\1/p' "$home/$1.json" >"$home/$1.right"
    [ "$(wc -l <"$home/$1.right")" -eq 9 ] || { cut -c1-200 "$home/$1.json" >"$home/log"; return 1; }
    grep -q '"command": *"gradcam"' "$home/$1.json" && grep -q '"command": *"explain"' "$home/$1.json"
}
for isa in baseline avx2 avx512; do
    if ! SARTOR_ISA=$isa "$build/sartor" help >/dev/null 2>"$home/log"; then
        grep -q "does not have" "$home/log"
        verdict $? "$isa # SKIP this processor has no $isa"
        continue
    fi
    for test in nn/test_network nn/test_layers nn/test_trainer models/test_networks explain/test_explain \
        explain/test_golden; do
        SARTOR_ISA=$isa "$build/tests/$test" >"$home/log" 2>&1
        verdict $? "$test with $isa"
    done
    trained $isa
    verdict $? "all families are trained, and two explained, with $isa"
    # The last bits of sums differ, so single decisions may: 6 of 80 images are .075.
    paste "$home/baseline.right" "$home/$isa.right" >"$home/log"
    awk '{ d = $1 - $2; if (d > .075 || d < -.075 || $2 < .2) bad = 1 } END { exit bad || NR != 9 }' "$home/log"
    verdict $? "they are about as good as with the baseline"
done
