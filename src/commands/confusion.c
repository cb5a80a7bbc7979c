#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

#include "sartor/base/memory.h"
#include "sartor/eval/significance.h"
#include "sartor/panes/show.h"

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
    if (second) status = sr_mcnemar(&test, predictions, others, error);
    if (status) return status;
    int classes = predictions->classes;
    uint64_t *matrix = sr_xalloc((size_t)classes * (size_t)classes * sizeof *matrix);
    sr_confusion(predictions, matrix);
    if (reply->json) {
        struct sr_json *object = sr_reply_object(reply), *rows = sr_json_array();
        sr_json_set_text(object, "model", entry->name);
        sr_json_set_text(object, "split", sr_split_names[split]);
        set_classes(session, object);
        for (int t = 0; t < classes; t++) {
            struct sr_json *row = sr_json_array();
            for (int p = 0; p < classes; p++)
                sr_json_add_integer(row, (int64_t)matrix[t * classes + p]);
            sr_json_add(rows, row);
        }
        sr_json_set(object, "matrix", rows);
        if (second) {
            sr_json_set_text(object, "vs", second->name);
            sr_json_set_integer(object, "both", (int64_t)test.both);
            sr_json_set_integer(object, "only_first", (int64_t)test.only_first);
            sr_json_set_integer(object, "only_second", (int64_t)test.only_second);
            sr_json_set_integer(object, "neither", (int64_t)test.neither);
        }
        sr_reply_add(reply, object);
    } else {
        struct sr_text *text = &reply->text;
        sr_text_printf(text, "%s on the %s split: rows = true, columns = predicted\n     ",
                       entry->name, sr_split_names[split]);
        add_class(text, session, -1);
        for (int p = 0; p < classes; p++) sr_text_printf(text, "%6d", p);
        sr_text_add(text, "\n");
        for (int t = 0; t < classes; t++) {
            sr_text_printf(text, "%4d ", t);
            add_class(text, session, t);
            for (int p = 0; p < classes; p++)
                sr_text_printf(text, "%6llu", (unsigned long long)matrix[t * classes + p]);
            sr_text_add(text, "\n");
        }
        if (second)
            sr_text_printf(text,
                           "%zu right by both, %zu only by %s, %zu only by %s, %zu by neither\n",
                           test.both, test.only_first, entry->name, test.only_second, second->name,
                           test.neither);
    }
    free(matrix);
    sr_confusion_show(session, entry, split, second);
    reply->shown = true;
    return SR_OK;
}

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
