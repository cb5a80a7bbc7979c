#!/bin/sh
# Every C file is as clang-format writes it; skipped where that is not installed.
set -u
cd "${SRCDIR:-.}" || exit 1
name="every file is as clang-format writes it"
echo "1..1"
command -v clang-format >/dev/null 2>&1 || { echo "ok 1 - $name # SKIP clang-format is not installed"; exit 0; }
found=$(clang-format --dry-run --Werror src/*.c src/*/*.[ch] include/sartor/*/*.h tests/*.h tests/*/*.[ch] 2>&1) &&
    { echo "ok 1 - $name"; exit 0; }
echo "$found" | sed -n 's/^\([^:]*\):.*clang-formatted.*/# clang-format -i \1/p' | sort -u
echo "not ok 1 - $name"
exit 1
