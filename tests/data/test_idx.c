/* IDX files, good and bad: each bad one gets its sentence, and nothing leaks. */
#include "support.h"

#include "sartor/data/idx.h"
#include "scratch.h"

static struct sr_error error;
static struct sr_images images;

static int clear(void **state)
{
    (void)state;
    sr_images_fini(&images);
    return 0;
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
        assert_ok(sr_idx_read_images(path, &images, NULL, &error));
        assert_int_equal(images.count, 5);
        assert_int_equal(images.shape.height, 8);
        assert_int_equal(images.shape.width, 9);
        assert_memory_equal(images.pixels, bytes + 16, 360);
        assert_int_equal(images.shape.channels, 1);
        size_t labels = make_labels(bytes, 5);
        path = packed ? scratch_pack("l.gz", bytes, labels) : scratch_write("l", bytes, labels);
        assert_ok(sr_idx_read_labels(path, &images, NULL, &error));
        assert_memory_equal(images.labels, bytes + 8, 5);
        sr_images_fini(&images);
        length = make_images(bytes, 5);
    }
}

static void refuse_bytes(const void *bytes, size_t length, const char *part)
{
    assert_refused(sr_idx_parse("it", bytes, length, &images, &error), SR_ERROR_FORMAT, part);
    assert_null(images.pixels);
    const char *path = scratch_write("bad", bytes, length);
    assert_refused(sr_idx_read_images(path, &images, NULL, &error), SR_ERROR_FORMAT, part);
    path = scratch_pack("bad.gz", bytes, length);
    assert_refused(sr_idx_read_images(path, &images, NULL, &error), SR_ERROR_FORMAT, part);
    assert_non_null(strstr(error.text, "bad.gz"));
    assert_null(images.pixels);
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
    refuse_bytes(bytes, idx_header(bytes, 0x804, 4, (uint32_t[]){1, 3, 28, 28}), "4 dimensions");
    refuse_bytes(bytes, idx_header(bytes, 0x802, 2, (uint32_t[]){1, 28}), "2 dimensions");
    refuse_bytes(bytes, idx_header(bytes, 0xd03, 3, (uint32_t[]){1, 28, 28}),
                 "does not hold bytes");
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
    assert_refused(sr_idx_read_images(path, &images, NULL, &error), SR_ERROR_FORMAT,
                   "holds labels (magic number 0x00000801), but images");
    length = make_images(bytes, 5);
    path = scratch_write("i", bytes, length);
    assert_refused(sr_idx_read_labels(path, &images, NULL, &error), SR_ERROR_FORMAT,
                   "holds images (magic number 0x00000803), but labels");
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
    assert_refused(sr_idx_read_images(path, &images, NULL, &error), SR_ERROR_FORMAT, "truncated");
    free(zeros);
    length = idx_header(bytes, 0x801, 1, (uint32_t[]){UINT32_MAX});
    path = scratch_write("labels", bytes, length);
    assert_refused(sr_idx_read_labels(path, &images, NULL, &error), SR_ERROR_FORMAT, "truncated");
}

static void counts_that_differ(void **state)
{
    (void)state;
    uint8_t bytes[1000];
    const char *path = scratch_write("i", bytes, make_images(bytes, 5));
    assert_ok(sr_idx_read_images(path, &images, NULL, &error));
    path = scratch_write("l", bytes, make_labels(bytes, 4));
    assert_refused(sr_idx_read_labels(path, &images, NULL, &error), SR_ERROR_FORMAT,
                   "4 labels, but there are 5 images");
    assert_null(images.labels);
    assert_int_equal(images.count, 5);
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
        assert_refused(sr_idx_read_images(path, &images, NULL, &error), SR_ERROR_FORMAT,
                       "truncated");
    }
    packed[size - 8] ^= 1; /* gzip's own CRC-32 of the content */
    path = scratch_write("crc.gz", packed, size);
    assert_refused(sr_idx_read_images(path, &images, NULL, &error), SR_ERROR_FORMAT,
                   "corrupt gzip (incorrect data check)");
    packed[size - 8] ^= 1;
    memset(packed + 12, 0xff, 20);
    path = scratch_write("garbage.gz", packed, size);
    assert_refused(sr_idx_read_images(path, &images, NULL, &error), SR_ERROR_FORMAT,
                   "corrupt gzip");
}

static void not_files(void **state)
{
    (void)state;
    assert_refused(sr_idx_read_images(scratch_path("none"), &images, NULL, &error), SR_ERROR_IO,
                   "No such file");
    assert_refused(sr_idx_read_images(scratch, &images, NULL, &error), SR_ERROR_IO,
                   "is a directory");
    const char *fifo = scratch_path("fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0); /* must not wait for a writer */
    assert_refused(sr_idx_read_images(fifo, &images, NULL, &error), SR_ERROR_IO,
                   "not a regular file");
    if (geteuid() != 0) { /* nothing is unreadable for root */
        const char *path = scratch_write("secret", "", 0);
        chmod(path, 0);
        assert_refused(sr_idx_read_images(path, &images, NULL, &error), SR_ERROR_IO,
                       "Permission denied");
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
    assert_refused(sr_idx_read_images(path, &images, &monitor, &error), SR_ERROR_CANCELLED,
                   "stopped");
    left = 100;
    assert_ok(sr_idx_read_images(path, &images, &monitor, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(plain_and_packed_agree, clear),
        cmocka_unit_test_teardown(wrong_headers, clear),
        cmocka_unit_test_teardown(labels_for_images, clear),
        cmocka_unit_test_teardown(wrong_lengths, clear),
        cmocka_unit_test_teardown(absurd_promises, clear),
        cmocka_unit_test_teardown(counts_that_differ, clear),
        cmocka_unit_test_teardown(bad_gzip, clear),
        cmocka_unit_test_teardown(not_files, clear),
        cmocka_unit_test_teardown(stops_when_asked, clear),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
