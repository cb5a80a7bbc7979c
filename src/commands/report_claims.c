/* report_claims.c - what the reference study says of Fashion-MNIST, line by line, beside what was
 * measured. */
#include "study.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/memory.h"
#include "sartor/eval/paired.h"

struct claims {
    struct sr_session *session;
    struct sr_table *table;
    const struct ranking *ranking;
};

static const struct sr_entry *model_of(const struct claims *claims, const char *family)
{
    for (size_t i = 0; i < claims->ranking->count; i++)
        if (!strcmp(claims->ranking->entries[i]->model->class->name, family))
            return claims->ranking->entries[i];
    return NULL;
}

static void claim(struct claims *claims, const char *what, const char *says, const char *verdict,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));
static void claim(struct claims *claims, const char *what, const char *says, const char *verdict,
                  const char *format, ...)
{
    char here[128];
    va_list list;
    va_start(list, format);
    vsnprintf(here, sizeof here, format, list);
    va_end(list);
    report_row(claims->table, (const char *const[]){what, says, here, verdict, NULL});
}

/* A measured value against the range that the claim's words allow. */
static const char *against(double value, double low, double high)
{
    return !isfinite(value) ? "-" : value < low ? "less" : value > high ? "more" : "the same";
}

/* The same where the 95 % interval of what was measured reaches into that range. */
static const char *reaches(struct sr_interval interval, double low, double high)
{
    if (!isfinite(interval.low)) return "-";
    return interval.high < low ? "less" : interval.low > high ? "more" : "the same";
}

static struct sr_interval share_of(double share, double count)
{
    struct sr_interval interval = {NAN, NAN};
    if (isfinite(share) && count > 0)
        sr_wilson(share * count, count, 1.959964, &interval.low, &interval.high);
    return interval;
}

static const char *holds(bool true_here)
{
    return true_here ? "holds" : "does not hold";
}

/* "About 91 %" is anything that is rounded to it. */
static const double ROUNDED = 0.005;

/* --- training curves ------------------------------------------------------------------- */

/* What the study reads off the curves of a network. */
static const struct curve_claims {
    const char *family, *title;
    int epochs;
    double train_accuracy, accuracy, first_loss, last_loss, loss;
    int fast, steady;
} curve_claims[] = {
    {"resnet", "ResNet", 20, 0.95, 0.91, 0.4, 0.1, 0.3, 5, 10},
    {"cnn", "CNN", 18, 0.96, 0.91, 0.45, 0.12, 0.28, 2, 6},
};

/* The learning of the first `fast` epochs, as a share of all; and how far the validation accuracy
 * moves after `steady` epochs. */
static void claim_shape(struct claims *claims, const struct curve_claims *c,
                        const struct sr_model *model)
{
    char what[96], says[96];
    size_t n = model->epochs;
    double first = model->history[0].train_loss, last = model->history[n - 1].train_loss,
           low = INFINITY, high = -INFINITY;
    if (n > (size_t)c->fast && first > last) {
        double share = (first - model->history[c->fast - 1].train_loss) / (first - last);
        snprintf(what, sizeof what, "%s: learns fast in the first %d epochs", c->title, c->fast);
        claim(claims, what, "fast", share > (double)c->fast / (double)n ? "holds" : "does not hold",
              "%.0f %% of the fall of the training loss", share * 100);
    }
    for (size_t i = (size_t)c->steady; i < n; i++) {
        low = fmin(low, model->history[i].validation_accuracy);
        high = fmax(high, model->history[i].validation_accuracy);
    }
    if (!(high >= low) || n < (size_t)c->steady + 2) return;
    snprintf(what, sizeof what, "%s: validation accuracy after epoch %d", c->title, c->steady);
    snprintf(says, sizeof says, "%s", c->steady > 6 ? "stable" : "steady");
    claim(claims, what, says, holds(high - low < 0.02), "%.2f to %.2f %%", low * 100, high * 100);
}

static void claim_curves(struct claims *claims, const struct curve_claims *c)
{
    const struct sr_entry *entry = model_of(claims, c->family);
    if (!entry || !entry->model->epochs) return;
    const struct sr_model *model = entry->model;
    const struct sr_epoch *first = &model->history[0], *last = &model->history[model->epochs - 1];
    char what[96], says[64];
    const struct {
        const char *what;
        double claimed, measured, count;
    } shares[] = {
        {"training accuracy", c->train_accuracy, last->train_accuracy, (double)model->train_count},
        {"validation accuracy", c->accuracy, last->validation_accuracy,
         (double)claims->session->split.counts[SR_SPLIT_VALIDATION]},
    };
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        const struct sr_interval interval = share_of(shares[i].measured, shares[i].count);
        if (!isfinite(interval.low)) continue;
        snprintf(what, sizeof what, "%s: %s after its last epoch", c->title, shares[i].what);
        snprintf(says, sizeof says, "about %.0f %%, %d epochs", 100 * shares[i].claimed, c->epochs);
        claim(claims, what, says,
              reaches(interval, shares[i].claimed - ROUNDED, shares[i].claimed + ROUNDED),
              "%.2f %% (%.2f to %.2f), %zu epochs", 100 * shares[i].measured, 100 * interval.low,
              100 * interval.high, model->epochs);
    }
    if (isfinite(last->validation_loss)) {
        snprintf(what, sizeof what, "%s: validation loss after its last epoch", c->title);
        snprintf(says, sizeof says, "about %.2f, %d epochs", c->loss, c->epochs);
        claim(claims, what, says, against(last->validation_loss, c->loss - 0.03, c->loss + 0.03),
              "%.3f, %zu epochs", last->validation_loss, model->epochs);
    }
    snprintf(what, sizeof what, "%s: training loss, first to last epoch", c->title);
    snprintf(says, sizeof says, "%g to %g", c->first_loss, c->last_loss);
    claim(claims, what, says, against(last->train_loss, c->last_loss - 0.03, c->last_loss + 0.03),
          "%.2f to %.2f", first->train_loss, last->train_loss);
    claim_shape(claims, c, model);
}

/* --- the others ------------------------------------------------------------------------ */

/* The accuracy of the families without curves: on the validation split where there is one, else on
 * the test images. */
static enum sr_status claim_traditional(struct claims *claims, struct sr_error *error)
{
    enum sr_split_name split =
        claims->session->split.counts[SR_SPLIT_VALIDATION] ? SR_SPLIT_VALIDATION : SR_SPLIT_TEST;
    for (size_t i = 0; sr_model_classes[i]; i++) {
        const struct sr_model_class *class = sr_model_classes[i];
        struct sr_entry *entry = (struct sr_entry *)model_of(claims, class->name);
        const struct sr_predictions *predictions;
        char what[96], says[32];
        if (!entry || class->epochs || !class->study || !(class->study->claim_low > 0)) continue;
        enum sr_status status =
            sr_session_predictions(claims->session, entry, split, &predictions, error);
        if (status) return status;
        const struct sr_evaluation *e =
            &sr_session_predicted(claims->session, entry, split)->evaluation;
        const struct sr_interval interval = {e->accuracy_low, e->accuracy_high};
        double low = class->study->claim_low, high = class->study->claim_high;
        snprintf(what, sizeof what, "%s: %s accuracy", class->title, sr_split_names[split]);
        if (low < high) {
            snprintf(says, sizeof says, "%.0f to %.0f %%", 100 * low, 100 * high);
        } else {
            snprintf(says, sizeof says, "about %.0f %%", 100 * low);
        }
        claim(claims, what, says, reaches(interval, low - ROUNDED, high + ROUNDED),
              "%.2f %% (%.2f to %.2f)", e->accuracy * 100, 100 * interval.low, 100 * interval.high);
    }
    return SR_OK;
}

static int class_named(const struct sr_session *session, const char *name)
{
    for (int c = 0; c < session->data->classes; c++)
        if (!strcmp(session->data->class_names[c], name)) return c;
    return -1;
}

static void claim_recalls(struct claims *claims, const struct sr_evaluation *e)
{
    static const struct {
        const char *name;
        double recall;
    } recalls[] = {{"Bag", 0.993},
                   {"Sandal", 0.989},
                   {"Trouser", 0.987},
                   {"T-shirt/top", 0.913},
                   {"Shirt", 0.708}};
    for (size_t i = 0; i < sizeof recalls / sizeof *recalls; i++) {
        char what[128], says[48];
        int c = class_named(claims->session, recalls[i].name);
        if (c < 0) continue;
        snprintf(what, sizeof what, "ResNet: recall of %s", recalls[i].name);
        snprintf(says, sizeof says, "%.1f %%", recalls[i].recall * 100);
        const struct sr_interval interval =
            share_of(e->per_class[c].recall, (double)e->per_class[c].support);
        claim(claims, what, says,
              reaches(interval, recalls[i].recall - ROUNDED / 10, recalls[i].recall + ROUNDED / 10),
              "%.1f %% (%.1f to %.1f)", e->per_class[c].recall * 100, 100 * interval.low,
              100 * interval.high);
    }
}

static void claim_shirt(struct claims *claims, const struct sr_evaluation *e,
                        const struct sr_intervals *intervals)
{
    int shirt = class_named(claims->session, "Shirt"), worst = -1;
    double least = 1;
    if (shirt < 0) return;
    for (int c = 0; c < e->classes; c++) {
        if (c == shirt || e->per_class[c].f1 >= least) continue;
        least = e->per_class[c].f1;
        worst = c;
    }
    const struct sr_interval own = intervals->per_class[shirt].f1;
    claim(claims, "ResNet: F1 of Shirt", "0.74", reaches(own, 0.74 - ROUNDED, 0.74 + ROUNDED),
          "%.3f (%.3f to %.3f)", e->per_class[shirt].f1, own.low, own.high);
    if (worst < 0) return;
    const struct sr_interval lowest = intervals->per_class[worst].f1;
    claim(claims, "ResNet: F1 of every other class", "above 0.85",
          lowest.low <= 0.85 && lowest.high > 0.85 ? "can't be told" : holds(least > 0.85),
          "at least %.3f (%.3f to %.3f), %s", least, lowest.low, lowest.high,
          claims->session->data->class_names[worst]);
}

/* Pairs of classes that are confused: a count out of all 10,000 test images; 0: "notably", which
 * here means four times as often as if mistakes were spread evenly. */
static void claim_confusions(struct claims *claims, const struct sr_predictions *predictions,
                             size_t classes)
{
    static const struct {
        const char *first, *second;
        int count;
    } confusions[] = {
        {"Shirt", "T-shirt/top", 156}, {"Coat", "Pullover", 0}, {"Sneaker", "Ankle boot", 0}};
    uint64_t *matrix = sr_xalloc(classes * classes * sizeof *matrix), off = 0;
    sr_confusion(predictions, matrix);
    for (size_t i = 0; i < classes * classes; i++)
        off += i / classes != i % classes ? matrix[i] : 0;
    const double even = (double)off / (double)(classes * (classes - 1));
    for (size_t i = 0; i < sizeof confusions / sizeof *confusions; i++) {
        const int count = confusions[i].count;
        int a = class_named(claims->session, confusions[i].first),
            b = class_named(claims->session, confusions[i].second);
        if (a < 0 || b < 0 || (count && predictions->count != 10000)) continue;
        unsigned long long there = matrix[(size_t)a * classes + (size_t)b],
                           back = matrix[(size_t)b * classes + (size_t)a];
        double support = 0;
        for (size_t k = 0; k < classes; k++) support += (double)matrix[(size_t)a * classes + k];
        const struct sr_interval row = share_of((double)there / support, support);
        char what[128], says[48];
        snprintf(what, sizeof what, "ResNet: %s %s %s", confusions[i].first,
                 count ? "predicted as" : "and", confusions[i].second);
        snprintf(says, sizeof says, "%d times", count);
        if (count)
            claim(claims, what, says,
                  reaches((struct sr_interval){row.low * support, row.high * support}, count - 0.5,
                          count + 0.5),
                  "%llu times (%.0f to %.0f)", there, row.low * support, row.high * support);
        else
            claim(claims, what, "confused notably", holds((double)(there + back) > 4 * even),
                  "%llu and %llu times", there, back);
    }
    free(matrix);
}

/* The study's table of its ResNet: recall of some classes, F1, and confusions. */
static void claim_classes(struct claims *claims)
{
    const struct sr_entry *entry = model_of(claims, "resnet");
    if (!entry) return;
    const struct sr_predicted *predicted =
        sr_session_predicted(claims->session, entry, SR_SPLIT_TEST);
    const struct sr_intervals *intervals;
    claim_recalls(claims, &predicted->evaluation);
    if (!sr_session_intervals(claims->session, (struct sr_entry *)entry, SR_SPLIT_TEST, &intervals,
                              &(struct sr_error){0}))
        claim_shirt(claims, &predicted->evaluation, intervals);
    claim_confusions(claims, &predicted->predictions, (size_t)predicted->evaluation.classes);
}

static double test_accuracy(const struct claims *claims, const struct sr_entry *entry)
{
    return sr_session_predicted(claims->session, entry, SR_SPLIT_TEST)->evaluation.accuracy;
}

static void claim_order(struct claims *claims)
{
    const struct sr_entry *cnn = model_of(claims, "cnn"), *resnet = model_of(claims, "resnet"),
                          *best = NULL;
    if (!cnn || !resnet) return;
    for (size_t i = 0; i < claims->ranking->count; i++) {
        const struct sr_entry *entry = claims->ranking->entries[i];
        const struct sr_model_class *class = entry->model->class;
        if (class->study && !sr_model_class_convolves(class) && !best) best = entry;
    }
    if (!best) return;
    const struct sr_entry *weaker =
        test_accuracy(claims, cnn) < test_accuracy(claims, resnet) ? cnn : resnet;
    struct sr_mcnemar test;
    struct sr_difference difference;
    sr_mcnemar(&test, &sr_session_predicted(claims->session, weaker, SR_SPLIT_TEST)->predictions,
               &sr_session_predicted(claims->session, best, SR_SPLIT_TEST)->predictions);
    sr_accuracy_difference(&test, &difference);
    claim(claims, "Both convolutional networks are more accurate than every other model", "yes",
          difference.low <= 0 && difference.high >= 0 ? "can't be told" : holds(difference.low > 0),
          "%+.2f points on the test images (%+.2f to %+.2f; %s, %s)", 100 * difference.value,
          100 * difference.low, 100 * difference.high, weaker->name, best->name);
}

enum sr_status report_claims(struct sr_session *session, struct report *report,
                             enum sr_study_scale scale, const struct ranking *ranking,
                             struct sr_error *error)
{
    static const char *const head[] = {"claim", "the study says", "here", "verdict", NULL};
    struct claims claims = {.session = session, .ranking = ranking};
    if (!report->known) return SR_OK;
    sr_reply_heading(&report->reply, 2, "What the reference study says, and what was measured");
    sr_reply_say(&report->reply,
                 "A figure is \"the same\" where its 95 %% interval here reaches what the study "
                 "says, as far as that is rounded; for losses, which have no interval, within "
                 "0.03. The intervals are about which images are judged: each model is a single "
                 "training. Validation figures are of the validation split, all others of the test "
                 "images.");
    if (scale == SR_STUDY_QUICK)
        sr_reply_say(
            &report->reply,
            "This is a quick study, of fewer images and epochs than the reference study had, so "
            "that most accuracies have to be less. "
            "`sartor study to=FOLDER` takes all images and the reference study's settings.");
    claims.table = report_table(report, head);
    const struct sr_entry *cnn = model_of(&claims, "cnn");
    if (cnn) {
        char count[32];
        uint64_t size = cnn->model->class->size(cnn->model->state);
        sr_format_count(count, sizeof count, size);
        claim(&claims, "CNN: parameters", "241,546", against((double)size, 241546, 241546), "%s",
              count);
    }
    for (size_t i = 0; i < sizeof curve_claims / sizeof *curve_claims; i++)
        claim_curves(&claims, &curve_claims[i]);
    enum sr_status status = claim_traditional(&claims, error);
    claim_classes(&claims);
    claim_order(&claims);
    enum sr_status ended =
        report_link(report, claims.table, "claims", status ? &(struct sr_error){0} : error);
    return status ? status : ended;
}
