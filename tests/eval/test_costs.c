/* Cost tables: what is read, what is refused, and Elkan's rule. */
#include "support.h"

#include <math.h>

#include "sartor/base/memory.h"
#include "sartor/eval/costs.h"

static struct sr_error error;

static void near(double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance))
        fail_msg("%.9g is not %.9g within %g", value, wanted, tolerance);
}

static enum sr_status parse(struct sr_costs *costs, const char *text, int classes)
{
    return sr_costs_parse(costs, text, strlen(text), "t.csv", classes, &error);
}

static void a_table_is_read(void **state)
{
    (void)state;
    struct sr_costs costs;
    assert_ok(
        parse(&costs, "# true down, predicted across\r\n\n 0, 1.5 ,2e3\r\n4,0,6\n\t\n7,8,0", 3));
    static const double wanted[9] = {0, 1.5, 2000, 4, 0, 6, 7, 8, 0};
    assert_int_equal(costs.classes, 3);
    for (int i = 0; i < 9; i++) near(costs.values[i], wanted[i], 0);
    sr_costs_fini(&costs);
    assert_null(costs.values);
    sr_costs_fini(&costs); /* no harm */
}

static void other_tables_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"", "t.csv: there are 0 lines of costs; 2 are needed"},
        {"0,1\n", "there are 1 lines of costs"},
        {"0,1\n1,0\n\n1,0\n", "t.csv:4: there are more than 2 lines"},
        {"0,1\n1\n", "t.csv:2: there are 1 numbers; 2 are needed"},
        {"0,1,2\n1,0\n", "t.csv:1: there are more than 2 numbers"},
        {"0,1,\n1,0\n", "t.csv:1: there are more than 2 numbers"},
        {"0,\n1,0\n", "t.csv:1: \"\" is not a cost"},
        {"0,dear\n1,0\n", "t.csv:1: \"dear\" is not a cost"},
        {"# a\n0,1\n1 0,0\n", "t.csv:3: \"1 0\" is not a cost"},
        {"0,-1\n1,0\n", "\"-1\" is not a cost"},
        {"0,nan\n1,0\n", "\"nan\" is not a cost"},
        {"0,inf\n1,0\n", "\"inf\" is not a cost"},
        {"0,1e13\n1,0\n", "\"1e13\" is not a cost"},
    };
    struct sr_costs costs;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_refused(parse(&costs, cases[i].text, 2), SR_ERROR_FORMAT, cases[i].part);
        assert_null(costs.values);
    }
    assert_refused(sr_costs_parse(&costs, "0,1\n\0,0\n", 8, "t.csv", 2, &error), SR_ERROR_FORMAT,
                   "zero byte");
    assert_refused(sr_costs_read(&costs, "/nowhere/t.csv", 2, &error), SR_ERROR_IO,
                   "/nowhere/t.csv");
    assert_null(costs.values);
}

/* Two classes with the probabilities given; every row is of class 0 but the last. */
static struct sr_predictions make(size_t count, const float *first)
{
    struct sr_predictions p = {.count = count, .classes = 2};
    p.rows = sr_xalloc(count * sizeof *p.rows);
    p.truth = sr_xalloc(count);
    p.predicted = sr_xalloc(count);
    p.probabilities = sr_xalloc((count + 1) * 2 * sizeof *p.probabilities);
    for (size_t i = 0; i < count; i++) {
        p.probabilities[2 * i] = first[i];
        p.probabilities[2 * i + 1] = 1 - first[i];
        p.truth[i] = i + 1 == count;
    }
    sr_predictions_finish(&p);
    return p;
}

/* Elkan (2001): with costs c(predicted, true) the optimal prediction is class 1 if and only if its
 * probability is at least p* = (c10 - c00) / (c10 - c00 + c01 - c11). Here a false alarm costs 1
 * and an oversight 4, so p* = 1/5. */
static void the_class_of_least_expected_cost(void **state)
{
    (void)state;
    struct sr_costs costs;
    struct sr_cost cost;
    assert_ok(parse(&costs, "0,1\n4,0\n",
                    2)); /* rows true: 0 taken for 1 costs 1, 1 taken for 0 costs 4 */
    static const float first[4] = {0.81f, 0.79f, 0.4f, 0.7f}; /* P(1): 0.19, 0.21, 0.6, 0.3 */
    struct sr_predictions p = make(4, first);
    sr_costs_apply(&costs, &p, &cost);
    /* Likeliest: 0, 0, 1, 0 of truths 0, 0, 0, 1. By cost: 0, 1, 1, 1. */
    near(cost.total, 0 + 0 + 1 + 4, 0);
    near(cost.mean, 5.0 / 4, 1e-15);
    near(cost.decided_total, 0 + 1 + 1 + 0, 0);
    near(cost.decided_mean, 2.0 / 4, 1e-15);
    sr_costs_fini(&costs);

    /* Where every mistake costs 1 the total counts them, and the likeliest class costs least; a tie
     * goes to the lower. */
    assert_ok(parse(&costs, "0,1\n1,0\n", 2));
    p.probabilities[0] = p.probabilities[1] = 0.5f;
    sr_costs_apply(&costs, &p, &cost);
    near(cost.total, 2, 0);
    near(cost.decided_total, cost.total, 0);
    sr_predictions_fini(&p);

    p = make(0, first);
    sr_costs_apply(&costs, &p, &cost);
    assert_true(cost.total == 0 && isnan(cost.mean) && isnan(cost.decided_mean));
    sr_predictions_fini(&p);
    sr_costs_fini(&costs);
}

/* The table that comes with the German credit data (Statlog): a bad customer taken for a good one
 * costs 5, a good one for a bad one 1, so that credit is refused from a probability of 1/6 of being
 * bad. */
static void the_german_credit_table(void **state)
{
    (void)state;
    struct sr_costs costs;
    struct sr_cost cost;
    assert_ok(parse(&costs, "0,1\n5,0\n", 2)); /* good, bad */
    static const float good[3] = {5.1f / 6, 4.9f / 6, 0.9f};
    struct sr_predictions p = make(3, good);
    sr_costs_apply(&costs, &p, &cost);
    near(cost.total, 5, 0);         /* all taken for good, the last one is bad */
    near(cost.decided_total, 6, 0); /* good, refused, good: one good customer refused as well */
    sr_predictions_fini(&p);
    sr_costs_fini(&costs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_read),
        cmocka_unit_test(other_tables_are_refused),
        cmocka_unit_test(the_class_of_least_expected_cost),
        cmocka_unit_test(the_german_credit_table),
    };
    return cmocka_run_group_tests_name("costs", tests, NULL, NULL);
}
