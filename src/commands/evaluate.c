#include "internal.h"

#include <math.h>
#include <stdio.h>

SR_RUN(evaluate_run)
{
    SR_UNUSED;
    struct sr_entry *entry = arg_model(args, "model");
    const enum sr_split_name split = (enum sr_split_name)arg_split(args, "split");
    const struct sr_predictions *predictions;
    struct sr_costs costs = {0};
    double scores[SR_SCORE_COUNT];
    enum sr_status status = sr_session_data(session, error);
    if (!status) status = costs_of(session, args, &costs, error);
    if (!status) status = sr_session_predictions(session, entry, split, &predictions, error);
    if (status) {
        sr_costs_fini(&costs);
        return status;
    }
    const struct sr_predicted *predicted = sr_session_predicted(session, entry, split);
    const struct sr_evaluation *e = &predicted->evaluation;
    sr_scores(session, entry, split, costs.values ? &costs : NULL, scores);
    sr_costs_fini(&costs);
    if (reply->json) {
        struct sr_json *object = sr_reply_object(reply), *classes = sr_json_array();
        sr_json_set_text(object, "model", entry->name);
        sr_json_set_text(object, "split", sr_split_names[split]);
        sr_json_set_integer(object, "count", (int64_t)e->count);
        set_scores(object, scores);
        for (int c = 0; c < e->classes; c++) {
            struct sr_json *one = sr_json_object();
            sr_json_set_integer(one, "class", c);
            sr_json_set_integer(one, "support", (int64_t)e->per_class[c].support);
            sr_json_set_number(one, "precision", e->per_class[c].precision);
            sr_json_set_number(one, "recall", e->per_class[c].recall);
            sr_json_set_number(one, "f1", e->per_class[c].f1);
            sr_json_add(classes, one);
        }
        sr_json_set(object, "per_class", classes);
        set_classes(session, object);
        sr_json_set_number(object, "seconds", predicted->seconds);
        sr_reply_add(reply, object);
        return SR_OK;
    }
    char count[32];
    struct sr_text *text = &reply->text;
    sr_format_count(count, sizeof count, e->count);
    sr_text_printf(text, "%s on the %s split, %s samples\n", entry->name, sr_split_names[split],
                   count);
    sr_text_printf(
        text, "  accuracy %.2f %% (95 %% interval %.2f to %.2f)   loss %.4f   macro F1 %.4f\n",
        e->accuracy * 100, e->accuracy_low * 100, e->accuracy_high * 100, e->loss, e->macro_f1);
    sr_text_printf(text, "  top 2 %.2f %%   calibration error %.4f\n", e->top2_accuracy * 100,
                   e->calibration_error);
    if (isfinite(scores[SR_SCORE_COST]))
        sr_text_printf(text,
                       "  the mistakes cost %g in all, %.4f an image; deciding by least expected "
                       "cost they would cost %.4f\n",
                       scores[SR_SCORE_COST], scores[SR_SCORE_MEAN_COST],
                       scores[SR_SCORE_DECIDED_COST]);
    if (isfinite(scores[SR_SCORE_LOOKS]))
        sr_text_printf(text, "  judged on the test split %.0f time%s so far\n",
                       scores[SR_SCORE_LOOKS], scores[SR_SCORE_LOOKS] > 1 ? "s" : "");
    sr_text_add(text, "\n");
    for (int c = -1; c < e->classes; c++) {
        sr_text_add(text, "  ");
        add_class(text, session, c);
        if (c < 0)
            sr_text_printf(text, " %9s %9s %9s %9s\n", "precision", "recall", "F1", "samples");
        else
            sr_text_printf(text, " %9.4f %9.4f %9.4f %9zu\n", e->per_class[c].precision,
                           e->per_class[c].recall, e->per_class[c].f1, e->per_class[c].support);
    }
    sr_text_printf(text, "  macro mean: precision %.4f, recall %.4f, F1 %.4f\n", e->macro_precision,
                   e->macro_recall, e->macro_f1);
    return SR_OK;
}

const struct sr_command sr_command_evaluate = {
    .name = "evaluate",
    .group = "evaluate",
    .help = "Accuracy, loss, precision, recall and F1 of a model on a split.",
    .params = (const struct sr_param[]){SR_MODEL_PARAM(false), SR_SPLIT_PARAM, SR_COSTS_PARAM, {0}},
    .run = evaluate_run,
    .example = "evaluate cnn split=test",
};
