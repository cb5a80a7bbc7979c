#include "support.h"

#include <math.h>

#include "sartor/base/param.h"

static const struct sr_param params[] = {
    {"model", SR_PARAM_MODEL, .positional = true, .required = true, .help = "A model."},
    {"epochs", SR_PARAM_INTEGER, .fallback = "5", .minimum = 1, .maximum = 100, .help = "Epochs."},
    {"lr", SR_PARAM_NUMBER, .minimum = 0, .maximum = 1, .help = "Rate."},
    {"split", SR_PARAM_CHOICE, .choices = "train validation test", .fallback = "test",
     .help = "Split."},
    {"wrong", SR_PARAM_SWITCH, .help = "Only wrong."},
    {"conf", SR_PARAM_RANGE, .help = "Confidence."},
    {"hidden", SR_PARAM_LIST, .minimum = 1, .maximum = 4096, .fallback = "256,128",
     .help = "Widths."},
    {"seed", SR_PARAM_INTEGER, .help = "Seed."},
    {0},
};

static struct sr_args *parse(struct sr_words *rest, struct sr_error *error, size_t count,
                             const char **words)
{
    return sr_args_parse("demo", params, (char *const *)words, count, rest, error);
}

#define PARSE(rest, ...)                                                                           \
    parse(rest, &error, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *),                    \
          (const char *[]){__VA_ARGS__})

static void values_and_defaults(void **state)
{
    (void)state;
    struct sr_error error;
    double low, high, widths[8];
    struct sr_args *args =
        PARSE(NULL, "cnn", "lr=0.25", "wrong", "conf=..0.6", "seed=9007199254740993");
    assert_non_null(args);
    assert_string_equal(sr_args_text(args, "model"), "cnn");
    assert_int_equal(sr_args_integer(args, "epochs"), 5);
    assert_false(sr_args_given(args, "epochs"));
    assert_true(sr_args_number(args, "lr") == 0.25);
    assert_string_equal(sr_args_text(args, "split"), "test");
    assert_true(sr_args_switch(args, "wrong"));
    assert_true(sr_args_range(args, "conf", &low, &high));
    assert_true(isinf(low) && high == 0.6);
    assert_int_equal(sr_args_list(args, "hidden", widths, 8), 2);
    assert_true(widths[0] == 256 && widths[1] == 128);
    assert_true(sr_args_integer(args, "seed") == 9007199254740993); /* a double would round it */
    struct sr_args *copy = sr_args_copy(args);
    sr_args_free(args);
    struct sr_text text = {0};
    sr_args_print(copy, false, &text);
    assert_string_equal(sr_text_get(&text),
                        "model=cnn lr=0.25 wrong=on conf=..0.6 seed=9007199254740993");
    sr_text_fini(&text);
    sr_args_free(copy);
}

static void refuse(struct sr_args *args, const struct sr_error *error, const char *part)
{
    assert_null(args);
    assert_int_equal(error->status, SR_ERROR_ARGUMENT);
    if (!strstr(error->text, part)) fail_msg("\"%s\" lacks \"%s\"", error->text, part);
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    struct sr_error error = {0};
    refuse(PARSE(NULL, "lr=0.1"), &error, "MODEL is missing");
    refuse(PARSE(NULL, "cnn", "epochs=0"), &error, "from 1 to 100");
    refuse(PARSE(NULL, "cnn", "epochs=1.5"), &error, "a whole number");
    refuse(PARSE(NULL, "cnn", "lr=nan"), &error, "a number");
    refuse(PARSE(NULL, "cnn", "split=tets"), &error, "train validation test");
    refuse(PARSE(NULL, "cnn", "epoch=3"), &error, "did you mean epochs");
    refuse(PARSE(NULL, "cnn", "wrong=maybe"), &error, "on or off");
    refuse(PARSE(NULL, "cnn", "conf=0.9..0.1"), &error, "range");
    refuse(PARSE(NULL, "cnn", "hidden=256,,1"), &error, "commas");
    refuse(PARSE(NULL, "cnn", "other"), &error, "one word too many");
    refuse(PARSE(NULL, "cnn", "lr=0.1", "lr=0.2"), &error, "twice");
}

static void unknown_names_can_be_passed_on(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_words rest = {0};
    struct sr_args *args = PARSE(&rest, "cnn", "dropout=0.5", "epochs=3");
    assert_non_null(args);
    assert_int_equal(rest.count, 1);
    assert_string_equal(rest.items[0], "dropout=0.5");
    sr_words_fini(&rest);
    sr_args_free(args);
}

static void lines_are_taken_whole(void **state)
{
    (void)state;
    static const struct sr_param line[] = {
        {"key", SR_PARAM_TEXT, .positional = true, .required = true, .help = "Key."},
        {"line", SR_PARAM_LINE, .positional = true, .help = "Line."},
        {0}};
    struct sr_error error;
    static const char *const words[] = {"t", "browse", "as=T-shirt/top", "two words"};
    struct sr_args *args = sr_args_parse("bind", line, (char *const *)words, 4, NULL, &error);
    assert_non_null(args);
    assert_string_equal(sr_args_text(args, "line"), "browse as=T-shirt/top \"two words\"");
    sr_args_free(args);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_defaults),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(unknown_names_can_be_passed_on),
        cmocka_unit_test(lines_are_taken_whole),
    };
    return cmocka_run_group_tests_name("param", tests, NULL, NULL);
}
