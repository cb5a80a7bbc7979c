/* What a fit of an SVM says of itself: how far it has come, and beforehand how long it will take.
 */
#include "svm_fit.h"

#include "sartor/base/clock.h"
#include "sartor/base/memory.h"
#include "sartor/base/text.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void svm_report(const struct svm_fitting *f, double seconds)
{
    struct sr_progress progress = {.unit = "pair",
                                   .done = atomic_load(&f->finished) * f->parts.count,
                                   .total = f->pairs,
                                   .seconds_left = -1,
                                   .loss = NAN,
                                   .accuracy = NAN,
                                   .learning_rate = NAN};
    size_t vectors = 0, unsolved = 0;
    double done = 0, all = 0;
    for (size_t p = 0; p < f->pairs; p++) {
        all += f->work[p];
        if (!f->answers[p].done) continue;
        done += f->work[p];
        unsolved += !f->answers[p].optimal;
        vectors += f->answers[p].count[0] + f->answers[p].count[1];
    }
    /* A pair's solution takes about as long as twelve folds. */
    for (size_t i = 0; i < f->lane_count; i++)
        if (f->lanes[i].busy && f->lanes[i].fold >= 0)
            done += f->work[f->lanes[i].pair] * (f->lanes[i].fold + 12) / (SVM_FOLDS + 12);
    if (progress.done > progress.total) progress.done = progress.total;
    done = fmin(done * (double)f->parts.count, all); /* others do about as much */
    if (done > 0 && seconds > 0) progress.seconds_left = seconds * (all - done) / done;
    if (progress.done && seconds > 0) {
        progress.rate = (double)progress.done / seconds;
        snprintf(progress.note, sizeof progress.note, "%zu support vectors a pair",
                 vectors / (size_t)progress.done);
    }
    if (unsolved) {
        snprintf(progress.note, sizeof progress.note,
                 "%zu of %zu pairs not solved to tolerance=%s: iterations ran out", unsolved,
                 f->pairs, sr_args_text(f->fit->params, "tolerance"));
        progress.remark = progress.done == progress.total;
    }
    sr_monitor_progress(&f->parts.monitor, &progress);
}

/* Seconds for one value of the kernel, the mean over a few blocks of them from all over the rows.
 * Of each the faster of two trials counts, so that other work of the machine counts little. 0 where
 * there is no memory. */
static double time_kernel(const struct svm_fitting *f)
{
    enum { QUERIES = 2 * SR_BYTES_QUERIES, BLOCKS = 16, TRIALS = 2 };
    struct svm_queries queries;
    const size_t columns = f->rows.count < SVM_CHUNK ? f->rows.count : SVM_CHUNK,
                 step = (f->rows.count - columns) / BLOCKS / SVM_ALIGN * SVM_ALIGN;
    float *room = sr_array_raw(QUERIES * columns, sizeof *room, "a block of kernel rows", NULL),
          *out[QUERIES];
    double seconds = 0;
    if (room && !svm_queries_init(&queries, &f->rows, NULL)) {
        for (size_t q = 0; q < QUERIES; q++) {
            svm_queries_add_row(&queries, &f->rows, q * f->rows.count / QUERIES);
            out[q] = room + q * columns;
        }
        for (size_t block = 0; block < BLOCKS; block++) {
            double least = 0;
            for (int trial = 0; trial < TRIALS; trial++) {
                const double start = sr_clock_seconds();
                svm_kernel_block(&f->svm->kernel, &f->rows, &queries, block * step, columns, out);
                const double now = sr_clock_seconds() - start;
                if (trial == 0 || now < least) least = now;
            }
            seconds += least / (double)(BLOCKS * QUERIES * columns);
        }
        svm_queries_fini(&queries);
    }
    free(room);
    return seconds;
}

/* Where it will be long, say how long and what memory that needs, and what would take a minute. As
 * measured on Fashion-MNIST: values for a twelfth of all pairs' matrices, some nine times their
 * cost in all, as most of the time goes into reading rows from memory, and room for a quarter of
 * the rows of two pairs at once. */
void svm_forecast(const struct svm_fitting *f)
{
    double squares = 0, widest = 0;
    size_t rows = 0;
    for (int a = 0; a < f->svm->present; a++) {
        rows += f->counts[a];
        for (int b = 0; b < a; b++) {
            const double width = (double)(f->counts[a] + f->counts[b]);
            squares += width * width;
            widest = fmax(widest, width);
        }
    }
    const double seconds = 9.0 / 12 * squares * time_kernel(f) / (double)f->lane_count,
                 megabytes = 2 * widest * widest / 4 * sizeof(float) / 1e6;
    if (seconds < 60) return;
    struct sr_progress progress = {.unit = "pair",
                                   .total = f->pairs,
                                   .seconds_left = seconds,
                                   .loss = NAN,
                                   .accuracy = NAN,
                                   .learning_rate = NAN,
                                   .remark = true};
    char text[32];
    sr_format_seconds(text, sizeof text, seconds);
    snprintf(progress.note, sizeof progress.note,
             "%zu images take about %s and up to memory=%.0f; with limit=%.0f, about a minute",
             rows, text, ceil(megabytes), (double)rows * sqrt(60 / seconds));
    sr_monitor_progress(&f->parts.monitor, &progress);
}
