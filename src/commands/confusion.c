/* confusion.c - confusion: as which class a model predicts the samples of each class. */
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "sartor/base/memory.h"
#include "sartor/eval/paired.h"
#include "sartor/panes/show.h"

SR_RUN(confusion_run);

const struct sr_command sr_command_confusion = {
    .name = "confusion",
    .group = "evaluate",
    .help = "Confusion matrix of a model: rows true, columns predicted.",
    .params =
        (const struct sr_param[]){
            SR_MODEL_PARAM(false),
            SR_SPLIT_PARAM,
            {"vs", SR_PARAM_MODEL,
             .help = "A second model beside it: where one is right and the other wrong."},
            {0}},
    .run = confusion_run,
    .example = "confusion cnn split=test",
};

static void report_matrix(const struct sr_session *session, const uint64_t *matrix,
                          struct sr_reply *reply)
{
    static const struct sr_column columns[] = {
        {.label = "", .width = 4},
        {"true", "class", .left = true, .width = 12, .no_json = true},
        {0}};
    const int classes = session->data->classes;
    struct sr_table *table = sr_reply_table(reply, "matrix", columns);
    table->rows = SR_ROWS_ARRAYS;
    for (int p = 0; p < classes; p++) {
        char number[16];
        snprintf(number, sizeof number, "%d", p);
        sr_table_add_column(table, &(struct sr_column){.key = class_name(session, p),
                                                       .label = number,
                                                       .gap = p ? 1 : 2,
                                                       .width = 5});
    }
    for (int t = 0; t < classes; t++) {
        sr_table_integer(table, t);
        sr_table_text(table, class_name(session, t));
        for (int p = 0; p < classes; p++) sr_table_integer(table, (int64_t)matrix[t * classes + p]);
    }
}

static void report_both(const struct sr_entry *first, const struct sr_entry *second, size_t count,
                        const struct sr_mcnemar *test, struct sr_reply *reply)
{
    struct sr_text unlike = {0};
    sr_scores_print_unlike(first, second, &unlike);
    sr_reply_text(reply, "vs", second->name);
    sr_reply_integer(reply, "both", (int64_t)test->both);
    sr_reply_integer(reply, "only_first", (int64_t)test->only_first);
    sr_reply_integer(reply, "only_second", (int64_t)test->only_second);
    sr_reply_integer(reply, "neither", (int64_t)test->neither);
    if (sr_mcnemar_count(test) < count)
        sr_reply_say(reply,
                     "of the %zu samples that neither was trained on:", sr_mcnemar_count(test));
    sr_reply_say(reply, "%zu right by both, %zu only by %s, %zu only by %s, %zu by neither%s",
                 test->both, test->only_first, first->name, test->only_second, second->name,
                 test->neither, sr_text_get(&unlike));
    sr_text_fini(&unlike);
}

SR_RUN(confusion_run)
{
    SR_UNUSED;
    struct sr_entry *entry = arg_model(args, "model"), *second = arg_model(args, "vs");
    const enum sr_split_name split = (enum sr_split_name)arg_split(args, "split");
    const struct sr_predictions *predictions, *others = NULL;
    enum sr_status status = sr_session_predictions(session, entry, split, &predictions, error);
    if (!status && second) status = sr_session_predictions(session, second, split, &others, error);
    if (status) return status;
    struct sr_mcnemar test = {0};
    if (second) sr_mcnemar(&test, predictions, others);
    int classes = predictions->classes;
    uint64_t *matrix = sr_xalloc((size_t)classes * (size_t)classes * sizeof *matrix);
    sr_confusion(predictions, matrix);
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, "model", entry->name);
    sr_reply_text(reply, "split", sr_split_names[split]);
    sr_reply_context(reply);
    reply_classes(reply, session);
    sr_reply_say(reply, "%s on the %s split: rows = true, columns = predicted", entry->name,
                 sr_split_names[split]);
    reply_judged(reply, session, entry, split);
    report_matrix(session, matrix, reply);
    if (second) report_both(entry, second, predictions->count, &test, reply);
    free(matrix);
    sr_confusion_show(session, entry, split, second);
    reply->shown = true;
    return SR_OK;
}
