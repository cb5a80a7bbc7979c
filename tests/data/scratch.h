/* scratch.h - a folder for a test's own files, and IDX files to put there. */
#ifndef SARTOR_TESTS_DATA_SCRATCH_H
#define SARTOR_TESTS_DATA_SCRATCH_H

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static char scratch[64];

static int scratch_make(void **state)
{
    (void)state;
    strcpy(scratch, "/tmp/sartor-test-XXXXXX");
    return mkdtemp(scratch) ? 0 : -1;
}

static int scratch_remove(void **state)
{
    (void)state;
    DIR *directory = opendir(scratch);
    if (!directory) return -1;
    for (struct dirent *entry; (entry = readdir(directory));) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", scratch, entry->d_name);
        if (unlink(path) != 0) rmdir(path);
    }
    closedir(directory);
    return rmdir(scratch);
}

/* A path in the folder; valid until the eighth call after. */
static const char *scratch_path(const char *name)
{
    static char paths[8][512];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", scratch, name);
    return path;
}

static inline const char *scratch_write(const char *name, const void *bytes, size_t length)
{
    const char *path = scratch_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    return path;
}

static inline const char *scratch_pack(const char *name, const void *bytes, size_t length)
{
    const char *path = scratch_path(name);
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, (unsigned)length), (int)length);
    assert_int_equal(gzclose(file), Z_OK);
    return path;
}

/* An IDX header: magic and `count` sizes, big-endian. Its length. */
static size_t idx_header(uint8_t *out, uint32_t magic, int count, const uint32_t *sizes)
{
    for (int i = -1; i < count; i++) {
        uint32_t value = i < 0 ? magic : sizes[i];
        *out++ = (uint8_t)(value >> 24);
        *out++ = (uint8_t)(value >> 16);
        *out++ = (uint8_t)(value >> 8);
        *out++ = (uint8_t)value;
    }
    return 4 + 4 * (size_t)count;
}

#endif
