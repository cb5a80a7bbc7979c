/* format_csv.c - CSV of pixels: a row for each image, its label in a column that the header names,
 * else in the first (Kaggle's fashion-mnist_train.csv, MNIST in CSV, sign_mnist). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "array_set.h"
#include "csv.h"
#include "formats.h"
#include "labels.h"
#include "progress.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/base/text.h"

static enum likeness recognise(const struct loading *loading);
static enum sr_status load(struct loading *loading, struct sr_error *error);

const struct format format_csv = {"CSV of pixels", true, recognise, load};

/* What the columns are. */
struct layout {
    bool header;
    int label;   /* column; -1: there is none */
    int skipped; /* a column that numbers the rows; -1: there is none */
    size_t columns;
    int side, channels;
};

struct table {
    struct layout layout;
    uint8_t *bytes; /* pixels, while all are whole numbers within 0..255 */
    float *floats;  /* else */
    int64_t *labels;
    size_t rows, bytes_room, floats_room, labels_room;
};

static int side_of(size_t pixels, int *channels)
{
    for (*channels = 1; *channels <= 3; *channels += 2)
        for (int n = SR_SIDE_MIN; n <= SR_SIDE_MAX; n++)
            if ((size_t)n * (size_t)n * (size_t)*channels == pixels) return n;
    return 0;
}

/* From the first row; false when it is no table of pixels. */
static bool find_layout(const struct csv *csv, struct layout *layout)
{
    double ignored;
    *layout = (struct layout){.label = -1, .skipped = -1, .columns = csv->count};
    if (csv->count < SR_SIDE_MIN * SR_SIDE_MIN) return false;
    for (size_t i = 0; i < csv->count && !layout->header; i++)
        layout->header = !sr_parse_double(csv->fields[i], &ignored);
    /* A label in words, in a table without a header. */
    if (layout->header && sr_parse_double(csv->fields[1], &ignored) &&
        sr_parse_double(csv->fields[csv->count - 2], &ignored))
        layout->header = false;
    size_t pixels = csv->count;
    if (layout->header) {
        layout->label = csv_column(csv, "label labels class target y digit category letter");
        layout->skipped = csv_column(csv, "id index image_id imageid");
        if (layout->skipped < 0 && !*csv->fields[0] && layout->label) layout->skipped = 0;
        pixels -= (layout->label >= 0) + (layout->skipped >= 0);
    }
    layout->side = side_of(pixels, &layout->channels);
    if (!layout->side && layout->label < 0) {
        layout->label = 0;
        layout->side = side_of(pixels - 1, &layout->channels);
    }
    return layout->side > 0;
}

/* Is it a table to be opened, and which part? */
static bool wanted(const struct loading *loading, size_t file, struct layout *layout,
                   enum part *part)
{
    const char *path = loading->tree->files[file].path;
    struct csv csv;
    if (loading->only ? strcmp(path, loading->only) != 0
                      : !tree_ends(path, ".csv .csv.gz .tsv .tsv.gz"))
        return false;
    struct stream *stream = tree_stream(loading->tree, file, NULL);
    if (!stream) return false;
    csv_init(&csv, stream);
    const bool good = csv_next(&csv, NULL) == SR_OK && find_layout(&csv, layout);
    csv_fini(&csv);
    stream_close(stream);
    *part = PART_TRAIN;
    for (const char *at = sr_path_name(path); *at;) {
        const size_t length = strcspn(at, "-_. ");
        const int found = part_find(at, length);
        if (found >= 0) *part = (enum part)found;
        at += length;
        at += *at != '\0';
    }
    return good;
}

static enum likeness recognise(const struct loading *loading)
{
    struct layout layout;
    enum part part;
    for (size_t i = 0; i < loading->tree->count; i++)
        if (wanted(loading, i, &layout, &part)) return LIKE_CONTENT;
    return LIKE_NOTHING;
}

/* One more pixel at `at`; the first that is no byte moves all to floats. */
static void put(struct table *table, size_t at, double value)
{
    if (!table->floats && value >= 0 && value <= 255 && value == floor(value)) {
        sr_xgrow(&table->bytes, &table->bytes_room, at + 1, 1);
        table->bytes[at] = (uint8_t)value;
        return;
    }
    sr_xgrow(&table->floats, &table->floats_room, at + 1, sizeof *table->floats);
    for (size_t i = 0; i < at && table->bytes; i++) table->floats[i] = table->bytes[i];
    free(table->bytes);
    table->bytes = NULL;
    table->floats[at] = (float)value;
}

/* Whole numbers of up to three digits, as nearly all pixels are, without the general way. */
static bool read_number(const char *text, double *value)
{
    int number = 0, digits = 0;
    for (; text[digits] >= '0' && text[digits] <= '9' && digits < 4; digits++)
        number = 10 * number + (text[digits] - '0');
    *value = number;
    return (digits && digits < 4 && !text[digits]) || sr_parse_double(text, value);
}

static enum sr_status read_row(struct table *table, const struct csv *csv, const char *name,
                               struct label_names *names, struct sr_error *error)
{
    const struct layout *layout = &table->layout;
    const size_t size = (size_t)layout->side * (size_t)layout->side * (size_t)layout->channels;
    size_t at = table->rows * size;
    if (csv->count != layout->columns)
        return sr_error_set(error, SR_ERROR_FORMAT,
                            "%s, line %zu: the row has %zu fields; the first row has %zu", name,
                            csv->line, csv->count, layout->columns);
    for (int i = 0; i < (int)csv->count; i++) {
        double value;
        if (i == layout->skipped || i == layout->label) continue;
        if (!read_number(csv->fields[i], &value))
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "%s, line %zu: \"%.40s\" in column %d is no number, and no pixel",
                                name, csv->line, csv->fields[i], i + 1);
        put(table, at++, value);
    }
    if (layout->label >= 0) {
        const char *label = csv->fields[layout->label];
        const int place = label_names_add(names, label, strlen(label));
        if (place < 0 || !*label)
            return sr_error_set(error, SR_ERROR_FORMAT, "%s, line %zu: %s", name, csv->line,
                                *label ? "there are more than 256 different labels"
                                       : "the label is empty");
        sr_xgrow(&table->labels, &table->labels_room, table->rows + 1, sizeof *table->labels);
        table->labels[table->rows] = place;
    }
    table->rows++;
    return SR_OK;
}

/* Is colour stored in three planes? Neighbouring pixels of a channel are more alike than numbers
 * that are not: the reading with less change from one to the next is right. */
static bool planes(const struct table *table)
{
    enum { ROWS = 200 };
    const size_t side = (size_t)table->layout.side, plane = side * side, size = 3 * plane;
    double as_planes = 0, side_by_side = 0;
    for (size_t row = 0; row < table->rows && row < ROWS; row++)
        for (size_t i = 0; i + 3 < size; i++) {
            const size_t at = row * size + i;
            const double here = table->floats ? (double)table->floats[at] : table->bytes[at];
            const double next =
                table->floats ? (double)table->floats[at + 1] : table->bytes[at + 1];
            const double third =
                table->floats ? (double)table->floats[at + 3] : table->bytes[at + 3];
            as_planes += fabs(next - here);
            side_by_side += fabs(third - here);
        }
    return as_planes < side_by_side;
}

/* The table's content moves into the arrays. */
static void to_arrays(struct table *table, struct loading *loading, struct array *images,
                      struct array *labels)
{
    const uint64_t side = (uint64_t)table->layout.side;
    const bool big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
    *images = (struct array){.kind = table->floats ? ARRAY_FLOAT : ARRAY_UNSIGNED,
                             .bytes_each = table->floats ? 4 : 1,
                             .big_endian = big,
                             .dimensions = 4,
                             .sizes = {table->rows, side, side, 1}};
    if (table->layout.channels == 3 && planes(table)) {
        memcpy(images->sizes, ((uint64_t[]){table->rows, 3, side, side}), sizeof images->sizes);
        dataset_note(loading->dataset,
                     "The colours of a row were taken as three planes, not pixel by pixel.");
    } else if (table->layout.channels == 3) {
        images->sizes[3] = 3;
        dataset_note(loading->dataset,
                     "The colours of a row were taken pixel by pixel, not as three planes.");
    }
    images->content = table->floats ? (uint8_t *)table->floats : table->bytes;
    if (table->labels)
        *labels = (struct array){.kind = ARRAY_SIGNED,
                                 .bytes_each = 8,
                                 .big_endian = big,
                                 .dimensions = 1,
                                 .sizes = {table->rows},
                                 .content = (uint8_t *)table->labels};
}

static enum sr_status read_table(struct loading *loading, size_t file, struct table *table,
                                 struct label_names *names, struct sr_error *error)
{
    const struct sr_monitor *monitor = loading->opening->monitor;
    struct csv csv;
    struct stream *stream = tree_stream(loading->tree, file, error);
    if (!stream) return error->status;
    csv_init(&csv, stream);
    enum sr_status status = SR_OK;
    for (bool first = true; status == SR_OK; first = false) {
        status = csv_next(&csv, error);
        if (status != SR_OK || !csv.count) break;
        if (first && table->layout.header) continue;
        status = read_row(table, &csv, stream_name(stream), names, error);
        if (table->rows % 1000) continue;
        progress_say(monitor, stream_name(stream), table->rows, 0);
        if (!sr_monitor_proceed(monitor))
            status = sr_error_set(error, SR_ERROR_CANCELLED, "%s: reading was stopped",
                                  stream_name(stream));
    }
    if (status == SR_OK && !table->rows)
        status = sr_error_set(error, SR_ERROR_FORMAT, "%s has no row but its header",
                              stream_name(stream));
    csv_fini(&csv);
    stream_close(stream);
    return status;
}

/* Labels are numbers where all of them are, else names, which are sorted. */
static enum sr_status set_labels(struct array_set *set, struct label_names *names,
                                 struct sr_dataset *dataset, struct sr_error *error)
{
    uint8_t place[SR_CLASSES_MAX];
    int64_t numbers[SR_CLASSES_MAX];
    bool all = true;
    label_names_sort(names, true, place);
    for (int c = 0; c < names->count; c++) {
        double value;
        all = all && sr_parse_double(names->names[c], &value) && value == floor(value) &&
              fabs(value) < 1e15;
        if (all) numbers[c] = (int64_t)value;
    }
    for (int p = 0; p < PART_COUNT; p++) {
        int64_t *labels = (int64_t *)(void *)set->labels[p].content;
        for (size_t i = 0; labels && i < set->labels[p].sizes[0]; i++)
            labels[i] = all ? numbers[place[labels[i]]] : place[labels[i]];
    }
    return all ? SR_OK : label_names_use(names, dataset, "a label", error);
}

static enum sr_status load(struct loading *loading, struct sr_error *error)
{
    struct array_set set = {0};
    struct label_names names = {0};
    enum sr_status status = SR_OK;
    for (size_t i = 0; i < loading->tree->count && status == SR_OK; i++) {
        struct table table = {0};
        enum part part;
        if (!wanted(loading, i, &table.layout, &part)) continue;
        if (loading->only) part = PART_TRAIN;
        if (set.images[part].bytes_each) {
            status =
                sr_error_set(error, SR_ERROR_FORMAT,
                             "%s and %s are both the %s part by their names; open one of them, "
                             "or call them train and test",
                             set.image_names[part], tree_name(loading->tree, i), part_names[part]);
            break;
        }
        status = read_table(loading, i, &table, &names, error);
        to_arrays(&table, loading, &set.images[part], &set.labels[part]);
        set.image_names[part] = sr_xstrdup(tree_name(loading->tree, i));
        set.label_names[part] = sr_xstrdup(set.image_names[part]);
    }
    if (status == SR_OK && !array_set_images(&set))
        status = sr_error_set(error, SR_ERROR_FORMAT,
                              "%s holds no images; call one of the files train.csv",
                              loading->opening->path);
    if (status == SR_OK) status = set_labels(&set, &names, loading->dataset, error);
    if (status == SR_OK) status = array_set_fill(&set, loading, error);
    array_set_fini(&set);
    label_names_fini(&names);
    return status;
}
