#include "support.h"

#include <math.h>

#include "sartor/base/json.h"
#include "sartor/base/memory.h"
#include "sartor/base/text.h"
#include "sartor/base/words.h"

static void utf8_goes_there_and_back(void **state)
{
    (void)state;
    static const uint32_t codes[] = {1,      'A',    0x7F,   0x80,   0x7FF,   0x800,
                                     0x2580, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        char bytes[5] = {0};
        const char *at = bytes;
        int length = sr_utf8_encode(codes[i], bytes);
        assert_int_equal(sr_utf8_next(&at), codes[i]);
        assert_int_equal(at - bytes, length);
    }
}

static void overlong_utf8_is_bad(void **state)
{
    (void)state;
    static const char *const bad[] = {"\xC1\xBF",         "\xE0\x80\xAF", "\xE0\x9F\xBF",
                                      "\xF0\x8F\xBF\xBF", "\xED\xA0\x80", "\xF4\x90\x80\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *at = bad[i];
        assert_int_equal(sr_utf8_next(&at), 0xFFFD);
        assert_int_equal(at - bad[i], 1);
    }
}

static void bad_utf8_is_one_replacement_a_byte(void **state)
{
    (void)state;
    /* A lone continuation, an overlong slash, a surrogate, a cut character, beyond Unicode. */
    static const char *const bad[] = {"\x80", "\xC0\xAF", "\xED\xA0\x80", "\xE2\x96",
                                      "\xF5\x80\x80\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *at = bad[i];
        assert_int_equal(sr_utf8_next(&at), 0xFFFD);
        assert_int_equal(at - bad[i], 1);
    }
}

static void widths_count_columns(void **state)
{
    (void)state;
    assert_int_equal(sr_utf8_width("abc"), 3);
    assert_int_equal(sr_utf8_width("▀é"), 2);
    assert_int_equal(sr_utf8_width("日本"), 4);
    assert_int_equal(sr_utf8_width("e\xCC\x81"), 1);
}

static void numbers_are_whole_strings(void **state)
{
    (void)state;
    double d;
    int64_t i;
    assert_true(sr_parse_double("-1.5e3", &d) && d == -1500);
    assert_false(sr_parse_double("1,5", &d));
    assert_false(sr_parse_double("", &d));
    assert_false(sr_parse_double(" 1", &d));
    assert_false(sr_parse_double("1x", &d));
    assert_false(sr_parse_double("nan", &d));
    assert_false(sr_parse_double("0x10", &d));
    assert_false(sr_parse_double("1e999", &d));
    assert_true(sr_parse_integer("9223372036854775807", &i) && i == INT64_MAX);
    assert_false(sr_parse_integer("9223372036854775808", &i));
    assert_false(sr_parse_integer("1.0", &i));
    static const char *const none[] = {"+", "1-2", "", " 1", "-9223372036854775809"};
    for (size_t n = 0; n < sizeof none / sizeof *none; n++) {
        assert_false(sr_parse_integer(none[n], &i));
        assert_false(sr_parse_double(none[n], &d) && n < 4);
    }
    assert_false(sr_parse_double("e", &d));
    assert_false(sr_parse_double("-1e999", &d));
}

static void figures_for_people(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *bytes, *seconds;
    } cases[] = {
        {0, "0 B", "0 ms"},
        {0.5, "0 B", "500 ms"},
        {999, "999 B", "16 min 39 s"},
        {999600, "1.0 MB", "277 h 40 min"},
        {1000, "1.0 kB", "16 min 40 s"},
        {65.2, "65 B", "1 min 05 s"},
        {3600, "3.6 kB", "1 h 00 min"},
        {59.99, "60 B", "1 min 00 s"},
        {59.4, "59 B", "59 s"},
        {9.96, "10 B", "10 s"},
        {12.34, "12 B", "12 s"},
        {4.26, "4 B", "4.3 s"},
        {47040000, "47 MB", "13066 h 40 min"},
        {-1, "-1 B", "?"},
        {NAN, "nan B", "?"},
        {5e15, "5000 TB", "1388888888888 h 53 min"},
    };
    char out[32];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sr_format_bytes(out, sizeof out, cases[i].value);
        assert_string_equal(out, cases[i].bytes);
        sr_format_seconds(out, sizeof out, cases[i].value);
        assert_string_equal(out, cases[i].seconds);
    }
    sr_format_count(out, sizeof out, 1234567);
    assert_string_equal(out, "1,234,567");
    sr_format_count(out, sizeof out, 999);
    assert_string_equal(out, "999");
}

static void nearest_word(void **state)
{
    (void)state;
    static const char *const words[] = {"train", "stats", "confusion", "jobs"};
    assert_string_equal(sr_text_closest("trian", words, 4, sizeof *words), "train");
    assert_string_equal(sr_text_closest("confuson", words, 4, sizeof *words), "confusion");
    assert_null(sr_text_closest("zebra", words, 4, sizeof *words));
    static const char *const near[] = {"knn", "cnn", "svm", "forest", "resnet"};
    assert_string_equal(sr_text_closest("snn", near, 5, sizeof *near),
                        "knn"); /* the first of two */
    assert_string_equal(sr_text_closest("sum", near, 5, sizeof *near), "svm"); /* one letter */
    assert_null(sr_text_closest("sux", near, 5, sizeof *near)); /* two of three letters */
    assert_string_equal(sr_text_closest("foresxy", near, 5, sizeof *near), "forest");
    assert_null(sr_text_closest("forexyz", near, 5, sizeof *near));
    assert_string_equal(sr_text_closest("RESNET", near, 5, sizeof *near), "resnet");
    /* Words that are too long to be compared, and places without one. */
    char longest[66] = "";
    memset(longest, 'a', 65);
    const char *const odd[] = {NULL, longest, "b"};
    assert_null(sr_text_closest(longest, odd, 3, sizeof *odd));
    assert_string_equal(sr_text_closest("c", odd, 3, sizeof *odd), "b");
}

static void known_words_end_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int number;
    } things[] = {{"cnn", 1}, {"svm", 2}};
    struct sr_text text = {0};
    sr_text_suggest(&text, "cn", things, 2, sizeof *things);
    assert_string_equal(sr_text_get(&text), "; did you mean cnn? There are: cnn, svm");
    sr_text_clear(&text);
    sr_text_suggest(&text, "forest", things, 2, sizeof *things);
    assert_string_equal(sr_text_get(&text), "; there are: cnn, svm");
    sr_text_clear(&text);
    sr_text_suggest(&text, "cnn", things, 0, sizeof *things);
    assert_string_equal(sr_text_get(&text), "");
    sr_text_fini(&text);
}

/* A sentence that does not fit ends in dots, behind a whole character. */
static void sentences_are_cut_visibly(void **state)
{
    (void)state;
    struct sr_error error = {0};
    char plain[SR_ERROR_TEXT + 10] = {0}, wide[SR_ERROR_TEXT + 10] = {0};
    memset(plain, 'a', SR_ERROR_TEXT - 1);
    assert_int_equal(sr_error_set(&error, SR_ERROR_IO, "%s", plain), SR_ERROR_IO);
    assert_string_equal(error.text, plain);
    sr_error_set(&error, SR_ERROR_IO, "%sb", plain);
    assert_int_equal(strlen(error.text), SR_ERROR_TEXT - 1);
    assert_string_equal(error.text + SR_ERROR_TEXT - 5, "a...");
    for (size_t i = 0; i + 3 < sizeof wide; i += 3) memcpy(wide + i, "\u4e00", 3);
    for (int shift = 0; shift < 3; shift++) {
        sr_error_set(&error, SR_ERROR_IO, "%.*s%s", shift, "aaa", wide);
        const char *at = error.text;
        for (uint32_t code; (code = sr_utf8_next(&at));) assert_int_not_equal(code, 0xFFFD);
        assert_string_equal(error.text + strlen(error.text) - 3, "...");
    }
    sr_error_set(&error, SR_ERROR_IO, "%s", plain);
    sr_error_prefix(&error, "file");
    assert_int_equal(strncmp(error.text, "file: aaa", 9), 0);
    assert_string_equal(error.text + SR_ERROR_TEXT - 5, "a...");
}

/* Who wants no sentence gives no place for it; one that has no room left is cut. */
static void errors_without_a_place_or_room(void **state)
{
    (void)state;
    assert_int_equal(sr_error_set(NULL, SR_ERROR_IO, "lost"), SR_ERROR_IO);
    assert_int_equal(sr_error_prefix(NULL, "lost"), SR_ERROR_STATE);
    struct sr_error error = {0};
    char longest[2 * sizeof error.text];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    sr_error_set(&error, SR_ERROR_IO, "why");
    assert_int_equal(sr_error_prefix(&error, "%s", longest), SR_ERROR_IO);
    assert_int_equal(strlen(error.text), sizeof error.text - 1);
    sr_error_set(&error, SR_ERROR_FORMAT, "why");
    assert_int_equal(sr_error_prefix(&error, "where"), SR_ERROR_FORMAT);
    assert_string_equal(error.text, "where: why");
}

static void split_and_expect(const char *line, const char *const *wanted)
{
    struct sr_words words;
    struct sr_error error;
    assert_ok(sr_words_split(&line, &words, &error));
    for (size_t i = 0; wanted[i]; i++) {
        assert_true(i < words.count);
        assert_string_equal(words.items[i], wanted[i]);
    }
    assert_null(words.items[words.count]);
    size_t count = 0;
    while (wanted[count]) count++;
    assert_int_equal(words.count, count);
    sr_words_fini(&words);
}

static void words_split_as_in_a_shell(void **state)
{
    (void)state;
    split_and_expect("browse class=Shirt  as='T-shirt/top'",
                     (const char *[]){"browse", "class=Shirt", "as=T-shirt/top", NULL});
    split_and_expect("a \"b c\" d\\ e ''", (const char *[]){"a", "b c", "d e", "", NULL});
    split_and_expect("a # comment", (const char *[]){"a", NULL});
    split_and_expect("a#b", (const char *[]){"a#b", NULL});
    split_and_expect("  # only a comment", (const char *[]){NULL});
    split_and_expect("\"a\\\"b\" '\\'", (const char *[]){"a\"b", "\\", NULL});
    split_and_expect("'a\\\"b\\\\' \"c\\\\d\\n\"", (const char *[]){"a\\\"b\\\\", "c\\d\\n", NULL});
}

static void semicolons_end_commands(void **state)
{
    (void)state;
    const char *line = "a b; c ';' # d; e";
    struct sr_words words;
    struct sr_error error;
    assert_ok(sr_words_split(&line, &words, &error));
    assert_int_equal(words.count, 2);
    sr_words_fini(&words);
    assert_ok(sr_words_split(&line, &words, &error));
    assert_int_equal(words.count, 2);
    assert_string_equal(words.items[1], ";");
    assert_int_equal(*line, '\0');
    sr_words_fini(&words);
    line = "a 'b";
    assert_refused(sr_words_split(&line, &words, &error), SR_ERROR_ARGUMENT, "not closed");
}

static void quoting_survives_splitting(void **state)
{
    (void)state;
    static const char *const words[] = {"",     "plain",   "two words", "a;b",  "#x",
                                        "it's", "a\"b\\c", "é ü",       "a\\b", "\\\""};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct sr_text text = {0};
        sr_words_quote(&text, words[i]);
        split_and_expect(sr_text_get(&text), (const char *[]){words[i], NULL});
        sr_text_fini(&text);
    }
}

static void json_prints_and_parses(void **state)
{
    (void)state;
    struct sr_error error;
    struct sr_text text = {0};
    struct sr_json *object = sr_json_object();
    sr_json_set_text(object, "name", "a\"b\n");
    sr_json_set_number(object, "whole", 3);
    sr_json_set_number(object, "real", (double)0.1f);
    sr_json_set_number(object, "nan", NAN);
    sr_json_set_number(object, "far", -INFINITY);
    sr_json_set_bool(object, "flag", true);
    sr_json_set_text(object, "bad", "x\xFF");
    sr_json_print(object, &text);
    assert_string_equal(sr_text_get(&text),
                        "{\"name\": \"a\\\"b\\n\", \"whole\": 3, \"real\": "
                        "0.100000001, \"nan\": null, \"far\": null, \"flag\": true, "
                        "\"bad\": \"x\xEF\xBF\xBD\"}");
    sr_json_free(object);
    object = sr_json_parse(text.bytes, text.length, &error);
    assert_non_null(object);
    assert_string_equal(sr_json_text(sr_json_get(object, "name")), "a\"b\n");
    assert_true(sr_json_number(sr_json_get(object, "whole"), 0) == 3);
    assert_true(sr_json_number(sr_json_get(object, "absent"), 7) == 7);
    sr_json_free(object);
    assert_null(sr_json_parse("{\"a\":1,\n\"a\":2}", 14, &error));
    assert_non_null(strstr(error.text, "line"));
    sr_text_fini(&text);
}

static void note_key(void *context, const char *key, const struct sr_json *value)
{
    sr_text_printf(context, "%s=%g ", key, sr_json_number(value, -1));
}

static void json_of_other_types(void **state)
{
    (void)state;
    static const double numbers[] = {1.5, 1e15, -1e16};
    struct sr_error error;
    struct sr_text text = {0};
    struct sr_json *object = sr_json_object();
    sr_json_set_numbers(object, "list", numbers, 3);
    sr_json_set_text(object, "none", NULL);
    /* Beyond the basic plane: a pair of surrogates, as JSON asks for. */
    sr_json_set_text(object, "hidden", "\U000E0041\u202E");
    sr_json_print(object, &text);
    assert_string_equal(sr_text_get(&text), "{\"list\": [1.5, 1e15, -1e16], \"none\": null, "
                                            "\"hidden\": \"\\uDB40\\uDC41\\u202E\"}");
    const struct sr_json *list = sr_json_get(object, "list");
    assert_true(sr_json_is_array(list) && !sr_json_is_object(list));
    assert_true(sr_json_is_object(object) && !sr_json_is_array(object));
    assert_false(sr_json_is_array(NULL) || sr_json_is_object(NULL));
    assert_int_equal(sr_json_length(list), 3);
    assert_int_equal(sr_json_length(object), 3);
    assert_int_equal(sr_json_length(sr_json_get(object, "none")), 0);
    assert_int_equal(sr_json_length(NULL), 0);
    assert_null(sr_json_at(list, 3));
    assert_null(sr_json_at(object, 0));
    assert_null(sr_json_text(list));
    assert_null(sr_json_get(list, "list"));
    sr_json_free(object);
    sr_text_clear(&text);
    static const char parsed[] = "{\"b\": 1, \"a\": 2.5, \"c\": \"x\"}";
    object = sr_json_parse(parsed, strlen(parsed), &error);
    assert_non_null(object);
    sr_json_each(object, note_key, &text);
    assert_string_equal(sr_text_get(&text), "b=1 a=2.5 c=-1 ");
    sr_json_free(object);
    sr_text_fini(&text);
}

static void columns_are_filled_by_width(void **state)
{
    (void)state;
    static const char *const names[] = {"Bag", "\u00c4pfel", "\u9774", "Hose\u0308n"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct sr_text text = {0};
        sr_text_add_padded(&text, names[i], 8);
        assert_int_equal(sr_utf8_width(sr_text_get(&text)), 8);
        assert_int_equal(strncmp(sr_text_get(&text), names[i], strlen(names[i])), 0);
        sr_text_fini(&text);
    }
    struct sr_text text = {0};
    sr_text_add_padded(&text, "longer than that", 8);
    assert_string_equal(sr_text_get(&text), "longer than that");
    sr_text_fini(&text);
}

static void time_left_is_whole_seconds(void **state)
{
    (void)state;
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {{0, "1 s"},     {0.02, "1 s"},        {2.4, "2 s"},
                 {59.2, "59 s"}, {59.6, "1 min 00 s"}, {245, "4 min 05 s"}};
    char text[32];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sr_format_left(text, sizeof text, cases[i].seconds);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_filled_by_width),
        cmocka_unit_test(time_left_is_whole_seconds),
        cmocka_unit_test(utf8_goes_there_and_back),
        cmocka_unit_test(overlong_utf8_is_bad),
        cmocka_unit_test(bad_utf8_is_one_replacement_a_byte),
        cmocka_unit_test(widths_count_columns),
        cmocka_unit_test(numbers_are_whole_strings),
        cmocka_unit_test(figures_for_people),
        cmocka_unit_test(nearest_word),
        cmocka_unit_test(known_words_end_a_sentence),
        cmocka_unit_test(sentences_are_cut_visibly),
        cmocka_unit_test(words_split_as_in_a_shell),
        cmocka_unit_test(semicolons_end_commands),
        cmocka_unit_test(quoting_survives_splitting),
        cmocka_unit_test(json_prints_and_parses),
        cmocka_unit_test(json_of_other_types),
        cmocka_unit_test(errors_without_a_place_or_room),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
