#!/bin/sh
# tools/speedrun: a line for each seed, and from these the mean and its interval.
. "${SRCDIR:-.}/tests/program.sh"

if ! command -v python3 >/dev/null; then
    echo "ok 1 - speedrun # SKIP there is no python3"; echo 1..1
    exit 0
fi
speedrun="$source/tools/speedrun"
small="variant=light width=4 depth=1 epochs=1"
# shellcheck disable=SC2086
python3 "$speedrun" seeds=3 first=5 threads=1 data="$mini" program="$sartor" $small >out 2>err; code=$?
[ "$code" -eq 0 ] && [ "$(awk '$1 ~ /^[0-9]+$/ && $5 == "%" { printf "%s ", $1 }' out)" = "5 6 7 " ]
report $? "a line for each seed"
# Student's t of 2 degrees of freedom at 97.5 % is 4.30265; the lines have two decimals.
awk '$5 == "%" && $1 != "mean" { n++; sum += $4; squares += $4 * $4 }
    $1 == "mean" { said = $4 }
    /interval/ { low = $8; high = $10 }
    END {
        mean = sum / n; half = 4.30265 * sqrt((squares - n * mean * mean) / (n - 1) / n)
        exit !(n == 3 && near(said, mean) && near(low, mean - half) && near(high, mean + half))
    }
    function near(a, b) { return a != "" && a - b < 0.03 && b - a < 0.03 }' out
report $? "their mean, and its 95 % interval by Student's t"
"$sartor" --home "$work/home" --data "$mini" --threads 1 train resnet seed=6 $small >/dev/null 2>&1
"$sartor" --home "$work/home" --data "$mini" --json evaluate resnet split=test >one 2>/dev/null
awk -v said="$(sed -n 's/.*"command": *"evaluate".*"accuracy": *\([0-9.]*\),.*/\1/p' one | head -n 1)" '
    $1 == 6 { exit !(said != "" && $4 - 100 * said < 0.01 && 100 * said - $4 < 0.01) }' out
report $? "each run is a training with that seed, tried on the test file"
python3 "$speedrun" seeds=1 data="$mini" program="$sartor" epochs=none >out 2>err; code=$?
[ "$code" -ne 0 ] && grep -q "epochs" err; report $? "a command that fails ends it, with its sentence"
python3 "$speedrun" seeds >out 2>err; [ $? -ne 0 ] && grep -q "seeds=30" err; report $? "other words are refused"
finish
