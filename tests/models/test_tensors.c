#include "support.h"

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/models/tensors.h"
#include <math.h>
#include <unistd.h>

static struct sr_error error;

static char *temporary(const char *name)
{
    return sr_xprintf("/tmp/sartor-tensors-%d-%s", (int)getpid(), name);
}

/* A file's bytes: length, header, `data` zero bytes. */
static unsigned char *file_bytes(const char *header, size_t data, size_t *length)
{
    uint64_t size = strlen(header);
    *length = 8 + size + data;
    unsigned char *bytes = sr_xalloc(*length + 1);
    memcpy(bytes, &size, 8);
    memcpy(bytes + 8, header, size);
    return bytes;
}

static void test_round_trip(void **unused)
{
    struct sr_tensors set = {0}, back;
    char *path = temporary("round.safetensors");
    (void)unused;
    uint8_t *bytes = sr_tensors_add(&set, "pixels", SR_U8, 3, (size_t[]){1, 3, 1}, &error);
    float *floats = sr_tensors_add(&set, "conv1.weight", SR_F32, 2, (size_t[]){2, 2}, &error);
    double *doubles = sr_tensors_add(&set, "exact", SR_F64, 0, NULL, &error);
    int32_t *whole = sr_tensors_add(&set, "counts", SR_I32, 1, (size_t[]){2}, &error);
    assert_non_null(sr_tensors_add(&set, "nothing", SR_I64, 2, (size_t[]){0, 5}, &error));
    assert_null(sr_tensors_add(&set, "exact", SR_F64, 0, NULL, &error));
    memcpy(bytes, "\x01\x80\xff", 3);
    memcpy(floats, (float[]){1.5f, -2, 1e-30f, INFINITY}, 16);
    *doubles = 0.1;
    whole[0] = -7;
    whole[1] = INT32_MAX;
    sr_tensors_set_text(&set, "note", "first");
    sr_tensors_set_text(&set, "note", "a \"quoted\" line\nand \xc3\xa9");
    assert_ok(sr_tensors_save(&set, path, &error));

    /* The arrays begin at a multiple of eight bytes, the widest first. */
    uint64_t header = 0;
    FILE *file = fopen(path, "rb");
    assert_int_equal(fread(&header, 1, 8, file), 8);
    fclose(file);
    assert_int_equal(header % 8, 0);

    assert_ok(sr_tensors_load(&back, path, &error));
    assert_int_equal(back.count, 5);
    assert_string_equal(sr_tensors_text(&back, "note"), "a \"quoted\" line\nand \xc3\xa9");
    assert_null(sr_tensors_text(&back, "absent"));
    const struct sr_tensor *t = sr_tensors_find(&back, "conv1.weight");
    assert_true(t && t->dtype == SR_F32 && t->rank == 2 && t->shape[0] == 2 && t->count == 4);
    assert_memory_equal(t->data, floats, 16);
    assert_int_equal((uintptr_t)t->data % SR_ALIGNMENT, 0);
    assert_memory_equal(sr_tensors_find(&back, "pixels")->data, bytes, 3);
    assert_memory_equal(sr_tensors_find(&back, "counts")->data, whole, 8);
    assert_true(*(double *)sr_tensors_find(&back, "exact")->data == 0.1);
    sr_tensors_fini(&back);
    sr_tensors_fini(&set);
    unlink(path);
    free(path);
}

/* All finite F16 are read as what they stand for, and written as they were. */
static void test_halves(void **unused)
{
    enum { COUNT = 2 * 31 * 1024 };
    struct sr_tensors set, back;
    size_t length;
    (void)unused;
    unsigned char *bytes = file_bytes("{\"a\":{\"dtype\":\"F16\",\"shape\":[1,63488],"
                                      "\"data_offsets\":[0,126976]}}",
                                      2 * COUNT, &length);
    uint16_t *halves = sr_xalloc(2 * COUNT);
    for (int i = 0; i < COUNT; i++)
        halves[i] = (uint16_t)(i < COUNT / 2 ? i : 0x8000 + i - COUNT / 2);
    memcpy(bytes + length - 2 * COUNT, halves, 2 * COUNT);
    assert_ok(sr_tensors_parse(&set, "halves", bytes, length, &error));
    assert_true(set.items[0].dtype == SR_F32 && set.items[0].count == COUNT);
    const float *values = set.items[0].data;
    for (int i = 0; i < COUNT; i++) {
        const int exponent = halves[i] >> 10 & 31, fraction = halves[i] & 1023;
        const double wanted =
            exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
        assert_true((double)values[i] == (halves[i] & 0x8000 ? -wanted : wanted));
        assert_true(!signbit(values[i]) == !(halves[i] & 0x8000));
    }
    char *path = temporary("halves.safetensors");
    sr_tensors_halve(&set);
    assert_ok(sr_tensors_save(&set, path, &error));
    char *again = sr_file_read(path, SIZE_MAX - 1, &length, &error);
    assert_non_null(again);
    assert_memory_equal(again + length - 2 * COUNT, halves, 2 * COUNT);
    free(again);
    sr_tensors_fini(&set);
    free(halves);
    free(bytes);

    /* Others are rounded to the nearest, of two to the even one; what is out of range stays. */
    static const float given[] = {1 + 0x1p-11f, 1 + 0x3p-11f, -65519, 0x1p-25f, 0x3p-26f, 1e-9f},
                       wanted[] = {1, 1 + 0x1p-9f, -65504, 0, 0x1p-24f, 0},
                       large[] = {70000, 1.0f / 3}, vector[] = {0.1f, 0.2f};
    set = (struct sr_tensors){0};
    memcpy(sr_tensors_add(&set, "given", SR_F32, 2, (size_t[]){2, 3}, &error), given, sizeof given);
    memcpy(sr_tensors_add(&set, "large", SR_F32, 2, (size_t[]){1, 2}, &error), large, sizeof large);
    memcpy(sr_tensors_add(&set, "vector", SR_F32, 1, (size_t[]){2}, &error), vector, sizeof vector);
    *(double *)sr_tensors_add(&set, "exact", SR_F64, 2, (size_t[]){1, 1}, &error) = 0.1;
    sr_tensors_halve(&set);
    assert_ok(sr_tensors_save(&set, path, &error));
    assert_ok(sr_tensors_load(&back, path, &error));
    assert_memory_equal(sr_tensors_find(&back, "given")->data, wanted, sizeof wanted);
    assert_memory_equal(sr_tensors_find(&back, "large")->data, large, sizeof large);
    assert_memory_equal(sr_tensors_find(&back, "vector")->data, vector, sizeof vector);
    assert_true(*(double *)sr_tensors_find(&back, "exact")->data == 0.1);
    sr_tensors_fini(&back);
    sr_tensors_fini(&set);
    unlink(path);
    free(path);
}

static void test_upper_halves(void **unused)
{
    static const uint16_t halves[] = {0x3f80, 0xc2f7, 0x7f80};
    struct sr_tensors set;
    size_t length;
    (void)unused;
    unsigned char *bytes =
        file_bytes("{\"a\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[0,6]}}", 6, &length);
    memcpy(bytes + length - 6, halves, 6);
    assert_ok(sr_tensors_parse(&set, "upper halves", bytes, length, &error));
    const float *values = set.items[0].data;
    assert_true(values[0] == 1 && values[1] == -123.5f && isinf(values[2]));
    assert_refused(sr_tensors_need(&set, "a", SR_F32, 1, (size_t[]){3}, &error) ? SR_OK
                                                                                : SR_ERROR_FORMAT,
                   SR_ERROR_FORMAT, "infinity");
    sr_tensors_fini(&set);
    free(bytes);
}

static void test_need(void **unused)
{
    struct sr_tensors set = {0};
    (void)unused;
    float *w = sr_tensors_add(&set, "w", SR_F32, 2, (size_t[]){2, 3}, &error);
    double *d = sr_tensors_add(&set, "d", SR_F64, 1, (size_t[]){2}, &error);
    assert_non_null(sr_tensors_need(&set, "w", SR_F32, 2, (size_t[]){2, 3}, &error));
    assert_non_null(sr_tensors_need(&set, "w", SR_F32, 2, (size_t[]){SIZE_MAX, 3}, &error));
    assert_null(sr_tensors_need(&set, "w", SR_F32, 2, (size_t[]){SIZE_MAX, 4}, &error));
    assert_non_null(strstr(error.text, "[2, 3] where [any, 4]"));
    assert_null(sr_tensors_need(&set, "w", SR_F64, 2, (size_t[]){2, 3}, &error));
    assert_non_null(strstr(error.text, "F32 where F64"));
    assert_null(sr_tensors_need(&set, "w", SR_F32, 1, (size_t[]){6}, &error));
    assert_null(sr_tensors_need(&set, "v", SR_F32, 1, (size_t[]){6}, &error));
    assert_non_null(strstr(error.text, "missing"));
    w[4] = NAN;
    assert_null(sr_tensors_need(&set, "w", SR_F32, 2, (size_t[]){2, 3}, &error));
    assert_non_null(strstr(error.text, "position 4"));
    d[1] = -INFINITY;
    assert_null(sr_tensors_need(&set, "d", SR_F64, 1, (size_t[]){2}, &error));
    assert_int_equal(error.status, SR_ERROR_FORMAT);
    sr_tensors_fini(&set);
}

/* Headers that must not be believed, each with a word of the sentence that it must get. */
static const struct {
    const char *header;
    size_t data;
    const char *part;
} wrong[] = {
    {"[]", 0, "not JSON"},
    {"{\"a\"", 0, "JSON"},
    {"{\"a\":1}", 0, "type"},
    {"{\"a\":{\"dtype\":\"C64\",\"shape\":[1],\"data_offsets\":[0,8]}}", 8, "C64"},
    {"{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "need 4"},
    {"{\"a\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "need 4"},
    {"{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1],\"data_offsets\":[0,4]}}", 4, "shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[0.5],\"data_offsets\":[0,4]}}", 4, "shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[\"1\"],\"data_offsets\":[0,4]}}", 4, "shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1e300],\"data_offsets\":[0,4]}}", 4, "shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}", 4,
     "larger than any"},
    {"{\"a\":{\"dtype\":\"F64\",\"shape\":[9007199254740992,512],\"data_offsets\":[0,4]}}", 4,
     "larger than any"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "data_offsets"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4]}}", 4, "data_offsets"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "data_offsets"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}", 4, "data_offsets"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4, "data_offsets"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "need 8"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}", 4, "gap"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}", 4, "4 bytes of data"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]},"
     "\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[1,4]}}",
     4, "overlap"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
     "\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}",
     4, "JSON"},
    {"{\"__metadata__\":{\"k\":1}}", 0, "__metadata__"},
    {"{\"__metadata__\":\"k\"}", 0, "__metadata__"},
};

static void test_wrong_headers(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct sr_tensors set;
        size_t length;
        unsigned char *bytes = file_bytes(wrong[i].header, wrong[i].data, &length);
        assert_refused(sr_tensors_parse(&set, "some file", bytes, length, &error), SR_ERROR_FORMAT,
                       wrong[i].part);
        assert_non_null(strstr(error.text, "some file"));
        assert_int_equal(set.count, 0);
        free(bytes);
    }
}

static void test_wrong_lengths(void **unused)
{
    static const char good[] =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}   ";
    struct sr_tensors set;
    size_t length;
    (void)unused;
    unsigned char *bytes = file_bytes(good, 12, &length);
    assert_ok(sr_tensors_parse(&set, "good", bytes, length, &error));
    sr_tensors_fini(&set);
    /* Cut anywhere, it is refused; so is one byte too many. */
    for (size_t cut = 0; cut < length; cut++) {
        unsigned char *part = sr_xalloc(cut + 1);
        memcpy(part, bytes, cut);
        assert_refused(sr_tensors_parse(&set, "cut", part, cut, &error), SR_ERROR_FORMAT, "cut");
        free(part);
    }
    assert_refused(sr_tensors_parse(&set, "long", bytes, length + 1, &error), SR_ERROR_FORMAT,
                   "13 bytes");
    memcpy(bytes, &(uint64_t){UINT64_MAX}, 8);
    assert_refused(sr_tensors_parse(&set, "absurd", bytes, length, &error), SR_ERROR_FORMAT,
                   "promises");
    memcpy(bytes, &(uint64_t){1ull << 40}, 8);
    assert_refused(sr_tensors_parse(&set, "absurd", bytes, length, &error), SR_ERROR_FORMAT,
                   "promises");
    free(bytes);
}

static void test_files(void **unused)
{
    struct sr_tensors set;
    (void)unused;
    assert_refused(sr_tensors_load(&set, "/nowhere/x.safetensors", &error), SR_ERROR_IO,
                   "/nowhere/x.safetensors");
    assert_refused(sr_tensors_load(&set, "/tmp", &error), SR_ERROR_IO, "/tmp");
    assert_refused(sr_tensors_load(&set, "/dev/null", &error), SR_ERROR_IO, "regular");
    struct sr_tensors empty = {0};
    assert_refused(sr_tensors_save(&empty, "/nowhere/x.safetensors", &error), SR_ERROR_IO,
                   "/nowhere/");
}

static const char *const corpus[] = {"tests/models/corpus/empty.safetensors",
                                     "tests/models/corpus/scalar.safetensors",
                                     "tests/models/corpus/several.safetensors"};

/* The fuzzer's work in small, by a fixed seed: damage good files, and read what comes out. */
static void test_mutations(void **unused)
{
    struct sr_rng rng;
    size_t accepted = 0;
    (void)unused;
    sr_rng_init(&rng, 1, SR_STREAM_TEST, 0);
    for (size_t file = 0; file < 3; file++) {
        size_t length;
        char *seed = sr_file_read(source_file(corpus[file]), 1 << 20, &length, &error);
        assert_non_null(seed);
        for (int round = 0; round < 10000; round++) {
            size_t cut = sr_rng_below(&rng, 4) ? length : sr_rng_below(&rng, length + 1);
            char *bytes =
                malloc(cut ? cut : 1); /* exact, so that the sanitizer sees a read past it */
            memcpy(bytes, seed, cut);
            for (uint64_t k = sr_rng_below(&rng, 4); cut && k > 0; k--) {
                size_t at = sr_rng_below(&rng, cut);
                bytes[at] = sr_rng_below(&rng, 2) ? (char)sr_rng_next(&rng)
                                                  : "0123456789{}[],:\"-e."[sr_rng_below(&rng, 20)];
            }
            struct sr_tensors set;
            memset(&error, 0, sizeof error);
            if (sr_tensors_parse(&set, "mutant", bytes, cut, &error) == SR_OK) {
                accepted++;
                sr_tensors_fini(&set);
            } else {
                assert_non_null(strstr(error.text, "mutant"));
            }
            free(bytes);
        }
        free(seed);
    }
    assert_true(accepted > 1000 && accepted < 29000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),    cmocka_unit_test(test_halves),
        cmocka_unit_test(test_upper_halves),  cmocka_unit_test(test_need),
        cmocka_unit_test(test_wrong_headers), cmocka_unit_test(test_wrong_lengths),
        cmocka_unit_test(test_files),         cmocka_unit_test(test_mutations),
    };
    return cmocka_run_group_tests_name("models/tensors", tests, NULL, NULL);
}
