# Sourced by the shell tests that run the program: a folder to work in, runs and what is expected of them.
# Ends with `finish`.
set -u
sartor=$(cd "${BUILDDIR:-.}" && pwd)/sartor
source=$(cd "${SRCDIR:-.}" && pwd)
mini=$source/data/fashion-mini
work=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work" || exit 1
n=0 bad=0

report() { # STATUS NAME; what the last run wrote is in out and err
    n=$((n + 1))
    if [ "$1" -eq 0 ]; then echo "ok $n - $2"; else
        echo "not ok $n - $2"
        [ ! -e out ] || sed 's/^/# out: /' out | cut -c1-300 | head -n 20
        [ ! -e err ] || sed 's/^/# err: /' err | cut -c1-300 | head -n 20
        bad=1
    fi
}
has_models() { [ -e "$source/data/models/cnn.safetensors" ]; } # the shipped ones
needs_models() {
    has_models && return
    echo "ok 1 - ${0##*/} # SKIP the shipped models are in the tarball sartor-data"
    echo "1..1"
    exit 0
}
run() { "$sartor" --home "$work/home" --data "${data:-$mini}" "$@" >out 2>err </dev/null; code=$?; }
expect() { # CODE TEXT NAME: the last run's status, and what its output or errors hold
    [ "$code" -eq "$1" ] && { [ -z "$2" ] || cat out err | grep -qF -- "$2"; }
    report $? "$3"
}
bits() { # HOME MODEL: a sum of the numbers of a model's file; times are in the header, which is left out
    file=$1/models/$2.safetensors
    [ -s "$file" ] || return 1
    header=$(od -An -tu8 -N8 "$file")
    tail -c +$((header + 9)) "$file" | cksum
}
same() { # HOME MODEL NAME: has it the bits of the model in `home`?
    bits home "$2" >wanted && bits "$1" "$2" >found && cmp -s wanted found
    report $? "$3"
}
finish() { echo "1..$n"; exit $bad; }
