/* dataset.h - a train file, a test file, and what their classes are called.
 *
 * A data set is opened from a folder or one file: IDX files, pictures in a folder for each class or
 * with a table, CSV, NumPy's arrays, CIFAR's files, and archives of these. It is reference-counted
 * and does not change: jobs hold a reference for as long as they read it. */
#ifndef SARTOR_DATA_DATASET_H
#define SARTOR_DATA_DATASET_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/base/pool.h"
#include "sartor/data/changes.h"
#include "sartor/data/fitting.h"
#include "sartor/data/images.h"
#include <stdbool.h>
#include <stdint.h>

enum { SR_NOTES_MAX = 12 };

struct sr_dataset {
    /* The last one is empty when the set is opened; the session adds one's own pictures to it, and
     * does not change those that are there. */
    struct sr_images files[SR_FILE_ALL];
    int classes;
    char *class_names[SR_CLASSES_MAX];
    char name[64];             /* "Fashion-MNIST" when recognised, else the folder's name */
    char *path;                /* the folder or file that it was read from */
    char form[64];             /* "IDX", "class folders", ... */
    size_t validation;         /* so many rows at the end of the train file are a validation part
                                  that the data came with; 0 for none */
    bool unlabelled;           /* nothing says what the images are: their labels are all 0 */
    struct sr_fitting fitting; /* how its images were made from pictures or arrays */
    /* Of each row of a file the size of its picture; NULL where all pictures have one size, and of
     * arrays. A set with changes or decisions has none. */
    struct sr_picture_size *sizes[SR_FILE_COUNT];
    /* Sentences on what was done or is to be known: what was set aside, left out, stretched. NULL
     * behind the last one. */
    char *notes[SR_NOTES_MAX + 1];
    bool known;      /* the pixels are those of Fashion-MNIST (or of its sample) */
    bool sample;     /* it is the small sample that is shipped */
    char digest[40]; /* CRC-32 of train pixels, train labels, test pixels, test labels:
                        32 hexadecimal digits, of the uncompressed content */
    /* Of a set whose images are changed ones (sr_dataset_change): how, and the set as it is, to
     * which this one has a reference; no change and NULL of all others. */
    struct sr_change change;
    struct sr_dataset *origin;
    /* Of a set with decisions (sr_dataset_decide): the set as it was opened, whose pixels it
     * borrows and to which it has a reference; how many rows have another label and how many are
     * left out; of each file 1 for each row that is left out, and the rows that are not, ascending.
     * NULL of all others, and of files where nothing is left out. */
    struct sr_dataset *opened;
    size_t relabelled, dropped;
    uint8_t *left_out[SR_FILE_COUNT];
    uint32_t *kept[SR_FILE_COUNT];
    size_t kept_counts[SR_FILE_COUNT];
    int references; /* atomic; use ref and unref */
};

/* What is to be opened, and how. Zero but for the path: as it is by default. */
struct sr_opening {
    const char *path;        /* a folder or a file */
    struct sr_wishes wishes; /* how pictures are to be fitted */
    bool skip;               /* leave out pictures that cannot be read, instead of refusing all */
    uint64_t seed;           /* by which a test part is set aside where there is none */
    bool fresh;              /* neither read nor write the cache of decoded sets */
    struct sr_pool *pool;    /* decodes on all its threads; NULL for this thread alone */
    /* May cancel (SR_ERROR_CANCELLED); its progress counts images, of the file that the note
     * names. NULL for none. */
    const struct sr_monitor *monitor;
};

/* Read and check a folder or file, recognised by its content. Errors name the file and what would
 * be right.
 *
 * Class names: the form's own where it has them, else labels.txt beside the files (UTF-8, one name
 * on a line in label order, each once), else Fashion-MNIST's where its pixels are recognised, else
 * the numbers that the labels are. Labels must be below the number of names; where these are
 * numbers, the test file may hold no label that the train file lacks.
 *
 * Where there is no test part, a sixth of each class is set aside for one. Pixels that all lie
 * within 0..16 are stretched to 0..255. Both are noted. */
struct sr_dataset *sr_dataset_open(const struct sr_opening *opening, struct sr_error *error);
/* The same with nothing but a path and a monitor. */
struct sr_dataset *sr_dataset_load(const char *path, const struct sr_monitor *monitor,
                                   struct sr_error *error);
struct sr_dataset *sr_dataset_ref(struct sr_dataset *dataset);
void sr_dataset_unref(struct sr_dataset *dataset); /* NULL-safe */

/* The set with all its images changed as `robustness` changes them, by the same seed: the same
 * rows, labels, names and digest; its name says how it is changed. Not of a set that is changed
 * already. NULL and a message where the kind is for square images, without memory, and when the
 * monitor asks to end. */
struct sr_dataset *sr_dataset_change(struct sr_dataset *origin, struct sr_change change,
                                     struct sr_pool *pool, const struct sr_monitor *monitor,
                                     struct sr_error *error);
/* One's own pictures that have been added to the origin since are changed, too; `most`: there will
 * not be more of them. */
enum sr_status sr_dataset_change_pictures(struct sr_dataset *changed, size_t most,
                                          struct sr_error *error);
/* The set as it is. */
static inline struct sr_dataset *sr_dataset_origin(struct sr_dataset *dataset)
{
    return dataset->origin ? dataset->origin : dataset;
}
/* What is decided of one row of the train or the test file. */
struct sr_ruling {
    enum sr_file file;
    uint32_t row;
    bool left_out;
    uint8_t class; /* where it is not left out */
};
/* The set with other labels and without the rows that are left out: rows keep their numbers. Its
 * digest is of its labels and rows, its name and a note say how many decisions there are. `opened`
 * is not a set that is changed or has decisions. */
struct sr_dataset *sr_dataset_decide(struct sr_dataset *opened, const struct sr_ruling *rulings,
                                     size_t count);
/* One's own pictures that have been added to the set as it was opened since are its pictures, too.
 */
void sr_dataset_share_pictures(struct sr_dataset *decided);
/* The set as it was opened: unchanged images, without decisions. */
static inline struct sr_dataset *sr_dataset_opened(struct sr_dataset *dataset)
{
    struct sr_dataset *origin = sr_dataset_origin(dataset);
    return origin->opened ? origin->opened : origin;
}
static inline bool sr_dataset_left_out(const struct sr_dataset *dataset, enum sr_file file,
                                       uint32_t row)
{
    const struct sr_dataset *origin = dataset->origin ? dataset->origin : dataset;
    return file < SR_FILE_COUNT && origin->left_out[file] && origin->left_out[file][row];
}
/* The rows of a file that are not left out. */
static inline struct sr_samples sr_dataset_samples(const struct sr_dataset *dataset,
                                                   enum sr_file file)
{
    const struct sr_dataset *origin = dataset->origin ? dataset->origin : dataset;
    const struct sr_images *images = &dataset->files[file];
    if (file >= SR_FILE_COUNT || !origin->kept[file])
        return (struct sr_samples){images, NULL, images->count};
    return (struct sr_samples){images, origin->kept[file], origin->kept_counts[file]};
}
/* Are two digests of sets with the same pictures, whatever their labels? */
bool sr_digests_same_pictures(const char *a, const char *b);
/* The training images as they are. */
static inline const struct sr_images *sr_dataset_train(const struct sr_dataset *dataset)
{
    return &(dataset->origin ? dataset->origin : dataset)->files[SR_FILE_TRAIN];
}

/* Where the data is: `wanted` (from --data; an error later if there is none), else
 * $SARTOR_DATA, ./data, the distribution's package, the shipped sample (in the build
 * tree or installed). `*sample` is set for the sample: sr_dataset_advice is then to be shown too.
 * Freed by the caller; NULL when not even that is there. */
char *sr_dataset_find(const char *wanted, bool *sample, struct sr_error *error);
/* One sentence on how to get the whole set. */
const char *sr_dataset_advice(void);
/* Are two class names the same? Upper and lower case of ASCII are equal. */
bool sr_class_names_same(const char *a, const char *b);
/* A class by name (case-insensitive; a prefix if it fits one only) or number. -1 and a
 * sentence that lists the classes otherwise. */
int sr_dataset_class(const struct sr_dataset *dataset, const char *text, struct sr_error *error);

#endif
