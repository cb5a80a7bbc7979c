#!/bin/sh
# SARTOR_ISA forces an instruction set, refuses what cannot be, and the network's tests hold on each.
set -u
build=$(cd "${BUILDDIR:-.}" && pwd)
home=$(mktemp -d) || exit 1
trap 'rm -rf "$home"' EXIT
export HOME="$home"

said=$(SARTOR_ISA=abacus "$build/sartor" help 2>&1 >/dev/null)
status=$?
case $status$said in
0*) echo "not ok 1 - an unknown set is refused" ;;
*abacus*baseline*avx2*avx512*) echo "ok 1 - an unknown set is refused" ;;
*) echo "not ok 1 - an unknown set is refused" && echo "# status $status: $said" ;;
esac

n=1
for isa in baseline avx2 avx512; do
    n=$((n + 1))
    if ! SARTOR_ISA=$isa "$build/sartor" help >/dev/null 2>"$home/said"; then
        if grep -q "does not have" "$home/said"; then
            echo "ok $n # SKIP this processor has no $isa"
        else
            echo "not ok $n - $isa can be forced" && sed 's/^/# /' "$home/said"
        fi
    elif SARTOR_ISA=$isa "$build/tests/nn/test_network" >"$home/log" 2>&1 &&
        SARTOR_ISA=$isa "$build/tests/nn/test_convolver" >>"$home/log" 2>&1 &&
        SARTOR_ISA=$isa "$build/tests/nn/test_layers" >>"$home/log" 2>&1; then
        echo "ok $n - networks with $isa"
    else
        echo "not ok $n - networks with $isa" && sed 's/^/# /' "$home/log"
    fi
done
