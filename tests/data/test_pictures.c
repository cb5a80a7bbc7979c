/* Pictures: what each kind of file becomes, how sizes are fitted, and what is refused. */
#include "support.h"

#include <jpeglib.h>
#include <math.h>
#include <webp/encode.h>

#include "../../src/data/exif.h"
#include "forms.h"
#include "sartor/data/fitting.h"

static struct sr_error error;
static struct sr_picture picture;

static int clear(void **state)
{
    (void)state;
    sr_picture_fini(&picture);
    return 0;
}

/* A JPEG file in memory, freed by the caller; `orientation` 0 for none. */
static uint8_t *make_jpeg(const uint8_t *pixels, int height, int width, int channels,
                          J_COLOR_SPACE space, int orientation, unsigned long *length)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    uint8_t *bytes = NULL;
    *length = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, length);
    jpeg.image_height = (JDIMENSION)height;
    jpeg.image_width = (JDIMENSION)width;
    jpeg.input_components = channels;
    jpeg.in_color_space = space;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 100, TRUE);
    jpeg.comp_info[0].h_samp_factor = jpeg.comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(&jpeg, TRUE);
    uint8_t exif[] = {'E', 'x', 'i', 'f', 0,    0, 'M', 'M', 0, 42, 0, 0, 0,
                      8,   0,   1,   1,   0x12, 0, 3,   0,   0, 0,  1, 0, (uint8_t)orientation,
                      0,   0,   0,   0,   0,    0};
    if (orientation) jpeg_write_marker(&jpeg, JPEG_APP0 + 1, exif, sizeof exif);
    for (int y = 0; y < height; y++) {
        JSAMPROW row = (JSAMPROW)(pixels + (size_t)y * (size_t)width * (size_t)channels);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return bytes;
}

/* A picture of 2 by 3 blocks of 8, of which the first is dark; where that has come to, by EXIF's
 * own table of what row 0 and column 0 are. */
static void orientations(void **state)
{
    (void)state;
    static const struct {
        int height, width, y, x;
    } corner[] = {{16, 24, 0, 0}, {16, 24, 0, 16}, {16, 24, 8, 16}, {16, 24, 8, 0},
                  {24, 16, 0, 0}, {24, 16, 0, 8},  {24, 16, 16, 8}, {24, 16, 16, 0}};
    uint8_t pixels[16 * 24];
    memset(pixels, 200, sizeof pixels);
    for (int y = 0; y < 8; y++) memset(pixels + 24 * y, 20, 8);
    memset(pixels + 24 * 4 + 8, 120, 8); /* beside it, so that turning is told from mirroring */
    for (int o = 1; o <= 8; o++) {
        unsigned long length;
        uint8_t *bytes = make_jpeg(pixels, 16, 24, 1, JCS_GRAYSCALE, o, &length);
        assert_ok(sr_picture_decode("it", bytes, length, &picture, &error));
        assert_int_equal(picture.channels, 1);
        assert_int_equal(picture.height, corner[o - 1].height);
        assert_int_equal(picture.width, corner[o - 1].width);
        int dark = 0;
        for (int y = 0; y < 8; y++)
            for (int x = 0; x < 8; x++)
                dark +=
                    picture.pixels[(corner[o - 1].y + y) * picture.width + corner[o - 1].x + x] <
                    60;
        assert_int_equal(dark, 64);
        free(bytes);
        clear(NULL);
    }
    /* What is no orientation changes nothing. */
    assert_int_equal(exif_orientation((const uint8_t *)"II*\0\x08\0\0\0\xff\xff", 10), 1);
    assert_int_equal(exif_orientation((const uint8_t *)"MM\0*\xff\xff\xff\xf0", 8), 1);
}

static void kinds(void **state)
{
    (void)state;
    uint8_t pixels[16 * 16 * 4];
    unsigned long length;
    for (int i = 0; i < 256; i++) memcpy(pixels + 3 * i, ((uint8_t[]){200, 100, 50}), 3);
    uint8_t *bytes = make_jpeg(pixels, 16, 16, 3, JCS_RGB, 0, &length);
    assert_ok(sr_picture_decode("it", bytes, length, &picture, &error));
    assert_int_equal(picture.channels, 3);
    for (int c = 0; c < 3; c++)
        assert_true(abs(picture.pixels[300 + c] - ((int[]){200, 100, 50})[c]) < 4);
    clear(NULL);
    assert_refused(sr_picture_decode("it", bytes, length - 40, &picture, &error), SR_ERROR_FORMAT,
                   "it is not a usable JPEG picture: it is cut off");
    free(bytes);
    /* Cyan, magenta, yellow and black, inverted as Adobe has it: 255 is no ink. */
    for (int i = 0; i < 256; i++) memcpy(pixels + 4 * i, ((uint8_t[]){255, 128, 0, 128}), 4);
    bytes = make_jpeg(pixels, 16, 16, 4, JCS_CMYK, 0, &length);
    clear(NULL);
    assert_ok(sr_picture_decode("it", bytes, length, &picture, &error));
    const int ink = picture.pixels[300], least = picture.pixels[302];
    assert_true(abs(ink - 128) < 6 || abs(ink - 0) < 6);
    assert_int_equal(picture.channels, 3);
    assert_true(ink > 100 ? least < 6 : 1);
    free(bytes);
    /* WebP, with something transparent. */
    uint8_t *webp = NULL;
    for (int i = 0; i < 256; i++)
        memcpy(pixels + 4 * i, ((uint8_t[]){10, 20, 30, (uint8_t)(i == 17 ? 0 : 255)}), 4);
    size_t size = WebPEncodeLosslessRGBA(pixels, 16, 16, 64, &webp);
    clear(NULL);
    assert_ok(sr_picture_decode("it", webp, size, &picture, &error));
    assert_memory_equal(picture.pixels, ((uint8_t[]){10, 20, 30}), 3);
    assert_int_equal(picture.opacity[16], 255);
    assert_int_equal(picture.opacity[17], 0);
    sr_picture_flatten(&picture);
    assert_memory_equal(picture.pixels + 51, ((uint8_t[]){255, 255, 255}), 3);
    assert_null(picture.opacity);
    clear(NULL);
    assert_refused(sr_picture_decode("it", webp, size / 2, &picture, &error), SR_ERROR_FORMAT,
                   "WebP");
    WebPFree(webp);
    assert_refused(sr_picture_decode("a.png", "GIF89a..........", 16, &picture, &error),
                   SR_ERROR_FORMAT, "a.png is a GIF picture; PNG, JPEG and WebP are read");
}

/* Half of the light is 188, not 128; what is of the right size stays as it is. */
static void sizes(void **state)
{
    (void)state;
    uint8_t board[64 * 64], out[16 * 16], same[64 * 64];
    for (int i = 0; i < 64 * 64; i++) board[i] = (i + i / 64) % 2 ? 255 : 0;
    const struct sr_picture from = {64, 64, 1, board, NULL};
    struct sr_fitting fitting = {.shape = {16, 16, 1}};
    assert_ok(sr_fitting_apply(&fitting, &from, out, &error));
    for (int i = 0; i < 256; i++) assert_int_equal(out[i], 188);
    fitting.shape = (struct sr_shape){64, 64, 1};
    assert_ok(sr_fitting_apply(&fitting, &from, same, &error));
    assert_memory_equal(same, board, sizeof board);
    /* A size that does not divide: of 3 pixels, 2 are made, each of one and a half. */
    for (int i = 0; i < 64; i++) board[i] = (uint8_t)(i % 12 == 0 ? 255 : 0);
    /* A plain colour stays what it is, whatever the size. */
    for (int value = 0; value < 256; value += 5)
        for (int side = 8; side <= 128; side += 40) {
            uint8_t plain[24 * 40], fitted[128 * 128];
            memset(plain, value, sizeof plain);
            fitting = (struct sr_fitting){.shape = {side, side, 1}, .fit = SR_FIT_STRETCH};
            assert_ok(sr_fitting_apply(&fitting, &(struct sr_picture){24, 40, 1, plain, NULL},
                                       fitted, &error));
            for (int i = 0; i < side * side; i++) assert_int_equal(fitted[i], value);
        }
}

/* 20 × 40, the left half 100, the right 200. */
static void fits(void **state)
{
    (void)state;
    uint8_t wide[20 * 40], out[16 * 16];
    for (int i = 0; i < 800; i++) wide[i] = i % 40 < 20 ? 100 : 200;
    const struct sr_picture from = {20, 40, 1, wide, NULL};
    struct sr_fitting fitting = {.shape = {16, 16, 1}, .fit = SR_FIT_PAD};
    assert_ok(sr_fitting_apply(&fitting, &from, out, &error));
    for (int i = 0; i < 256; i++)
        assert_int_equal(out[i], i / 16 < 4 || i / 16 >= 12 ? 0 : i % 16 < 8 ? 100 : 200);
    for (int fit = SR_FIT_CROP; fit <= SR_FIT_STRETCH; fit++) {
        fitting.fit = (enum sr_fit_mode)fit;
        assert_ok(sr_fitting_apply(&fitting, &from, out, &error));
        for (int i = 0; i < 256; i++) assert_int_equal(out[i], i % 16 < 8 ? 100 : 200);
    }
    /* Cropping shows the middle: of 40 columns, 10 to 29. */
    for (int i = 0; i < 800; i++) wide[i] = i % 40 >= 10 && i % 40 < 30 ? 50 : 250;
    fitting.fit = SR_FIT_CROP;
    assert_ok(sr_fitting_apply(&fitting, &from, out, &error));
    for (int i = 0; i < 256; i++) assert_int_equal(out[i], 50);
}

static void fittings_as_text(void **state)
{
    (void)state;
    struct sr_fitting read;
    char text[128], again[128];
    for (int i = 0; i < 48; i++) {
        const struct sr_fitting fitting = {.pictures = i & 1,
                                           .shape = {8 + i, 64, i & 2 ? 3 : 1},
                                           .fit = (enum sr_fit_mode)(i % 3),
                                           .resized = i & 4,
                                           .made_grey = i & 8,
                                           .transposed = i & 16};
        sr_fitting_print(&fitting, text, sizeof text);
        assert_true(sr_fitting_read(&read, text));
        sr_fitting_print(&read, again, sizeof again);
        assert_string_equal(text, again);
        assert_int_equal(read.made_grey, fitting.made_grey);
    }
    static const char *const bad[] = {"",
                                      "64x64",
                                      "64x64 pad",
                                      "64x64 pad blue",
                                      "64x64 fill grey",
                                      "4x64 pad grey",
                                      "64x999 pad grey",
                                      "64x64 pad grey more"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(sr_fitting_read(&read, bad[i]));
}

static struct sr_dataset *load(const struct sr_opening *how, const char *path)
{
    struct sr_opening opening = *how;
    opening.path = path;
    opening.seed = 1;
    opening.fresh = true;
    error.text[0] = 0;
    return sr_dataset_open(&opening, &error);
}

/* A folder of pictures of several sizes, colours and kinds. */
static void folders(void **state)
{
    (void)state;
    uint8_t pixels[40 * 30 * 3];
    for (int i = 0; i < 12; i++) {
        memset(pixels, 60 + i, sizeof pixels);
        forms_put_png(forms_path("mixed/%c/%d.png", 'a' + i % 2, i), pixels, i == 7 ? 40 : 30, 30,
                      i == 9 ? 3 : 1);
    }
    struct sr_opening how = {0};
    struct sr_dataset *dataset = load(&how, forms_path("mixed"));
    assert_non_null(dataset);
    assert_int_equal(dataset->files[0].shape.height, 64);
    assert_int_equal(dataset->files[0].shape.channels, 1); /* three channels, but all grey */
    assert_true(dataset->fitting.resized);
    assert_non_null(strstr(dataset->notes[0], "brought to 64×64"));
    sr_dataset_unref(dataset);
    pixels[0] = 1;
    forms_put_png(forms_path("mixed/b/9.png"), pixels, 30, 30, 3);
    how.wishes = (struct sr_wishes){.size = 28, .fit = SR_FIT_CROP};
    dataset = load(&how, forms_path("mixed"));
    assert_int_equal(dataset->files[0].shape.height, 28);
    assert_int_equal(dataset->files[0].shape.channels, 3);
    sr_dataset_unref(dataset);
    how.wishes.colour = SR_COLOUR_GREY;
    dataset = load(&how, forms_path("mixed"));
    assert_int_equal(dataset->files[0].shape.channels, 1);
    assert_true(dataset->fitting.made_grey);
    sr_dataset_unref(dataset);
    /* The same for any number of threads. */
    char digest[40] = "";
    for (int threads = 0; threads < 4; threads++) {
        how.pool = threads ? sr_pool_new(threads, &error) : NULL;
        dataset = load(&how, forms_path("mixed"));
        if (threads) assert_string_equal(dataset->digest, digest);
        strcpy(digest, dataset->digest);
        sr_dataset_unref(dataset);
        sr_pool_free(how.pool);
    }
    how.pool = NULL;
    forms_write(forms_path("mixed/a/10.png"), "GIF89a", 6);
    forms_write(forms_path("mixed/b/3.png"), "no picture at all", 17);
    assert_null(load(&how, forms_path("mixed")));
    assert_non_null(strstr(error.text, "2 of 12 pictures cannot be used"));
    assert_non_null(strstr(error.text, "mixed/b/3.png is not a picture"));
    assert_non_null(strstr(error.text, "skip=on"));
    how.skip = true;
    dataset = load(&how, forms_path("mixed"));
    assert_int_equal(dataset->files[0].count + dataset->files[1].count, 10);
    sr_dataset_unref(dataset);
}

/* Pictures that nothing sorts. */
static void loose(void **state)
{
    (void)state;
    uint8_t pixels[64];
    const struct sr_opening how = {0};
    for (int i = 0; i < 3; i++) {
        memset(pixels, 100 + i, sizeof pixels);
        forms_put_png(forms_path("loose/%d.png", 9 + i), pixels, 8, 8, 1);
    }
    struct sr_dataset *dataset = load(&how, forms_path("loose"));
    assert_true(dataset->unlabelled);
    assert_int_equal(dataset->files[0].count, 3);
    /* 9, 10, 11: by number. */
    for (int i = 0; i < 3; i++) assert_int_equal(dataset->files[0].pixels[64 * i], 100 + i);
    sr_dataset_unref(dataset);
    dataset = load(&how, forms_path("loose/10.png"));
    assert_int_equal(dataset->files[0].count, 1);
    sr_dataset_unref(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(orientations, clear),
        cmocka_unit_test_teardown(kinds, clear),
        cmocka_unit_test(sizes),
        cmocka_unit_test(fits),
        cmocka_unit_test(fittings_as_text),
        cmocka_unit_test(folders),
        cmocka_unit_test(loose),
    };
    return cmocka_run_group_tests_name("data/pictures", tests, forms_make, forms_remove);
}
