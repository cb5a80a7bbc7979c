/* What text from elsewhere becomes before it reaches a terminal, a Markdown text, a table, JSON. */
#include "support.h"

#include "sartor/base/json.h"
#include "sartor/base/text.h"

static void check(void (*add)(struct sr_text *, const char *), const char *foreign,
                  const char *wanted)
{
    struct sr_text text = {0};
    add(&text, foreign);
    assert_string_equal(sr_text_get(&text), wanted);
    sr_text_fini(&text);
}

static void what_steers_a_terminal_becomes_an_escape(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"Ankle boot → Äpfel 靴 e\u0301", "Ankle boot → Äpfel 靴 e\u0301"},
        {"back\\slash", "back\\slash"},
        {"\033]52;c;aGk=\a", "\\x1b]52;c;aGk=\\x07"},
        {"\x01 \x1f\x7f", "\\x01 \\x1f\\x7f"},
        {"a\nb\rc\td", "a\\x0ab\\x0dc\\x09d"},
        {"\xc2\x80\xc2\x9b"
         "2J\xc2\x9f",
         "\\u0080\\u009b2J\\u009f"},
        {"x\u00a0y", "x\u00a0y"},
        {"\u202eabc\u202c \u2066\u2069 \u200e\u200f\u061c",
         "\\u202eabc\\u202c \\u2066\\u2069 \\u200e\\u200f\\u061c"},
        {"a\u200bb\u200cc\u200dd\u2060e\ufefff", "a\\u200bb\\u200cc\\u200dd\\u2060e\\ufefff"},
        {"\u2028\u2029", "\\u2028\\u2029"},
        {"\u00ad\u034f\u115f\u1160\u180e\u3164\ufe0f\uffa0\ufff9",
         "\\u00ad\\u034f\\u115f\\u1160\\u180e\\u3164\\ufe0f\\uffa0\\ufff9"},
        {"\U000e0041\U000e0fff\U0001d173", "\\U000e0041\\U000e0fff\\U0001d173"},
        /* just outside of the ranges */
        {"\u200a\u2010\u2027\u202f\u2070\ufe10", "\u200a\u2010\u2027\u202f\u2070\ufe10"},
        {"\xff\xc2z\xe2\x80", "\\xff\\xc2z\\xe2\\x80"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
        {"\ufffd", "\ufffd"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check(sr_text_add_visible, cases[i][0], cases[i][1]);
        check(sr_text_add_visible, cases[i][1], cases[i][1]); /* twice changes nothing */
    }
}

static void no_character_is_left_that_shows_nothing(void **state)
{
    (void)state;
    for (uint32_t code = 1; code <= 0x10FFFF; code++) {
        char bytes[5] = {0}, shown[SR_SHOWN_SIZE];
        const char *at = bytes;
        int length = sr_utf8_encode(code, bytes);
        int width = sr_utf8_shown(&at, shown);
        assert_int_equal(at - bytes, length);
        assert_true(width <= 10 && width == (int)strlen(shown) ? true : strlen(shown) <= 4);
        assert_int_equal(sr_utf8_width(bytes), width);
        if (shown[0] == '\\' && shown[1]) {
            assert_int_equal(width, strlen(shown));
            assert_int_equal(strtoul(shown + 2, NULL, 16), code);
        } else {
            assert_string_equal(shown, bytes);
            assert_true(code >= 0x20 && code != 0x7F && !(code >= 0x80 && code < 0xA0));
            /* Of the others only combining marks take no column of their own. */
            if (width == 0) assert_true(code >= 0x300 && !(code >= 0x2000 && code < 0x20D0));
        }
    }
}

/* The ends of each range, and their neighbours, which are shown. */
static void ranges_end_where_they_should(void **state)
{
    (void)state;
    static const struct {
        uint32_t before, low, high, after;
    } ranges[] = {
        {0x7E, 0x7F, 0x9F, 0xA0},
        {0xAC, 0xAD, 0xAD, 0xAE},
        {0x61B, 0x61C, 0x61C, 0x61D},
        {0x180A, 0x180B, 0x180F, 0x1810},
        {0x200A, 0x200B, 0x200F, 0x2010},
        {0x2027, 0x2028, 0x202E, 0x202F},
        {0x205F, 0x2060, 0x206F, 0x2070},
        {0xFDFF, 0xFE00, 0xFE0F, 0xFE10},
        {0xFEFE, 0xFEFF, 0xFEFF, 0xFF00},
        {0xFFEF, 0xFFF0, 0xFFFB, 0xFFFC},
        {0xDFFFF, 0xE0000, 0xE0FFF, 0xE1000},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        const uint32_t codes[] = {ranges[i].before, ranges[i].low, ranges[i].high, ranges[i].after};
        for (int k = 0; k < 4; k++) {
            char bytes[5] = {0}, shown[SR_SHOWN_SIZE];
            const char *at = bytes;
            sr_utf8_encode(codes[k], bytes);
            sr_utf8_shown(&at, shown);
            assert_int_equal(shown[0] == '\\' && shown[1], k == 1 || k == 2);
        }
    }
}

static void markdown_has_no_markup_of_others(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"T-shirt/top", "T-shirt/top"},
        {"my_model 3.5 %", "my_model 3.5 %"},
        {"a|b", "a\\|b"},
        {"`rm`", "\\`rm\\`"},
        {"<script>&amp;", "&lt;script&gt;&amp;amp;"},
        {"</b><!-- <\tx", "&lt;/b&gt;&lt;!-- &lt;\\x09x"},
        {"p < 0.01, 3 <", "p < 0.01, 3 <"},
        {"![x](http://y)", "!\\[x\\](http://y)"},
        {"*bold* ~~no~~ # h", "\\*bold\\* \\~\\~no\\~\\~ \\# h"},
        {"c:\\d", "c:\\d"},
        {"a\\*b\\", "a\\\\\\*b\\\\"},
        {"\033[31m", "\\x1b\\[31m"},
        {"a\nb", "a\\x0ab"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(sr_text_add_markdown, cases[i][0], cases[i][1]);
}

static void csv_quotes_and_defuses(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"Ankle boot", "Ankle boot"},
        {"a,b", "\"a,b\""},
        {"say \"x\"", "\"say \"\"x\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {"a\rb", "\"a\\x0db\""},
        {"a'b", "a'b"},
        {"=1+2", "'=1+2"},
        {"+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"},
        {"-x", "'-x"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""},
        {"-1.5e-3", "-1.5e-3"},
        {"+0.52", "+0.52"},
        {"-", "-"},
        {"1=2", "1=2"},
        {"\033[2J\u202e", "\\x1b[2J\\u202e"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(sr_text_add_csv, cases[i][0], cases[i][1]);
}

static void json_escapes_what_terminals_obey(void **state)
{
    (void)state;
    static const char foreign[] = "\033]0;x\a \xc2\x9b \u202e \U000e0041 \x7f Ä\\ 靴";
    struct sr_error error;
    struct sr_text text = {0};
    struct sr_json *object = sr_json_object();
    sr_json_set_text(object, foreign, foreign);
    sr_json_print(object, &text);
    const char wanted[] = "\\u001B]0;x\\u0007 \\u009B \\u202E \\uDB40\\uDC41 \\u007F Ä\\\\ 靴";
    struct sr_text whole = {0};
    sr_text_printf(&whole, "{\"%s\": \"%s\"}", wanted, wanted);
    for (size_t i = 0; i < text.length; i++) assert_true((unsigned char)text.bytes[i] >= ' ');
    assert_string_equal(sr_text_get(&text), sr_text_get(&whole));
    sr_json_free(object);
    object = sr_json_parse(text.bytes, text.length, &error);
    assert_non_null(object);
    assert_string_equal(sr_json_text(sr_json_get(object, foreign)), foreign);
    sr_json_free(object);
    sr_text_fini(&text);
    sr_text_fini(&whole);
}

static void html_and_base64(void **state)
{
    (void)state;
    check(sr_text_add_escaped, "<b>\"R&D\" 'x'</b>",
          "&lt;b&gt;&quot;R&amp;D&quot; &#39;x&#39;&lt;/b&gt;");
    static const char *const cases[][2] = {
        {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sr_text text = {0};
        sr_text_add_base64(&text, cases[i][0], strlen(cases[i][0]));
        assert_string_equal(sr_text_get(&text), cases[i][1]);
        sr_text_fini(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_steers_a_terminal_becomes_an_escape),
        cmocka_unit_test(no_character_is_left_that_shows_nothing),
        cmocka_unit_test(ranges_end_where_they_should),
        cmocka_unit_test(markdown_has_no_markup_of_others),
        cmocka_unit_test(csv_quotes_and_defuses),
        cmocka_unit_test(json_escapes_what_terminals_obey),
        cmocka_unit_test(html_and_base64),
    };
    return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
