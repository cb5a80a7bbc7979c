/* A reply in each of its forms. */
#include "support.h"

#include <math.h>

#include "sartor/commands/reply.h"

static struct sr_reply reply;
static struct sr_text out;

/* In a form of its own, or going on with what a renderer has written. */
static const char *render(enum sr_form form)
{
    struct sr_renderer renderer = {.form = form};
    sr_text_clear(&out);
    sr_render(&renderer, &reply, &out);
    sr_renderer_fini(&renderer);
    return sr_text_get(&out);
}

static int begin(void **state)
{
    (void)state;
    reply = (struct sr_reply){.command = "test"};
    return 0;
}

static int end(void **state)
{
    (void)state;
    sr_reply_fini(&reply);
    sr_text_fini(&out);
    return 0;
}

static void fields_are_members_and_a_row(void **state)
{
    (void)state;
    sr_reply_record(&reply, "done");
    sr_reply_text(&reply, "text", "a, \"b\"");
    sr_reply_text(&reply, "nothing", NULL);
    sr_reply_integer(&reply, "whole", -3);
    sr_reply_number(&reply, "real", 0.25);
    sr_reply_number(&reply, "none", NAN);
    sr_reply_switch(&reply, "on", true);
    sr_reply_switch(&reply, "off", false);
    sr_reply_named(&reply, "class", 6, "Shirt");
    sr_reply_numbers(&reply, "list", (const double[]){1, 2.5, NAN}, 3);
    assert_string_equal(render(SR_JSON),
                        "{\"command\": \"test\", \"event\": \"done\", \"text\": \"a, \\\"b\\\"\", "
                        "\"nothing\": null, \"whole\": -3, \"real\": 0.25, \"none\": null, "
                        "\"on\": true, \"off\": false, \"class\": 6, \"list\": [1, 2.5, null]}\n");
    assert_string_equal(render(SR_CSV), "text,nothing,whole,real,none,on,off,class\n"
                                        "\"a, \"\"b\"\"\",,-3,0.25,,true,false,Shirt\n");
    assert_string_equal(render(SR_TEXT), "");
    assert_string_equal(render(SR_MARKDOWN), "");
}

static void numbers_are_whole_for_programs_and_short_for_people(void **state)
{
    (void)state;
    static const struct sr_column columns[] = {
        {"plain", "plain", .format = "%.2f"},
        {.key = "general", .label = "general"},
        {"share", "share", SR_UNIT_SHARE, .width = 1},
        {"points", "points", SR_UNIT_SHARE, "%+.1f", .width = 1},
        {"count", "count", SR_UNIT_COUNT, .width = 1},
        {"seconds", "seconds", SR_UNIT_SECONDS, .width = 1},
        {"bytes", "bytes", SR_UNIT_BYTES, .width = 1},
        {0}};
    struct sr_table *table = sr_reply_rows(&reply, NULL, columns);
    sr_table_number(table, 1.23456789);
    sr_table_number(table, 0.1);
    sr_table_number(table, 0.912345);
    sr_table_number(table, 0.0312);
    sr_table_integer(table, 60000);
    sr_table_number(table, 245.1);
    sr_table_number(table, 1400000);
    for (int i = 0; i < 7; i++) sr_table_number(table, i % 2 ? NAN : INFINITY);
    assert_string_equal(render(SR_TEXT), "plain general   share points  count    seconds  bytes\n"
                                         " 1.23     0.1 91.23 %   +3.1 60,000 4 min 05 s 1.4 MB\n"
                                         "    -       -       -      -      -          -      -\n");
    assert_string_equal(render(SR_CSV),
                        "plain,general,share,points,count,seconds,bytes\n"
                        "1.23456789,0.1,0.912345,0.0312,60000,245.1,1400000\n,,,,,,\n");
    assert_string_equal(render(SR_MARKDOWN),
                        "| plain | general | share | points | count | seconds | bytes |\n"
                        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
                        "| 1.23 | 0.1 | 91.23 % | +3.1 | 60,000 | 4 min 05 s | 1.4 MB |\n"
                        "| - | - | - | - | - | - | - |\n");
}

static void rows_are_records_of_their_own(void **state)
{
    (void)state;
    static const struct sr_column columns[] = {{"name", "who", .left = true, .width = 6},
                                               {.key = "secret"},
                                               {.label = "people", .gap = 3},
                                               {"number", "n", .no_json = true},
                                               {"list", "", .no_csv = true},
                                               {0}};
    struct sr_table *table = sr_reply_rows(&reply, "row", columns);
    struct sr_json *list = sr_json_array();
    sr_json_add_integer(list, 7);
    sr_table_text(table, "äx");
    sr_table_integer(table, 1);
    sr_table_text(table, "yes");
    sr_table_integer(table, 5);
    sr_table_list(table, list);
    sr_table_text(table, "longer one");
    sr_table_end_row(table);
    assert_string_equal(render(SR_JSON), "{\"command\": \"test\", \"event\": \"row\", \"name\": "
                                         "\"äx\", \"secret\": 1, \"list\": [7]}\n"
                                         "{\"command\": \"test\", \"event\": \"row\", \"name\": "
                                         "\"longer one\"}\n");
    assert_string_equal(render(SR_CSV), "name,secret,number\näx,1,5\nlonger one,,\n");
    assert_string_equal(render(SR_TEXT), "who          people n\n"
                                         "äx              yes 5\n"
                                         "longer one\n");
    assert_string_equal(render(SR_MARKDOWN), "| who | people | n |  |\n"
                                             "| --- | ---: | ---: | ---: |\n"
                                             "| äx | yes | 5 |  |\n"
                                             "| longer one |  |  |  |\n");
}

static void tables_stand_in_their_record(void **state)
{
    (void)state;
    static const struct sr_column columns[] = {
        {"class", "class", .left = true}, {.key = "f1", .label = "F1"}, {0}};
    static const struct sr_column counts[] = {
        {"name", "name", .no_json = true}, {.key = "n", .label = "n"}, {0}};
    for (int i = 0; i < 2; i++) {
        sr_reply_record(&reply, NULL);
        sr_reply_text(&reply, "model", i ? "b" : "a");
        sr_reply_context(&reply);
        sr_reply_number(&reply, "accuracy", 0.5 + i);
        struct sr_table *table = sr_reply_table(&reply, "per_class", columns);
        sr_table_named(table, i, i ? "Bag" : "Coat");
        sr_table_number(table, 0.25);
        table = sr_reply_table(&reply, "counts", counts);
        table->rows = SR_ROWS_VALUES;
        for (int k = 0; k < 2; k++) {
            sr_table_text(table, k ? "two" : "one");
            sr_table_integer(table, k + 1);
        }
        table = sr_reply_table(&reply, "matrix", counts);
        table->rows = SR_ROWS_ARRAYS;
        sr_table_text(table, "zero");
        sr_table_integer(table, 0);
        sr_reply_integer(&reply, "after", 9);
    }
    assert_string_equal(render(SR_JSON),
                        "{\"command\": \"test\", \"model\": \"a\", \"accuracy\": 0.5, "
                        "\"per_class\": [{\"class\": 0, \"f1\": 0.25}], \"counts\": [1, 2], "
                        "\"matrix\": [[0]], \"after\": 9}\n"
                        "{\"command\": \"test\", \"model\": \"b\", \"accuracy\": 1.5, "
                        "\"per_class\": [{\"class\": 1, \"f1\": 0.25}], \"counts\": [1, 2], "
                        "\"matrix\": [[0]], \"after\": 9}\n");
    assert_string_equal(render(SR_CSV), "model,accuracy,after\na,0.5,9\nb,1.5,9\n"
                                        "\nmodel,class,f1\na,Coat,0.25\nb,Bag,0.25\n"
                                        "\nmodel,name,n\na,one,1\na,two,2\na,zero,0\n"
                                        "b,one,1\nb,two,2\nb,zero,0\n");
}

static void what_only_names_the_tables_is_no_row_of_csv(void **state)
{
    (void)state;
    static const struct sr_column columns[] = {{.key = "n", .label = "n"}, {0}};
    sr_reply_record(&reply, NULL);
    sr_reply_text(&reply, "model", "a");
    sr_reply_text(&reply, "split", "test");
    sr_reply_context(&reply);
    sr_table_integer(sr_reply_table(&reply, "t", columns), 4);
    assert_string_equal(render(SR_CSV), "model,split,n\na,test,4\n");
    sr_reply_clear(&reply);
    sr_reply_record(&reply, NULL);
    sr_reply_text(&reply, "model", "a");
    sr_reply_context(&reply);
    assert_string_equal(render(SR_CSV), "model\na\n");
    /* A table that CSV does not have leaves the row in place. */
    sr_reply_only(&reply, SR_JSON);
    sr_table_integer(sr_reply_table(&reply, "t", columns), 4);
    assert_string_equal(render(SR_CSV), "model\na\n");
    assert_string_equal(render(SR_JSON),
                        "{\"command\": \"test\", \"model\": \"a\", \"t\": [{\"n\": 4}]}\n");
}

static void what_follows_rows_is_a_record_of_its_own(void **state)
{
    (void)state;
    static const struct sr_column columns[] = {{.key = "n", .label = "n"}, {0}};
    sr_table_integer(sr_reply_rows(&reply, "row", columns), 4);
    sr_reply_integer(&reply, "m", 5);
    sr_table_integer(sr_reply_rows(&reply, NULL, columns), 6);
    assert_string_equal(render(SR_JSON), "{\"command\": \"test\", \"event\": \"row\", \"n\": 4}\n"
                                         "{\"command\": \"test\", \"m\": 5}\n"
                                         "{\"command\": \"test\", \"n\": 6}\n");
    assert_string_equal(render(SR_CSV), "n\n4\n6\n\nm\n5\n");
}

static void a_page_shows_the_first_of_a_large_table(void **state)
{
    (void)state;
    struct sr_table table = {0};
    struct sr_text text = {0};
    sr_table_columns(&table, "a b");
    for (int i = 0; i < 4; i++) sr_table_integer(&table, i);
    sr_table_html(&table, 1, 1, &text);
    assert_string_equal(sr_text_get(&text),
                        "<table>\n<tr><th>a</th></tr>\n<tr><td>0</td></tr>\n</table>\n");
    sr_text_clear(&text);
    sr_table_html(&table, 3, 3, &text);
    assert_string_equal(sr_text_get(&text), "<table>\n<tr><th>a</th><th>b</th></tr>\n"
                                            "<tr><td>0</td><td>1</td></tr>\n"
                                            "<tr><td>2</td><td>3</td></tr>\n</table>\n");
    sr_text_fini(&text);
    sr_table_fini(&table);
}

static void parts_are_for_the_forms_that_are_named(void **state)
{
    (void)state;
    static const struct sr_column columns[] = {{.key = "n", .label = "n"}, {0}};
    sr_reply_only(&reply, SR_JSON);
    sr_reply_record(&reply, NULL);
    sr_reply_integer(&reply, "json", 1);
    sr_reply_say(&reply, "nobody");
    sr_reply_only(&reply, SR_FOR_PEOPLE | SR_CSV);
    sr_table_integer(sr_reply_rows(&reply, NULL, columns), 2);
    sr_reply_only(&reply, SR_MARKDOWN);
    sr_reply_say(&reply, "*ours*");
    sr_reply_only(&reply, SR_FOR_ALL);
    sr_reply_say(&reply, "all");
    assert_string_equal(render(SR_JSON), "{\"command\": \"test\", \"json\": 1}\n");
    assert_string_equal(render(SR_CSV), "n\n2\n");
    assert_string_equal(render(SR_TEXT), "n\n2\nall\n");
    assert_string_equal(render(SR_MARKDOWN), "| n |\n| ---: |\n| 2 |\n\n*ours*\n\nall\n");
    assert_string_equal(render(SR_HTML),
                        "<table>\n<tr><th>n</th></tr>\n<tr><td>2</td></tr>\n</table>\n"
                        "<p>all</p>\n");
}

static void sentences_have_every_conversion(void **state)
{
    (void)state;
    sr_reply_say(&reply, "%s %d %u %zu %llu %ld %.2f %+.1e %g %5.1f%% %%s", "x", -1, 2u, (size_t)3,
                 4ull, -5l, 6.125, 0.07, 0.5, 12.34);
    assert_string_equal(render(SR_TEXT), "x -1 2 3 4 -5 6.12 +7.0e-02 0.5  12.3% %s\n");
    sr_reply_more(&reply, ", and %s, %lld", "more", 5000000000ll);
    sr_reply_gap(&reply);
    sr_reply_say(&reply, "  two\nlines");
    assert_string_equal(
        render(SR_TEXT),
        "x -1 2 3 4 -5 6.12 +7.0e-02 0.5  12.3% %s, and more, 5000000000\n\n  two\nlines\n");
    assert_string_equal(render(SR_MARKDOWN),
                        "x -1 2 3 4 -5 6.12 +7.0e-02 0.5  12.3% %s, and more, 5000000000\n"
                        "\ntwo  \nlines\n");
    assert_string_equal(render(SR_JSON), "");
    assert_string_equal(render(SR_CSV), "");
}

static void foreign_text_has_no_effect(void **state)
{
    (void)state;
    static const char hostile[] = "\033[2J\u202e<b>|`x`\n# h";
    static const struct sr_column columns[] = {{"key", "label", .left = true}, {0}};
    sr_reply_heading(&reply, 2, "of %s", hostile);
    sr_reply_say(&reply, "says %s", hostile);
    sr_reply_say(&reply, "run `sartor %s` & <go>", hostile);
    sr_table_text(sr_reply_rows(&reply, NULL, columns), hostile);
    sr_reply_block(&reply, NULL, "a ``` \033[2J\n\tb\n");
    assert_string_equal(render(SR_TEXT), "of \\x1b[2J\\u202e<b>|`x`\\x0a# h\n"
                                         "says \\x1b[2J\\u202e<b>|`x`\\x0a# h\n"
                                         "run `sartor \\x1b[2J\\u202e<b>|`x`\\x0a# h` & <go>\n"
                                         "label\n\\x1b[2J\\u202e<b>|`x`\\x0a# h\n"
                                         "a ``` \\x1b[2J\n\tb\n");
    assert_string_equal(render(SR_MARKDOWN),
                        "## of \\x1b\\[2J\\u202e&lt;b&gt;\\|\\`x\\`\\x0a\\# h\n\n"
                        "says \\x1b\\[2J\\u202e&lt;b&gt;\\|\\`x\\`\\x0a\\# h\n\n"
                        "run `sartor \\x1b[2J\\u202e<b>|'x'\\x0a# h` & <go>\n\n"
                        "| label |\n| --- |\n| \\x1b\\[2J\\u202e&lt;b&gt;\\|\\`x\\`\\x0a\\# h |\n\n"
                        "````\na ``` \\x1b[2J\n\tb\n````\n");
    assert_string_equal(
        render(SR_HTML),
        "<h2>of \\x1b[2J\\u202e&lt;b&gt;|`x`\\x0a# h</h2>\n"
        "<p>says \\x1b[2J\\u202e&lt;b&gt;|`x`\\x0a# h</p>\n"
        "<p>run <code>sartor \\x1b[2J\\u202e&lt;b&gt;|`x`\\x0a# h</code> &amp; &lt;go&gt;</p>\n"
        "<table>\n<tr><th>label</th></tr>\n"
        "<tr><td>\\x1b[2J\\u202e&lt;b&gt;|`x`\n# h</td></tr>\n</table>\n"
        "<pre>a ``` \\x1b[2J\n\tb\n</pre>\n");
    assert_string_equal(render(SR_CSV), "key\n\"\\x1b[2J\\u202e<b>|`x`\n# h\"\n");
    assert_string_equal(render(SR_JSON),
                        "{\"command\": \"test\", \"key\": \"\\u001B[2J\\u202E<b>|`x`\\n# h\"}\n");
}

static void words_reach_over_the_rest_of_a_row(void **state)
{
    (void)state;
    static const struct sr_column columns[] = {{"name", "name", .left = true},
                                               {.key = "a", .label = "a"},
                                               {.key = "b", .label = "b"},
                                               {0}};
    struct sr_table *table = sr_reply_rows(&reply, NULL, columns);
    sr_table_text(table, "x");
    sr_table_note(table, "is broken, as one can see");
    sr_table_text(table, "y");
    sr_table_number(table, NAN);
    sr_table_reach(table, "no heat at all");
    sr_table_number(table, 7);
    sr_table_text(table, "z");
    sr_table_integer(table, 1);
    sr_table_integer(table, 2);
    sr_table_shown(table, "%s", "two");
    assert_string_equal(render(SR_TEXT), "name a   b\n"
                                         "x    is broken, as one can see\n"
                                         "y    no heat at all\n"
                                         "z    1 two\n");
    assert_string_equal(render(SR_CSV), "name,a,b\nx,,\ny,,7\nz,1,2\n");
    assert_string_equal(render(SR_JSON), "{\"command\": \"test\", \"name\": \"x\"}\n"
                                         "{\"command\": \"test\", \"name\": \"y\", \"a\": null, "
                                         "\"b\": 7}\n"
                                         "{\"command\": \"test\", \"name\": \"z\", \"a\": 1, "
                                         "\"b\": 2}\n");
}

static void a_fixed_column_moves_only_its_row(void **state)
{
    (void)state;
    static const struct sr_column columns[] = {
        {"a", "a", .left = true, .width = 3, .fixed = true}, {"b", "b", .left = true}, {0}};
    struct sr_table *table = sr_reply_rows(&reply, NULL, columns);
    table->headless = true;
    sr_table_text(table, "x");
    sr_table_text(table, "1");
    sr_table_text(table, "longer");
    sr_table_text(table, "2");
    assert_string_equal(render(SR_TEXT), "x   1\nlonger 2\n");
}

static void labels_that_are_not_shown_take_no_room(void **state)
{
    (void)state;
    static const struct sr_column columns[] = {
        {"a", "a long label", .left = true}, {"b", "another label", .width = 2}, {0}};
    struct sr_table *table = sr_reply_rows(&reply, NULL, columns);
    table->headless = true;
    sr_table_text(table, "x");
    sr_table_integer(table, 7);
    assert_string_equal(render(SR_TEXT), "x  7\n");
}

static void wide_tables_are_shown_as_several(void **state)
{
    (void)state;
    static const struct sr_column columns[] = {
        {"model", "model", .left = true},
        {.key = "family"},
        {"good", "good", .gap = 2, .group = 1},
        {"better", "better", .gap = 2, .group = 1, .detail = true},
        {"unknown", "unknown", .gap = 2, .group = 1, .detail = true},
        {"wide", "a wide detail", .gap = 2, .group = 1, .detail = true},
        {"best", "best", .gap = 2, .group = 1, .detail = true},
        {"cost", "cost", .gap = 2, .group = 2},
        {0}};
    struct sr_table *table = sr_reply_rows(&reply, NULL, columns);
    sr_table_text(table, "cnn");
    sr_table_text(table, "f");
    sr_table_integer(table, 1);
    sr_table_integer(table, 2);
    sr_table_number(table, NAN);
    sr_table_integer(table, 3);
    sr_table_integer(table, 4);
    sr_table_number(table, NAN);
    table->room = 25; /* 5 + 2 + 4 + 2 + 6 + 2 + 4 */
    assert_string_equal(render(SR_TEXT), "model  good  better  best\n"
                                         "cnn       1       2     4\n"
                                         "\n"
                                         "model  cost\n"
                                         "cnn       -\n");
    table->room = 24;
    assert_string_equal(render(SR_TEXT), "model  good  better\n"
                                         "cnn       1       2\n"
                                         "\n"
                                         "model  cost\n"
                                         "cnn       -\n");
    table->room = 0;
    assert_string_equal(render(SR_TEXT), "model  good  better  a wide detail  best\n"
                                         "cnn       1       2              3     4\n"
                                         "\n"
                                         "model  cost\n"
                                         "cnn       -\n");
    assert_string_equal(render(SR_MARKDOWN), "| model | good | better | a wide detail | best |\n"
                                             "| --- | ---: | ---: | ---: | ---: |\n"
                                             "| cnn | 1 | 2 | 3 | 4 |\n"
                                             "\n"
                                             "| model | cost |\n| --- | ---: |\n| cnn | - |\n");
    assert_string_equal(render(SR_CSV), "model,family,good,better,unknown,wide,best,cost\n"
                                        "cnn,f,1,2,,3,4,\n");
}

/* One reply after another, as the epochs of a training come. */
static void tables_go_on(void **state)
{
    (void)state;
    static const struct sr_column columns[] = {{.key = "n", .label = "n"}, {0}};
    static const enum sr_form forms[] = {SR_CSV, SR_MARKDOWN, SR_TEXT};
    static const char *const wanted[] = {
        "n\n1\n2\n\nend\n1\n\nn\n3\n",
        "| n |\n| ---: |\n| 1 |\n| 2 |\n\nended\n\n| n |\n| ---: |\n| 3 |\n",
        "n\n1\n2\nended\nn\n3\n"};
    for (int f = 0; f < 3; f++) {
        struct sr_renderer renderer = {.form = forms[f]};
        struct sr_text text = {0};
        for (int i = 1; i <= 3; i++) {
            struct sr_table *table = sr_reply_rows(&reply, NULL, columns);
            sr_table_integer(table, i);
            table->headless = i == 2;
            sr_render(&renderer, &reply, &text);
            sr_reply_clear(&reply);
            if (i != 2) continue;
            sr_reply_record(&reply, NULL);
            sr_reply_integer(&reply, "end", 1);
            sr_reply_say(&reply, "ended");
            sr_render(&renderer, &reply, &text);
            sr_reply_clear(&reply);
        }
        assert_string_equal(sr_text_get(&text), wanted[f]);
        sr_text_fini(&text);
        sr_renderer_fini(&renderer);
    }
}

static void blocks_are_fields_of_programs(void **state)
{
    (void)state;
    sr_reply_record(&reply, NULL);
    sr_reply_block(&reply, "text", "one\n  two");
    assert_string_equal(render(SR_TEXT), "one\n  two\n");
    assert_string_equal(render(SR_MARKDOWN), "```\none\n  two\n```\n");
    assert_string_equal(render(SR_HTML), "<pre>one\n  two</pre>\n");
    assert_string_equal(render(SR_JSON), "{\"command\": \"test\", \"text\": \"one\\n  two\"}\n");
    assert_string_equal(render(SR_CSV), "text\n\"one\n  two\"\n");
}

static void a_cleared_reply_is_empty(void **state)
{
    (void)state;
    sr_reply_record(&reply, NULL);
    sr_reply_integer(&reply, "a", 1);
    sr_reply_say(&reply, "b");
    sr_reply_only(&reply, SR_JSON);
    reply.wait = 3;
    reply.shown = true;
    sr_reply_clear(&reply);
    assert_int_equal(reply.wait, 0);
    assert_false(reply.shown);
    assert_string_equal(render(SR_JSON), "");
    assert_string_equal(render(SR_TEXT), "");
    sr_reply_say(&reply, "again");
    assert_string_equal(render(SR_TEXT), "again\n");
    assert_string_equal(reply.command, "test");
}

static void a_line_for_people_is_one_line(void **state)
{
    (void)state;
    char *bytes;
    size_t size;
    FILE *stream = open_memstream(&bytes, &size);
    sr_say(stream, "sartor: %s: %d", "a\nb\033[1m\u202e\xff", 3);
    fclose(stream);
    assert_string_equal(bytes, "sartor: a\\x0ab\\x1b[1m\\u202e\\xff: 3\n");
    free(bytes);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(fields_are_members_and_a_row),
        TEST(numbers_are_whole_for_programs_and_short_for_people),
        TEST(rows_are_records_of_their_own),
        TEST(tables_stand_in_their_record),
        TEST(what_only_names_the_tables_is_no_row_of_csv),
        TEST(what_follows_rows_is_a_record_of_its_own),
        TEST(a_page_shows_the_first_of_a_large_table),
        TEST(labels_that_are_not_shown_take_no_room),
        TEST(parts_are_for_the_forms_that_are_named),
        TEST(sentences_have_every_conversion),
        TEST(foreign_text_has_no_effect),
        TEST(words_reach_over_the_rest_of_a_row),
        TEST(a_fixed_column_moves_only_its_row),
        TEST(wide_tables_are_shown_as_several),
        TEST(tables_go_on),
        TEST(blocks_are_fields_of_programs),
        TEST(a_cleared_reply_is_empty),
        TEST(a_line_for_people_is_one_line),
    };
    return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
