/* People's own pictures: kinds of PNG, the preparation, and what is refused. */
#include "support.h"

#include <png.h>

#include "sartor/data/dataset.h"
#include "sartor/data/import.h"
#include "scratch.h"

static struct sr_error error;
static uint8_t pixels[128 * 128];
static const struct sr_shape square = {28, 28, 1};

/* What of a picture is the image of `shape`; the pixels are kept whatever happens. */
static enum sr_status import_parse(const char *name, const void *bytes, size_t length,
                                   struct sr_shape shape, uint8_t *out, struct sr_error *why)
{
    struct sr_import import;
    enum sr_status status = sr_import_parse(name, bytes, length, shape, &import, why);
    if (!status) memcpy(out, import.pixels, sr_shape_size(shape));
    sr_import_fini(&import);
    return status;
}

static enum sr_status import_image(const char *path, struct sr_shape shape, uint8_t *out,
                                   struct sr_error *why)
{
    struct sr_import import;
    enum sr_status status = sr_import_picture(path, shape, &import, why);
    if (!status) memcpy(out, import.pixels, sr_shape_size(shape));
    sr_import_fini(&import);
    return status;
}

/* A PNG of `rows` (as libpng wants them: 16 bits big-endian, palette indices ...). */
static const char *write_png(const char *name, int width, int height, int type, int depth,
                             int interlace, const uint8_t *rows, size_t stride)
{
    const char *path = scratch_path(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, file);
    png_set_IHDR(png, info, (png_uint_32)width, (png_uint_32)height, depth, type, interlace,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    const png_color palette[4] = {{255, 255, 255}, {0, 0, 0}, {255, 0, 0}, {0, 255, 0}};
    if (type == PNG_COLOR_TYPE_PALETTE) {
        const png_byte opacity[2] = {0, 255}; /* the first colour is transparent: white, then */
        png_set_PLTE(png, info, palette, 4);
        png_set_tRNS(png, info, opacity, 2, NULL);
    }
    png_write_info(png, info);
    png_bytep *pointers = calloc((size_t)height, sizeof *pointers);
    assert_non_null(pointers);
    for (int y = 0; y < height; y++)
        pointers[y] = (png_bytep)(uintptr_t)(rows + (size_t)y * stride);
    png_write_image(png, pointers);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    free(pointers);
    fclose(file);
    return path;
}

/* Real images, written as grey PNG, come back bit for bit; on a white ground too. */
static void prepared_images_stay(void **state)
{
    (void)state;
    struct sr_dataset *mini = sr_dataset_load(MINI, NULL, &error);
    assert_non_null(mini);
    for (int i = 0; i < 500; i += 7) {
        const uint8_t *image = mini->files[SR_FILE_TEST].pixels + 784 * i;
        const char *path = write_png("a.png", 28, 28, PNG_COLOR_TYPE_GRAY, 8, i % 2, image, 28);
        assert_ok(import_image(path, square, pixels, &error));
        assert_memory_equal(pixels, image, 784);
        uint8_t negative[784];
        for (int p = 0; p < 784; p++) negative[p] = (uint8_t)(255 - image[p]);
        path = write_png("b.png", 28, 28, PNG_COLOR_TYPE_GRAY, 8, 0, negative, 28);
        assert_ok(import_image(path, square, pixels, &error));
        assert_memory_equal(pixels, image, 784);
    }
    sr_dataset_unref(mini);
}

/* The same 28 by 28 picture in every kind of PNG. */
static void kinds_of_png(void **state)
{
    (void)state;
    uint8_t wanted[784], rows[784 * 8];
    for (int i = 0; i < 784; i++) wanted[i] = (uint8_t)(i % 28 > 3 && i / 28 > 5 ? i * 7 % 256 : 0);
    for (int interlace = 0; interlace < 2; interlace++) {
        for (int i = 0; i < 784; i++)
            rows[2 * i] = rows[2 * i + 1] = wanted[i]; /* 257 v of 65535 */
        const char *path =
            write_png("16.png", 28, 28, PNG_COLOR_TYPE_GRAY, 16, interlace, rows, 56);
        assert_ok(import_image(path, square, pixels, &error));
        assert_memory_equal(pixels, wanted, 784);
        for (int i = 0; i < 784; i++) memset(rows + 3 * i, wanted[i], 3);
        path = write_png("rgb.png", 28, 28, PNG_COLOR_TYPE_RGB, 8, interlace, rows, 84);
        assert_ok(import_image(path, square, pixels, &error));
        assert_memory_equal(pixels, wanted, 784);
        for (int i = 0; i < 784; i++) { /* opaque grey and transparent black, which is white then */
            rows[2 * i] = wanted[i] ? wanted[i] : 0;
            rows[2 * i + 1] = wanted[i] ? 255 : 0;
        }
        path = write_png("ga.png", 28, 28, PNG_COLOR_TYPE_GRAY_ALPHA, 8, interlace, rows, 56);
        assert_ok(import_image(path, square, pixels, &error));
        for (int i = 0; i < 784; i++) assert_int_equal(pixels[i], wanted[i] ? 255 - wanted[i] : 0);
        for (int i = 0; i < 784; i++) rows[i] = wanted[i] % 4;
        path = write_png("p.png", 28, 28, PNG_COLOR_TYPE_PALETTE, 8, interlace, rows, 28);
        assert_ok(import_image(path, square, pixels, &error));
        const uint8_t greys[4] = {0, 255, 255 - 76, 255 - 150}; /* on white, so negated */
        for (int i = 0; i < 784; i++) assert_int_equal(pixels[i], greys[wanted[i] % 4]);
        for (int i = 0; i < 28 * 4; i++) rows[i] = i % 4 == 1 ? 0xff : 0; /* 1 bit: columns 8..15 */
        path = write_png("1.png", 28, 28, PNG_COLOR_TYPE_GRAY, 1, interlace, rows, 4);
        assert_ok(import_image(path, square, pixels, &error));
        for (int i = 0; i < 784; i++) assert_int_equal(pixels[i], i % 28 / 8 == 1 ? 255 : 0);
    }
}

/* A photo: 300 wide, 400 high, nearly white, with a dark box of 60 by 120 far off the middle. */
static void a_photo_on_white(void **state)
{
    (void)state;
    uint8_t *photo = malloc(300 * 400);
    assert_non_null(photo);
    for (int y = 0; y < 400; y++)
        for (int x = 0; x < 300; x++)
            photo[y * 300 + x] =
                x >= 200 && x < 260 && y >= 30 && y < 150 ? 64 : (uint8_t)(248 + (x + y) % 5);
    const char *path = write_png("photo.png", 300, 400, PNG_COLOR_TYPE_GRAY, 8, 0, photo, 300);
    assert_ok(import_image(path, square, pixels, &error));
    for (int y = 2; y < 26; y++) /* 14 wide in the middle; the ends are sharpened */
        for (int x = 0; x < 28; x++)
            if (x >= 8 && x < 19)
                assert_in_range(pixels[y * 28 + x], 190, 192); /* 255 - 64 */
            else if (x >= 7 && x < 21) /* half of the subject, or sharpened */
                assert_in_range(pixels[y * 28 + x], 100, 210);
            else
                assert_int_equal(pixels[y * 28 + x], 0);
    /* Upright sides of other proportions: the box fills 20 by 10. */
    assert_ok(import_image(path, (struct sr_shape){20, 16, 1}, pixels, &error));
    const uint8_t *middle = pixels + 10 * 16;
    assert_int_equal(middle[2], 0);
    assert_in_range(middle[3], 190, 210);
    assert_in_range(middle[12], 100, 210);
    assert_int_equal(middle[13], 0);
    /* On black it is the same picture. */
    for (int i = 0; i < 300 * 400; i++) photo[i] = photo[i] == 64 ? 200 : 3;
    path = write_png("night.png", 300, 400, PNG_COLOR_TYPE_GRAY, 8, 0, photo, 300);
    assert_ok(import_image(path, square, pixels, &error));
    assert_int_equal(pixels[14 * 28 + 6], 0);
    assert_in_range(pixels[14 * 28 + 14], 198, 200);
    free(photo);
}

/* Sharpening: across an edge, the dark side gets darker and the light side lighter. */
static void edges_are_sharpened(void **state)
{
    (void)state;
    uint8_t photo[60 * 60];
    for (int i = 0; i < 3600; i++) {
        int x = i % 60, y = i / 60;
        /* Most of it is 220, and the range is wide: the grey levels stay. */
        photo[i] = x < 2 || x >= 58 || y < 2 || y >= 58 ? 0 : x < 30 && y > 10 ? 70 : 220;
    }
    const char *path = write_png("edge.png", 60, 60, PNG_COLOR_TYPE_GRAY, 8, 0, photo, 60);
    assert_ok(import_image(path, square, pixels, &error)); /* 56 to 28: a triangle of 4 pixels */
    const uint8_t *row = pixels + 14 * 28;
    assert_int_equal(row[5], 70);
    assert_int_equal(row[22], 220);
    /* 70, 88.75, 201.25, 220 before; less 0.2276 (k + 2 k²) of the differences to both sides, where
     * k = exp(-1/2) */
    assert_int_equal(row[12], 66);
    assert_int_equal(row[13], 67);
    assert_int_equal(row[14], 223);
    assert_int_equal(row[15], 224);
}

/* A background of 127 is dark, one of 128 light; of the corners, the median counts. */
static void light_and_dark_grounds(void **state)
{
    (void)state;
    uint8_t photo[784];
    for (int ground = 126; ground <= 128; ground++) {
        memset(photo, ground, sizeof photo);
        photo[400] = 200;
        const char *path = write_png("ground.png", 28, 28, PNG_COLOR_TYPE_GRAY, 8, 0, photo, 28);
        assert_ok(import_image(path, square, pixels, &error));
        assert_int_equal(pixels[0], ground < 128 ? ground : 255 - ground);
        assert_int_equal(pixels[400], ground < 128 ? 200 : 55);
    }
    photo[0] = photo[27] = 0; /* two of the corners dark: (0 + 128) / 2 */
    const char *path = write_png("corners.png", 28, 28, PNG_COLOR_TYPE_GRAY, 8, 0, photo, 28);
    assert_ok(import_image(path, square, pixels, &error));
    assert_int_equal(pixels[400], 200);
    photo[27] = 250; /* 0, 250, 128, 128 */
    path = write_png("corners.png", 28, 28, PNG_COLOR_TYPE_GRAY, 8, 0, photo, 28);
    assert_ok(import_image(path, square, pixels, &error));
    assert_int_equal(pixels[400], 55);
}

/* Only grey images are made so far. */
static void no_colour_yet(void **state)
{
    (void)state;
    uint8_t dot[9] = {0}, out[28 * 28 * 3];
    const char *path = write_png("dot.png", 3, 3, PNG_COLOR_TYPE_GRAY, 8, 0, dot, 3);
    assert_refused(import_image(path, (struct sr_shape){28, 28, 3}, out, &error), SR_ERROR_STATE,
                   "pictures can only be made grey");
}

static void small_ones_are_enlarged(void **state)
{
    (void)state;
    const uint8_t dot[9] = {255, 255, 255, 255, 0, 255, 255, 255, 255};
    const char *path = write_png("dot.png", 3, 3, PNG_COLOR_TYPE_GRAY, 8, 0, dot, 3);
    assert_ok(import_image(path, square, pixels, &error));
    for (int i = 0; i < 784; i++) assert_int_equal(pixels[i], 220); /* as light as subjects get */
    /* A line one pixel thin stays one pixel. */
    uint8_t line[100 * 3];
    memset(line, 255, sizeof line);
    memset(line + 110, 0, 80);
    path = write_png("line.png", 100, 3, PNG_COLOR_TYPE_GRAY, 8, 0, line, 100);
    assert_ok(import_image(path, square, pixels, &error));
    for (int i = 0; i < 784; i++) assert_int_equal(pixels[i], i / 28 == 13 ? 220 : 0);
}

static void bad_pictures(void **state)
{
    (void)state;
    uint8_t blank[40 * 40], file[4000];
    memset(blank, 240, sizeof blank);
    for (int i = 0; i < 1600; i += 3) blank[i] = 235;
    const char *path = write_png("blank.png", 40, 40, PNG_COLOR_TYPE_GRAY, 8, 0, blank, 40);
    assert_refused(import_image(path, square, pixels, &error), SR_ERROR_FORMAT,
                   "blank.png is empty");
    FILE *stream = fopen(path, "rb");
    size_t length = fread(file, 1, sizeof file, stream);
    fclose(stream);
    for (size_t cut = 8; cut < length; cut += 9)
        assert_refused(import_parse("cut.png", file, cut, square, pixels, &error), SR_ERROR_FORMAT,
                       "cut.png is not a usable PNG picture: it ends too early");
    for (size_t cut = 0; cut < 8; cut++)
        assert_refused(import_parse("no.png", file, cut, square, pixels, &error), SR_ERROR_FORMAT,
                       "not a picture; PNG, JPEG and WebP are read");
    file[45] ^= 1; /* in the compressed data, whose sum then differs */
    assert_refused(import_parse("x.png", file, length, square, pixels, &error), SR_ERROR_FORMAT,
                   "x.png is not a usable PNG picture");
    assert_refused(import_parse("x.jpg", "\xff\xd8\xff\xe0 JFIF", 10, square, pixels, &error),
                   SR_ERROR_FORMAT, "x.jpg is not a usable JPEG picture: ");
    assert_refused(import_image(scratch_path("none.png"), square, pixels, &error), SR_ERROR_IO,
                   "none.png");
    assert_refused(import_image(scratch, square, pixels, &error), SR_ERROR_IO, "directory");
}

/* Headers that promise more than anybody wants to wait for. */
static void absurd_sizes(void **state)
{
    (void)state;
    const uint32_t sizes[3][2] = {{1 << 30, 8}, {20000, 20000}, {0, 4}};
    const char *const parts[3] = {
        "it is said to be 1073741824x8 pixels; a picture may have 20000 on a side", "40 million",
        "usable PNG"};
    for (int i = 0; i < 3; i++) {
        uint8_t file[8 + 25 + 12] = {137, 'P', 'N', 'G', 13,  10,  26,  10,
                                     0,   0,   0,   13,  'I', 'H', 'D', 'R'};
        idx_header(file + 16, sizes[i][0], 1, &sizes[i][1]); /* width, height: big-endian */
        file[24] = 8;
        uint32_t sum = (uint32_t)crc32(0, file + 12, 17);
        idx_header(file + 29, sum, 0, NULL);
        idx_header(file + 33, 0, 0, NULL);
        memcpy(file + 37, "IDAT", 4);
        idx_header(file + 41, (uint32_t)crc32(0, file + 37, 4), 0, NULL);
        assert_refused(import_parse("it", file, sizeof file, square, pixels, &error),
                       SR_ERROR_FORMAT, parts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prepared_images_stay),
        cmocka_unit_test(kinds_of_png),
        cmocka_unit_test(a_photo_on_white),
        cmocka_unit_test(edges_are_sharpened),
        cmocka_unit_test(light_and_dark_grounds),
        cmocka_unit_test(no_colour_yet),
        cmocka_unit_test(small_ones_are_enlarged),
        cmocka_unit_test(bad_pictures),
        cmocka_unit_test(absurd_sizes),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
