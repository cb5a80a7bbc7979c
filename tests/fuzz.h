/* fuzz.h - what the fuzz targets share. Each is a libFuzzer program (CC=clang, --enable-fuzzing),
 * and is replayed with its corpus and thousands of changes to it by make check
 * (data/test_replay.c). */
#ifndef SARTOR_TESTS_FUZZ_H
#define SARTOR_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sartor/base/error.h"
#include "sartor/base/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* What must hold of any input. */
static inline void must(bool holds)
{
    if (!holds) abort();
}

/* A refusal has a sentence. */
static inline void must_say(const struct sr_error *error)
{
    must(error->status && error->text[0] && memchr(error->text, 0, sizeof error->text));
}

/* The input as text, as a reader of files gives it: with a NUL behind it. To be freed. */
static inline char *input_text(const uint8_t *bytes, size_t length)
{
    char *text = sr_xalloc(length + 1);
    if (length) memcpy(text, bytes, length);
    return text;
}

/* The input as a file in memory; the same path each time. */
static inline const char *input_file(const uint8_t *bytes, size_t length)
{
    static int descriptor = -1;
    static char path[64];
    if (descriptor < 0) {
        descriptor = memfd_create("input", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    }
    must(!ftruncate(descriptor, 0) && pwrite(descriptor, bytes, length, 0) == (ssize_t)length);
    return path;
}

/* The input as the file sartor/NAME of the folder that `variable` (XDG_CONFIG_HOME or another)
 * names: a link within HOME, which those who run fuzz targets remove. */
static inline void input_linked(const uint8_t *bytes, size_t length, const char *variable,
                                const char *name)
{
    const char *input = input_file(bytes, length), *home = getenv("HOME");
    char path[4096];
    must(home != NULL);
    if (setenv(variable, home, 1)) abort();
    snprintf(path, sizeof path, "%s/sartor", home);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/sartor/%s", home, name);
    if (symlink(input, path)) must(access(path, F_OK) == 0);
}

#endif
