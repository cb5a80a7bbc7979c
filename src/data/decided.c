/* decided.c - a data set with decisions: other labels, and rows that are left out. */
#include "decided.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "sartor/base/memory.h"
#include "sartor/base/text.h"

void dataset_copy_facts(struct sr_dataset *to, const struct sr_dataset *from)
{
    to->references = 1;
    to->classes = from->classes;
    for (int c = 0; c < from->classes; c++) to->class_names[c] = sr_xstrdup(from->class_names[c]);
    to->path = sr_xstrdup(from->path);
    snprintf(to->form, sizeof to->form, "%s", from->form);
    to->validation = from->validation;
    to->unlabelled = from->unlabelled;
    to->fitting = from->fitting;
    for (int n = 0; n < SR_NOTES_MAX && from->notes[n]; n++)
        to->notes[n] = sr_xstrdup(from->notes[n]);
    to->known = from->known;
    to->sample = from->sample;
    memcpy(to->digest, from->digest, sizeof to->digest);
}

void sr_dataset_share_pictures(struct sr_dataset *decided)
{
    decided->files[SR_FILE_PICTURES] = decided->opened->files[SR_FILE_PICTURES];
}

/* The rows that are not left out; nothing where all stay. */
static void keep_rows(struct sr_dataset *decided, enum sr_file file)
{
    const size_t count = decided->files[file].count;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) kept += !decided->left_out[file][i];
    if (kept == count) {
        free(decided->left_out[file]);
        decided->left_out[file] = NULL;
        return;
    }
    decided->dropped += count - kept;
    decided->kept[file] = sr_xalloc((kept + 1) * sizeof **decided->kept);
    for (size_t i = 0; i < count; i++)
        if (!decided->left_out[file][i])
            decided->kept[file][decided->kept_counts[file]++] = (uint32_t)i;
}

/* The labels' part of the digest anew: of a file whose labels are as they were and whose rows all
 * stay, it is what it was. */
static void sum_up(struct sr_dataset *decided)
{
    enum { SUM = 8 };
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const struct sr_images *images = &decided->files[f];
        char sum[SUM + 1];
        if (!images->labels || strlen(decided->digest) != (size_t)(4 * SUM)) continue;
        uint32_t crc = (uint32_t)crc32_z(0, images->labels, images->count);
        if (decided->left_out[f])
            crc = (uint32_t)crc32_z(crc, decided->left_out[f], images->count);
        else if (!memcmp(images->labels, decided->opened->files[f].labels, images->count))
            continue;
        snprintf(sum, sizeof sum, "%08x", crc);
        memcpy(decided->digest + (2 * f + 1) * SUM, sum, SUM);
    }
}

struct sr_dataset *sr_dataset_decide(struct sr_dataset *opened, const struct sr_ruling *rulings,
                                     size_t count)
{
    struct sr_dataset *decided = sr_xalloc(sizeof *decided);
    dataset_copy_facts(decided, opened);
    decided->opened = sr_dataset_ref(opened);
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        const struct sr_images *from = &opened->files[f];
        decided->files[f] = *from;
        decided->left_out[f] = sr_xalloc(from->count + 1);
        if (!from->labels) continue;
        decided->files[f].labels = sr_xalloc(from->count + 1);
        memcpy(decided->files[f].labels, from->labels, from->count);
    }
    sr_dataset_share_pictures(decided);
    for (size_t i = 0; i < count; i++) {
        const struct sr_ruling *one = &rulings[i];
        uint8_t *labels = decided->files[one->file].labels;
        if (one->left_out) {
            decided->left_out[one->file][one->row] = 1;
        } else if (labels && labels[one->row] != one->class) {
            labels[one->row] = one->class;
            decided->relabelled++;
        }
    }
    for (enum sr_file f = SR_FILE_TRAIN; f < SR_FILE_COUNT; f++) keep_rows(decided, f);
    sum_up(decided);
    size_t notes = 0;
    while (decided->notes[notes]) notes++;
    if (notes < SR_NOTES_MAX)
        decided->notes[notes] =
            sr_xprintf("decisions are applied: %zu samples are of another class, %zu left out",
                       decided->relabelled, decided->dropped);
    char number[16];
    const size_t effects = decided->relabelled + decided->dropped;
    sr_format_count(number, sizeof number, effects);
    snprintf(decided->name, sizeof decided->name, "%.30s with %s decision%c", opened->name, number,
             effects == 1 ? '\0' : 's');
    return decided;
}

bool sr_digests_same_pictures(const char *a, const char *b)
{
    enum { SUM = 8 };
    if (strlen(a) != (size_t)(4 * SUM) || strlen(b) != (size_t)(4 * SUM)) return !strcmp(a, b);
    return !memcmp(a, b, SUM) && !memcmp(a + 2 * SUM, b + 2 * SUM, SUM);
}
