/* Tables: values in rows under named columns, as people and as programs see them. */
#include "support.h"

#include <math.h>

#include "sartor/base/memory.h"
#include "sartor/base/monitor.h"
#include "sartor/base/table.h"

/* Each type of value, and columns that some forms leave out. */
static struct sr_table make(void)
{
    struct sr_table table = {0};
    sr_table_column(&table, "name");
    sr_table_add_column(
        &table, &(struct sr_column){.key = "share", .label = "Share", .unit = SR_UNIT_SHARE});
    sr_table_add_column(&table,
                        &(struct sr_column){.key = "class", .label = "Class", .no_csv = true});
    sr_table_add_column(
        &table, &(struct sr_column){
                    .key = "bytes", .label = "Size", .unit = SR_UNIT_BYTES, .no_json = true});
    sr_table_add_column(&table, &(struct sr_column){.label = "Note"});
    sr_table_add_column(&table, &(struct sr_column){.key = "on"});
    sr_table_text(&table, "a<b");
    sr_table_number(&table, 0.125);
    sr_table_named(&table, 7, "Bag");
    sr_table_integer(&table, 1400000);
    sr_table_text(&table, "first");
    sr_table_switch(&table, true);
    sr_table_text(&table, NULL);
    sr_table_number(&table, NAN);
    sr_table_end_row(&table);
    return table;
}

static void csv(void **state)
{
    (void)state;
    struct sr_table table = make();
    struct sr_text text = {0};
    sr_table_csv(&table, &text);
    assert_string_equal(sr_text_get(&text), "name,share,bytes,on\na<b,0.125,1400000,true\n,,,\n");
    sr_text_fini(&text);
    sr_table_fini(&table);
}

static void json(void **state)
{
    (void)state;
    static const char *const wanted[] = {
        [SR_ROWS_OBJECTS] = "[{\"name\": \"a<b\", \"share\": 0.125, \"class\": 7, \"on\": true}, "
                            "{\"name\": null, \"share\": null}]",
        [SR_ROWS_ARRAYS] = "[[\"a<b\", 0.125, 7, true], [null, null]]"};
    for (int rows = SR_ROWS_OBJECTS; rows <= SR_ROWS_ARRAYS; rows++) {
        struct sr_table table = make();
        struct sr_text text = {0};
        table.rows = (enum sr_rows)rows;
        struct sr_json *array = sr_table_json(&table);
        sr_json_print(array, &text);
        assert_string_equal(sr_text_get(&text), wanted[rows]);
        sr_json_free(array);
        sr_text_fini(&text);
        sr_table_fini(&table);
    }
}

static void html(void **state)
{
    (void)state;
    struct sr_table table = make();
    struct sr_text text = {0};
    sr_table_html(&table, 0, 0, &text);
    assert_string_equal(
        sr_text_get(&text),
        "<table>\n<tr><th>name</th><th>Share</th><th>Class</th><th>Size</th><th>Note</th></tr>\n"
        "<tr><td>a&lt;b</td><td>12.50 %</td><td>Bag</td><td>1.4 MB</td><td>first</td></tr>\n"
        "<tr><td></td><td>-</td><td></td><td></td><td></td></tr>\n</table>\n");
    sr_text_clear(&text);
    sr_table_html(&table, 2, 1, &text);
    assert_string_equal(
        sr_text_get(&text),
        "<table>\n<tr><th>name</th><th>Share</th></tr>\n<tr><td>a&lt;b</td><td>12.50 %</td></tr>\n"
        "</table>\n");
    sr_text_fini(&text);
    sr_table_fini(&table);
}

/* Each type in each unit, as people and as programs see it. */
static void cells(void **state)
{
    (void)state;
    static const struct {
        const char *shown, *csv;
        enum sr_unit unit;
        const char *format;
    } cases[] = {
        {"0.25", "0.25", SR_UNIT_PLAIN, NULL},
        {"0.2500", "0.25", SR_UNIT_PLAIN, "%.4f"},
        {"25.00 %", "0.25", SR_UNIT_SHARE, NULL},
        {"25 of 100", "0.25", SR_UNIT_SHARE, "%.0f of 100"},
        {"0", "0.25", SR_UNIT_COUNT, NULL},
        {"250 ms", "0.25", SR_UNIT_SECONDS, NULL},
        {"0 B", "0.25", SR_UNIT_BYTES, NULL},
    };
    struct sr_text shown = {0}, csv = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sr_table table = {0};
        sr_table_add_column(
            &table,
            &(struct sr_column){.key = "x", .unit = cases[i].unit, .format = cases[i].format});
        sr_table_number(&table, 0.25);
        sr_text_clear(&shown);
        sr_text_clear(&csv);
        sr_table_cell_print(&table, 0, 0, &shown);
        sr_table_cell_csv(&table, 0, 0, &csv);
        assert_string_equal(sr_text_get(&shown), cases[i].shown);
        assert_string_equal(sr_text_get(&csv), cases[i].csv);
        sr_table_fini(&table);
    }
    struct sr_table table = {0};
    sr_table_columns(&table, "a b c d e f g");
    sr_table_switch(&table, true);
    sr_table_switch(&table, false);
    sr_table_named(&table, 3, "a,b");
    sr_table_integer(&table, -1234567);
    sr_table_list(&table, sr_json_array());
    sr_table_number(&table, INFINITY);
    sr_table_text(&table, "shown");
    sr_table_shown(&table, "%d of %d", 1, 2);
    sr_table_shown(&table, "%d of %d", 2, 3); /* in place of the other */
    sr_text_clear(&shown);
    sr_text_clear(&csv);
    for (size_t c = 0; c < 7; c++) {
        sr_text_add(&shown, c ? "|" : "");
        sr_table_cell_print(&table, 0, c, &shown);
    }
    sr_table_csv(&table, &csv);
    assert_string_equal(sr_text_get(&shown), "yes|no|a,b|-1234567||-|2 of 3");
    assert_string_equal(sr_text_get(&csv), "a,b,c,d,e,f,g\ntrue,false,\"a,b\",-1234567,,,shown\n");
    sr_text_fini(&shown);
    sr_text_fini(&csv);
    sr_table_fini(&table);
}

/* A row ends where it is full; one that is full is not filled up. */
static void rows_are_filled(void **state)
{
    (void)state;
    struct sr_table table = {0};
    assert_int_equal(sr_table_rows(&table), 0);
    sr_table_columns(&table, "a b  c");
    assert_int_equal(table.column_count, 3);
    sr_table_integer(&table, 1);
    sr_table_end_row(&table);
    assert_int_equal(sr_table_rows(&table), 1);
    sr_table_integer(&table, 2);
    sr_table_integer(&table, 3);
    sr_table_integer(&table, 4);
    sr_table_end_row(&table);
    sr_table_note(&table, "only for people");
    assert_int_equal(sr_table_rows(&table), 3);
    assert_int_equal(sr_table_cell(&table, 1, 2)->of.integer, 4);
    assert_int_equal(sr_table_cell(&table, 0, 2)->type, SR_VALUE_ABSENT);
    assert_true(sr_table_cell(&table, 2, 0)->spans);
    sr_table_fini(&table);
}

static void arrays_grow(void **state)
{
    (void)state;
    int *items = NULL;
    size_t room = 0;
    sr_xgrow(&items, &room, 3, sizeof *items);
    assert_true(room >= 3);
    items[2] = 5;
    sr_xgrow(&items, &room, 1000, sizeof *items); /* by more than doubling */
    assert_true(room >= 1000 && items[2] == 5);
    free(items);
}

static void units_of_progress(void **state)
{
    (void)state;
    struct sr_progress progress = {.unit = "batch"};
    assert_string_equal(sr_progress_units(&progress), "batches");
    progress.epochs = 1; /* then it is images that are counted */
    assert_string_equal(sr_progress_units(&progress), "images");
    progress = (struct sr_progress){.unit = "query"};
    assert_string_equal(sr_progress_units(&progress), "queries");
    progress.unit = "image";
    assert_string_equal(sr_progress_units(&progress), "images");
    progress.unit = NULL;
    assert_string_equal(sr_progress_units(&progress), "images");
    assert_true(sr_monitor_proceed(NULL));
    /* Neither a monitor nor any of its calls need be there. */
    const struct sr_monitor silent = {0};
    const struct sr_epoch epoch = {0};
    sr_monitor_epoch(NULL, &epoch);
    sr_monitor_epoch(&silent, &epoch);
    sr_monitor_progress(NULL, &progress);
    sr_monitor_progress(&silent, &progress);
    assert_true(sr_monitor_proceed(&silent));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv),
        cmocka_unit_test(json),
        cmocka_unit_test(html),
        cmocka_unit_test(rows_are_filled),
        cmocka_unit_test(cells),
        cmocka_unit_test(arrays_grow),
        cmocka_unit_test(units_of_progress),
    };
    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
