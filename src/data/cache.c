/* cache.c - see cache.h. A file is: MAGIC, length and checksum of a JSON object, the object, which
 * tells all but these; labels of train and test; sizes of their pictures, where these differ; from
 * multiples of ALIGNED on, pixels of train and of test.
 */
#include "cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "pixels.h"
#include "sartor/base/file.h"
#include "sartor/base/json.h"
#include "sartor/base/kept.h"
#include "sartor/base/memory.h"

#define MAGIC "sartor-set 2\n\0\0"
enum { MAGIC_BYTES = 16, ALIGNED = 64 << 10, JSON_MAX = 1 << 20 };
static const uint64_t cache_bytes = (uint64_t)8 << 30;

/* FNV-1a, twice from different beginnings. */
static void mix(uint64_t hash[2], const void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        for (int k = 0; k < 2; k++)
            hash[k] = (hash[k] ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3u;
}

static void mix_number(uint64_t hash[2], uint64_t number)
{
    mix(hash, &number, sizeof number);
}

static void print_hash(const uint64_t hash[2], char text[33])
{
    snprintf(text, 33, "%016llx%016llx", (unsigned long long)hash[0], (unsigned long long)hash[1]);
}

void cache_key(const struct loading *loading, const char *form, struct cache_key *key)
{
    const struct sr_opening *opening = loading->opening;
    uint64_t hash[2] = {0xcbf29ce484222325u, 0x84222325cbf29ce4u};
    mix(hash, MAGIC, MAGIC_BYTES);
    mix(hash, form, strlen(form) + 1);
    if (loading->only) mix(hash, loading->only, strlen(loading->only) + 1);
    const uint64_t how[] = {
        (uint64_t)opening->wishes.size, opening->wishes.fit, opening->wishes.colour,
        opening->wishes.transpose,      opening->skip,       opening->seed};
    for (size_t i = 0; i < sizeof how / sizeof *how; i++) mix_number(hash, how[i]);
    for (size_t i = 0; i < loading->tree->count; i++) {
        const struct tree_file *file = &loading->tree->files[i];
        mix(hash, file->path, strlen(file->path) + 1);
        mix_number(hash, file->size);
    }
    print_hash(hash, key->names);
    for (size_t i = 0; i < loading->tree->count; i++)
        mix_number(hash, loading->tree->files[i].stamp);
    print_hash(hash, key->stamps);
}

/* "FOLDER/NAMES-OTHER.ENDING"; NULL where there is no folder. */
static char *path_of(const struct cache_key *key, const char *other, const char *ending)
{
    char *folder = pixels_folder();
    char *path = folder ? sr_xprintf("%s/%s-%s.%s", folder, key->names, other, ending) : NULL;
    free(folder);
    return path;
}

static bool print_contents(const struct loading *loading, char text[33])
{
    uint64_t hash[2];
    if (!tree_contents(loading->tree, loading->opening->pool, loading->opening->monitor, hash))
        return false;
    print_hash(hash, text);
    return true;
}

static size_t aligned(size_t at)
{
    return (at + ALIGNED - 1) / ALIGNED * ALIGNED;
}

/* Checksum of the sizes of pictures; -1 where there are none. */
static int64_t sum_sizes(const struct sr_dataset *dataset)
{
    unsigned long sum = 0;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        if (!dataset->sizes[f]) return -1;
        sum = crc32_z(sum, (const uint8_t *)dataset->sizes[f],
                      dataset->files[f].count * sizeof *dataset->sizes[f]);
    }
    return (int64_t)sum;
}

/* --- writing -------------------------------------------------------------------------------- */

static void describe(const struct sr_dataset *dataset, struct sr_text *text)
{
    struct sr_json *object = sr_json_object(), *names = sr_json_array(), *notes = sr_json_array();
    const struct sr_images *train = &dataset->files[SR_FILE_TRAIN];
    char fitting[128];
    for (int c = 0; c < dataset->classes; c++) sr_json_add_text(names, dataset->class_names[c]);
    for (int n = 0; dataset->notes[n]; n++) sr_json_add_text(notes, dataset->notes[n]);
    sr_fitting_print(&dataset->fitting, fitting, sizeof fitting);
    sr_json_set_text(object, "form", dataset->form);
    sr_json_set(object, "classes", names);
    sr_json_set(object, "notes", notes);
    sr_json_set_text(object, "fitting", fitting);
    sr_json_set_text(object, "digest", dataset->digest);
    sr_json_set_integer(object, "validation", (int64_t)dataset->validation);
    sr_json_set_integer(object, "unlabelled", dataset->unlabelled);
    sr_json_set_integer(object, "known", dataset->known);
    sr_json_set_integer(object, "sample", dataset->sample);
    sr_json_set_integer(object, "height", train->shape.height);
    sr_json_set_integer(object, "width", train->shape.width);
    sr_json_set_integer(object, "channels", train->shape.channels);
    sr_json_set_integer(object, "train", (int64_t)train->count);
    sr_json_set_integer(object, "test", (int64_t)dataset->files[SR_FILE_TEST].count);
    sr_json_set_integer(object, "sizes", sum_sizes(dataset));
    sr_json_print(object, text);
    sr_json_free(object);
}

static bool put(FILE *file, const void *bytes, size_t length)
{
    return !length || fwrite(bytes, 1, length, file) == length;
}

static bool write_set(FILE *file, const struct sr_dataset *dataset)
{
    struct sr_text text = {0};
    describe(dataset, &text);
    const uint64_t head[2] = {text.length, crc32_z(0, (const uint8_t *)text.bytes, text.length)};
    bool good = put(file, MAGIC, MAGIC_BYTES) && put(file, head, sizeof head) &&
                put(file, text.bytes, text.length);
    sr_text_fini(&text);
    for (int f = 0; f < SR_FILE_COUNT; f++)
        good = good && put(file, dataset->files[f].labels, dataset->files[f].count);
    for (int f = 0; f < SR_FILE_COUNT && sum_sizes(dataset) >= 0; f++)
        good = good &&
               put(file, dataset->sizes[f], dataset->files[f].count * sizeof *dataset->sizes[f]);
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const struct sr_images *images = &dataset->files[f];
        const off_t at = ftello(file);
        good = good && at >= 0 && fseeko(file, (off_t)aligned((size_t)at), SEEK_SET) == 0 &&
               put(file, images->pixels, images->count * sr_shape_size(images->shape));
    }
    return good;
}

/* Does a note lead to a set that is there? */
static bool leads(const char *folder, const char *name)
{
    size_t length;
    struct sr_error ignored;
    char *path = sr_path_join(folder, name);
    char *contents = sr_file_read(path, 32, &length, &ignored);
    char *set = contents ? sr_xprintf("%s/%.32s-%s.set", folder, name, contents) : NULL;
    const bool there = set && sr_path_exists(set);
    free(path);
    free(contents);
    free(set);
    return there;
}

/* Leave room for `bytes` more, and no notes that lead nowhere. */
static void make_room(const char *folder, uint64_t bytes)
{
    size_t count;
    struct sr_error ignored;
    sr_kept_bound(folder, ".set", cache_bytes - bytes);
    char **names = sr_directory_list(folder, &count, &ignored);
    for (size_t i = 0; names && i < count; i++) {
        if (!strcmp(sr_path_extension(names[i]), ".note") && !leads(folder, names[i])) {
            char *path = sr_path_join(folder, names[i]);
            unlink(path);
            free(path);
        }
        free(names[i]);
    }
    free(names);
}

/* Files of these names, inodes and times hold what the set of these contents was made from. */
static void write_note(const struct cache_key *key, const char *contents)
{
    struct sr_error ignored;
    char *path = path_of(key, key->stamps, "note");
    if (path) sr_file_write(path, contents, strlen(contents), &ignored);
    free(path);
}

void cache_save(const struct cache_key *key, const struct loading *loading)
{
    const struct sr_dataset *dataset = loading->dataset;
    struct sr_output output;
    struct sr_error ignored;
    uint64_t bytes = 0;
    char contents[33], *folder = pixels_folder(), *path = NULL;
    for (int f = 0; f < SR_FILE_COUNT; f++)
        bytes += dataset->files[f].count * sr_shape_size(dataset->files[f].shape);
    if (folder && bytes <= cache_bytes && print_contents(loading, contents))
        path = path_of(key, contents, "set");
    if (path) {
        make_room(folder, bytes);
        if (sr_output_open(&output, path, &ignored) == SR_OK) {
            if (!write_set(output.stream, dataset))
                sr_output_abort(&output);
            else if (sr_output_commit(&output, &ignored) == SR_OK)
                write_note(key, contents);
        }
    }
    free(folder);
    free(path);
}

/* --- reading -------------------------------------------------------------------------------- */

static int64_t whole(const struct sr_json *object, const char *key, double most)
{
    const double value = sr_json_number(sr_json_get(object, key), -1);
    return value >= 0 && value <= most ? (int64_t)value : -1;
}

static bool read_texts(const struct sr_json *list, char **texts, size_t most, size_t *count)
{
    *count = sr_json_is_array(list) ? sr_json_length(list) : most + 1;
    if (*count > most) return false;
    for (size_t i = 0; i < *count; i++) {
        const char *text = sr_json_text(sr_json_at(list, i));
        if (!text) return false;
        texts[i] = sr_xstrdup(text);
    }
    return true;
}

static bool read_object(const struct sr_json *object, struct sr_dataset *dataset)
{
    const char *form = sr_json_text(sr_json_get(object, "form")),
               *fitting = sr_json_text(sr_json_get(object, "fitting")),
               *digest = sr_json_text(sr_json_get(object, "digest"));
    const double rows = UINT32_MAX;
    const int64_t train = whole(object, "train", rows), test = whole(object, "test", rows),
                  height = whole(object, "height", SR_SIDE_MAX),
                  width = whole(object, "width", SR_SIDE_MAX),
                  channels = whole(object, "channels", 3),
                  validation = whole(object, "validation", rows);
    size_t classes, notes;
    if (!form || !fitting || !digest || strlen(digest) >= sizeof dataset->digest || train < 1 ||
        test < 0 || height < SR_SIDE_MIN || width < SR_SIDE_MIN ||
        (channels != 1 && channels != 3) || validation < 0 || validation > train ||
        !sr_fitting_read(&dataset->fitting, fitting) ||
        !read_texts(sr_json_get(object, "classes"), dataset->class_names, SR_CLASSES_MAX,
                    &classes) ||
        !read_texts(sr_json_get(object, "notes"), dataset->notes, SR_NOTES_MAX, &notes) || !classes)
        return false;
    snprintf(dataset->form, sizeof dataset->form, "%s", form);
    snprintf(dataset->digest, sizeof dataset->digest, "%s", digest);
    dataset->classes = (int)classes;
    dataset->validation = (size_t)validation;
    dataset->unlabelled = whole(object, "unlabelled", 1) == 1;
    dataset->known = whole(object, "known", 1) == 1;
    dataset->sample = whole(object, "sample", 1) == 1;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        dataset->files[f].count = (size_t)(f == SR_FILE_TRAIN ? train : test);
        dataset->files[f].shape = (struct sr_shape){(int)height, (int)width, (int)channels};
    }
    return true;
}

/* `sum`: as sum_sizes has it. */
static bool read_sizes(FILE *file, int64_t sum, struct sr_dataset *dataset)
{
    for (int f = 0; sum >= 0 && f < SR_FILE_COUNT; f++) {
        const size_t count = dataset->files[f].count;
        struct sr_picture_size *sizes = sr_array_raw(count, sizeof *sizes, "sizes", NULL);
        dataset->sizes[f] = sizes;
        if (!sizes || fread(sizes, sizeof *sizes, count, file) != count) return false;
        for (size_t i = 0; i < count; i++)
            if (!sizes[i].width || !sizes[i].height) return false;
    }
    return sum_sizes(dataset) == sum;
}

/* Labels are read, pixels mapped; all must be there, and have the digest. */
static bool read_images(FILE *file, int64_t sizes, struct sr_dataset *dataset)
{
    char digest[40];
    struct stat about;
    uint32_t sums[2 * SR_FILE_COUNT];
    size_t rows = 0;
    for (int f = 0; f < SR_FILE_COUNT; f++) rows += dataset->files[f].count;
    if (fstat(fileno(file), &about) != 0 || rows > (size_t)about.st_size) return false;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        struct sr_images *images = &dataset->files[f];
        images->labels = sr_array_raw(images->count, 1, "labels", NULL);
        if (!images->labels || fread(images->labels, 1, images->count, file) != images->count)
            return false;
        for (size_t i = 0; i < images->count; i++)
            if (images->labels[i] >= dataset->classes) return false;
    }
    if (!read_sizes(file, sizes, dataset)) return false;
    size_t at = (size_t)ftello(file);
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        struct sr_images *images = &dataset->files[f];
        const size_t bytes = images->count * sr_shape_size(images->shape);
        at = aligned(at);
        if (!bytes) continue;
        if (at + bytes > (size_t)about.st_size) return false;
        images->pixels = pixels_map(fileno(file), at, bytes);
        if (!images->pixels) return false;
        at += bytes;
    }
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const struct sr_images *images = &dataset->files[f];
        const size_t bytes = images->count * sr_shape_size(images->shape);
        sums[2 * f] = bytes ? (uint32_t)crc32_z(0, images->pixels, bytes) : 0;
        sums[2 * f + 1] = (uint32_t)crc32_z(0, images->labels, images->count);
    }
    snprintf(digest, sizeof digest, "%08x%08x%08x%08x", sums[0], sums[1], sums[2], sums[3]);
    return !strcmp(digest, dataset->digest);
}

static bool read_set(FILE *file, struct sr_dataset *dataset)
{
    char magic[MAGIC_BYTES];
    uint64_t head[2];
    if (fread(magic, 1, sizeof magic, file) != sizeof magic ||
        memcmp(magic, MAGIC, MAGIC_BYTES) != 0 ||
        fread(head, 1, sizeof head, file) != sizeof head || head[0] > JSON_MAX)
        return false;
    const size_t length = (size_t)head[0];
    char *text = sr_xalloc(length + 1);
    struct sr_error ignored;
    struct sr_json *object = fread(text, 1, length, file) == length &&
                                     crc32_z(0, (const uint8_t *)text, length) == head[1]
                                 ? sr_json_parse(text, length, &ignored)
                                 : NULL;
    const bool good = object && read_object(object, dataset) &&
                      read_images(file, whole(object, "sizes", UINT32_MAX), dataset);
    sr_json_free(object);
    free(text);
    return good;
}

static void clear(struct sr_dataset *dataset)
{
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        sr_images_fini(&dataset->files[f]);
        free(dataset->sizes[f]);
        dataset->sizes[f] = NULL;
    }
    for (int c = 0; c < SR_CLASSES_MAX; c++) {
        free(dataset->class_names[c]);
        dataset->class_names[c] = NULL;
    }
    for (int n = 0; n < SR_NOTES_MAX; n++) {
        free(dataset->notes[n]);
        dataset->notes[n] = NULL;
    }
    dataset->classes = 0;
    dataset->validation = 0;
    dataset->known = dataset->sample = dataset->unlabelled = false;
}

static bool load_file(const char *path, struct sr_dataset *dataset)
{
    FILE *file = path ? fopen(path, "rbe") : NULL;
    if (!file) return false;
    const bool good = read_set(file, dataset);
    if (good)
        sr_kept_used(path);
    else
        clear(dataset);
    fclose(file);
    return good;
}

/* The set that the note on these files leads to. */
static bool load_noted(const struct cache_key *key, struct sr_dataset *dataset)
{
    size_t length;
    struct sr_error ignored;
    char *note = path_of(key, key->stamps, "note");
    char *contents = note ? sr_file_read(note, 32, &length, &ignored) : NULL;
    const bool hash = contents && length == 32 && strspn(contents, "0123456789abcdef") == 32;
    char *path = hash ? path_of(key, contents, "set") : NULL;
    const bool good = load_file(path, dataset);
    free(note);
    free(contents);
    free(path);
    return good;
}

/* Is there a set of files with these names and sizes, whatever they hold? */
static bool any_set(const struct cache_key *key)
{
    size_t count;
    bool found = false;
    struct sr_error ignored;
    char *folder = pixels_folder();
    char **names = folder ? sr_directory_list(folder, &count, &ignored) : NULL;
    for (size_t i = 0; names && i < count; i++) {
        found = found || (!strncmp(names[i], key->names, strlen(key->names)) &&
                          !strcmp(sr_path_extension(names[i]), ".set"));
        free(names[i]);
    }
    free(names);
    free(folder);
    return found;
}

bool cache_load(const struct cache_key *key, const struct loading *loading)
{
    char contents[33];
    if (load_noted(key, loading->dataset)) return true;
    if (!any_set(key) || !print_contents(loading, contents)) return false;
    char *path = path_of(key, contents, "set");
    const bool good = load_file(path, loading->dataset);
    if (good) write_note(key, contents);
    free(path);
    return good;
}
