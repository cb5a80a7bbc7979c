/* IDX files, good and bad: each bad one gets its sentence, and nothing leaks. */
#include "support.h"

#include "../../src/data/idx.h"
#include "scratch.h"

static struct sr_error error;
static struct array array;

static int clear(void **state)
{
    (void)state;
    array_fini(&array);
    return 0;
}

static enum sr_status read_monitored(const char *path, enum idx_content wanted,
                                     const struct sr_monitor *monitor)
{
    struct stream *stream = stream_open(path, "an IDX file", &error);
    if (!stream) return error.status;
    array_fini(&array);
    enum sr_status status = idx_read(stream, wanted, &array, monitor, &error);
    stream_close(stream);
    return status;
}

static enum sr_status read_images(const char *path)
{
    return read_monitored(path, IDX_IMAGES, NULL);
}

static enum sr_status read_labels(const char *path)
{
    return read_monitored(path, IDX_LABELS, NULL);
}

/* `count` images of 8 by 9 with pixel values that count up. */
static size_t make_images(uint8_t *out, uint32_t count)
{
    size_t at = idx_header(out, 0x803, 3, (uint32_t[]){count, 8, 9});
    for (size_t i = 0; i < count * 72; i++) out[at++] = (uint8_t)i;
    return at;
}

static size_t make_labels(uint8_t *out, uint32_t count)
{
    size_t at = idx_header(out, 0x801, 1, (uint32_t[]){count});
    for (size_t i = 0; i < count; i++) out[at++] = (uint8_t)(i % 3);
    return at;
}

static void plain_and_packed_agree(void **state)
{
    (void)state;
    uint8_t bytes[1000];
    size_t length = make_images(bytes, 5);
    for (int packed = 0; packed < 2; packed++) {
        const char *path =
            packed ? scratch_pack("a.gz", bytes, length) : scratch_write("a", bytes, length);
        assert_ok(read_images(path));
        assert_int_equal(array.dimensions, 3);
        assert_int_equal(array.sizes[0], 5);
        assert_int_equal(array.sizes[1], 8);
        assert_int_equal(array.sizes[2], 9);
        assert_memory_equal(array.content, bytes + 16, 360);
        size_t labels = make_labels(bytes, 5);
        path = packed ? scratch_pack("l.gz", bytes, labels) : scratch_write("l", bytes, labels);
        assert_ok(read_labels(path));
        assert_int_equal(array.sizes[0], 5);
        assert_memory_equal(array.content, bytes + 8, 5);
        length = make_images(bytes, 5);
    }
}

static void refuse_bytes(const void *bytes, size_t length, const char *part)
{
    struct stream *stream = stream_memory("it", bytes, length);
    assert_refused(idx_read(stream, IDX_IMAGES, &array, NULL, &error), SR_ERROR_FORMAT, part);
    stream_close(stream);
    assert_null(array.content);
    const char *path = scratch_write("bad", bytes, length);
    assert_refused(read_images(path), SR_ERROR_FORMAT, part);
    path = scratch_pack("bad.gz", bytes, length);
    assert_refused(read_images(path), SR_ERROR_FORMAT, part);
    assert_non_null(strstr(error.text, "bad.gz"));
    assert_null(array.content);
}

static void wrong_headers(void **state)
{
    (void)state;
    uint8_t bytes[64] = {0};
    refuse_bytes(bytes, 0, "within its header");
    refuse_bytes(bytes, 3, "within its header");
    idx_header(bytes, 0x803, 3, (uint32_t[]){1, 28, 28});
    refuse_bytes(bytes, 15, "within its header");
    refuse_bytes("hello, world", 12, "not an IDX file: it begins with 0x68656c6c");
    refuse_bytes(bytes, idx_header(bytes, 0x804, 4, (uint32_t[]){1, 2, 28, 28}), "1x2x28x28");
    refuse_bytes(bytes, idx_header(bytes, 0x805, 4, (uint32_t[]){1, 3, 28, 28}), "5 dimensions");
    refuse_bytes(bytes, idx_header(bytes, 0x802, 2, (uint32_t[]){1, 28}), "2 dimensions");
    refuse_bytes(bytes, idx_header(bytes, 0xa03, 3, (uint32_t[]){1, 28, 28}),
                 "begins with 0x00000a03");
    refuse_bytes(bytes, idx_header(bytes, 0x803, 3, (uint32_t[]){1, 28, 7}), "within 8..128");
    refuse_bytes(bytes, idx_header(bytes, 0x803, 3, (uint32_t[]){1, 129, 28}), "within 8..128");
    refuse_bytes(bytes, idx_header(bytes, 0x803, 3, (uint32_t[]){1, 0, 28}), "within 8..128");
    refuse_bytes(bytes, idx_header(bytes, 0x803, 3, (uint32_t[]){1, UINT32_MAX, 28}),
                 "within 8..128");
    refuse_bytes(bytes, idx_header(bytes, 0x803, 3, (uint32_t[]){0, 28, 28}), "0 images");
}

static void labels_for_images(void **state)
{
    (void)state;
    uint8_t bytes[1000];
    size_t length = make_labels(bytes, 5);
    const char *path = scratch_write("l", bytes, length);
    assert_refused(read_images(path), SR_ERROR_FORMAT,
                   "holds labels (1 dimensions, magic number 0x00000801), but images");
    length = make_images(bytes, 5);
    path = scratch_write("i", bytes, length);
    assert_refused(read_labels(path), SR_ERROR_FORMAT,
                   "holds images (3 dimensions, magic number 0x00000803), but labels");
}

static void wrong_lengths(void **state)
{
    (void)state;
    uint8_t bytes[1000];
    size_t length = make_images(bytes, 5);
    refuse_bytes(bytes, length - 1, "truncated: it holds 359 of the 360 bytes");
    refuse_bytes(bytes, 16, "it holds 0 of the 360 bytes");
    bytes[length] = 0;
    refuse_bytes(bytes, length + 1, "too long");
}

/* 2^32-1 images of 128 by 128 are 2^46 bytes: refused without asking for them. The same file
 * also as 40 MB of zeros in 40 kB of gzip, which make it grow a few times first. */
static void absurd_promises(void **state)
{
    (void)state;
    uint8_t bytes[64];
    size_t length = idx_header(bytes, 0x803, 3, (uint32_t[]){UINT32_MAX, 128, 128});
    refuse_bytes(bytes, length, "0 of the 70368744161280 bytes");
    size_t large = 40 << 20;
    uint8_t *zeros = calloc(1, large);
    assert_non_null(zeros);
    memcpy(zeros, bytes, length);
    const char *path = scratch_pack("zeros.gz", zeros, large);
    assert_refused(read_images(path), SR_ERROR_FORMAT, "truncated");
    free(zeros);
    length = idx_header(bytes, 0x801, 1, (uint32_t[]){UINT32_MAX});
    path = scratch_write("labels", bytes, length);
    assert_refused(read_labels(path), SR_ERROR_FORMAT, "truncated");
}

/* Every type of number, big-endian, as QMNIST's labels and other tools' images have them. */
static void types(void **state)
{
    (void)state;
    static const struct {
        uint32_t magic;
        uint8_t bytes[8];
        size_t each;
        double value;
    } cases[] = {
        {0x901, {0xff}, 1, -1},          {0xb01, {0xff, 0xfe}, 2, -2},
        {0xc01, {0, 1, 0, 0}, 4, 65536}, {0xd01, {0xbf, 0x40}, 4, -0.75},
        {0xe01, {0x3f, 0xf8}, 8, 1.5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[64] = {0};
        size_t at = idx_header(bytes, cases[i].magic, 1, (uint32_t[]){2});
        memcpy(bytes + at + cases[i].each, cases[i].bytes, cases[i].each);
        assert_ok(read_labels(scratch_write("typed", bytes, at + 2 * cases[i].each)));
        assert_true(array_number(&array, 0) == 0);
        assert_true(array_number(&array, 1) == cases[i].value);
    }
}

static void bad_gzip(void **state)
{
    (void)state;
    uint8_t bytes[1000], packed[4000];
    size_t length = make_images(bytes, 5);
    const char *path = scratch_pack("good.gz", bytes, length);
    FILE *file = fopen(path, "rb");
    size_t size = fread(packed, 1, sizeof packed, file);
    fclose(file);
    for (size_t cut = 12; cut < size; cut += 5) {
        path = scratch_write("cut.gz", packed, cut);
        assert_refused(read_images(path), SR_ERROR_FORMAT, "truncated");
    }
    packed[size - 8] ^= 1; /* gzip's own CRC-32 of the content */
    path = scratch_write("crc.gz", packed, size);
    assert_refused(read_images(path), SR_ERROR_FORMAT, "corrupt gzip (incorrect data check)");
    packed[size - 8] ^= 1;
    memset(packed + 12, 0xff, 20);
    path = scratch_write("garbage.gz", packed, size);
    assert_refused(read_images(path), SR_ERROR_FORMAT, "garbage.gz");
}

static void not_files(void **state)
{
    (void)state;
    assert_refused(read_images(scratch_path("none")), SR_ERROR_IO, "No such file");
    assert_refused(read_images(scratch), SR_ERROR_IO, "is a directory");
    const char *fifo = scratch_path("fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0); /* must not wait for a writer */
    assert_refused(read_images(fifo), SR_ERROR_IO, "not a regular file");
    if (geteuid() != 0) { /* nothing is unreadable for root */
        const char *path = scratch_write("secret", "", 0);
        chmod(path, 0);
        assert_refused(read_images(path), SR_ERROR_IO, "Permission denied");
    }
}

static bool stop(void *owner)
{
    int *left = owner;
    return (*left)-- > 0;
}

static void stops_when_asked(void **state)
{
    (void)state;
    size_t count = 60000, length = 16 + count * 72;
    uint8_t *bytes = calloc(1, length);
    assert_non_null(bytes);
    idx_header(bytes, 0x803, 3, (uint32_t[]){(uint32_t)count, 8, 9});
    const char *path = scratch_write("long", bytes, length);
    free(bytes);
    int left = 2;
    struct sr_monitor monitor = {.owner = &left, .proceed = stop};
    assert_refused(read_monitored(path, IDX_IMAGES, &monitor), SR_ERROR_CANCELLED, "stopped");
    left = 100;
    assert_ok(read_monitored(path, IDX_IMAGES, &monitor));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(plain_and_packed_agree, clear),
        cmocka_unit_test_teardown(wrong_headers, clear),
        cmocka_unit_test_teardown(labels_for_images, clear),
        cmocka_unit_test_teardown(wrong_lengths, clear),
        cmocka_unit_test_teardown(absurd_promises, clear),
        cmocka_unit_test_teardown(types, clear),
        cmocka_unit_test_teardown(bad_gzip, clear),
        cmocka_unit_test_teardown(not_files, clear),
        cmocka_unit_test_teardown(stops_when_asked, clear),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
