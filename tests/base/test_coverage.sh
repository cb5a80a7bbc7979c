#!/bin/sh
# tests/coverage on two small files of which a part is executed.
. "${SRCDIR:-.}/tests/program.sh"
if ! command -v gcov >/dev/null || ! command -v gcc >/dev/null; then
    echo "ok 1 - coverage is read # SKIP no gcc with gcov"; echo "1..1"; exit 0
fi
mkdir -p src/one src/two src/three tests/three
cat >src/one/half.c <<'END'
int half(int n);
int half(int n)
{
    if (n > 1)
        return n / 2;
    return 0;
}
END
cat >src/two/never.c <<'END'
int never(int n);
int never(int n)
{
    return n + 1;
}
END
cat >src/three/static.c <<'END'
int twice(int n);
int twice(int n)
{
    return 2 * n;
}
END
cat >tests/three/test.c <<'END'
#include "../../src/three/static.c"
int main(void) { return twice(2) != 4; }
END
cat >src/main.c <<'END'
int half(int n);
int main(void) { return half(4) != 2; }
END
gcc --coverage -c -o src/one/half.o src/one/half.c && gcc --coverage -c -o src/two/never.o src/two/never.c &&
    gcc --coverage -c -o src/three/static.o src/three/static.c &&
    gcc --coverage -c -o tests/three/test.o tests/three/test.c && gcc --coverage -o test tests/three/test.o &&
    gcc --coverage -c -o src/main.o src/main.c && gcc --coverage -o try src/main.o src/one/half.o src/two/never.o
report $? "built"
sh "$source/tests/coverage" >out 2>err; code=$?
grep -q '^one  *4  *0\.0  *2  *0\.0$' out && grep -q '^all  *[0-9]*  *0\.0 ' out; report $? "before a run nothing is executed"
./try && sh "$source/tests/coverage" >out 2>err; report $? "after a run"
grep -q '^one  *4  *75\.0  *2  *50\.0$' out; report $? "a room's share of lines and branches"
grep -q '^two  *2  *0\.0  *0  *100\.0$' out; report $? "a file that nothing calls counts too"
./test && sh "$source/tests/coverage" >out 2>err && grep -q '^three  *2  *100\.0  *0  *100\.0$' out; report $? "what a test has executed of a file that it includes counts"
grep -q '^    2 of     2  src/two/never.c$' out; report $? "the files with the most lines that were not executed"
grep -q '^src/one/half.c:6: not executed: *return 0;$' coverage.txt && grep -q '^src/one/half.c:4: branch 1 not taken:' coverage.txt
report $? "each line and branch by name"
sh "$source/tests/coverage" one >out 2>err && ! grep -q '^two' out && ! grep -q 'src/two' coverage.txt; report $? "one room only"
mkdir empty && cd empty && mkdir src && { sh "$source/tests/coverage" >out 2>err; code=$?; }
expect 1 "is this a build with --coverage?" "a build without it is named"
finish
