/* dataset.h - a train file, a test file, and what their classes are called.
 *
 * A data set is opened from any of the forms in formats.h. It is reference-counted and does not
 * change: jobs hold a reference for as long as they read it. */
#ifndef SARTOR_DATA_DATASET_H
#define SARTOR_DATA_DATASET_H

#include "sartor/base/error.h"
#include "sartor/base/monitor.h"
#include "sartor/data/images.h"
#include <stdbool.h>

struct sr_dataset {
    struct sr_images files[SR_FILE_COUNT];
    int classes;
    char *class_names[SR_CLASSES_MAX];
    char name[64];   /* "Fashion-MNIST" when recognised, else the folder's name */
    char *path;      /* the folder or file that it was read from */
    bool known;      /* the pixels are those of Fashion-MNIST (or of its sample) */
    bool sample;     /* it is the small sample that is shipped */
    char digest[40]; /* CRC-32 of train pixels, train labels, test pixels, test labels:
                        32 hexadecimal digits, of the uncompressed content */
    int references;  /* atomic; use ref and unref */
};

/* Read and check a folder or file. Errors name the file and what would be right. The
 * monitor may cancel (SR_ERROR_CANCELLED); its progress counts images of one file at a
 * time, whose name is the note.
 *
 * Class names: the form's own where it has them, else labels.txt beside the files (UTF-8, one name
 * on a line in label order, each once), else Fashion-MNIST's where its pixels are recognised, else
 * "0", "1", ...
 * Labels must be below the number of names; where there are none, they must run from 0 without
 * gaps in the train file, and the test file may hold no others. */
struct sr_dataset *sr_dataset_load(const char *path, const struct sr_monitor *monitor,
                                   struct sr_error *error);
struct sr_dataset *sr_dataset_ref(struct sr_dataset *dataset);
void sr_dataset_unref(struct sr_dataset *dataset); /* NULL-safe */

/* Where the data is: `wanted` (from --data; an error later if there is none), else
 * $SARTOR_DATA, ./data, the distribution's package, the shipped sample (in the build
 * tree or installed). `*sample` is set for the sample: sr_dataset_advice is then to be shown too.
 * Freed by the caller; NULL when not even that is there. */
char *sr_dataset_find(const char *wanted, bool *sample, struct sr_error *error);
/* One sentence on how to get the whole set. */
const char *sr_dataset_advice(void);
/* A class by name (case-insensitive; a prefix if it fits one only) or number. -1 and a
 * sentence that lists the classes otherwise. */
int sr_dataset_class(const struct sr_dataset *dataset, const char *text, struct sr_error *error);

#endif
