#include "sartor/eval/costs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/base/text.h"

enum { FILE_LIMIT = 1 << 20 };

/* One line's numbers into `values`. */
static enum sr_status parse_row(char *line, const char *name, size_t number, int classes,
                                double *values, struct sr_error *error)
{
    int column = 0;
    for (char *cell; (cell = strsep(&line, ",")); column++) {
        cell += strspn(cell, " \t");
        size_t length = strlen(cell);
        while (length && strchr(" \t\r", cell[length - 1])) cell[--length] = '\0';
        if (column == classes)
            return sr_error_set(
                error, SR_ERROR_FORMAT,
                "%s:%zu: there are more than %d numbers; one is needed for each class", name,
                number, classes);
        if (!sr_parse_double(cell, &values[column]) || values[column] < 0 || values[column] > 1e12)
            return sr_error_set(error, SR_ERROR_FORMAT,
                                "%s:%zu: \"%.40s\" is not a cost; it takes a number from 0 to 1e12",
                                name, number, cell);
    }
    if (column < classes)
        return sr_error_set(
            error, SR_ERROR_FORMAT,
            "%s:%zu: there are %d numbers; %d are needed, one for each predicted class", name,
            number, column, classes);
    return SR_OK;
}

enum sr_status sr_costs_parse(struct sr_costs *costs, const char *text, size_t length,
                              const char *name, int classes, struct sr_error *error)
{
    size_t side = (size_t)classes, number = 0;
    int row = 0;
    enum sr_status status = SR_OK;
    *costs = (struct sr_costs){classes, sr_xalloc(side * side * sizeof *costs->values)};
    if (memchr(text, '\0', length))
        status = sr_error_set(error, SR_ERROR_FORMAT, "%s: it holds a zero byte, so it is no table",
                              name);
    char *copy = sr_xstrdup(text), *rest = copy;
    for (char *line; !status && (line = strsep(&rest, "\n"));) {
        number++;
        if (line[strspn(line, " \t\r")] == '\0' || *line == '#') continue;
        if (row == classes)
            status = sr_error_set(
                error, SR_ERROR_FORMAT,
                "%s:%zu: there are more than %d lines; one is needed for each true class", name,
                number, classes);
        else
            status =
                parse_row(line, name, number, classes, costs->values + (size_t)row++ * side, error);
    }
    if (!status && row < classes)
        status =
            sr_error_set(error, SR_ERROR_FORMAT,
                         "%s: there are %d lines of costs; %d are needed, one for each true class",
                         name, row, classes);
    free(copy);
    if (status) sr_costs_fini(costs);
    return status;
}

enum sr_status sr_costs_read(struct sr_costs *costs, const char *path, int classes,
                             struct sr_error *error)
{
    size_t length;
    *costs = (struct sr_costs){0};
    char *text = sr_file_read(path, FILE_LIMIT, &length, error);
    if (!text) return error->status;
    enum sr_status status = sr_costs_parse(costs, text, length, path, classes, error);
    free(text);
    return status;
}

void sr_costs_fini(struct sr_costs *costs)
{
    free(costs->values);
    *costs = (struct sr_costs){0};
}

void sr_costs_apply(const struct sr_costs *costs, const struct sr_predictions *predictions,
                    struct sr_cost *cost)
{
    size_t classes = (size_t)costs->classes;
    *cost = (struct sr_cost){0};
    for (size_t i = 0; i < predictions->count; i++) {
        const float *p = predictions->probabilities + i * classes;
        const double *row = costs->values + predictions->truth[i] * classes;
        double least = INFINITY;
        size_t decided = 0;
        for (size_t c = 0; c < classes; c++) {
            double expected = 0;
            for (size_t t = 0; t < classes; t++)
                expected += (double)p[t] * costs->values[t * classes + c];
            if (expected >= least) continue;
            least = expected;
            decided = c;
        }
        cost->total += row[predictions->predicted[i]];
        cost->decided_total += row[decided];
    }
    cost->mean = predictions->count ? cost->total / (double)predictions->count : NAN;
    cost->decided_mean =
        predictions->count ? cost->decided_total / (double)predictions->count : NAN;
}
