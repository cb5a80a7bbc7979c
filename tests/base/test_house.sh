#!/bin/sh
# The house rules: which room may include which, who owns a library, what no file may hold, and
# that no object files of a room need one another.
# A room includes only rooms on its own line or below; the list goes from top to bottom.
set -u
objects=$(cd "${BUILDDIR:-.}" && pwd) || exit 1
cd "${SRCDIR:-.}" || exit 1
n=0 bad=0
say() { # status name
    n=$((n + 1))
    [ "$1" -eq 0 ] && echo "ok $n - $2" || { echo "not ok $n - $2"; bad=1; }
}

lines='ui batch
commands
panes
app
figure explain jobs onnx
models audit
eval nn
data embed
compute
cells mpi
base'
level() { echo "$lines" | grep -nw -- "$1" | cut -d: -f1 | head -n 1; }

wrong=
for file in src/*/*.[ch] include/sartor/*/*.h; do
    room=$(echo "$file" | sed 's|^src/||; s|^include/sartor/||; s|/.*||')
    own=$(level "$room")
    for other in $(sed -n 's|^#include "sartor/\([a-z]*\)/.*|\1|p' "$file" | sort -u); do
        [ "$other" = "$room" ] && continue
        theirs=$(level "$other")
        if [ -z "$own" ] || [ -z "$theirs" ] || [ "$theirs" -le "$own" ]; then
            echo "# $file ($room) includes $other, which is not below it"
            wrong=yes
        fi
    done
done
[ -z "$wrong" ]; say $? "rooms include only rooms below them"

owner() { # header pattern, rooms, name
    found=$(grep -lE "^#[[:space:]]*include[[:space:]]*<($1)" src/*/*.[ch] src/main.c include/sartor/*/*.h |
        grep -vE "^(src|include/sartor)/($2)/")
    [ -z "$found" ] || echo "# $found"
    [ -z "$found" ]; say $? "$3 belongs to $2"
}
owner 'ncurses|curses\.h|term\.h|ncursesw/' 'ui' ncurses
owner 'cblas\.h|openblas' 'compute' OpenBLAS
owner 'pthread\.h' 'base' pthreads
owner 'jansson\.h' 'base' jansson
owner 'cairo' 'figure' cairo
owner 'pango/' 'figure' Pango
owner 'png\.h' 'figure|data' libpng
owner 'zlib\.h' 'data' zlib
owner 'jpeglib\.h|webp/' 'data' 'libjpeg and libwebp'
owner 'mpi\.h' 'mpi' MPI
owner 'archive(_entry)?\.h' 'data' libarchive

found=$(grep -lE '\b(printf|puts|putchar|perror)\(' src/base/*.c src/cells/*.c src/compute/*.c src/data/*.c src/embed/*.c src/nn/*.c \
    src/models/*.c src/onnx/*.c src/eval/*.c src/figure/*.c src/explain/*.c src/jobs/*.c src/app/*.c src/audit/*.c 2>/dev/null)
[ -z "$found" ] || echo "# $found"
[ -z "$found" ]; say $? "nothing below the commands prints"

found=$(grep -nE '\b_?exit\(' src/*/*.c | grep -v 'src/ui/')
[ -z "$found" ] || echo "# $found"
[ -z "$found" ]; say $? "nothing below main exits"

# Each fuzz target is replayed by make check and run by make fuzz.
found=$(for file in tests/*/fuzz_*.c; do
    grep -q "_SOURCES = $file tests/data/test_replay.c" tests/fuzz.mk && grep -qE "^.${file%.c}( |\$)" tests/fuzz.mk ||
        echo "# $file"
done)
[ -z "$found" ] || echo "$found"
[ -z "$found" ]; say $? "every fuzz target is replayed and fuzzed"

# What a file may need of its room without making a circle, and why.
allowed='commands/list: the table names every command, and a command may look up others in it'

# A line for each circle of a room: the files that need one another, directly or by way of others.
circles() { # room
    for file in src/"$1"/*.c; do
        name=${file##*/}
        object=$objects/src/$1/libsartor_a-${name%.c}.o
        case "$allowed" in *"$1/${name%.c}:"*) continue ;; esac
        [ ! -f "$object" ] || echo "$object"
    done | xargs -r nm -A | awk '
        { file = $1; sub(/.*libsartor_a-/, "", file); sub(/\.o:.*/, "", file) }
        $(NF - 1) ~ /^[TDBR]$/ { owner[$NF] = file }
        $(NF - 1) ~ /U$/ { user[++uses] = file; used[uses] = $NF }
        END {
            for (i = 1; i <= uses; i++) {
                a = user[i]; b = owner[used[i]]
                if (b == "" || a == b || (a, b) in needs) continue
                needs[a, b]; needed[a] = needed[a] " " b; files[a]; files[b]
            }
            for (a in files) {
                waiting = needed[a]
                while (split(waiting, first, " ")) {
                    b = first[1]
                    sub("^ *" b, "", waiting)
                    if ((a, b) in reaches) continue
                    reaches[a, b]; waiting = waiting needed[b]
                }
            }
            for (a in files) for (b in files)
                if ((a, b) in reaches && (b, a) in reaches) print a, b
        }' | sort | awk '{ all[$1] = all[$1] " " $2 } END { for (a in all) print all[a] }' | sort -u
}

found=$(for room in $lines; do circles "$room" | sed "s/^/# $room: these need one another:/"; done)
[ -z "$found" ] || echo "$found"
[ -z "$found" ]; say $? "no object files of a room need one another, but for those that are listed"

echo "1..$n"
exit $bad
