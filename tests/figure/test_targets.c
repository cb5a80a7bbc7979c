/* Where figures cannot go: a sentence, and the old file as it was. */
#include "charts.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "../../src/figure/canvas.h"
#include "../../src/figure/surface.h"

/* For the address sanitizer: cairo leaks a little of a PDF whose end cannot be written. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libcairo\n";
}

static struct sr_error error;

static enum sr_status write_to(const char *path, const struct sr_figure_options *options)
{
    return sr_figure_write(path, options, &sr_chart_confusion, &confusion_chart, &error);
}

static void assert_kept(const char *path)
{
    size_t length;
    char *bytes = contents(path, &length);
    assert_string_equal(bytes, "old");
    free(bytes);
}

/* Nothing but the old file is left in the folder. */
static void assert_alone(void)
{
    size_t count;
    char **names = sr_directory_list(scratch, &count, &error);
    assert_int_equal(count, 1);
    free(names[0]);
    free(names);
}

static void names_that_are_no_figure(void **state)
{
    (void)state;
    assert_refused(write_to(in_scratch("a.jpg"), NULL), SR_ERROR_ARGUMENT,
                   ".png, .svg, .pdf, .html, .csv or .json, not in .jpg");
    assert_refused(write_to(in_scratch("noextension"), NULL), SR_ERROR_ARGUMENT, ".png");
    assert_refused(write_to(in_scratch(".png"), NULL), SR_ERROR_ARGUMENT, ".png");
    assert_refused(sr_figure_check("x.gif", &error), SR_ERROR_ARGUMENT, ".gif");
    assert_ok(sr_figure_check("x.PNG", &error));
    assert_ok(write_to(in_scratch("UPPER.PNG"), NULL));
    unlink(in_scratch("UPPER.PNG"));
    assert_refused(
        sr_figure_write(in_scratch("s.csv"), NULL, &sr_chart_cells, &screen_grid, &error),
        SR_ERROR_ARGUMENT, "no numbers");
}

static void folders_and_missing_folders(void **state)
{
    (void)state;
    const char *folder = in_scratch("folder.png");
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_refused(write_to(folder, NULL), SR_ERROR_IO, "is a directory");
    assert_refused(sr_figure_check(folder, &error), SR_ERROR_IO, "is a directory");
    rmdir(folder);
    assert_refused(write_to(in_scratch("missing/a.svg"), NULL), SR_ERROR_IO, "cannot be written");
    assert_refused(write_to("/proc/a.pdf", NULL), SR_ERROR_IO, "cannot be written");
}

static void sizes_that_cannot_be(void **state)
{
    (void)state;
    const struct sr_figure_options bad[] = {{.width = -1},
                                            {.width = NAN},
                                            {.height = 1e9},
                                            {.height = 3},
                                            {.resolution = 5},
                                            {.resolution = INFINITY},
                                            {.width = 14000, .height = 14000, .resolution = 2400},
                                            {.width = 10000, .resolution = 1200}};
    const char *path = in_scratch("old.png");
    assert_ok(sr_file_write(path, "old", 3, &error));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_refused(write_to(path, &bad[i]), SR_ERROR_ARGUMENT, "");
        assert_kept(path);
    }
    assert_alone();
    unlink(path);
}

/* A limit on the size of files stands in for a full disk. */
static void no_space_half_way(void **state)
{
    (void)state;
    static const char *const names[] = {"old.png", "old.svg",  "old.pdf",
                                        "old.csv", "old.json", "old.html"};
    struct rlimit before, small;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    for (int i = 0; i < 5; i++) {
        const char *path = in_scratch(names[i]);
        assert_ok(sr_file_write(path, "old", 3, &error));
        small = before;
        small.rlim_cur = 1000;
        setrlimit(RLIMIT_FSIZE, &small);
        memset(&error, 0, sizeof error);
        enum sr_status status = write_to(path, NULL);
        setrlimit(RLIMIT_FSIZE, &before);
        assert_int_equal(status, SR_ERROR_IO);
        assert_non_null(strstr(error.text, "the file is as it was before"));
        assert_kept(path);
        assert_alone();
        unlink(path);
    }
}

/* Charts that cannot be drawn: an image that cairo cannot make, an error while it is measured. */
static void too_large_an_image(struct sr_canvas *canvas, const void *data)
{
    enum { WIDE = 40000 };
    static const uint32_t colours[WIDE];
    (void)data;
    sr_draw_pixels(canvas, (struct sr_rect){0, 0, WIDE, 4}, colours, 1, WIDE);
}

static void small(struct sr_canvas *canvas, const void *data, double wished, struct sr_size *size)
{
    (void)canvas, (void)data, (void)wished;
    *size = (struct sr_size){.width = 100, .height = 100, .least_width = 10, .least_height = 10};
}

static void unmeasurable(struct sr_canvas *canvas, const void *data, double wished,
                         struct sr_size *size)
{
    small(canvas, data, wished, size);
    cairo_restore(canvas->cairo); /* without a save before it */
}

static void nothing(struct sr_canvas *canvas, const void *data)
{
    (void)canvas, (void)data;
}

static void what_cannot_be_drawn_is_not_written(void **state)
{
    (void)state;
    static const char *const names[] = {"x.png", "x.svg", "x.pdf", "x.html"};
    const struct sr_chart large = {.name = "large", .size = small, .draw = too_large_an_image},
                          unsized = {.name = "unsized", .size = unmeasurable, .draw = nothing};
    const struct sr_figure_options fine = {.resolution = 72};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = in_scratch(names[i]);
        assert_ok(sr_file_write(path, "old", 3, &error));
        assert_refused(sr_figure_write(path, &fine, &large, NULL, &error), SR_ERROR_MEMORY,
                       "drawing failed: ");
        assert_kept(path);
        assert_alone();
        assert_refused(sr_figure_write(path, &fine, &unsized, NULL, &error), SR_ERROR_MEMORY,
                       "drawing failed: ");
        assert_kept(path);
        assert_alone();
        unlink(path);
    }
}

/* What cairo has left out of a file it does not tell. */
static void incomplete_files_are_noticed(void **state)
{
    (void)state;
    struct sr_text text = {0};
    const char *const names[] = {"whole.pdf", "whole.svg"};
    for (int vector = 0; vector < 2; vector++) {
        bool (*whole)(const struct sr_text *) = vector ? sr_svg_whole : sr_pdf_whole;
        const char *path = in_scratch(names[vector]);
        assert_ok(write_to(path, NULL));
        char *bytes = sr_file_read(path, 1 << 24, &text.length, &error);
        text.bytes = bytes;
        assert_true(whole(&text));
        for (size_t cut = 1; cut < 200; cut++) {
            text.length--;
            assert_false(whole(&text));
        }
        free(bytes);
        unlink(path);
    }
    /* An object that is used and not there; numbers within a stream do not count. */
    text = (struct sr_text){0};
    sr_text_add(&text, "1 0 obj\n<< /Length 9 0 R >>\nstream\n5 0 R\nendstream\nendobj\n%%EOF\n");
    assert_false(sr_pdf_whole(&text));
    sr_text_clear(&text);
    sr_text_add(&text, "1 0 obj\n<< >>\nstream\n5 0 R\nendstream\nendobj\n/Root 1 0 R\n%%EOF\n");
    assert_true(sr_pdf_whole(&text));
    sr_text_clear(&text);
    sr_text_add(&text, "1 0 obj\nstream\n5 0 R\n%%EOF\n");
    assert_false(sr_pdf_whole(&text));
    sr_text_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_are_no_figure),
        cmocka_unit_test(folders_and_missing_folders),
        cmocka_unit_test(sizes_that_cannot_be),
        cmocka_unit_test(no_space_half_way),
        cmocka_unit_test(what_cannot_be_drawn_is_not_written),
        cmocka_unit_test(incomplete_files_are_noticed),
    };
    return cmocka_run_group_tests_name("figure targets", tests, make_scratch, remove_scratch);
}
