/* Cutting a subject out of its picture: its mask in any tone on any backdrop, with uneven light,
 * noise, a frame, transparency; and what makes the result doubtful. */
#include "support.h"

#include "../src/data/cutout.h"
#include "garment.h"
#include "sartor/data/dataset.h"

static struct sr_dataset *mini;
static uint8_t pixels[PHOTO_HEIGHT * PHOTO_WIDTH], truth[PHOTO_HEIGHT * PHOTO_WIDTH];

static int load(void **state)
{
    (void)state;
    struct sr_error error;
    mini = sr_dataset_load(MINI, NULL, &error);
    return mini ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    sr_dataset_unref(mini);
    return 0;
}

/* The first of a class in the test file. */
static const uint8_t *garment(int class)
{
    const struct sr_images *test = &mini->files[SR_FILE_TEST];
    size_t row = 0;
    while (test->labels[row] != class) row++;
    return sr_images_at(test, row);
}

static struct cutout cut(void)
{
    struct cutout cutout;
    cutout_make(&(struct sr_picture){PHOTO_HEIGHT, PHOTO_WIDTH, 1, pixels, NULL}, &cutout);
    return cutout;
}

/* Pixels in both masks, of those in one of them; a frame of `edge` has been left out. */
static double overlap(const struct cutout *cutout, int edge)
{
    size_t both = 0, either = 0;
    for (int y = 0; y < cutout->height; y++)
        for (int x = 0; x < cutout->width; x++) {
            const bool found = cutout->mask[y * cutout->width + x],
                       there = truth[(y + edge) * PHOTO_WIDTH + x + edge];
            both += found && there;
            either += found || there;
        }
    return (double)both / (double)either;
}

static const int tones[] = {25, 95, 165, 235}, backdrops[] = {255, 200, 128, 60, 8};

static void every_tone_on_every_backdrop(void **state)
{
    (void)state;
    for (int class = 0; class < 10; class += 2)
        for (int b = 0; b < 5; b++)
            for (int t = 0; t < 4; t++) {
                if (abs(tones[t] - backdrops[b]) < 30) continue; /* texture crosses the backdrop */
                const struct photo photo = {.tone = tones[t], .backdrop = backdrops[b]};
                garment_photo(garment(class), &photo, pixels, truth);
                struct cutout cutout = cut();
                assert_int_equal(cutout.doubt, CUTOUT_SURE);
                assert_int_equal(cutout.lighter, tones[t] > backdrops[b]);
                if (overlap(&cutout, 0) < 0.85)
                    fail_msg("class %d, tone %d on %d: %.3f", class, tones[t], backdrops[b],
                             overlap(&cutout, 0));
                cutout_fini(&cutout);
            }
}

static void light_noise_and_a_frame(void **state)
{
    (void)state;
    const struct photo photos[] = {{.tone = 60, .backdrop = 190, .slope = 0.4},
                                   {.tone = 60, .backdrop = 200, .noise = 6},
                                   {.tone = 200, .backdrop = 70, .noise = 5, .slope = 0.3},
                                   {.tone = 60, .backdrop = 220, .frame = 3}};
    for (size_t p = 0; p < sizeof photos / sizeof *photos; p++)
        for (int class = 0; class < 10; class += 3) {
            garment_photo(garment(class), &photos[p], pixels, truth);
            struct cutout cutout = cut();
            assert_int_equal(cutout.doubt, CUTOUT_SURE);
            const int edge = (PHOTO_HEIGHT - cutout.height) / 2;
            assert_true(photos[p].frame ? edge >= 3 && edge <= 5 : edge == 0);
            if (overlap(&cutout, edge) < 0.85)
                fail_msg("photo %zu of class %d: %.3f", p, class, overlap(&cutout, edge));
            cutout_fini(&cutout);
        }
}

/* The subject's own hue tells it from a backdrop of equal lightness. */
static void another_hue(void **state)
{
    (void)state;
    uint8_t colours[40 * 40 * 3];
    for (int i = 0; i < 1600; i++) {
        const bool inside = i % 40 >= 10 && i % 40 < 30 && i / 40 >= 5 && i / 40 < 35;
        const uint8_t colour[2][3] = {{120, 120, 120}, {193, 86, 86}}; /* both of lightness 50 */
        memcpy(colours + 3 * i, colour[inside], 3);
    }
    struct cutout cutout;
    cutout_make(&(struct sr_picture){40, 40, 3, colours, NULL}, &cutout);
    assert_int_equal(cutout.doubt, CUTOUT_SURE);
    assert_int_equal(cutout.top, 5);
    assert_int_equal(cutout.bottom, 35);
    assert_int_equal(cutout.left, 10);
    assert_int_equal(cutout.right, 30);
    cutout_fini(&cutout);
}

/* Transparency is the mask, whatever the colours under it are. */
static void transparency_is_the_mask(void **state)
{
    (void)state;
    uint8_t white[50 * 30], opacity[50 * 30];
    memset(white, 250, sizeof white);
    for (int i = 0; i < 1500; i++) opacity[i] = i % 30 >= 10 && i / 30 >= 20 ? 255 : 0;
    struct cutout cutout;
    cutout_make(&(struct sr_picture){50, 30, 1, white, opacity}, &cutout);
    assert_int_equal(cutout.doubt, CUTOUT_SURE);
    assert_int_equal(cutout.top, 20);
    assert_int_equal(cutout.left, 10);
    assert_true(cutout.lighter);
    assert_true(cutout.grey[49 * 30 + 29] > 200);
    assert_true(cutout.grey[0] == 0);
    cutout_fini(&cutout);
}

static void doubts(void **state)
{
    (void)state;
    struct photo photo = {.tone = 228, .backdrop = 252};
    garment_photo(garment(2), &photo, pixels, truth);
    struct cutout cutout = cut();
    assert_int_equal(cutout.doubt, CUTOUT_WHITE);
    cutout_fini(&cutout);
    memset(pixels, 77, sizeof pixels);
    cutout = cut();
    assert_int_equal(cutout.doubt, CUTOUT_EMPTY);
    cutout_fini(&cutout);
    photo = (struct photo){.tone = 128, .backdrop = 128, .noise = 60};
    garment_photo(garment(0), &photo, pixels, truth);
    /* Large blocks of any lightness behind it: nothing plain. */
    for (int i = 0; i < PHOTO_HEIGHT * PHOTO_WIDTH; i++) {
        const unsigned block = (unsigned)(i % PHOTO_WIDTH / 11 * 7 + i / PHOTO_WIDTH / 11 * 13);
        if (!truth[i]) pixels[i] = (uint8_t)(block * 2654435761u >> 24);
    }
    cutout = cut();
    assert_int_equal(cutout.doubt, CUTOUT_NO_BACKDROP);
    cutout_fini(&cutout);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tone_on_every_backdrop),
        cmocka_unit_test(light_noise_and_a_frame),
        cmocka_unit_test(another_hue),
        cmocka_unit_test(transparency_is_the_mask),
        cmocka_unit_test(doubts),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
