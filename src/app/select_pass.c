/* select_pass.c - see select.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "select.h"

/* A row with the value to sort it by. */
struct key {
    double value;
    uint32_t row;
};

static double order_value(enum sr_order order, const struct sr_predictions *predictions,
                          size_t position)
{
    const float *p = predictions->probabilities + position * (size_t)predictions->classes;
    double first = (double)p[predictions->predicted[position]], second = 0;
    if (order == SR_ORDER_LOSS) return -log(fmax((double)p[predictions->truth[position]], 1e-30));
    if (order == SR_ORDER_CONFIDENCE) return first;
    for (int c = 0; c < predictions->classes; c++)
        if (c != predictions->predicted[position]) second = fmax(second, (double)p[c]);
    return first - second;
}

static int by_key(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

void select_sort_rows(uint32_t *rows, size_t count, const struct sr_filter *filter,
                      const struct sr_predictions *predictions)
{
    if (filter->order != SR_ORDER_INDEX && predictions) {
        struct key *keys = sr_xalloc(count * sizeof *keys);
        for (size_t i = 0; i < count; i++)
            keys[i] = (struct key){
                order_value(filter->order, predictions, sr_predictions_find(predictions, rows[i])),
                rows[i]};
        qsort(keys, count, sizeof *keys, by_key);
        for (size_t i = 0; i < count; i++) rows[i] = keys[i].row;
        free(keys);
    }
    for (size_t i = 0; filter->descending && i < count / 2; i++) {
        uint32_t swap = rows[i];
        rows[i] = rows[count - 1 - i];
        rows[count - 1 - i] = swap;
    }
}

bool select_has_tag(const struct sr_session *session, const struct sr_filter *filter,
                    enum sr_file file, uint32_t row)
{
    if (!filter->tagged) return true;
    uint32_t wanted = 0;
    for (size_t n = 0; n < session->tag_names_count; n++)
        if (!filter->tag[0] || !strcmp(session->tag_names[n], filter->tag)) wanted |= 1u << n;
    return session->tags[file] && session->tags[file][row] & wanted;
}

/* Is the sample in the lasso, whose points are `inside`; NULL: there is none. */
bool select_in_lasso(const struct sr_session *session, const bool *inside, enum sr_file file,
                     uint32_t row)
{
    if (!inside) return true;
    return file < SR_FILE_COUNT &&
           inside[file == SR_FILE_TEST ? session->data->files[SR_FILE_TRAIN].count + row : row];
}

enum sr_file sr_selection_file(const struct sr_selection *selection, size_t at)
{
    return at < selection->other_from ? selection->file : SR_FILE_TEST;
}
