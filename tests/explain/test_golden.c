/* Heat maps by gradients, against what PyTorch's autograd makes of the same weights. */
#include "support.h"

#include <math.h>

#include "sartor/base/words.h"
#include "sartor/explain/explain.h"
#include "sartor/models/families.h"

static struct sr_error error;

static struct sr_model *load(const struct sr_model_class *class, const char *file, const char *line,
                             struct sr_tensors *set)
{
    struct sr_words words = {0};
    assert_ok(sr_tensors_load(set, source_file(file), &error));
    assert_ok(sr_words_split(&line, &words, &error));
    struct sr_model *model = sr_model_new(class, "golden");
    model->params =
        sr_args_parse(class->name, class->params, words.items, words.count, NULL, &error);
    sr_words_fini(&words);
    assert_non_null(model->params);
    const struct sr_tensor *images = sr_tensors_find(set, "images"),
                           *said = sr_tensors_find(set, "probabilities");
    model->shape = (struct sr_model_shape){{(int)images->shape[1], (int)images->shape[2], 1},
                                           (int)said->shape[1]};
    assert_ok(class->load(set, model->params, &model->shape, &model->state, &error));
    return model;
}

static void check(const struct sr_model_class *class, const char *network, const char *line,
                  const char *const *layers)
{
    struct sr_tensors set = {0}, golden = {0};
    char name[128];
    snprintf(name, sizeof name, "tests/models/golden/%s.safetensors", network);
    struct sr_model *model = load(class, name, line, &set);
    assert_ok(
        sr_tensors_load(&golden, source_file("tests/explain/golden/cams.safetensors"), &error));
    snprintf(name, sizeof name, "%s.targets", network);
    const struct sr_tensor *targets = sr_tensors_find(&golden, name),
                           *images = sr_tensors_find(&set, "images");
    const size_t size = images->shape[1] * images->shape[2];
    for (; *layers; layers++)
        for (int m = **layers ? SR_METHOD_GRADCAM : SR_METHOD_HIRESCAM; m <= SR_METHOD_HIRESCAM;
             m++) {
            snprintf(name, sizeof name, "%s.%s.%s", network, *layers, sr_methods[m].name);
            const struct sr_tensor *wanted = sr_tensors_find(&golden, name);
            assert_non_null(wanted);
            for (size_t i = 0; i < wanted->shape[0]; i++) {
                const int target = ((const uint8_t *)targets->data)[i];
                const struct sr_explain request = {.model = model,
                                                   .pixels =
                                                       (const uint8_t *)images->data + i * size,
                                                   .method = &sr_methods[m],
                                                   .layer = *layers,
                                                   .targets = &target,
                                                   .count = 1};
                struct sr_heat heat;
                assert_ok(sr_explain(&request, &heat, &error));
                for (size_t p = 0; p < size; p++) {
                    const float found = heat.values[p],
                                there = ((const float *)wanted->data)[i * size + p];
                    if (!(fabsf(found - there) <= 1e-4f))
                        fail_msg("%s, image %zu, pixel %zu: %g, PyTorch's %g", name, i, p,
                                 (double)found, (double)there);
                }
                sr_heat_fini(&heat);
            }
        }
    sr_model_unref(model);
    sr_tensors_fini(&set);
    sr_tensors_fini(&golden);
}

static void test_cnn(void **state)
{
    (void)state;
    check(&sr_model_class_cnn, "cnn", "widths=4,6,8 dense=12 tta=none",
          (const char *const[]){"conv1", "conv2", "conv3", "", NULL});
}

static void test_resnet(void **state)
{
    (void)state;
    check(&sr_model_class_resnet, "resnet", "width=6 tta=none",
          (const char *const[]){"conv1", "layer1.1", "layer2.0", "layer2.1", "", NULL});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cnn),
        cmocka_unit_test(test_resnet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
