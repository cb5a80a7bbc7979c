/* mini.h - what the tests of a family share: the small sample with its split, a fit of one line of
 * hyperparameters, and the accuracy of what comes out. */
#ifndef SARTOR_TESTS_MODELS_MINI_H
#define SARTOR_TESTS_MODELS_MINI_H

#include "support.h"

#include <math.h>

#include "sartor/base/words.h"
#include "sartor/data/dataset.h"
#include "sartor/data/split.h"
#include "sartor/models/model.h"

static struct sr_error error;
static struct sr_dataset *mini;
static struct sr_split split;
static const struct sr_model_shape mini_shape = {{28, 28, 1}, 10};

static int set_up(void **unused)
{
    (void)unused;
    mini = sr_dataset_load(MINI, NULL, &error);
    return !mini || sr_split_make(&split, mini, 1.0 / 12, 1, 0, &error);
}

static int tear_down(void **unused)
{
    (void)unused;
    sr_split_fini(&split);
    sr_dataset_unref(mini);
    return 0;
}

/* NULL, with `error`, when the family's table does not have it so. */
static inline struct sr_args *parse_line(const struct sr_model_class *class, const char *line)
{
    struct sr_words words = {0};
    assert_ok(sr_words_split(&line, &words, &error));
    struct sr_args *args =
        sr_args_parse(class->name, class->params, words.items, words.count, NULL, &error);
    sr_words_fini(&words);
    return args;
}

/* `threads` 0: without a pool. */
static inline enum sr_status fit_line(const struct sr_model_class *class, const char *line,
                                      const struct sr_samples *samples, struct sr_model_shape shape,
                                      int threads, const struct sr_monitor *monitor,
                                      struct sr_model **model)
{
    struct sr_args *args = parse_line(class, line);
    if (!args) fail_msg("%s", error.text);
    struct sr_pool *pool = threads ? sr_pool_new(threads, &error) : NULL;
    struct sr_fit what = {.params = args,
                          .shape = shape,
                          .train = *samples,
                          .seed = 5,
                          .pool = pool,
                          .monitor = monitor};
    *model = sr_model_new(class, "test");
    enum sr_status status = sr_model_fit(*model, &what, &error);
    sr_args_free(args);
    sr_pool_free(pool);
    return status;
}

/* Of a model for the small sample; its probabilities must add up, too. */
static inline double accuracy(const struct sr_model *model, enum sr_split_name name)
{
    struct sr_samples samples = sr_split_samples(mini, &split, name);
    float *p = malloc(samples.count * 10 * sizeof *p);
    size_t right = 0;
    assert_ok(sr_model_predict(model, &samples, NULL, NULL, p, &error));
    for (size_t i = 0; i < samples.count; i++) {
        int best = 0;
        double sum = 0;
        for (int c = 0; c < 10; c++) {
            sum += (double)p[i * 10 + (size_t)c];
            if (p[i * 10 + (size_t)c] > p[i * 10 + (size_t)best]) best = c;
        }
        assert_true(fabs(sum - 1) < 1e-5);
        right += best == sr_samples_label(&samples, i);
    }
    free(p);
    return (double)right / (double)samples.count;
}

#endif
