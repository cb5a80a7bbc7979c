/* forms.h - writing images in the forms that data sets are kept in, for tests. */
#ifndef SARTOR_TESTS_DATA_FORMS_H
#define SARTOR_TESTS_DATA_FORMS_H

#include <archive.h>
#include <archive_entry.h>
#include <ftw.h>
#include <png.h>
#include <sys/stat.h>

#include "sartor/base/file.h"
#include "sartor/data/dataset.h"

static char forms_root[64];

static int forms_make(void **state)
{
    (void)state;
    strcpy(forms_root, "/tmp/sartor-forms-XXXXXX");
    return mkdtemp(forms_root) ? 0 : -1;
}

static int forms_unlink(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    return remove(path);
}

static int forms_remove(void **state)
{
    (void)state;
    return nftw(forms_root, forms_unlink, 16, FTW_DEPTH | FTW_PHYS);
}

/* A path below the folder of the test, whose folders are made; valid until the eighth call after.
 */
static const char *forms_path(const char *format, ...) __attribute__((format(printf, 1, 2)));
static const char *forms_path(const char *format, ...)
{
    static char paths[8][512];
    static int next;
    char *path = paths[next++ % 8], name[256];
    struct sr_error error;
    va_list list;
    va_start(list, format);
    vsnprintf(name, sizeof name, format, list);
    va_end(list);
    snprintf(path, sizeof paths[0], "%s/%s", forms_root, name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    assert_int_equal(sr_directory_make(path, &error), SR_OK);
    *slash = '/';
    return path;
}

static inline const char *forms_write(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* A PNG file in memory, freed by the caller. */
static inline void *forms_png(const uint8_t *pixels, int height, int width, int channels,
                              size_t *length)
{
    static const int formats[] = {0, PNG_FORMAT_GRAY, PNG_FORMAT_GA, PNG_FORMAT_RGB,
                                  PNG_FORMAT_RGBA};
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)width,
                       .height = (png_uint_32)height,
                       .format = (png_uint_32)formats[channels]};
    png_alloc_size_t size = 0;
    assert_true(png_image_write_to_memory(&image, NULL, &size, 0, pixels, 0, NULL));
    void *bytes = malloc(size);
    assert_non_null(bytes);
    assert_true(png_image_write_to_memory(&image, bytes, &size, 0, pixels, 0, NULL));
    *length = size;
    return bytes;
}

static inline void forms_put_png(const char *path, const uint8_t *pixels, int height, int width,
                                 int channels)
{
    size_t length;
    void *bytes = forms_png(pixels, height, width, channels, &length);
    forms_write(path, bytes, length);
    free(bytes);
}

/* A zip file (`tar` NULL), or a tar file packed by that filter: "none" or "gzip". */
static inline struct archive *forms_archive(const char *path, const char *tar)
{
    struct archive *archive = archive_write_new();
    if (!tar)
        archive_write_set_format_zip(archive);
    else
        archive_write_set_format_ustar(archive);
    if (tar && !strcmp(tar, "gzip")) archive_write_add_filter_gzip(archive);
    assert_int_equal(archive_write_open_filename(archive, path), ARCHIVE_OK);
    return archive;
}

static inline void forms_add(struct archive *archive, const char *name, const void *bytes,
                             size_t length)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)length);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(archive, bytes, length), length);
    archive_entry_free(entry);
}

static inline void forms_close(struct archive *archive)
{
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
}

/* An array as .npy, in memory, freed by the caller. `shape` is Python's text. */
static inline void *forms_npy(const char *type, bool fortran, const char *shape,
                              const void *content, size_t size, size_t *length)
{
    char *bytes = malloc(128 + size);
    assert_non_null(bytes);
    memcpy(bytes, "\x93NUMPY\1\0\x76\0", 10);
    memset(bytes + 10, ' ', 118);
    const int used =
        snprintf(bytes + 10, 118, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", type,
                 fortran ? "True" : "False", shape);
    bytes[10 + used] = ' ';
    bytes[127] = '\n';
    memcpy(bytes + 128, content, size);
    *length = 128 + size;
    return bytes;
}

#endif
