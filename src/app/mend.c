#include "sartor/app/mend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "errands.h"
#include "sartor/app/results.h"
#include "sartor/base/memory.h"
#include "task.h"

/* Labels and rows belong to the key, in copies too. */
struct key {
    struct sr_result_key base;
    const struct sr_model_class *class;
    struct sr_args *params;
    int seeds;
    size_t relabelled, left_out, all, kept, tested;
    uint8_t *labels; /* of the whole train file, with the decisions; `train` of them */
    size_t train;
    uint32_t *rows;   /* all training rows, as they are */
    uint32_t *others; /* those that are left with the decisions */
    uint32_t *tests;
    struct sr_together together; /* its ranks are NULL where this process is alone */
};

static void *copy(const void *from, size_t bytes)
{
    return memcpy(sr_xalloc(bytes + 1), from, bytes);
}

static void own(void *opaque)
{
    struct key *key = opaque;
    key->params = sr_args_copy(key->params);
    key->labels = copy(key->labels, key->train);
    key->rows = copy(key->rows, key->all * sizeof *key->rows);
    key->others = copy(key->others, key->kept * sizeof *key->others);
    key->tests = copy(key->tests, key->tested * sizeof *key->tests);
}

static void release_rows(struct key *key)
{
    free(key->labels);
    free(key->rows);
    free(key->others);
    free(key->tests);
}

static void release(void *opaque)
{
    sr_args_free(((struct key *)opaque)->params);
    release_rows(opaque);
}

static bool same_params(const struct sr_args *a, const struct sr_args *b)
{
    struct sr_text texts[2] = {{0}, {0}};
    sr_args_print(a, true, &texts[0]);
    sr_args_print(b, true, &texts[1]);
    const bool same = !strcmp(sr_text_get(&texts[0]), sr_text_get(&texts[1]));
    sr_text_fini(&texts[0]);
    sr_text_fini(&texts[1]);
    return same;
}

static bool same(const void *key, const void *other)
{
    const struct key *a = key, *b = other;
    return a->class == b->class && a->seeds == b->seeds && a->kept == b->kept &&
           a->tested == b->tested && !memcmp(a->labels, b->labels, a->train) &&
           !memcmp(a->others, b->others, a->kept * sizeof *a->others) &&
           !memcmp(a->tests, b->tests, a->tested * sizeof *a->tests) &&
           same_params(a->params, b->params);
}

static void describe(const void *key, char *text, size_t size)
{
    snprintf(text, size, "%s is trained with and without the decisions",
             ((const struct key *)key)->class->name);
}

/* The trainings of a look: of each seed, without and with the decisions. */
struct look {
    const struct key *key;
    struct sr_images mended; /* the train file with the labels that are decided */
    struct sr_pool *pool;
    const struct sr_monitor *monitor;
};

static enum sr_status make_training(void *owner, size_t index, struct errand *errand,
                                    struct sr_error *error)
{
    const struct look *look = owner;
    const struct key *key = look->key;
    const struct sr_dataset *data = key->base.data;
    const struct sr_images *images = &data->files[SR_FILE_TRAIN];
    const bool mended = index % 2;
    (void)error;
    *errand = (struct errand){
        .fit = {.params = key->params,
                .shape = {images->shape, data->classes},
                .train = {mended ? &look->mended : images, mended ? key->others : key->rows,
                          mended ? key->kept : key->all},
                .validation = {images, NULL, 0},
                .seed = index / 2 + 1,
                .pool = look->pool,
                .monitor = look->monitor,
                .together = key->together.ranks ? &key->together : NULL},
        .held_out = {&data->files[SR_FILE_TEST], key->tests, key->tested}};
    return SR_OK;
}

static void release_training(void *owner, struct errand *errand)
{
    (void)owner;
    (void)errand;
}

static double accuracy(const struct sr_predictions *said)
{
    size_t right = 0;
    for (size_t i = 0; i < said->count; i++) right += said->predicted[i] == said->truth[i];
    return (double)right / (double)said->count;
}

static enum sr_status run(const void *opaque, void *value, struct sr_pool *pool,
                          const struct sr_monitor *monitor, struct sr_error *error)
{
    const struct key *key = opaque;
    struct sr_mend *mend = value;
    struct look look = {.key = key, .pool = pool, .monitor = monitor};
    double differences[SR_MEND_SEEDS], seconds;
    size_t repeated = 0;
    enum sr_status status = SR_OK;
    look.mended = key->base.data->files[SR_FILE_TRAIN];
    look.mended.labels = key->labels;
    struct errands *errands = errands_new(&(struct errands_source){.owner = &look,
                                                                   .class = key->class,
                                                                   .count = 2 * (size_t)key->seeds,
                                                                   .ranks = key->together.ranks,
                                                                   .make = make_training,
                                                                   .release = release_training,
                                                                   .monitor = monitor});
    mend->relabelled = key->relabelled;
    mend->left_out = key->left_out;
    mend->trained = key->all;
    mend->tested = key->tested;
    for (int s = 0; !status && s < key->seeds; s++) {
        struct sr_predictions before = {0}, after = {0};
        const size_t first = 2 * (size_t)s;
        status = errands_take(errands, first, &before, &repeated, &seconds, error);
        if (!status) status = errands_take(errands, first + 1, &after, &repeated, &seconds, error);
        if (!status) {
            mend->before[s] = accuracy(&before);
            mend->after[s] = accuracy(&after);
            differences[s] = mend->after[s] - mend->before[s];
            mend->seeds++;
            if (!s) sr_mcnemar(&mend->first, &after, &before);
        }
        sr_predictions_fini(&before);
        sr_predictions_fini(&after);
    }
    errands_free(errands);
    if (!status) sr_paired_t(&mend->difference, differences, (size_t)mend->seeds);
    return status;
}

/* Decisions that are made until the test accuracy is better would fit these test images: each time
 * is noted, whatever the decisions. */
static void ready(struct sr_session *session, const void *opaque, void *value, double seconds)
{
    const struct key *key = opaque;
    const struct sr_samples tests = {&key->base.data->files[SR_FILE_TEST], key->tests, key->tested};
    struct sr_model judged = {.class = key->class,
                              .params = key->params,
                              .seed = 1,
                              .split_seed = session->split.seed,
                              .validation = session->split.fraction};
    (void)seconds;
    snprintf(judged.name, sizeof judged.name, "mend %.50s", key->class->name);
    snprintf(judged.digest, sizeof judged.digest, "%s", key->base.data->digest);
    ((struct sr_mend *)value)->test_looks =
        sr_session_look(session, &judged, key->base.data, &tests);
}

static const struct sr_result_kind mend_kind = {
    .name = "mend",
    .lane = SR_LANE_LONG,
    .keep = 4,
    .key_size = sizeof(struct key),
    .value_size = sizeof(struct sr_mend),
    .same = same,
    .own = own,
    .release = release,
    .describe = describe,
    .run = run,
    .ready = ready,
};

/* Training rows without and with the decisions; test rows without any. A row whose label is known
 * to be wrong, but not what it should be, is left out. */
static enum sr_status gather(const struct sr_session *session, struct key *key,
                             struct sr_error *error)
{
    struct sr_split split; /* without decisions, whatever is shown */
    const struct sr_dataset *data = key->base.data;
    const struct sr_images *train = &data->files[SR_FILE_TRAIN], *test = &data->files[SR_FILE_TEST];
    enum sr_status status =
        sr_split_make(&split, data, session->split.fraction, session->split.seed, 0, error);
    if (status) return status;
    const struct sr_samples rows = sr_split_samples(data, &split, SR_SPLIT_TRAIN);
    key->train = train->count;
    key->labels = copy(train->labels, train->count);
    key->rows = sr_xalloc((rows.count + 1) * sizeof *key->rows);
    key->others = sr_xalloc((rows.count + 1) * sizeof *key->others);
    key->tests = sr_xalloc((test->count + 1) * sizeof *key->tests);
    for (size_t i = 0; i < rows.count; i++) {
        const uint32_t row = sr_samples_row(&rows, i);
        const struct sr_decision *one = sr_session_decision(session, SR_FILE_TRAIN, row);
        key->rows[key->all++] = row;
        if (one && sr_decision_leaves_out(one)) {
            key->left_out++;
            continue;
        }
        key->others[key->kept++] = row;
        if (!one || one->mark != SR_MARK_AS || one->class == train->labels[row]) continue;
        key->labels[row] = one->class;
        key->relabelled++;
    }
    for (uint32_t row = 0; row < test->count; row++)
        if (!sr_session_marked(session, SR_FILE_TEST, row)) key->tests[key->tested++] = row;
    sr_split_fini(&split);
    return SR_OK;
}

enum sr_status sr_session_mend(struct sr_session *session, const struct sr_mend_request *request,
                               const struct sr_mend **mend, struct sr_error *error)
{
    const void *value = NULL;
    *mend = NULL;
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    struct key key = {.base = {NULL, sr_dataset_opened(session->data), 0}, /* rows are in the key */
                      .class = request->class,
                      .params = sr_args_copy(request->params),
                      .seeds = request->seeds};
    key.together = task_together(session, key.base.data);
    status = gather(session, &key, error);
    if (!status && sr_args_has(key.params, "patience")) /* there are no rows to stop by */
        status = sr_args_set(key.params, "patience", "0", error);
    if (!status && !key.relabelled && !key.left_out)
        status = sr_error_set(error, SR_ERROR_STATE,
                              "no decision changes a training row; mark makes decisions");
    if (!status && (!key.kept || !key.tested))
        status = sr_error_set(error, SR_ERROR_STATE, "the decisions leave no %s rows",
                              key.kept ? "test" : "training");
    if (!status) status = sr_result_get(session, &mend_kind, &key, &value, error);
    release(&key);
    *mend = value;
    return status;
}
