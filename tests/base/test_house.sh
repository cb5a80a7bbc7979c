#!/bin/sh
# The house rules: which room may include which, who owns a library, what no file may hold.
# A room includes only rooms on its own line or below; the list goes from top to bottom.
set -u
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
figure explain jobs
eval
models
nn
data
compute
cells
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
owner 'png\.h' 'figure|data' libpng
owner 'zlib\.h' 'data' zlib

found=$(grep -lE '\b(printf|puts|putchar|perror)\(' src/base/*.c src/cells/*.c src/compute/*.c src/data/*.c src/nn/*.c \
    src/models/*.c src/eval/*.c src/figure/*.c src/explain/*.c src/jobs/*.c src/app/*.c 2>/dev/null)
[ -z "$found" ] || echo "# $found"
[ -z "$found" ]; say $? "nothing below the commands prints"

found=$(grep -nE '\b_?exit\(' src/*/*.c | grep -v 'src/ui/')
[ -z "$found" ] || echo "# $found"
[ -z "$found" ]; say $? "nothing below main exits"

echo "1..$n"
exit $bad
