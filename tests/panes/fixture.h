/* fixture.h - a session that is always the same: the shipped sample, two models whose every
 * word is a formula, runs with made-up curves. Nothing here is fitted, and no clock is read. */
#ifndef SARTOR_TESTS_PANES_FIXTURE_H
#define SARTOR_TESTS_PANES_FIXTURE_H

#include "sartor/app/session.h"
#include "sartor/base/memory.h"
#include "sartor/cells/grid.h"
#include "sartor/panes/pane.h"
#include "support.h"
#include <math.h>
#include <unistd.h>

/* A family that confuses what people confuse. A sample's row decides. */
struct formula {
    uint32_t salt;
    struct sr_model_shape shape;
};

static uint32_t scatter(uint32_t row)
{
    row = (row ^ 61) ^ (row >> 16);
    row *= 9;
    row = (row ^ (row >> 4)) * 0x27d4eb2du;
    return row ^ (row >> 15);
}

static int mistaken_for(int label, int classes, uint32_t dice)
{
    if (classes != 10)
        return (label + 1 + (label * 6 + 2 + (int)(dice % 2)) % (classes - 1)) % classes;
    static const int partners[10][2] = {{6, 3}, {3, 0}, {4, 6}, {0, 4}, {2, 6},
                                        {7, 9}, {0, 2}, {9, 5}, {0, 5}, {7, 5}};
    return partners[label % 10][dice % 3 == 0];
}

static int brightness(const struct sr_samples *samples, size_t i)
{
    const uint8_t *pixels = sr_samples_pixels(samples, i);
    int sum = 0;
    for (int p = 0; p < samples->images->shape.height * samples->images->shape.width; p++)
        sum += pixels[p];
    return sum / 1000;
}

static enum sr_status formula_predict(const void *state, const struct sr_samples *samples,
                                      struct sr_pool *pool, const struct sr_monitor *monitor,
                                      float *probabilities, struct sr_error *error)
{
    (void)pool, (void)monitor, (void)error;
    const struct formula *formula = state;
    const int classes = formula->shape.classes;
    for (size_t i = 0; i < samples->count; i++) {
        /* Altered copies of a sample, for occlusion, have no label: their brightness decides. */
        int label = samples->images->labels ? sr_samples_label(samples, i)
                                            : brightness(samples, i) % classes;
        uint32_t dice = scatter(sr_samples_row(samples, i) + formula->salt);
        static const unsigned char rate[10] = {14, 3, 16, 9, 18, 5, 30, 6, 2, 5}; /* % wrong */
        bool wrong = dice % 100 < rate[label % 10];
        int other = mistaken_for(label, classes, dice / 100);
        float *row = probabilities + i * (size_t)classes, rest = 1;
        float sure = 0.5f + (float)(dice / 1000 % 45) / 100, second = (1 - sure) * 0.8f;
        for (int c = 0; c < classes; c++) row[c] = 0;
        row[wrong ? label : other] = second;
        row[wrong ? other : label] = sure;
        rest -= sure + second;
        for (int c = 0; c < classes; c++)
            if (c != label && c != other) row[c] = rest / (float)(classes - 2);
    }
    return SR_OK;
}

static size_t formula_layers(const void *state, struct sr_layer_info *layers, size_t room)
{
    (void)state;
    static const struct sr_layer_info both[2] = {{"conv1", {13, 13, 2}}, {"conv2", {7, 7, 2}}};
    for (size_t i = 0; i < 2 && i < room; i++) layers[i] = both[i];
    return 2;
}

static enum sr_status formula_gradients(const void *state, const uint8_t *pixels, const char *layer,
                                        int target, struct sr_layer_gradients *out,
                                        struct sr_error *error)
{
    (void)error;
    const struct sr_model_shape *shape = &((const struct formula *)state)->shape;
    int side = layer && strcmp(layer, "conv1") == 0 ? 13 : 7;
    *out = (struct sr_layer_gradients){{side, side, 2}, NULL, NULL};
    size_t count = (size_t)side * (size_t)side * 2;
    out->activations = sr_xalloc(count * sizeof(float));
    out->gradients = sr_xalloc(count * sizeof(float));
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++)
            for (int c = 0; c < 2; c++) {
                size_t i = ((size_t)y * (size_t)side + (size_t)x) * 2 + (size_t)c;
                float pixel = (float)pixels[(y * shape->image.height / side) * shape->image.width +
                                            x * shape->image.width / side] /
                              255;
                out->activations[i] = c ? (float)(y + target) / (float)(side + 10) : pixel;
                out->gradients[i] = c ? 0.3f : 1;
            }
    return SR_OK;
}

static void formula_free(void *state)
{
    free(state);
}

static uint64_t formula_size(const void *state)
{
    (void)state;
    return 241546;
}

static const struct sr_param formula_params[] = {
    {"epochs", SR_PARAM_INTEGER, .fallback = "5", .minimum = 1, .maximum = 100,
     .help = "Passes over the training rows."},
    {0},
};
static const struct sr_model_class formula_class = {
    .name = "formula",
    .title = "Formula",
    .help = "For tests.",
    .params = formula_params,
    .predict = formula_predict,
    .free = formula_free,
    .size = formula_size,
    .layers = formula_layers,
    .gradients = formula_gradients,
};
/* The same without layers to look into. */
static const struct sr_model_class plain_class = {
    .name = "plain",
    .title = "Plain",
    .help = "For tests.",
    .params = formula_params,
    .predict = formula_predict,
    .free = formula_free,
    .size = formula_size,
};

static inline struct sr_entry *add_model(struct sr_session *session,
                                         const struct sr_model_class *class, const char *name,
                                         uint32_t salt)
{
    struct sr_model *model = sr_model_new(class, name);
    const struct sr_images *images = &session->data->files[SR_FILE_TRAIN];
    struct formula *formula = sr_xalloc(sizeof *formula);
    model->shape = (struct sr_model_shape){images->shape, session->data->classes};
    *formula = (struct formula){salt, model->shape};
    model->state = formula;
    /* Trained on this data, its validation split kept apart: it may be judged on any split. */
    snprintf(model->digest, sizeof model->digest, "%s", session->data->digest);
    model->validation = session->split.fraction;
    model->split_seed = session->split.seed;
    model->train_count = session->split.counts[SR_SPLIT_TRAIN];
    struct sr_entry *entry = sr_xalloc(sizeof *entry);
    snprintf(entry->name, sizeof entry->name, "%s", name);
    entry->model = model;
    sr_xgrow(&session->entries, &session->entry_room, session->entry_count + 1,
             sizeof *session->entries);
    session->entries[session->entry_count++] = entry;
    return entry;
}

/* A run whose curves fall and rise by a formula; `job` numbers are made up. */
static inline struct sr_run *add_run(struct sr_session *session, const char *name,
                                     enum sr_job_state state, int epochs, int of)
{
    struct sr_run *run = sr_xalloc(sizeof *run);
    run->job = 1000 + (uint32_t)session->run_count;
    run->state = state;
    run->class = &formula_class;
    run->seed = 1;
    snprintf(run->name, sizeof run->name, "%s", name);
    run->room = run->epochs = (size_t)epochs;
    run->history = sr_xalloc(((size_t)epochs + 1) * sizeof *run->history);
    for (int e = 0; e < epochs; e++)
        run->history[e] = (struct sr_epoch){
            .epoch = e + 1,
            .train_loss = 0.12 + 0.6 * exp(-0.45 * e),
            .train_accuracy = 0.96 - 0.2 * exp(-0.5 * e),
            .validation_loss = 0.28 + 0.3 * exp(-0.8 * e) + 0.004 * e,
            .validation_accuracy = 0.905 - 0.12 * exp(-0.7 * e) + 0.004 * (e % 3 - 1),
            .learning_rate = 0.001,
            .seconds = 9.75,
        };
    run->progress = (struct sr_progress){.unit = "batch",
                                         .done = (uint64_t)epochs * 430,
                                         .total = (uint64_t)of * 430,
                                         .epoch = epochs,
                                         .epochs = of,
                                         .rate = 5210,
                                         .seconds_left = -1,
                                         .loss = NAN,
                                         .accuracy = NAN,
                                         .learning_rate = 0.001};
    if (state == SR_JOB_RUNNING || state == SR_JOB_PAUSED) {
        run->progress.epoch = epochs + 1;
        run->progress.done += 260;
        run->progress.seconds_left = 42;
        run->progress.loss = 0.18;
        run->progress.accuracy = 0.93;
    } else {
        run->seconds = 9.75 * epochs;
        run->parameters = state == SR_JOB_DONE ? 241546 : 0;
    }
    sr_xgrow(&session->runs, &session->run_room, session->run_count + 1, sizeof *session->runs);
    session->runs[session->run_count++] = run;
    return run;
}

/* The home of the session made last, of all of them. */
static char fixture_home[64], fixture_homes[1024];

/* Remove the homes of this program's sessions, whatever tests have left in them. */
static inline void fixture_sweep(void)
{
    char command[sizeof fixture_homes + 16];
    snprintf(command, sizeof command, "rm -rf %s", fixture_homes);
    if (system(command)) fprintf(stderr, "cannot remove%s\n", fixture_homes);
    fixture_homes[0] = '\0';
}

static inline void fixture_make_home(void)
{
    static bool registered;
    if (!registered) atexit(fixture_sweep);
    registered = true;
    snprintf(fixture_home, sizeof fixture_home, "/tmp/sartor-panes-XXXXXX");
    assert_non_null(mkdtemp(fixture_home));
    const size_t length = strlen(fixture_homes);
    snprintf(fixture_homes + length, sizeof fixture_homes - length, " %s", fixture_home);
    assert_true(length + strlen(fixture_home) + 1 < sizeof fixture_homes);
}

/* With the data of a folder loaded; no model, no run. */
static inline struct sr_session *fixture_open(const char *folder)
{
    struct sr_error error = {0};
    fixture_make_home();
    char data[4200], home[128];
    snprintf(data, sizeof data, "data=%s", folder);
    snprintf(home, sizeof home, "home=%s", fixture_home);
    char *words[] = {data, home, "threads=1", "glyphs=unicode", "colours=direct"};
    struct sr_args *options = sr_args_parse("sartor", sr_options, words, 5, NULL, &error);
    if (!options) fail_msg("%s", error.text);
    struct sr_session *session = sr_session_new(options, &error);
    if (!session) fail_msg("%s", error.text);
    /* Shipped models come and go; these tests bring their own. */
    for (size_t i = 0; i < session->entry_count; i++) {
        free(session->entries[i]->path);
        free(session->entries[i]);
    }
    session->entry_count = 0;
    while (session->data_job) sr_session_wait(session, 10);
    if (!session->data) fail_msg("%s", session->data_error.text);
    session->message[0] = '\0';
    session->data_is_sample = false; /* its line is in tests of its own */
    session->interactive = true;
    return session;
}

static inline struct sr_session *fixture_bare(void)
{
    return fixture_open(MINI);
}

/* With two models as well. */
static inline struct sr_session *fixture_new(void)
{
    struct sr_session *session = fixture_bare();
    add_model(session, &formula_class, "cnn", 1);
    add_model(session, &plain_class, "svm", 77);
    return session;
}

static inline void fixture_free(struct sr_session *session)
{
    sr_session_free(session);
}

/* Draw until nothing is being computed any more. */
static inline void settle(struct sr_session *session, struct sr_grid *grid)
{
    sr_screen_draw(session, grid);
    while (!sr_session_settled(session)) {
        sr_session_wait(session, 10);
        sr_screen_draw(session, grid);
    }
}

static inline void choose(struct sr_session *session, enum sr_split_name split, int class,
                          int right, const char *model)
{
    struct sr_error error = {0};
    struct sr_filter filter;
    sr_filter_init(&filter);
    filter.split = split;
    filter.class = class;
    filter.right = right;
    snprintf(filter.model, sizeof filter.model, "%s", model ? model : "");
    enum sr_status status;
    while ((status = sr_session_select(session, &filter, &error)) == SR_PENDING)
        sr_session_wait(session, 10);
    if (status) fail_msg("%s", error.text);
}

#endif
