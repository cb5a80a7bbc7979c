/* ONNX files: the wire format's bytes, and the whole file of a small model of each family. That
 * ONNX Runtime gives the program's answers is tested by test_runtime.sh where it is installed. */
#include "support.h"

#include <string.h>
#include <unistd.h>

#include "sartor/base/file.h"
#include "sartor/onnx/onnx.h"
#include "src/onnx/graph.h"
#include "src/onnx/wire.h"

static struct sr_error error;

static void assert_bytes(struct sr_text *message, const void *bytes, size_t length)
{
    assert_int_equal(message->length, length);
    assert_memory_equal(message->bytes, bytes, length);
    sr_text_fini(message);
}

static void fields(void **unused)
{
    struct sr_text message = {0}, inner = {0};
    (void)unused;
    wire_put_integer(&message, 1, 150);
    assert_bytes(&message, "\x08\x96\x01", 3);
    wire_put_integer(&message, 20, -1); /* ten bytes, as 64 bits */
    assert_bytes(&message, "\xa0\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12);
    wire_put_float(&message, 2, 1);
    assert_bytes(&message, "\x15\x00\x00\x80\x3f", 5);
    wire_put_text(&message, 2, "testing");
    assert_bytes(&message, "\x12\x07testing", 9);
    wire_put_integers(&message, 4, (const int64_t[]){3, 270, 86942}, 3);
    assert_bytes(&message, "\x22\x06\x03\x8e\x02\x9e\xa7\x05", 8);
    wire_put_floats(&message, 7, (const float[]){-2, 0.5f}, 2);
    assert_bytes(&message, "\x3a\x08\x00\x00\x00\xc0\x00\x00\x00\x3f", 10);
    wire_put_integer(&inner, 1, 150);
    wire_put_message(&message, 3, &inner);
    assert_bytes(&message, "\x1a\x03\x08\x96\x01", 5);
    assert_null(inner.bytes);
}

static void names(void **unused)
{
    struct graph graph = {.scope = "member0/"}, body = {.outer = &graph, .scope = "member0/step/"};
    (void)unused;
    const char *first = graph_name(&graph, "conv%d", 1), *second = graph_name(&graph, "conv1"),
               *third = graph_name(&graph, "conv1"), *inside = graph_name(&body, "conv1");
    assert_string_equal(first, "member0/conv1");
    assert_string_equal(second, "member0/conv1_2");
    assert_string_equal(third, "member0/conv1_3");
    assert_string_equal(inside, "member0/step/conv1");
    assert_int_equal(graph.name_count, 4);
    graph_fini(&graph);
}

/* FNV-1a of a file from the last of its metadata on: before that it names the program's version and
 * the family's hyperparameters. */
static uint64_t digest(const char *path)
{
    size_t length;
    char *bytes = sr_file_read(path, 1 << 20, &length, &error);
    assert_non_null(bytes);
    const char *start = memmem(bytes, length, "trained_on", strlen("trained_on"));
    assert_non_null(start);
    uint64_t hash = 0xcbf29ce484222325;
    for (const char *at = start; at < bytes + length; at++)
        hash = (hash ^ (uint8_t)*at) * 0x100000001b3;
    free(bytes);
    return hash;
}

/* The files of the fuzz target's corpus: their weights are given, and the graph around them is the
 * same by any compiler and on any processor. */
static const struct {
    const char *name;
    uint64_t digest;
} golden[] = {
    {"both", 0x17ad525cfaa57060},   {"cnn", 0x08a55e4e217e1ad1},    {"forest", 0x05a2b5977cb6c31d},
    {"knn", 0x72de92bd0bb7a606},    {"logreg", 0x03ec5fcf8d7901b6}, {"mlp", 0x8b3796df12955a0c},
    {"resnet", 0xd467422562f4e013}, {"svm", 0x8220dd2d2d2265a3},
};

static struct sr_model *load(const char *name)
{
    char file[80];
    snprintf(file, sizeof file, "tests/models/corpus-model/%s.safetensors", name);
    return sr_model_load(source_file(file), &error);
}

static void files(void **unused)
{
    char path[] = "/tmp/sartor-onnx-XXXXXX";
    bool same = true;
    (void)unused;
    close(mkstemp(path));
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
        struct sr_model *model = load(golden[i].name);
        assert_non_null(model);
        assert_ok(sr_onnx_save(model, true, path, &error));
        const uint64_t got = digest(path);
        if (got != golden[i].digest)
            print_message("%s: 0x%016llx\n", golden[i].name, (unsigned long long)got);
        same = same && got == golden[i].digest;
        sr_model_unref(model);
    }
    unlink(path);
    assert_true(same);
}

static void cannot_be_written(void **unused)
{
    struct sr_model *model = load("mlp");
    (void)unused;
    assert_non_null(model);
    assert_int_not_equal(sr_onnx_save(model, true, "/nowhere/at/all.onnx", &error), SR_OK);
    assert_non_null(strstr(error.text, "/nowhere/at"));
    sr_model_unref(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields),
        cmocka_unit_test(names),
        cmocka_unit_test(files),
        cmocka_unit_test(cannot_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
