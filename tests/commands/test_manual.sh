#!/bin/sh
# The manual says what the tables say.
echo "1..1"
if sh "${SRCDIR:-.}/tools/update-manual" -c "${BUILDDIR:-.}/sartor" "${SRCDIR:-.}/man/sartor-commands.7" >/dev/null; then
    echo "ok 1 - the manual is up to date"
else
    echo "not ok 1 - the manual is out of date: make update-manual"
    exit 1
fi
