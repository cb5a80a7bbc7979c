/* Identities of pictures: always the same, different for different pictures, and repeated ones
 * found. */
#include "support.h"

#include "sartor/base/memory.h"
#include "sartor/data/dataset.h"
#include "sartor/data/identity.h"

static struct sr_error error;

/* Model files hold identities, so these values may never change. */
static void values_never_change(void **state)
{
    (void)state;
    static const uint8_t black[784];
    uint8_t ramp[784];
    for (size_t i = 0; i < sizeof ramp; i++) ramp[i] = (uint8_t)(i * 7);
    assert_true(sr_identity(black, 784) == 0xd61ad593f6e12498u);
    assert_true(sr_identity(ramp, 784) == 0x63014db859d84829u);
    assert_true(sr_identity(ramp, 64) == 0x9e845150cb7ad003u);
    assert_true(sr_identity(ramp, 1) == 0xe14bcadb82aaf2abu);
}

/* Every pixel counts, and so does the number of them, at all lengths around the blocks. */
static void every_byte_counts(void **state)
{
    (void)state;
    uint8_t pixels[100] = {0};
    for (size_t size = 1; size <= sizeof pixels; size++) {
        const uint64_t before = sr_identity(pixels, size);
        assert_true(size == 1 || before != sr_identity(pixels, size - 1));
        for (size_t i = 0; i < size; i++)
            for (int bit = 0; bit < 8; bit++) {
                pixels[i] ^= (uint8_t)(1 << bit);
                assert_true(sr_identity(pixels, size) != before);
                pixels[i] ^= (uint8_t)(1 << bit);
            }
        assert_true(sr_identity(pixels, size) == before);
    }
}

static void repeated_pictures_are_counted(void **state)
{
    (void)state;
    struct sr_dataset *mini = sr_dataset_load(MINI, NULL, &error);
    assert_non_null(mini);
    struct sr_images *train = &mini->files[SR_FILE_TRAIN], *test = &mini->files[SR_FILE_TEST];
    assert_int_equal(sr_identity_repeated(train, train), 0);
    assert_int_equal(sr_identity_repeated(test, train), 0);
    for (size_t i = 0; i < 3; i++) /* row 0 three more times, whatever their labels */
        memcpy(train->pixels + (10 + i) * 784, train->pixels, 784);
    memcpy(test->pixels + 5 * 784, train->pixels, 784);
    memcpy(test->pixels + 9 * 784, train->pixels, 784);
    assert_int_equal(sr_identity_repeated(train, train), 3);
    assert_int_equal(sr_identity_repeated(test, train), 2);
    assert_int_equal(sr_identity_repeated(test, test), 1);
    sr_dataset_unref(mini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_never_change),
        cmocka_unit_test(every_byte_counts),
        cmocka_unit_test(repeated_pictures_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
