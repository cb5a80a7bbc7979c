/* format_table.c - pictures with a table of their labels: metadata.csv or metadata.jsonl (Hugging
 * Face), labels.csv, train.csv with or without the endings of the files (Kaggle). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "classes.h"
#include "csv.h"
#include "formats.h"
#include "labels.h"
#include "pictures.h"
#include "sartor/base/file.h"
#include "sartor/base/json.h"
#include "sartor/base/memory.h"

static enum likeness recognise(const struct loading *loading);
static enum sr_status load(struct loading *loading, struct sr_error *error);

const struct format format_table = {"pictures with a table (metadata.csv, labels.csv)", true,
                                    recognise, load};

enum { JSONL_MAX = 256 << 20 };
static const char file_columns[] =
    "file_name filename file image path image_path filepath img image_id id";
static const char label_columns[] = "label labels class category target class_name breed tag";
static const char part_columns[] = "split partition subset set";

/* Files by their names without folders and endings, for tables that leave these out. */
struct stem {
    const char *name;
    size_t length;
    uint32_t file;
};

struct reading {
    struct loading *loading;
    size_t table;
    struct stem *stems;
    size_t stem_count, stem_room;
    struct picture_list list;
    struct label_names names;
    size_t missing, unlabelled;
    char first_missing[256];
    size_t first_line;
};

static bool table_file(const struct tree *tree, size_t file)
{
    const char *base = sr_path_name(tree->files[file].path);
    static const char *const names[] = {"metadata.csv",    "metadata.jsonl",   "labels.csv",
                                        "train.csv",       "test.csv",         "val.csv",
                                        "valid.csv",       "validation.csv",   "train_labels.csv",
                                        "annotations.csv", "train_labels.tsv", "labels.tsv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcasecmp(base, names[i])) return true;
    return false;
}

static bool json_lines(const struct tree *tree, size_t file)
{
    return tree_ends(tree->files[file].path, ".jsonl");
}

static size_t stem_length(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot != name ? (size_t)(dot - name) : strlen(name);
}

static int by_stem(const void *a, const void *b)
{
    const struct stem *x = a, *y = b;
    const int order = strncmp(x->name, y->name, x->length < y->length ? x->length : y->length);
    return order ? order : (x->length > y->length) - (x->length < y->length);
}

static void list_stems(struct reading *reading)
{
    const struct tree *tree = reading->loading->tree;
    for (size_t i = 0; i < tree->count; i++) {
        if (!pictures_like(tree, i)) continue;
        const char *base = sr_path_name(tree->files[i].path);
        sr_xgrow(&reading->stems, &reading->stem_room, reading->stem_count + 1,
                 sizeof *reading->stems);
        reading->stems[reading->stem_count++] = (struct stem){base, stem_length(base), (uint32_t)i};
    }
    if (reading->stem_count)
        qsort(reading->stems, reading->stem_count, sizeof *reading->stems, by_stem);
}

/* The file that a field means: from the table's folder, from the top, or by its name alone. */
static size_t find_file(const struct reading *reading, const char *field)
{
    const struct tree *tree = reading->loading->tree;
    const char *table = tree->files[reading->table].path;
    char path[TREE_PATH_MAX];
    while (!strncmp(field, "./", 2)) field += 2;
    snprintf(path, sizeof path, "%.*s%s", (int)tree_directory(table), table, field);
    size_t file = tree_find(tree, path);
    if (file == tree->count) file = tree_find(tree, field);
    if (file < tree->count) return file;
    const char *base = sr_path_name(field);
    for (int whole = 0; whole < 2; whole++) {
        const struct stem key = {base, whole ? strlen(base) : stem_length(base), 0};
        const struct stem *found =
            reading->stem_count
                ? bsearch(&key, reading->stems, reading->stem_count, sizeof key, by_stem)
                : NULL;
        if (found) return found->file;
    }
    return tree->count;
}

/* The part that a table's row belongs to: by its own word, or by the names of table and file. */
static enum part part_of(const struct tree *tree, size_t table, size_t file, const char *word)
{
    const char *paths[] = {tree->files[table].path, tree->files[file].path};
    if (word && part_find(word, strlen(word)) >= 0) return (enum part)part_find(word, strlen(word));
    for (int p = 0; p < 2; p++)
        for (const char *at = paths[p]; *at;) {
            const size_t length = strcspn(at, "/._-");
            /* Of the picture's own name, only the folders count. */
            if (part_find(at, length) >= 0 && (p == 0 || strchr(at, '/')))
                return (enum part)part_find(at, length);
            at += length;
            at += *at != '\0';
        }
    return PART_TRAIN;
}

static enum sr_status add_row(struct reading *reading, const char *name, const char *label,
                              const char *part, size_t line, struct sr_error *error)
{
    const struct tree *tree = reading->loading->tree;
    const size_t file = find_file(reading, name);
    if (file == tree->count) {
        if (!reading->missing++) {
            snprintf(reading->first_missing, sizeof reading->first_missing, "%s", name);
            reading->first_line = line;
        }
        return SR_OK;
    }
    if (!label || !*label) {
        reading->unlabelled++;
        return SR_OK;
    }
    const int place = label_names_add(&reading->names, label, strlen(label));
    if (place < 0)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s, line %zu: there are more than %d different labels, the most "
                            "classes there may be",
                            tree_name(tree, reading->table), line, SR_CLASSES_MAX);
    picture_list_add(&reading->list, file, place, part_of(tree, reading->table, file, part));
    return SR_OK;
}

/* Which columns tell the file and the label: by their names, or of two columns in that order. */
static bool find_columns(const struct csv *csv, int *file, int *label, int *part)
{
    *file = csv_column(csv, file_columns);
    *label = csv_column(csv, label_columns);
    *part = csv_column(csv, part_columns);
    if (csv->count == 2 && (*file < 0) != (*label < 0)) {
        if (*file < 0) *file = 1 - *label;
        if (*label < 0) *label = 1 - *file;
    }
    return *file >= 0 && *file != *label;
}

static enum sr_status read_csv(struct reading *reading, struct stream *stream,
                               struct sr_error *error)
{
    struct csv csv;
    int file, label, part;
    csv_init(&csv, stream);
    enum sr_status status = csv_next(&csv, error);
    const size_t columns = csv.count;
    if (status == SR_OK && !find_columns(&csv, &file, &label, &part))
        status = sr_error_set(error, SR_ERROR_FORMAT,
                              "%s has no column file_name in its first line", stream_name(stream));
    while (status == SR_OK) {
        status = csv_next(&csv, error);
        if (status != SR_OK || !csv.count) break;
        if (csv.count != columns)
            status = sr_error_set(error, SR_ERROR_FORMAT,
                                  "%s, line %zu: the row has %zu fields; the first row has %zu",
                                  stream_name(stream), csv.line, csv.count, columns);
        else
            status = add_row(reading, csv.fields[file], label < 0 ? NULL : csv.fields[label],
                             part < 0 ? NULL : csv.fields[part], csv.line, error);
    }
    csv_fini(&csv);
    return status;
}

/* The first member of `names`, apart by blanks, that the object has; NULL for none. */
static const struct sr_json *member(const struct sr_json *object, const char *names)
{
    char name[32];
    for (const char *at = names; *at;) {
        const size_t length = strcspn(at, " ");
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        const struct sr_json *value = sr_json_get(object, name);
        if (value) return value;
        at += length;
        at += strspn(at, " ");
    }
    return NULL;
}

static enum sr_status read_json_line(struct reading *reading, const char *line, size_t length,
                                     size_t number, struct sr_error *error)
{
    const struct tree *tree = reading->loading->tree;
    char whole[32];
    struct sr_json *object = sr_json_parse(line, length, error);
    if (!object)
        return sr_error_prefix(error, "%s, line %zu", tree_name(tree, reading->table), number);
    const char *file = sr_json_text(member(object, file_columns));
    const struct sr_json *value = member(object, label_columns);
    const char *label = sr_json_text(value), *part = sr_json_text(member(object, part_columns));
    if (value && !label) {
        snprintf(whole, sizeof whole, "%.15g", sr_json_number(value, -1));
        label = whole;
    }
    enum sr_status status =
        file ? add_row(reading, file, label, part, number, error)
             : sr_error_set(error, SR_ERROR_FORMAT, "%s, line %zu: there is no \"file_name\"",
                            tree_name(tree, reading->table), number);
    sr_json_free(object);
    return status;
}

static enum sr_status read_jsonl(struct reading *reading, struct stream *stream,
                                 struct sr_error *error)
{
    size_t length, number = 0;
    char *text = stream_take(stream, JSONL_MAX, &length, error);
    if (!text) return error->status;
    enum sr_status status = SR_OK;
    for (size_t at = 0; at < length && status == SR_OK;) {
        const char *line = text + at, *end = memchr(line, '\n', length - at);
        const size_t own = end ? (size_t)(end - line) : length - at;
        number++;
        if (strspn(line, " \t\r") < own) status = read_json_line(reading, line, own, number, error);
        at += own + 1;
    }
    free(text);
    return status;
}

static enum likeness recognise(const struct loading *loading)
{
    const struct tree *tree = loading->tree;
    struct csv csv;
    int file, label, part;
    if (loading->only) return LIKE_NOTHING;
    size_t pictures = 0;
    for (size_t i = 0; i < tree->count && !pictures; i++) pictures = pictures_like(tree, i);
    if (!pictures) return LIKE_NOTHING;
    for (size_t i = 0; i < tree->count; i++) {
        if (!table_file(tree, i)) continue;
        if (json_lines(tree, i)) return LIKE_CONTENT;
        struct stream *stream = tree_stream(tree, i, NULL);
        if (!stream) continue;
        csv_init(&csv, stream);
        const bool good = csv_next(&csv, NULL) == SR_OK && csv.count > 1 &&
                          find_columns(&csv, &file, &label, &part);
        csv_fini(&csv);
        stream_close(stream);
        if (good) return LIKE_CONTENT;
    }
    return LIKE_NOTHING;
}

static enum sr_status read_tables(struct reading *reading, struct sr_error *error)
{
    const struct tree *tree = reading->loading->tree;
    enum sr_status status = SR_OK;
    list_stems(reading);
    for (size_t i = 0; i < tree->count && status == SR_OK; i++) {
        if (!table_file(tree, i)) continue;
        struct stream *stream = tree_stream(tree, i, error);
        if (!stream) return error->status;
        reading->table = i;
        status = json_lines(tree, i) ? read_jsonl(reading, stream, error)
                                     : read_csv(reading, stream, error);
        stream_close(stream);
        if (status == SR_OK && reading->missing)
            status = sr_error_set(
                error, SR_ERROR_FORMAT,
                "%s names %zu file%s that %s not there, the first on line %zu: %s",
                tree_name(tree, i), reading->missing, reading->missing == 1 ? "" : "s",
                reading->missing == 1 ? "is" : "are", reading->first_line, reading->first_missing);
    }
    if (status == SR_OK && !reading->list.count)
        status = sr_error_set(error, SR_ERROR_FORMAT,
                              "%s: no row of its tables has a picture and a label",
                              reading->loading->opening->path);
    return status;
}

static enum sr_status load(struct loading *loading, struct sr_error *error)
{
    struct reading reading = {.loading = loading};
    struct sr_dataset *dataset = loading->dataset;
    uint8_t place[SR_CLASSES_MAX];
    enum sr_status status = read_tables(&reading, error);
    if (status == SR_OK) {
        label_names_sort(&reading.names, true, place);
        for (size_t i = 0; i < reading.list.count; i++)
            reading.list.rows[i].label = place[reading.list.rows[i].label];
        if (reading.unlabelled)
            dataset_note(dataset, "%zu rows of the tables have no label and were left out.",
                         reading.unlabelled);
        status = label_names_use(&reading.names, dataset, "a label of the table", error);
    }
    if (status == SR_OK) status = pictures_load(loading, &reading.list, error);
    picture_list_fini(&reading.list);
    label_names_fini(&reading.names);
    free(reading.stems);
    return status;
}
