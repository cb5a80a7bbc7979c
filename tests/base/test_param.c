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
    {"seed", SR_PARAM_INTEGER, .maximum = 9e15, .help = "Seed."},
    {"budget", SR_PARAM_DURATION, .fallback = "10m", .help = "Time."},
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
        PARSE(NULL, "cnn", "lr=0.25", "wrong", "conf=..0.6", "seed=8999999999999999");
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
    assert_true(sr_args_integer(args, "seed") == 8999999999999999);
    struct sr_args *copy = sr_args_copy(args);
    sr_args_free(args);
    struct sr_text text = {0};
    sr_args_print(copy, false, &text);
    assert_string_equal(sr_text_get(&text),
                        "model=cnn lr=0.25 wrong=on conf=..0.6 seed=8999999999999999");
    sr_text_fini(&text);
    sr_args_free(copy);
}

/* Numbers above 2^53 keep all their digits. */
static void large_seeds(void **state)
{
    (void)state;
    static const struct sr_param seed[] = {{"seed", SR_PARAM_INTEGER, .help = "Seed."}, {0}};
    struct sr_error error;
    static const char *const words[] = {"seed=9007199254740993"};
    struct sr_args *args = sr_args_parse("demo", seed, (char *const *)words, 1, NULL, &error);
    assert_non_null(args);
    assert_true(sr_args_integer(args, "seed") == 9007199254740993);
    sr_args_free(args);
}

static void seconds_of(const char *word, double seconds)
{
    struct sr_error error;
    struct sr_args *args = PARSE(NULL, "cnn", word);
    assert_non_null(args);
    assert_true(sr_args_number(args, "budget") == seconds);
    sr_args_free(args);
}

static void durations(void **state)
{
    (void)state;
    seconds_of("wrong", 600); /* the fallback */
    seconds_of("budget=90s", 90);
    seconds_of("budget=1.5h", 5400);
    seconds_of("budget=2m", 120);
    seconds_of("budget=7", 7);
}

/* Where on and off are two of several choices, the other words of a switch mean them, too; what is
 * kept is on and off. */
static void words_of_a_switch(void **state)
{
    (void)state;
    static const struct sr_param switches[] = {
        {"normalise", SR_PARAM_CHOICE, .choices = "off on image", .help = "How."},
        {"flip", SR_PARAM_SWITCH, .help = "Mirrored."},
        {"tta", SR_PARAM_CHOICE, .choices = "none mirror", .help = "Views."},
        {0}};
    static const char *const words[][2] = {{"yes", "on"}, {"NO", "off"},   {"true", "on"},
                                           {"0", "off"},  {"on", "on"},    {"off", "off"},
                                           {"1", "on"},   {"false", "off"}};
    struct sr_error error;
    struct sr_args *args = sr_args_parse("net", switches, NULL, 0, NULL, &error);
    assert_non_null(args);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        assert_int_equal(sr_args_set(args, "normalise", words[i][0], &error), SR_OK);
        assert_string_equal(sr_args_text(args, "normalise"), words[i][1]);
        assert_int_equal(sr_args_choice(args, "normalise"), !strcmp(words[i][1], "on"));
        assert_int_equal(sr_args_set(args, "flip", words[i][0], &error), SR_OK);
        assert_string_equal(sr_args_text(args, "flip"), words[i][1]);
        assert_int_equal(sr_args_set(args, "tta", words[i][0], &error), SR_ERROR_ARGUMENT);
    }
    assert_int_equal(sr_args_set(args, "normalise", "image", &error), SR_OK);
    assert_string_equal(sr_args_text(args, "normalise"), "image");
    assert_int_equal(sr_args_set(args, "normalise", "maybe", &error), SR_ERROR_ARGUMENT);
    sr_args_free(args);
}

static void a_choice_is_a_position(void **state)
{
    (void)state;
    static const struct sr_param table[] = {
        {"how", SR_PARAM_CHOICE, .choices = "first second third", .help = "How."},
        {"split", SR_PARAM_SPLIT, .choices = "train validation test", .help = "Split."},
        {0}};
    struct sr_error error;
    static const char *const words[] = {"how=second", "split=test"};
    struct sr_args *args = sr_args_parse("demo", table, (char *const *)words, 1, NULL, &error);
    assert_non_null(args);
    assert_int_equal(sr_args_choice(args, "how"), 1);
    assert_int_equal(sr_args_choice(args, "split"), -1);
    /* What is refused leaves the value as it was. */
    assert_int_equal(sr_args_set(args, "how", "fourth", &error), SR_ERROR_ARGUMENT);
    assert_int_equal(sr_args_choice(args, "how"), 1);
    assert_string_equal(sr_args_text(args, "how"), "second");
    assert_int_equal(sr_args_set(args, "how", "third", &error), SR_OK);
    assert_int_equal(sr_args_choice(args, "how"), 2);
    sr_args_free(args);
    args = sr_args_parse("demo", table, (char *const *)words, 2, NULL, &error);
    assert_int_equal(sr_args_choice(args, "split"), 2);
    sr_args_free(args);
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
    refuse(PARSE(NULL, "cnn", "split=tets"), &error,
           "demo: split=tets is not possible; did you mean test? It takes one of: train validation "
           "test");
    refuse(PARSE(NULL, "cnn", "split=other"), &error,
           "demo: split=other is not possible: it takes one of: train validation test");
    refuse(PARSE(NULL, "cnn", "split="), &error, "split= is not possible");
    refuse(PARSE(NULL, "cnn", "epochs="), &error, "epochs= is not possible");
    refuse(PARSE(NULL, "model="), &error, "demo: model= needs a value");
    refuse(
        PARSE(NULL, "cnn", "epoch=3"), &error,
        "demo: no parameter \"epoch\"; did you mean epochs? There are: model, epochs, lr, split, "
        "wrong, conf, hidden, seed, budget");
    refuse(PARSE(NULL, "cnn", "nothing=3"), &error,
           "demo: no parameter \"nothing\"; there are: model, epochs");
    refuse(PARSE(NULL, "cnn", "wrog"), &error, "did you mean wrong?");
    refuse(PARSE(NULL, "cnn", "budget=0"), &error, "a time such as 90s, 10m or 1h");
    refuse(PARSE(NULL, "cnn", "budget=2d"), &error, "a time such as");
    refuse(PARSE(NULL, "cnn", "budget=m"), &error, "a time such as");
    refuse(PARSE(NULL, "cnn", "seed=-1"), &error, "from 0 to 9000000000000000");
    refuse(PARSE(NULL, "cnn", "lr=1.1"), &error, "a number from 0 to 1");
    refuse(PARSE(NULL, "cnn", "hidden=0"), &error, "each from 1 to 4096");
    refuse(PARSE(NULL, "cnn", "wrong=maybe"), &error, "on or off");
    refuse(PARSE(NULL, "cnn", "conf=0.9..0.1"), &error, "range");
    static const char *const ranges[] = {"conf=x", "conf=x..1", "conf=0..x", "conf=..",
                                         "conf=1..0"};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        refuse(PARSE(NULL, "cnn", ranges[i]), &error, "a range such as 0.2..0.6, ..0.6 or 0.9..");
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

static void words_before_a_line(void **state)
{
    (void)state;
    static const struct sr_param table[] = {
        {"back", SR_PARAM_SWITCH, .help = "Back."},
        {"text", SR_PARAM_LINE, .positional = true, .help = "Text."},
        {0}};
    struct sr_error error;
    static const char *const words[] = {"back", "Ankle", "back"};
    struct sr_args *args = sr_args_parse("search", table, (char *const *)words, 3, NULL, &error);
    assert_non_null(args);
    assert_true(sr_args_switch(args, "back"));
    assert_string_equal(sr_args_text(args, "text"), "Ankle back");
    sr_args_free(args);
    args = sr_args_parse("search", table, (char *const *)words, 1, NULL, &error);
    assert_true(sr_args_switch(args, "back"));
    assert_null(sr_args_text(args, "text"));
    sr_args_free(args);
}

static const struct sr_param figure[] = {
    {"figure", SR_PARAM_TEXT, .positional = true, .required = true, .help = "Figure."},
    {"model", SR_PARAM_MODEL, .positional = true, .help = "Model."},
    {"index", SR_PARAM_SAMPLES, .positional = true, .help = "Samples."},
    {"to", SR_PARAM_FILE, .help = "File."},
    {0}};

static void check_figure(const char *line, const char *model, const char *index)
{
    struct sr_words words;
    struct sr_error error = {0};
    assert_int_equal(sr_words_split(&line, &words, &error), SR_OK);
    struct sr_args *args = sr_args_parse("export", figure, words.items, words.count, NULL, &error);
    if (!args) fail_msg("%s", error.text);
    if (model)
        assert_string_equal(sr_args_text(args, "model"), model);
    else
        assert_null(sr_args_text(args, "model"));
    if (index)
        assert_string_equal(sr_args_text(args, "index"), index);
    else
        assert_null(sr_args_text(args, "index"));
    sr_args_free(args);
    sr_words_fini(&words);
}

static void bare_words_find_their_place(void **state)
{
    (void)state;
    check_figure("explain cnn 23", "cnn", "23");
    check_figure("explain cnn test:7 train:8 9", "cnn", "test:7,train:8,9");
    check_figure("explain 23", NULL,
                 "23"); /* a sample is no model where the model may be missing */
    check_figure("explain test:23 cnn", "cnn", "test:23");
    check_figure("explain cnn index=1,2 3", "cnn", "1,2,3");
    check_figure("explain model=7 8", "7", "8");
    check_figure("7 cnn", "cnn", NULL); /* another type takes it first */
    static const struct sr_param predict[] = {
        {"model", SR_PARAM_MODEL, .positional = true, .required = true, .help = "Model."},
        {"index", SR_PARAM_SAMPLE, .positional = true, .help = "Sample."},
        {0}};
    static const char *const words[] = {"7", "8", "9"};
    struct sr_error error = {0};
    struct sr_args *args = sr_args_parse("predict", predict, (char *const *)words, 2, NULL, &error);
    assert_non_null(args);
    assert_string_equal(sr_args_text(args, "model"), "7");
    assert_string_equal(sr_args_text(args, "index"), "8");
    sr_args_free(args);
    refuse(sr_args_parse("predict", predict, (char *const *)words, 3, NULL, &error), &error,
           "one word too many");
    static const struct sr_param compare[] = {
        {"models", SR_PARAM_MODELS, .positional = true, .help = "Models."}, {0}};
    args = sr_args_parse("compare", compare, (char *const *)words, 3, NULL, &error);
    assert_string_equal(sr_args_text(args, "models"), "7,8,9");
    sr_args_free(args);
}

static void a_second_table(void **state)
{
    (void)state;
    static const struct sr_param train[] = {
        {"family", SR_PARAM_FAMILY, .positional = true, .required = true, .help = "Family."},
        {"limit", SR_PARAM_INTEGER, .help = "Rows."},
        {0}};
    static const struct sr_param logreg[] = {
        {"C", SR_PARAM_NUMBER, .fallback = "1", .help = "Inverse strength."}, {0}};
    static const char *const words[] = {"logreg", "C=3", "limit=5"}, *const wrong[] = {"limt=4"};
    struct sr_error error = {0};
    struct sr_words rest = {0};
    struct sr_args *args = sr_args_parse("train", train, (char *const *)words, 3, &rest, &error);
    assert_non_null(args);
    struct sr_args *more = sr_args_parse_more(args, "logreg", logreg, &rest, &error);
    assert_non_null(more);
    assert_true(sr_args_number(more, "C") == 3);
    /* The first table is known while parsing only. */
    assert_int_equal(sr_args_set(more, "limt", "1", &error), SR_ERROR_ARGUMENT);
    assert_string_equal(error.text, "logreg: no parameter \"limt\"; there are: C");
    sr_args_free(more);
    const struct sr_words unknown = {1, (char **)wrong};
    refuse(sr_args_parse_more(args, "logreg", logreg, &unknown, &error), &error,
           "logreg: no parameter \"limt\"; did you mean limit? There are: C, family, limit");
    sr_words_fini(&rest);
    sr_args_free(args);
}

static void what_is_required(void **state)
{
    (void)state;
    struct sr_error error = {0};
    static const struct sr_param save[] = {
        {"model", SR_PARAM_ENTRY, .positional = true, .required = true, .help = "A model."},
        {"file", SR_PARAM_FILE, .positional = true, .required = true, .help = "Where to."},
        {0}};
    static const char *const words[] = {"cnn", "file"};
    refuse(sr_args_parse("save", save, (char *const *)words, 1, NULL, &error), &error,
           "save: FILE is missing: Where to.");
    /* The name of a parameter is a value like any other; only switches are given by it alone. */
    struct sr_args *args = sr_args_parse("save", save, (char *const *)words, 2, NULL, &error);
    assert_non_null(args);
    assert_string_equal(sr_args_text(args, "file"), "file");
    sr_args_free(args);
    refuse(PARSE(NULL, "cnn", "max-iterations=3"), &error, "no parameter \"max-iterations\"");
    refuse(PARSE(NULL, "cnn", "a.b=3"), &error, "\"a.b=3\" is one word too many");
    args = PARSE(NULL, "cnn", "epochs=1", "lr=1", "conf=0.5");
    assert_non_null(args); /* the limits themselves are possible */
    double low, high;
    assert_true(sr_args_range(args, "conf", &low, &high));
    assert_true(low == 0.5 && high == 0.5);
    assert_int_equal(sr_args_set(args, "epochs", "100", &error), SR_OK);
    assert_int_equal(sr_args_set(args, "split", "train", &error), SR_OK);
    assert_true(sr_args_given(args, "split"));
    assert_int_equal(sr_args_set(args, "nothing", "1", &error), SR_ERROR_ARGUMENT);
    sr_args_free(args);
}

/* A line that is still being typed: what is wrong in it does not hide what is right. */
static void a_begun_line(void **state)
{
    (void)state;
    static const char *const words[] = {"confusion", "nothing=3", "to=a.png", "to=b.png", "cnn"};
    struct sr_words rest = {0};
    struct sr_args *args = sr_args_parse_begun("export", figure, (char *const *)words, 5, &rest);
    assert_string_equal(sr_args_text(args, "to"), "a.png");
    assert_string_equal(sr_args_text(args, "model"), "cnn");
    assert_int_equal(rest.count, 1);
    assert_string_equal(sr_args_next(args, "1")->name, "index");
    assert_string_equal(sr_args_next(args, "x")->name, "index"); /* it takes all that are left */
    sr_words_fini(&rest);
    sr_args_free(args);
    args = sr_args_parse_begun("export", figure, NULL, 0, NULL);
    assert_string_equal(sr_args_next(args, "")->name, "figure");
    sr_args_free(args);
    args = sr_args_parse_begun("export", figure, (char *const *)words, 1, NULL);
    assert_string_equal(sr_args_next(args, "")->name, "model");
    assert_string_equal(sr_args_next(args, "test:7")->name, "index");
    sr_args_free(args);
    static const char *const wrong[] = {"split=none", "cnn"};
    args = sr_args_parse_begun("demo", params, (char *const *)wrong, 2, NULL);
    assert_string_equal(sr_args_text(args, "model"), "cnn");
    assert_null(sr_args_next(args, ""));
    sr_args_free(args);
}

static void assumed_values_and_targets(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_text text = {0};
    struct sr_args *args = PARSE(NULL, "cnn");
    assert_non_null(args);
    assert_null(sr_args_target(args, "model"));
    int *target = malloc(sizeof *target);
    *target = 5;
    sr_args_set_target(args, "model", target);
    assert_ptr_equal(sr_args_target(args, "model"), target);
    sr_args_assume(args, "lr", "0.5");
    assert_false(sr_args_given(args, "lr"));
    assert_true(sr_args_number(args, "lr") == 0.5);
    sr_args_print(args, false, &text);
    assert_string_equal(sr_text_get(&text), "model=cnn");
    struct sr_args *copy = sr_args_copy(args);
    assert_null(sr_args_target(copy, "model"));
    sr_args_free(copy);
    /* Another text stands for something else. */
    assert_int_equal(sr_args_set(args, "model", "svm", &error), SR_OK);
    assert_null(sr_args_target(args, "model"));
    sr_text_fini(&text);
    sr_args_free(args);
}

static void paths_are_expanded(void **state)
{
    (void)state;
    struct sr_error error = {0};
    static const char *const words[] = {"confusion", "to=~/a.png"};
    setenv("HOME", "/home/somebody", 1);
    struct sr_args *args = sr_args_parse("export", figure, (char *const *)words, 2, NULL, &error);
    assert_non_null(args);
    assert_string_equal(sr_args_path(args, "to"), "/home/somebody/a.png");
    assert_string_equal(sr_args_text(args, "to"), "~/a.png");
    assert_null(sr_args_path(args, "model"));
    struct sr_args *copy = sr_args_copy(args);
    sr_args_free(args);
    assert_string_equal(sr_args_path(copy, "to"), "/home/somebody/a.png");
    sr_args_free(copy);
}

static void check_usage(const struct sr_param *param, const char *wanted)
{
    struct sr_text text = {0};
    sr_param_usage(param, &text);
    assert_string_equal(sr_text_get(&text), wanted);
    sr_text_fini(&text);
}

static void usage(void **state)
{
    (void)state;
    check_usage(&params[0], "MODEL");
    check_usage(&params[1], "[epochs=N]");
    check_usage(&params[3], "[split=train|validation|test]");
    check_usage(&params[4], "[wrong]");
    check_usage(&params[8], "[budget=TIME]");
    check_usage(&(struct sr_param){"stopping", SR_PARAM_INTEGER, .bare = "3"}, "[stopping[=N]]");
    check_usage(&figure[0], "FIGURE");
    check_usage(&figure[2], "[SAMPLE...]");
    check_usage(&(struct sr_param){"models", SR_PARAM_MODELS, .required = true},
                "models=MODEL,...");
    struct sr_text text = {0};
    sr_param_bounds(&params[1], " to ", &text);
    assert_string_equal(sr_text_get(&text), "1 to 100");
    sr_param_bounds(&params[0], " to ", &text); /* it has none */
    assert_string_equal(sr_text_get(&text), "1 to 100");
    sr_text_clear(&text);
    sr_param_bounds(&(struct sr_param){.minimum = 0.001, .maximum = 9e15}, "..", &text);
    assert_string_equal(sr_text_get(&text), "0.001..9000000000000000");
    sr_text_fini(&text);
}

/* A table without parameters, and none at all. */
static void no_parameters(void **state)
{
    (void)state;
    static const struct sr_param none[] = {{0}};
    char *words[] = {"word"}, *named[] = {"name=1"};
    struct sr_error error = {0};
    for (int i = 0; i < 2; i++) {
        const struct sr_param *table = i ? none : NULL;
        struct sr_args *args = sr_args_parse("quit", table, NULL, 0, NULL, &error);
        assert_non_null(args);
        assert_ptr_equal(sr_args_params(args), table);
        struct sr_args *copy = sr_args_copy(args);
        struct sr_text text = {0};
        sr_args_print(copy, true, &text);
        assert_int_equal(text.length, 0);
        assert_null(sr_args_next(copy, "word"));
        sr_args_free(copy);
        sr_args_free(args);
        refuse(sr_args_parse("quit", table, words, 1, NULL, &error), &error,
               "quit: takes no parameters, so \"word\" is one too many");
        refuse(sr_args_parse("quit", table, named, 1, NULL, &error), &error,
               "quit: takes no parameters, so \"name\" is one too many");
    }
    sr_args_free(NULL);
}

/* What was not given: no range, no list, no choice, zero. */
static void absent_values(void **state)
{
    (void)state;
    struct sr_error error = {0};
    double low = 0, high = 0, list[2];
    struct sr_args *args = PARSE(NULL, "cnn");
    assert_non_null(args);
    assert_false(sr_args_range(args, "conf", &low, &high));
    assert_true(low == -INFINITY && high == INFINITY);
    assert_int_equal(sr_args_integer(args, "seed"), 0);
    assert_int_equal(sr_args_list(args, "seed", list, 2), 0);
    assert_int_equal(sr_args_list(args, "hidden", list, 1), 1); /* no more than there is room for */
    assert_true(list[0] == 256);
    assert_int_equal(sr_args_set(args, "nosuch", "1", &error), SR_ERROR_ARGUMENT);
    assert_non_null(strstr(error.text, "demo: no parameter \"nosuch\""));
    assert_int_equal(sr_args_set(args, "lr", "2", &error), SR_ERROR_ARGUMENT);
    assert_false(sr_args_given(args, "lr"));
    sr_args_free(args);
}

/* A switch that is given by its name alone, and one of the same name in another table that takes a
 * value alone, can stand on one line. */
static void words_and_values_of_one_name(void **state)
{
    (void)state;
    const struct sr_param of_command[] = {
        {"aside", SR_PARAM_SWITCH, .form = SR_SWITCH_WORD, .help = "At once."}, {0}};
    const struct sr_param of_more[] = {
        {"aside", SR_PARAM_SWITCH, .fallback = "off", .form = SR_SWITCH_VALUE, .help = "Moved."},
        {0}};
    const struct sr_param others[] = {{"epochs", SR_PARAM_INTEGER, .help = "Epochs."}, {0}};
    char with_value[] = "aside=on", bare[] = "aside";
    struct sr_error error;
    struct sr_text usage = {0};
    for (int i = 0; i < 4; i++) {
        const bool word = i & 1, value = i & 2;
        char *words[2];
        size_t count = 0;
        struct sr_words rest = {0};
        if (value) words[count++] = with_value;
        if (word) words[count++] = bare;
        struct sr_args *args = sr_args_parse("demo", of_command, words, count, &rest, &error);
        assert_non_null(args);
        assert_int_equal(sr_args_switch(args, "aside"), word);
        struct sr_args *more = sr_args_parse_more(args, "more", of_more, &rest, &error);
        assert_non_null(more);
        assert_int_equal(sr_args_switch(more, "aside"), value);
        sr_args_free(more);
        if (value) {
            assert_null(sr_args_parse_more(args, "other", others, &rest, &error));
            assert_string_equal(error.text, "other: there is no aside=; the word aside is given "
                                            "alone: At once.");
        }
        sr_words_fini(&rest);
        sr_args_free(args);
    }
    char *alone[] = {bare};
    assert_null(sr_args_parse("more", of_more, alone, 1, NULL, &error));
    assert_non_null(strstr(error.text, "\"aside\" is one word too many"));
    sr_param_usage(&of_more[0], &usage);
    assert_string_equal(sr_text_get(&usage), "[aside=on|off]");
    sr_text_fini(&usage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_and_values_of_one_name),
        cmocka_unit_test(no_parameters),
        cmocka_unit_test(absent_values),
        cmocka_unit_test(values_and_defaults),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(unknown_names_can_be_passed_on),
        cmocka_unit_test(lines_are_taken_whole),
        cmocka_unit_test(large_seeds),
        cmocka_unit_test(durations),
        cmocka_unit_test(a_choice_is_a_position),
        cmocka_unit_test(words_of_a_switch),
        cmocka_unit_test(words_before_a_line),
        cmocka_unit_test(bare_words_find_their_place),
        cmocka_unit_test(a_second_table),
        cmocka_unit_test(what_is_required),
        cmocka_unit_test(a_begun_line),
        cmocka_unit_test(assumed_values_and_targets),
        cmocka_unit_test(paths_are_expanded),
        cmocka_unit_test(usage),
    };
    return cmocka_run_group_tests_name("param", tests, NULL, NULL);
}
