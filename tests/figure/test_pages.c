/* The numbers behind each chart, as its table and as its interactive page, beside golden text.
 * Pictures in a page are decoded: what counts are their pixels, not how they were packed.
 * UPDATE_GOLDEN=1 writes the text anew. */
#include "charts.h"

#include "../../src/figure/plotly.h"

static struct sr_error error;

static const float points[2 * IMAGES] = {0,  1, 2, 5, 3, 3, -4, 2,  8, 8, 1, 1, 0,
                                         -6, 5, 2, 7, 7, 4, 0,  -1, 3, 2, 2, 6, 5};
static const uint8_t categories[IMAGES] = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 255, 0};
static const struct sr_scatter_chart scatter_chart = {.title = "Map",
                                                      .note = "a note",
                                                      .count = IMAGES,
                                                      .points = points,
                                                      .categories = categories,
                                                      .names = class_names,
                                                      .name_count = 3,
                                                      .captions = captions,
                                                      .pictures = image_list,
                                                      .shape = {SIDE, SIDE, 1},
                                                      .files = {"train", "test"},
                                                      .first_count = 9};
static const struct sample_chart scatter = {"scatter", &sr_chart_scatter, &scatter_chart, IMAGES};

/* The bytes behind "base64,", up to the quote that ends them. */
static const char *decode(const char *from, struct sr_text *bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    int count = 0;
    for (; *from != '"'; from++) {
        const char *digit = strchr(digits, *from);
        if (*from == '=') continue;
        assert_true(digit && *digit);
        bits = bits << 6 | (uint32_t)(digit - digits);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        sr_text_add_bytes(bytes, (const char[]){(char)(bits >> count)}, 1);
    }
    return from;
}

/* "12x9 mean 8f8f8f sum 1a2b3c4d" of a PNG. */
static void describe(const struct sr_text *png, struct sr_text *out)
{
    struct picture picture;
    uint32_t hash = 2166136261u;
    uint64_t sums[3] = {0};
    const char *path = in_scratch("part.png");
    assert_ok(sr_file_write(path, png->bytes, png->length, &error));
    read_picture(path, &picture);
    const size_t size = (size_t)picture.width * (size_t)picture.height;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ picture.dots[i]) * 16777619u;
        for (int c = 0; c < 3; c++) sums[c] += picture.dots[i] >> (8 * c) & 255;
    }
    sr_text_printf(out, "%dx%d mean %02x%02x%02x sum %08x", picture.width, picture.height,
                   (unsigned)(sums[2] / size), (unsigned)(sums[1] / size),
                   (unsigned)(sums[0] / size), hash);
    free(picture.dots);
}

/* Copy text, numbers of many digits shortened to six, a line for each of `enders`, and pictures
 * described. */
static void add_plain(struct sr_text *out, const char *text, const char *enders)
{
    static const char uri[] = "data:image/png;base64,";
    while (*text) {
        if (!strncmp(text, uri, strlen(uri))) {
            struct sr_text png = {0};
            text = decode(text + strlen(uri), &png);
            describe(&png, out);
            sr_text_fini(&png);
            continue;
        }
        const size_t whole = strspn(text, "0123456789");
        if (whole && text[whole] == '.') {
            char *end;
            sr_text_printf(out, "%.6g", strtod(text, &end));
            text = end;
            continue;
        }
        const size_t length = whole ? whole : 1;
        sr_text_add_bytes(out, text, length);
        text += length;
        if (strchr(enders, text[-1]) && *text) sr_text_add(out, "\n");
    }
    sr_text_add(out, "\n");
}

static uint32_t sum_of(const char *text, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (uint8_t)text[i]) * 16777619u;
    return hash;
}

/* The same, with long lines cut and many lines left out, and a sum in place of the rest. */
static void add_short(struct sr_text *out, const char *text)
{
    enum { LONG = 160, KEPT = 100, LINES = 120 };
    for (int line = 0; *text && line < LINES; line++) {
        const size_t length = strcspn(text, "\n"), shown = length > LONG ? KEPT : length;
        sr_text_add_bytes(out, text, shown);
        if (shown < length) sr_text_printf(out, " ... %zu, sum %08x", length, sum_of(text, length));
        sr_text_add(out, "\n");
        text += length + (text[length] == '\n');
    }
    if (*text)
        sr_text_printf(out, "... %zu bytes more, sum %08x\n", strlen(text),
                       sum_of(text, strlen(text)));
}

static void add_chart(struct sr_text *out, const struct sample_chart *sample)
{
    sr_text_printf(out, "== %s\n", sample->name);
    if (sample->chart->table) {
        size_t length;
        const char *path = in_scratch("table.csv");
        assert_ok(sr_figure_write(path, NULL, sample->chart, sample->data, &error));
        char *csv = contents(path, &length);
        add_plain(out, csv, "");
        free(csv);
    }
    if (sample->chart->plotly) {
        struct sr_plotly plot;
        struct sr_text page = {0};
        sr_plotly_begin(&plot, false);
        sample->chart->plotly(&plot, sample->data);
        sr_plotly_end(&plot, &page);
        if (plot.thumbnails.uri) sr_thumbnails_print(&plot.thumbnails, sr_theme(false), &page);
        free(plot.thumbnails.uri);
        add_plain(out, sr_text_get(&page), "{}");
        sr_text_fini(&page);
    }
}

static void pages_and_tables(void **state)
{
    (void)state;
    const char *path = source_file("tests/figure/golden/pages.txt");
    struct sr_text text = {0};
    size_t length;
    for (size_t i = 0; i <= SAMPLE_CHARTS; i++) {
        struct sr_text whole = {0};
        add_chart(&whole, i < SAMPLE_CHARTS ? &sample_charts[i] : &scatter);
        add_short(&text, sr_text_get(&whole));
        sr_text_fini(&whole);
    }
    if (getenv("UPDATE_GOLDEN")) assert_ok(sr_file_write(path, text.bytes, text.length, &error));
    char *golden = contents(path, &length);
    const char *wanted = golden, *got = sr_text_get(&text);
    for (int line = 1; *wanted || *got; line++) {
        const size_t left = strcspn(wanted, "\n"), right = strcspn(got, "\n");
        if (left != right || memcmp(wanted, got, left))
            fail_msg("pages.txt, line %d:\n  golden |%.*s|\n  made   |%.*s|", line, (int)left,
                     wanted, (int)right, got);
        wanted += left + (wanted[left] == '\n');
        got += right + (got[right] == '\n');
    }
    free(golden);
    sr_text_fini(&text);
}

/* Large pictures are made smaller by averaging, and of very many only some are taken. */
static void thumbnails(void **state)
{
    (void)state;
    enum { HEIGHT = 48, WIDTH = 64, MANY = 25000 };
    static uint8_t grey[3][HEIGHT * WIDTH], small[2][64];
    static const uint8_t *many[MANY];
    const uint8_t *const pictures[] = {grey[0], grey[1], grey[2]};
    struct sr_thumbnails made;
    struct sr_text png = {0};
    struct picture sheet;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            grey[0][y * WIDTH + x] = (uint8_t)(x % 2 ? 20 : 10); /* 15 on average */
            grey[1][y * WIDTH + x] = (uint8_t)(4 * (y / 2));
            grey[2][y * WIDTH + x] = (uint8_t)(3 * (x / 2));
        }
    assert_int_equal(sr_thumbnails_make(&made, pictures, 3, (struct sr_shape){HEIGHT, WIDTH, 1}),
                     1);
    assert_true(made.count == 3 && made.columns == 2 && made.rows == 2);
    assert_true(made.width == 96 && made.height == 72);
    char *quoted = sr_xprintf("%s\"", made.uri);
    decode(strchr(quoted, ',') + 1, &png);
    const char *path = in_scratch("sheet.png");
    assert_ok(sr_file_write(path, png.bytes, png.length, &error));
    read_picture(path, &sheet);
    assert_true(sheet.width == 64 && sheet.height == 48);
    assert_int_equal(sheet.dots[23 * 64 + 31], 0x0f0f0f);
    assert_int_equal(sheet.dots[7 * 64 + 40], 0x010101 * 28);
    assert_int_equal(sheet.dots[40 * 64 + 9], 0x010101 * 27);
    assert_int_equal(sheet.dots[40 * 64 + 50], 0);
    free(sheet.dots);
    sr_text_fini(&png);
    free(quoted);
    free(made.uri);
    for (size_t i = 0; i < MANY; i++) many[i] = small[i % 2];
    assert_int_equal(sr_thumbnails_make(&made, many, 13, (struct sr_shape){8, 8, 1}), 1);
    free(made.uri);
    /* 28 × 28 in colour takes 2,352 bytes, so 3,401 pictures are shown at most: every eighth. */
    static uint8_t colour[28 * 28 * 3];
    for (size_t i = 0; i < MANY; i++) many[i] = colour;
    assert_int_equal(sr_thumbnails_make(&made, many, MANY, (struct sr_shape){28, 28, 3}), 8);
    assert_int_equal(made.count, MANY / 8);
    free(made.uri);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pages_and_tables),
                                       cmocka_unit_test(thumbnails)};
    return cmocka_run_group_tests_name("figure pages", tests, make_scratch, remove_scratch);
}
