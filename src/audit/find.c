/* find.c - from measures to findings. */
#include <math.h>
#include <stdlib.h>

#include "sartor/audit/audit.h"
#include "sartor/base/memory.h"

struct list {
    struct sr_finding *items;
    size_t count, room;
};

static struct sr_finding *add(struct list *list, enum sr_audit_kind kind, double score)
{
    sr_xgrow(&list->items, &list->room, list->count + 1, sizeof *list->items);
    struct sr_finding *one = &list->items[list->count++];
    *one = (struct sr_finding){kind, SR_NO_PLACE, SR_NO_PLACE, score, -1, NULL};
    return one;
}

static int label_at(const struct sr_audit_base *base, size_t place)
{
    const size_t train = base->files[SR_FILE_TRAIN].count;
    return place < train ? sr_images_label(&base->files[SR_FILE_TRAIN], place)
                         : sr_images_label(&base->files[SR_FILE_TEST], place - train);
}

static bool is_asked(const struct sr_audit_base *base, enum sr_audit_kind kind,
                     const struct sr_twin *twin)
{
    if (kind == SR_AUDIT_LEAK) return base->splits[twin->later] != base->splits[twin->first];
    if (kind == SR_AUDIT_CONFLICT)
        return label_at(base, twin->later) != label_at(base, twin->first);
    return true;
}

/* Of a leak the sample that is judged on comes first: it is the one that goes. */
static void add_twins(const struct sr_audit_base *base, enum sr_audit_kind kind, double threshold,
                      const struct sr_twin *twins, size_t count, struct list *list)
{
    for (size_t i = 0; i < count; i++) {
        const struct sr_twin *twin = &twins[i];
        if ((double)twin->distance > threshold) break;
        if (!is_asked(base, kind, twin)) continue;
        struct sr_finding *one = add(list, kind, (double)twin->distance);
        const bool turned =
            kind == SR_AUDIT_LEAK && base->splits[twin->first] > base->splits[twin->later];
        one->place = turned ? twin->first : twin->later;
        one->with = turned ? twin->later : twin->first;
    }
}

static void add_measured(const struct sr_audit_base *base, enum sr_audit_kind kind,
                         double threshold, struct list *list)
{
    const bool above = sr_audit_checks[kind].above;
    const float *values = kind == SR_AUDIT_OUTLIER ? base->relations->remoteness
                          : kind == SR_AUDIT_SIZE  ? base->measures->odd
                                                   : base->measures->values[kind - SR_AUDIT_DARK];
    if (kind == SR_AUDIT_GREY && !base->measures->colour) return;
    for (size_t i = 0; values && i < base->measures->count; i++)
        if (above ? (double)values[i] > threshold : (double)values[i] < threshold)
            add(list, kind, (double)values[i])->place = (uint32_t)i;
}

static void add_labels(const struct sr_audit_base *base, double threshold, struct list *list)
{
    const struct sr_contradicted *labels = base->labels      ? base->labels
                                           : base->relations ? base->relations->labels
                                                             : NULL;
    const size_t count = base->labels      ? base->label_count
                         : base->relations ? base->relations->label_count
                                           : 0;
    for (size_t i = 0; labels && i < count; i++) {
        if (isnan(threshold) ? !base->labels && i >= base->relations->label_likely
                             : (double)labels[i].margin >= threshold)
            break;
        struct sr_finding *one = add(list, SR_AUDIT_LABEL, (double)labels[i].margin);
        one->place = labels[i].place;
        one->class = labels[i].suggested;
    }
}

static void add_classes(const struct sr_audit_base *base, double threshold, struct list *list)
{
    const struct sr_images *train = &base->files[SR_FILE_TRAIN];
    size_t counts[SR_CLASSES_MAX] = {0};
    for (size_t i = 0; train->labels && i < train->count; i++) counts[train->labels[i]]++;
    for (int c = 0; train->labels && c < base->classes; c++) {
        const double share = (double)counts[c] * base->classes / (double)train->count;
        if (share < threshold) add(list, SR_AUDIT_CLASS, share)->class = c;
    }
}

static void add_slices(const struct sr_audit_base *base, double threshold, struct list *list)
{
    for (size_t i = 0; i < base->slice_count && base->slices[i].p < threshold; i++)
        add(list, SR_AUDIT_SLICE, base->slices[i].p)->slice = &base->slices[i];
}

static int rising(const void *a, const void *b)
{
    const struct sr_finding *x = a, *y = b;
    if (x->score < y->score || x->score > y->score) return x->score < y->score ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

static int falling(const void *a, const void *b)
{
    const struct sr_finding *x = a, *y = b;
    if (x->score < y->score || x->score > y->score) return x->score > y->score ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

double sr_audit_threshold(const struct sr_audit_base *base, enum sr_audit_kind kind)
{
    const double usual = sr_audit_checks[kind].threshold;
    return kind == SR_AUDIT_OUTLIER && base->relations ? fmax(usual, base->relations->remotest)
                                                       : usual;
}

size_t sr_audit_find(const struct sr_audit_base *base, enum sr_audit_kind kind, double threshold,
                     struct sr_finding **findings)
{
    struct list list = {0};
    const struct sr_audit_measures *measures = base->measures;
    if (isnan(threshold)) threshold = sr_audit_threshold(base, kind);
    if (sr_audit_checks[kind].pairs) {
        if (kind != SR_AUDIT_NEAR)
            add_twins(base, kind, INFINITY, measures->twins, measures->twin_count, &list);
        if (kind != SR_AUDIT_EXACT && base->relations)
            add_twins(base, kind, threshold, base->relations->twins, base->relations->twin_count,
                      &list);
    } else if (kind == SR_AUDIT_LABEL) {
        add_labels(base, threshold, &list);
    } else if (kind == SR_AUDIT_CLASS) {
        add_classes(base, threshold, &list);
    } else if (kind == SR_AUDIT_SLICE) {
        add_slices(base, threshold, &list);
    } else if (kind != SR_AUDIT_OUTLIER || base->relations) {
        add_measured(base, kind, threshold, &list);
    }
    if (list.count && kind != SR_AUDIT_SLICE)
        qsort(list.items, list.count, sizeof *list.items,
              sr_audit_checks[kind].above ? falling : rising);
    *findings = list.items;
    return list.count;
}
