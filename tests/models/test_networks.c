/* The network families: what they are made of, files from PyTorch, training from end to end. */
#include "support.h"

#include <math.h>
#include <unistd.h>

#include "sartor/base/file.h"
#include "sartor/base/rng.h"
#include "sartor/base/words.h"
#include "sartor/models/families.h"
#include "sartor/models/networks.h"
#include "sartor/models/representation.h"

static struct sr_args *parse(const struct sr_model_class *class, const char *line)
{
    struct sr_error error = {0};
    struct sr_words words = {0};
    assert_ok(sr_words_split(&line, &words, &error));
    struct sr_args *args =
        sr_args_parse(class->name, class->params, words.items, words.count, NULL, &error);
    sr_words_fini(&words);
    if (!args) fail_msg("%s", error.text);
    return args;
}

/* ---- against PyTorch ---- */

/* From a row of features, the last layer's weights lead to the probabilities. */
static void check_features(const struct sr_model_class *class, void *state,
                           const struct sr_model_shape *shape, const struct sr_samples *samples,
                           const float *wanted)
{
    struct sr_error error = {0};
    struct sr_model model = {.class = class, .state = state, .shape = *shape};
    struct sr_parameter *parameters;
    struct sr_network *network = sr_network_copy(sr_networks_network(state), &error);
    const size_t count = sr_network_parameters(network, &parameters),
                 width = sr_representation_size(&model), classes = (size_t)shape->classes;
    size_t last[4];
    assert_int_equal(sr_network_tensor_shape(network, count - 2, last), 2);
    assert_int_equal(last[0], classes);
    assert_int_equal(last[1], width);
    float *weights = malloc(classes * width * sizeof *weights), *biases = malloc(classes * 4),
          *rows = malloc(samples->count * width * sizeof *rows);
    sr_network_export(network, count - 2, weights);
    sr_network_export(network, count - 1, biases);
    assert_ok(sr_representation_fill(&model, samples, NULL, NULL, rows, &error));
    for (size_t i = 0; i < samples->count; i++) {
        double powers[SR_CLASSES_MAX], sum = 0;
        for (size_t c = 0; c < classes; c++) {
            double logit = (double)biases[c];
            for (size_t k = 0; k < width; k++)
                logit += (double)weights[c * width + k] * (double)rows[i * width + k];
            sum += powers[c] = exp(logit);
        }
        for (size_t c = 0; c < classes; c++)
            assert_float_equal(powers[c] / sum, wanted[i * classes + c], 1e-5);
    }
    free(weights);
    free(biases);
    free(rows);
    sr_network_free(network);
}

static void check_golden(const struct sr_model_class *class, const char *file, const char *line)
{
    struct sr_error error = {0};
    struct sr_tensors set = {0};
    char name[128];
    snprintf(name, sizeof name, "tests/models/golden/%s.safetensors", file);
    assert_ok(sr_tensors_load(&set, source_file(name), &error));
    const struct sr_tensor *pixels = sr_tensors_find(&set, "images"),
                           *wanted = sr_tensors_find(&set, "probabilities");
    struct sr_model_shape shape = {{(int)pixels->shape[1], (int)pixels->shape[2], 1},
                                   (int)wanted->shape[1]};
    struct sr_images images = {pixels->shape[0], shape.image, pixels->data, NULL};
    struct sr_samples samples = {&images, NULL, images.count};
    struct sr_args *args = parse(class, line);
    void *state = NULL;
    assert_ok(class->load(&set, args, &shape, &state, &error));

    float *found = malloc(wanted->count * sizeof *found);
    assert_ok(class->predict(state, &samples, NULL, NULL, found, &error));
    for (size_t i = 0; i < wanted->count; i++)
        if (fabsf(found[i] - ((const float *)wanted->data)[i]) > 1e-5f)
            fail_msg("%s: probability %zu is %g, PyTorch's %g", file, i, (double)found[i],
                     (double)((const float *)wanted->data)[i]);

    check_features(class, state, &shape, &samples, wanted->data);

    /* Saved again, every tensor is bit for bit what was loaded. */
    struct sr_tensors saved = {0};
    assert_ok(class->save(state, &saved, &error));
    assert_int_equal(saved.count, set.count - 2);
    for (size_t i = 0; i < saved.count; i++) {
        const struct sr_tensor *original = sr_tensors_find(&set, saved.items[i].name);
        if (!original) fail_msg("%s is not a name that PyTorch has", saved.items[i].name);
        assert_int_equal(saved.items[i].rank, original->rank);
        assert_memory_equal(saved.items[i].shape, original->shape,
                            sizeof(size_t) * (size_t)original->rank);
        assert_memory_equal(saved.items[i].data, original->data, original->count * sizeof(float));
    }
    free(found);
    sr_tensors_fini(&saved);
    class->free(state);
    sr_args_free(args);
    sr_tensors_fini(&set);
}

static void test_golden(void **state)
{
    (void)state;
    check_golden(&sr_model_class_cnn, "cnn", "widths=4,6,8 dense=12 tta=none");
    check_golden(&sr_model_class_cnn, "cnn-small-norm", "widths=4,6,8 dense=12 norm=on tta=none");
    check_golden(&sr_model_class_resnet, "resnet", "width=6 tta=none");
    check_golden(&sr_model_class_resnet, "resnet20", "variant=resnet20 width=4 tta=none");
    check_golden(&sr_model_class_mlp, "mlp", "hidden=16,8 norm=on tta=none");
}

/* A file that lacks a tensor, or has one of another shape, is refused with its name. */
static void test_load_refuses(void **state)
{
    struct sr_error error = {0};
    struct sr_tensors set = {0};
    struct sr_model_shape shape = {{24, 24, 1}, 5};
    void *made = NULL;
    (void)state;
    assert_ok(sr_tensors_load(&set, source_file("tests/models/golden/cnn.safetensors"), &error));
    struct sr_args *wider = parse(&sr_model_class_cnn, "widths=4,6,9 dense=12");
    struct sr_args *normed = parse(&sr_model_class_cnn, "widths=4,6,8 dense=12 norm=on");
    assert_refused(sr_model_class_cnn.load(&set, wider, &shape, &made, &error), SR_ERROR_FORMAT,
                   "conv3.weight");
    assert_refused(sr_model_class_cnn.load(&set, normed, &shape, &made, &error), SR_ERROR_FORMAT,
                   "bn1.weight");
    assert_null(made);
    sr_args_free(wider);
    sr_args_free(normed);
    sr_tensors_fini(&set);
}

/* ---- sizes ---- */

static uint64_t size_of(const struct sr_model_class *class, const char *line, int side, int classes)
{
    struct sr_error error = {0};
    static uint8_t pixels[2 * 64 * 64], labels[2] = {0, 1};
    struct sr_args *args = parse(class, line);
    pixels[0] = 255;
    struct sr_images images = {2, {side, side, 1}, pixels, labels};
    struct sr_fit fit = {.params = args,
                         .shape = {{side, side, 1}, classes},
                         .train = {&images, NULL, 2},
                         .seed = 1};
    void *state = NULL;
    assert_ok(class->fit(&fit, &state, &error));
    uint64_t size = class->size(state);
    class->free(state);
    sr_args_free(args);
    return size;
}

static void test_sizes(void **state)
{
    (void)state;
    assert_int_equal(size_of(&sr_model_class_cnn, "epochs=1", 28, 10), 241546);
    assert_int_equal(size_of(&sr_model_class_cnn, "study epochs=1", 28, 10), 241546);
    assert_int_equal(size_of(&sr_model_class_resnet, "variant=light epochs=1", 28, 10), 74922);
    assert_int_equal(size_of(&sr_model_class_resnet, "epochs=1", 28, 10), 121386);
    assert_int_equal(size_of(&sr_model_class_mlp, "epochs=1", 28, 10),
                     784 * 256 + 256 + 256 * 128 + 128 + 1290);
    assert_true(size_of(&sr_model_class_resnet, "best epochs=1", 28, 10) < 500000);
    /* Other sizes and class counts: 8x8 keeps its size by padding, and both pools fit (8, 4, 2). */
    uint64_t convolutions = 320 + 18496 + 73856;
    assert_int_equal(size_of(&sr_model_class_cnn, "epochs=1", 8, 3),
                     convolutions + 2 * 2 * 128 * 128 + 128 + 3 * 129);
    assert_true(size_of(&sr_model_class_cnn, "epochs=1", 18, 2) > convolutions);
    assert_true(size_of(&sr_model_class_resnet, "variant=resnet18 width=8 epochs=1", 9, 4) > 0);
    assert_true(size_of(&sr_model_class_resnet, "variant=wide width=8 depth=1 epochs=1", 32, 256) >
                0);
}

/* The layers of a diagram, with the convolutions beside the main line, have all parameters. */
static void test_diagrams(void **state)
{
    static const char *const lines[] = {"epochs=1 width=8", "epochs=1 variant=resnet20 width=4",
                                        "epochs=1 norm=on widths=4,8 dense=8"};
    static uint8_t some[2 * 28 * 28], marks[2] = {0, 1};
    struct sr_images two = {2, {28, 28, 1}, some, marks};
    (void)state;
    some[5] = 200;
    for (int i = 0; i < 3; i++) {
        const struct sr_model_class *class = i < 2 ? &sr_model_class_resnet : &sr_model_class_cnn;
        struct sr_layer_summary layers[100];
        struct sr_error error = {0};
        struct sr_args *args = parse(class, lines[i]);
        struct sr_fit fit = {
            .params = args, .shape = {{28, 28, 1}, 10}, .train = {&two, NULL, 2}, .seed = 1};
        uint64_t sum = 0;
        size_t projected = 0;
        void *made = NULL;
        assert_ok(class->fit(&fit, &made, &error));
        const size_t count = class->describe(made, layers, 100);
        assert_in_range(count, 6, 100);
        for (size_t l = 0; l < count; l++) {
            sum += layers[l].parameters;
            projected += strstr(layers[l].name, "1×1") != NULL;
        }
        assert_int_equal(sum, class->size(made));
        assert_int_equal(projected, i == 1 ? 2 : 0); /* where the filters double */
        class->free(made);
        sr_args_free(args);
    }
}

/* ---- training ---- */

enum { SIDE = 12, AREA = SIDE * SIDE, TRAIN = 90, VALIDATION = 30, COUNT = TRAIN + VALIDATION };

static uint8_t pixels[COUNT * AREA], labels[COUNT];
static uint32_t rows[COUNT];
static struct sr_images images = {COUNT, {SIDE, SIDE, 1}, pixels, labels};

static int make_data(void **state)
{
    struct sr_rng rng;
    (void)state;
    sr_rng_init(&rng, 5, SR_STREAM_TEST, 0);
    for (uint32_t i = 0; i < COUNT; i++) {
        rows[i] = i;
        labels[i] = (uint8_t)(i % 3);
        for (int p = 0; p < AREA; p++)
            pixels[i * AREA + (uint32_t)p] = (uint8_t)sr_rng_below(&rng, 120);
        for (int y = 0; y < SIDE; y++)
            pixels[i * AREA + (uint32_t)(y * SIDE + 2 + 3 * labels[i])] += 80;
    }
    return 0;
}

struct witness {
    int epochs, calls, stop_after;
    double losses[16];
    char note[96];
};

static void see_epoch(void *owner, const struct sr_epoch *epoch)
{
    struct witness *witness = owner;
    assert_int_equal(epoch->epoch, witness->epochs + 1);
    witness->losses[witness->epochs++] = epoch->train_loss;
}

static void see_progress(void *owner, const struct sr_progress *progress)
{
    struct witness *witness = owner;
    if (progress->note[0] && !witness->note[0])
        memcpy(witness->note, progress->note, sizeof witness->note);
}

static bool see_proceed(void *owner)
{
    struct witness *witness = owner;
    return ++witness->calls <= witness->stop_after;
}

static uint64_t seed = 4;

static enum sr_status try_fit(const struct sr_model_class *class, const char *line,
                              const char *checkpoint, bool resume, struct sr_pool *pool,
                              struct witness *witness, struct sr_tensors *set,
                              struct sr_error *error)
{
    struct sr_monitor monitor = {witness, see_progress, see_epoch, see_proceed};
    struct sr_args *args = parse(class, line);
    struct sr_fit request = {.params = args,
                             .shape = {{SIDE, SIDE, 1}, 3},
                             .train = {&images, rows, TRAIN},
                             .validation = {&images, rows + TRAIN, VALIDATION},
                             .seed = seed,
                             .pool = pool,
                             .monitor = &monitor,
                             .checkpoint = checkpoint,
                             .resume = resume};
    void *state = NULL;
    enum sr_status status = class->fit(&request, &state, error);
    if (!status) status = class->save(state, set, error);
    class->free(state);
    sr_args_free(args);
    return status;
}

/* Fit, and give the tensors. */
static void fit(const struct sr_model_class *class, const char *line, const char *checkpoint,
                bool resume, struct sr_pool *pool, struct witness *witness, struct sr_tensors *set)
{
    struct sr_error error = {0};
    assert_ok(try_fit(class, line, checkpoint, resume, pool, witness, set, &error));
}

/* A checkpoint of another training is refused, and left as it is. */
static void refuse(const char *line, const char *checkpoint)
{
    struct sr_error error = {0};
    struct witness witness = {.stop_after = 10000};
    struct sr_tensors none = {0};
    size_t before, after;
    char *was = sr_file_read(checkpoint, 1 << 24, &before, &error);
    assert_refused(
        try_fit(&sr_model_class_mlp, line, checkpoint, true, NULL, &witness, &none, &error),
        SR_ERROR_STATE, "of another training");
    char *is = sr_file_read(checkpoint, 1 << 24, &after, &error);
    assert_int_equal(before, after);
    assert_memory_equal(was, is, before);
    free(was);
    free(is);
}

static void assert_same_tensors(const struct sr_tensors *a, const struct sr_tensors *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++)
        assert_memory_equal(a->items[i].data, b->items[i].data, a->items[i].count * sizeof(float));
}

/* Stopped in the third of five epochs, then resumed: the same bits as in one go, with two threads
 * or one. */
static void check_resume(const struct sr_model_class *class, const char *line)
{
    struct sr_error error = {0};
    struct sr_tensors whole = {0}, part = {0}, resumed = {0};
    struct witness one = {.stop_after = 10000}, two = {.stop_after = 4 * 7 + 3},
                   three = {.stop_after = 10000};
    struct sr_pool *pool = sr_pool_new(2, &error);
    char path[] = "/tmp/sartor-resume-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    remove(path);

    fit(class, line, path, true, pool, &one, &whole);
    assert_string_equal(one.note, "no checkpoint yet: starting from the beginning");
    /* It stays until the model is written. */
    assert_int_equal(remove(path), 0);

    fit(class, line, path, false, NULL, &two, &part);
    assert_true(two.epochs >= 1 && two.epochs < 5);
    assert_int_equal(access(path, F_OK), 0);

    fit(class, line, path, true, NULL, &three, &resumed);
    assert_non_null(strstr(three.note, "going on after epoch"));
    assert_int_equal(three.epochs, one.epochs);
    assert_memory_equal(three.losses, one.losses, sizeof one.losses);
    assert_same_tensors(&resumed, &whole);
    assert_int_equal(remove(path), 0);
    sr_tensors_fini(&whole);
    sr_tensors_fini(&part);
    sr_tensors_fini(&resumed);
    sr_pool_free(pool);
}

static void test_resume(void **state)
{
    (void)state;
    check_resume(&sr_model_class_cnn,
                 "widths=4,8 dense=8 batch=16 epochs=5 norm=on dropout=0.2 shift=1 erase=0.2");
    check_resume(&sr_model_class_cnn,
                 "widths=4,8 dense=8 batch=16 epochs=5 optimizer=muon ema=0 schedule=cosine");
    check_resume(&sr_model_class_resnet,
                 "width=4 depth=1 batch=16 epochs=5 optimizer=sgd clip=1 patience=9");
    check_resume(&sr_model_class_mlp, "hidden=16 batch=16 epochs=5 optimizer=adam");
    check_resume(&sr_model_class_cnn, "widths=4,8 dense=8 batch=16 epochs=5 normalise=image "
                                      "change=0.7 kinds=-contrast");
    check_resume(&sr_model_class_mlp,
                 "hidden=16 batch=16 epochs=5 features=hog shift=1 erase=0.2 dropout=0");
}

/* Half of the pixels black: dense layers leave them out, and take steps in the middle of the
 * backward pass.
 */
static void test_resume_dark(void **state)
{
    static uint8_t kept[sizeof pixels];
    (void)state;
    memcpy(kept, pixels, sizeof pixels);
    for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = pixels[i] > 60 ? pixels[i] : 0;
    check_resume(&sr_model_class_mlp, "hidden=130 batch=16 epochs=5 normalise=off augment=off");
    memcpy(pixels, kept, sizeof pixels);
}

static const float *tensor(const struct sr_tensors *set, const char *name)
{
    const struct sr_tensor *found = sr_tensors_find(set, name);
    assert_non_null(found);
    return found->data;
}

/* From a file's tensors alone, as anybody would who has its documents: features, two dense layers,
 * softmax.
 */
static void expect_probabilities(const struct sr_tensors *set, size_t row, float *out)
{
    enum { HIDDEN = 16, ROOM = 2048 };
    static float features[ROOM];
    size_t size = sr_features_size(SR_FEATURES_HOG, (struct sr_shape){SIDE, SIDE, 1});
    double hidden[HIDDEN], logits[3], sum = 0;
    assert_true(size <= ROOM);
    sr_features_image(SR_FEATURES_HOG, pixels + row * AREA, (struct sr_shape){SIDE, SIDE, 1},
                      features);
    for (int h = 0; h < HIDDEN; h++) {
        hidden[h] = (double)tensor(set, "fc1.bias")[h];
        for (size_t i = 0; i < size; i++)
            hidden[h] += (double)tensor(set, "fc1.weight")[(size_t)h * size + i] *
                         (double)((features[i] - *tensor(set, "input.mean")) /
                                  *tensor(set, "input.deviation"));
    }
    for (int c = 0; c < 3; c++) {
        logits[c] = (double)tensor(set, "fc2.bias")[c];
        for (int h = 0; h < HIDDEN; h++)
            logits[c] += (double)tensor(set, "fc2.weight")[c * HIDDEN + h] * fmax(hidden[h], 0);
        sum += exp(logits[c]);
    }
    for (int c = 0; c < 3; c++) out[c] = (float)(exp(logits[c]) / sum);
}

static void test_hog(void **state)
{
    struct sr_error error = {0};
    struct sr_tensors set = {0};
    struct witness witness = {.stop_after = 10000};
    const char *line = "hidden=16 batch=16 epochs=5 features=hog tta=none augment=off dropout=0";
    struct sr_samples samples = {&images, rows, COUNT};
    struct sr_args *args = parse(&sr_model_class_mlp, line);
    float found[COUNT * 3], wanted[3];
    void *loaded = NULL;
    int right = 0;
    (void)state;
    fit(&sr_model_class_mlp, line, NULL, false, NULL, &witness, &set);
    assert_ok(sr_model_class_mlp.load(&set, args, &(struct sr_model_shape){{SIDE, SIDE, 1}, 3},
                                      &loaded, &error));
    assert_ok(sr_model_class_mlp.predict(loaded, &samples, NULL, NULL, found, &error));
    for (size_t i = 0; i < COUNT; i++) {
        expect_probabilities(&set, i, wanted);
        int best = 0;
        for (int c = 0; c < 3; c++) {
            assert_float_equal(found[i * 3 + (size_t)c], wanted[c], 1e-5);
            if (wanted[c] > wanted[best]) best = c;
        }
        right += best == labels[i];
    }
    assert_true(right > COUNT * 8 / 10);
    sr_model_class_mlp.free(loaded);
    sr_tensors_fini(&set);
    sr_args_free(args);
}

/* Another seed, another value: refused. A damaged file: from the beginning, said so. */
static void test_resume_of_another(void **state)
{
    struct witness stopped = {.stop_after = 20}, other = {.stop_after = 10000};
    struct sr_tensors set = {0}, more = {0};
    char path[] = "/tmp/sartor-resume-XXXXXX";
    (void)state;
    close(mkstemp(path));
    fit(&sr_model_class_mlp, "hidden=8 batch=16 epochs=5", path, false, NULL, &stopped, &set);
    refuse("hidden=8 batch=16 epochs=5 lr=0.01", path);
    refuse("hidden=8 batch=16 epochs=6", path); /* its schedule is over five */
    seed = 5;
    refuse("hidden=8 batch=16 epochs=5", path);
    seed = 4;
    sr_tensors_fini(&set);

    FILE *file = fopen(path, "w");
    fputs("not a checkpoint", file);
    fclose(file);
    other = (struct witness){.stop_after = 10000};
    fit(&sr_model_class_mlp, "hidden=8 batch=16 epochs=2", path, true, NULL, &other, &more);
    assert_non_null(strstr(other.note, "cannot be read"));
    sr_tensors_fini(&more);
    remove(path);
}

/* ---- hyperparameters ---- */

static bool same_tensors(const struct sr_tensors *a, const struct sr_tensors *b)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->items[i].count != b->items[i].count ||
            memcmp(a->items[i].data, b->items[i].data, a->items[i].count * sizeof(float)) != 0)
            return false;
    return true;
}

/* Each hyperparameter of training has a part in what is learned, and so has the seed. */
static void test_every_parameter_counts(void **state)
{
    static const char base[] = "hidden=8 batch=16 epochs=2 augment=on flip=on shift=0 dropout=0.1 "
                               "lr=0.02 ema=0.5";
    static const char *const changes[] = {
        "epochs=3",       "batch=8",         "lr=0.01",          "optimizer=sgd",  "momentum=0.5",
        "warmup=1",       "clip=0.01",       "weight_decay=1",   "smoothing=0.3",  "ema=0.9",
        "dropout=0.5",    "flip=off",        "normalise=off",    "augment=off",    "shift=2",
        "rotation=30",    "scale=0.3",       "erase=1",          "brightness=0.5", "noise=0.3",
        "optimizer=adam", "schedule=cosine", "schedule=constant"};
    struct sr_tensors plain = {0}, again = {0}, other = {0};
    struct witness witness = {.stop_after = 10000};
    (void)state;
    fit(&sr_model_class_mlp, base, NULL, false, NULL, &witness, &plain);
    witness = (struct witness){.stop_after = 10000};
    fit(&sr_model_class_mlp, base, NULL, false, NULL, &witness, &again);
    assert_true(same_tensors(&plain, &again));
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        /* The change takes the place of the base's own value, if it has one. */
        char line[300], name[32];
        snprintf(name, sizeof name, "%.*s=", (int)strcspn(changes[i], "="), changes[i]);
        const char *own = strstr(base, name);
        snprintf(line, sizeof line, "%.*s%s %s", own ? (int)(own - base) : (int)strlen(base), base,
                 own ? own + strcspn(own, " ") : "", changes[i]);
        struct sr_tensors changed = {0};
        witness = (struct witness){.stop_after = 10000};
        fit(&sr_model_class_mlp, line, NULL, false, NULL, &witness, &changed);
        if (same_tensors(&plain, &changed)) fail_msg("%s changes nothing", changes[i]);
        sr_tensors_fini(&changed);
    }
    seed = 5;
    witness = (struct witness){.stop_after = 10000};
    fit(&sr_model_class_mlp, base, NULL, false, NULL, &witness, &other);
    seed = 4;
    assert_false(same_tensors(&plain, &other));
    sr_tensors_fini(&plain);
    sr_tensors_fini(&again);
    sr_tensors_fini(&other);
}

/* What the seed decides: the first weights, and the order of images in each epoch. Without a step
 * that counts, only the former are left. */
static void test_seed_of_the_start(void **state)
{
    static const char line[] = "hidden=8 batch=16 epochs=1 lr=1e-8 ema=0 augment=off dropout=0";
    struct sr_tensors one = {0}, other = {0};
    struct witness witness = {.stop_after = 10000};
    (void)state;
    fit(&sr_model_class_mlp, line, NULL, false, NULL, &witness, &one);
    seed = 5;
    witness = (struct witness){.stop_after = 10000};
    fit(&sr_model_class_mlp, line, NULL, false, NULL, &witness, &other);
    seed = 4;
    const float *a = sr_tensors_find(&one, "fc1.weight")->data,
                *b = sr_tensors_find(&other, "fc1.weight")->data;
    assert_true(fabsf(a[0] - b[0]) > 1e-4f || fabsf(a[1] - b[1]) > 1e-4f);
    sr_tensors_fini(&one);
    sr_tensors_fini(&other);
}

/* Pixels, or features of them, are taken less their mean, divided by their deviation. */
static void test_input_statistics(void **state)
{
    static const char *const lines[] = {"hidden=4 batch=16 epochs=1 augment=off",
                                        "hidden=4 batch=16 epochs=1 augment=off features=hog"};
    const struct sr_shape shape = {SIDE, SIDE, 1};
    (void)state;
    for (int kind = SR_FEATURES_PIXELS; kind <= SR_FEATURES_HOG; kind++) {
        struct sr_tensors set = {0};
        struct witness witness = {.stop_after = 10000};
        const size_t size = sr_features_size((enum sr_features)kind, shape);
        float *values = malloc(size * sizeof *values);
        double sum = 0, squares = 0, count = (double)(TRAIN * size);
        fit(&sr_model_class_mlp, lines[kind == SR_FEATURES_HOG], NULL, false, NULL, &witness, &set);
        for (size_t i = 0; i < TRAIN; i++) {
            sr_features_image((enum sr_features)kind, pixels + rows[i] * AREA, shape, values);
            for (size_t p = 0; p < size; p++) {
                sum += (double)values[p];
                squares += (double)values[p] * (double)values[p];
            }
        }
        const double mean = sum / count, deviation = sqrt(squares / count - mean * mean);
        assert_float_equal(*tensor(&set, "input.mean"), mean, 1e-6);
        assert_float_equal(*tensor(&set, "input.deviation"), deviation, 1e-6);
        free(values);
        sr_tensors_fini(&set);
    }
}

static void test_recipes(void **state)
{
    struct sr_error error = {0};
    (void)state;
    struct sr_args *args = parse(&sr_model_class_cnn, "study epochs=3");
    assert_ok(sr_model_class_cnn.resolve(args, &error));
    assert_int_equal(sr_args_integer(args, "epochs"), 3);
    assert_string_equal(sr_args_text(args, "optimizer"), "adam");
    assert_true(sr_args_switch(args, "flip"));
    assert_int_equal(sr_args_integer(args, "shift"), 0);
    sr_args_free(args);
    args = parse(&sr_model_class_cnn, "recipe=study augment=off");
    assert_ok(sr_model_class_cnn.resolve(args, &error));
    assert_false(sr_args_switch(args, "augment"));
    sr_args_free(args);

    /* Where a recipe augments nothing, a part alone turns on just that part; resolving again
     * changes nothing.
     */
    args = parse(&sr_model_class_mlp, "recipe=study erase=0.3");
    for (int i = 0; i < 2; i++) {
        assert_ok(sr_model_class_mlp.resolve(args, &error));
        assert_true(sr_args_switch(args, "augment"));
        assert_float_equal(sr_args_number(args, "erase"), 0.3, 1e-9);
        assert_false(sr_args_switch(args, "flip"));
        assert_int_equal(sr_args_integer(args, "shift"), 0);
    }
    sr_args_free(args);

    args = parse(&sr_model_class_mlp, "recipe=study augment=on");
    assert_ok(sr_model_class_mlp.resolve(args, &error));
    assert_true(sr_args_switch(args, "flip"));
    assert_int_equal(sr_args_integer(args, "shift"), 2);
    sr_args_free(args);

    /* What trained models' files say with an older quick recipe stays. */
    args = parse(&sr_model_class_resnet, "recipe=quick variant=light optimizer=adamw lr=0.004");
    assert_ok(sr_model_class_resnet.resolve(args, &error));
    assert_string_equal(sr_args_text(args, "variant"), "light");
    assert_string_equal(sr_args_text(args, "optimizer"), "adamw");
    assert_int_equal(sr_args_integer(args, "epochs"), 12);
    sr_args_free(args);

    const struct sr_model_shape shape = {{28, 28, 1}, 10};
    args = parse(&sr_model_class_cnn, "epochs=3 warmup=4");
    assert_refused(sr_model_class_cnn.check(args, &shape, 100, &error), SR_ERROR_ARGUMENT,
                   "warmup");
    sr_args_free(args);
    /* The recipe's 18 epochs count, not the 20 that hold without one. */
    args = parse(&sr_model_class_cnn, "recipe=study warmup=19");
    assert_refused(sr_model_class_cnn.check(args, &shape, 100, &error), SR_ERROR_ARGUMENT,
                   "warmup=19 is longer than epochs=18");
    sr_args_free(args);
    args = parse(&sr_model_class_cnn, "widths=8,8,8,8,8,8");
    assert_refused(sr_model_class_cnn.check(args, &shape, 100, &error), SR_ERROR_ARGUMENT,
                   "widths");
    sr_args_free(args);
}

/* Every recipe of every family resolves and builds at the smallest and largest shapes. */
static void test_recipes_build(void **state)
{
    static const char *const recipes[] = {"study", "quick", "best"};
    const struct sr_model_class *classes[] = {&sr_model_class_cnn, &sr_model_class_resnet,
                                              &sr_model_class_mlp};
    const struct sr_model_shape shapes[] = {
        {{8, 8, 1}, 2}, {{17, 9, 1}, 3}, {{18, 18, 1}, 7}, {{28, 28, 1}, 10}, {{128, 128, 1}, 256}};
    struct sr_error error = {0};
    (void)state;
    for (size_t c = 0; c < 3; c++)
        for (size_t r = 0; r < 3; r++) {
            struct sr_args *args = parse(classes[c], recipes[r]);
            for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
                assert_ok(classes[c]->check(args, &shapes[s], 100, &error));
            sr_args_free(args);
        }
}

/* ---- Grad-CAM's door ---- */

static void test_layers(void **state)
{
    struct sr_error error = {0};
    struct sr_layer_info layers[8];
    struct sr_layer_gradients gradients = {0};
    struct witness witness = {.stop_after = 10000};
    struct sr_monitor monitor = {&witness, NULL, NULL, see_proceed};
    struct sr_args *args = parse(&sr_model_class_cnn, "widths=4,8,6 dense=8 epochs=1");
    struct sr_fit request = {.params = args,
                             .shape = {{SIDE, SIDE, 1}, 3},
                             .train = {&images, rows, TRAIN},
                             .seed = 4,
                             .monitor = &monitor};
    void *model = NULL;
    (void)state;
    assert_ok(sr_model_class_cnn.fit(&request, &model, &error));
    assert_int_equal(sr_model_class_cnn.layers(model, layers, 8), 3);
    assert_string_equal(layers[1].name, "conv2");
    assert_int_equal(layers[1].shape.height, 6);
    assert_int_equal(layers[1].shape.channels, 8);
    assert_ok(sr_model_class_cnn.gradients(model, pixels, "conv2", 1, &gradients, &error));
    assert_int_equal(sr_shape_size(gradients.shape), 6 * 6 * 8);
    float most = 0, least = 0, steepest = 0;
    for (int i = 0; i < 6 * 6 * 8; i++) {
        most = fmaxf(most, gradients.activations[i]);
        least = fminf(least, gradients.activations[i]);
        steepest = fmaxf(steepest, fabsf(gradients.gradients[i]));
    }
    assert_true(most > 0 && least == 0 && steepest > 0);
    free(gradients.activations);
    free(gradients.gradients);
    assert_refused(sr_model_class_cnn.gradients(model, pixels, "conv9", 1, &gradients, &error),
                   SR_ERROR_ARGUMENT, "conv9");
    assert_refused(sr_model_class_cnn.gradients(model, pixels, "conv1", 3, &gradients, &error),
                   SR_ERROR_ARGUMENT, "class 3");
    sr_model_class_cnn.free(model);
    sr_args_free(args);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_load_refuses),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_diagrams),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_resume_dark),
        cmocka_unit_test(test_hog),
        cmocka_unit_test(test_resume_of_another),
        cmocka_unit_test(test_recipes),
        cmocka_unit_test(test_every_parameter_counts),
        cmocka_unit_test(test_seed_of_the_start),
        cmocka_unit_test(test_input_statistics),
        cmocka_unit_test(test_recipes_build),
        cmocka_unit_test(test_layers),
    };
    return cmocka_run_group_tests(tests, make_data, NULL);
}
