/* test_pace.c - the time that a study still takes, on machines that are not the one its costs were
 * measured on. */
#include "support.h"

#include <math.h>

#include "../../src/commands/study.h"

static const char *const scales[] = {"quick", "full", "best"};

/* Run a scale's script on a made-up machine that takes factors[kind] seconds for a cost second; the
 * largest relative error of the predicted total after the first tenth. `from` is the share of the
 * first line that an earlier run has left; `wobble` makes every line take that much longer or
 * shorter in turn. */
static double worst(enum sr_study_scale scale, const double factors[STUDY_WORKS], double from,
                    double wobble)
{
    struct study_script script = {.scale = scale, .seed = 1, .validation = 1.0 / 12};
    struct study_spent spent[STUDY_WORKS] = {{0}};
    double total = 0, now = 0, worst = 0;
    study_plan(&script, 55000, 10000);
    size_t first = 0;
    while (script.steps[first].work != STUDY_NETWORK) first++;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t at = 0; at < script.count; at++) {
            const struct study_step *step = &script.steps[at];
            double takes = step->cost * factors[step->work] * (1 + (at % 2 ? wobble : -wobble)),
                   begins = at == first ? from : 0;
            bool tells = step->work == STUDY_NETWORK || step->work == STUDY_FIT;
            if (!pass) {
                total += takes * (1 - begins);
                continue;
            }
            for (int tick = 0; tick < 200; tick++) {
                double share = begins + (1 - begins) * tick / 200,
                       seconds = takes * (share - begins);
                struct study_here here = {share, begins, seconds};
                double predicted =
                    now + seconds + study_seconds_left(&script, at, tells ? &here : NULL, spent);
                if (!tells && tick) break; /* it is asked between lines only */
                if (now + seconds > total / 10)
                    worst = fmax(worst, fabs(predicted - total) / total);
            }
            now += takes * (1 - begins);
            study_spend(spent, step, 1 - begins, takes * (1 - begins));
        }
    }
    assert_true(fabs(now - total) < 1e-9 * total);
    assert_true(fabs(study_seconds_left(&script, script.count, NULL, spent)) < 1e-12);
    study_script_fini(&script);
    return worst;
}

static void another_machine_is_learned_in_the_first_tenth(void **state)
{
    (void)state;
    /* Networks, other fits, predictions, figures: the same machine, one that is slow at everything,
     * one that is slow at networks only, one that is fast at them, one with slow figures. */
    static const double machines[][STUDY_WORKS] = {
        {1, 1, 1, 1}, {4, 4, 4, 4},     {1.6, 1.1, 1.7, 1},  {2, 1, 2, 1},
        {4, 2, 4, 1}, {0.5, 1, 0.7, 1}, {0.25, 0.6, 0.4, 1}, {1, 1, 1, 3}};
    for (int scale = 0; scale < SR_STUDY_SCALES; scale++)
        for (size_t m = 0; m < sizeof machines / sizeof *machines; m++) {
            static const double shares[] = {0, 0.5, 0.95};
            for (int s = 0; s < 3; s++) {
                double error = worst((enum sr_study_scale)scale, machines[m], shares[s], 0.05);
                if (error > 0.2)
                    fail_msg("study %s, machine %zu, from %g: off by %.0f %%", scales[scale], m,
                             shares[s], error * 100);
            }
        }
}

static void what_is_known_beforehand_counts_at_the_start(void **state)
{
    (void)state;
    struct study_script script = {.scale = SR_STUDY_FULL, .seed = 1, .validation = 1.0 / 12};
    struct study_spent none[STUDY_WORKS] = {{0}};
    study_plan(&script, 55000, 10000);
    assert_true(fabs(study_seconds_left(&script, 0, NULL, none) - script.total_cost) <
                1e-9 * script.total_cost);
    /* A line that has just begun, or has not moved, changes nothing and divides by nothing. */
    struct study_here begun = {0, 0, 0}, still = {0.5, 0.5, 0};
    size_t at = 0;
    while (script.steps[at].work != STUDY_NETWORK) at++;
    double whole = study_seconds_left(&script, at, NULL, none);
    assert_true(fabs(study_seconds_left(&script, at, &begun, none) - whole) < 1e-9 * whole);
    assert_true(fabs(study_seconds_left(&script, at, &still, none) -
                     (whole - script.steps[at].cost / 2)) < 1e-9 * whole);
    study_script_fini(&script);
}

static double cost_of(const struct study_script *script, const char *line, enum study_work work)
{
    for (size_t i = 0; i < script->count; i++)
        if (!strncmp(script->steps[i].line, line, strlen(line))) {
            assert_int_equal(script->steps[i].work, work);
            return script->steps[i].cost;
        }
    fail_msg("the study has no line %s", line);
    return 0;
}

static void repeated_trainings_cost_what_the_first_does(void **state)
{
    (void)state;
    struct study_script script = {.seed = 1, .validation = 1.0 / 12, .seeds = 2};
    study_plan(&script, 55000, 10000);
    assert_true(cost_of(&script, "evaluate cnn-s2 ", STUDY_PREDICTION) ==
                cost_of(&script, "evaluate cnn ", STUDY_PREDICTION));
    assert_true(cost_of(&script, "evaluate resnet-s2 ", STUDY_PREDICTION) ==
                cost_of(&script, "evaluate resnet ", STUDY_PREDICTION));
    study_script_fini(&script);
}

/* As many as an ablation of images in grey lists, and with colour two more. */
static void an_ablation_costs_as_many_trainings_as_it_has(void **state)
{
    (void)state;
    const struct sr_model_class *cnn = sr_model_class_find("cnn", NULL);
    assert_int_equal(ablate_variants(cnn, false), 18);
    assert_int_equal(ablate_variants(cnn, true), 20);
    assert_int_equal(ablate_variants(sr_model_class_find("knn", NULL), false), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_machine_is_learned_in_the_first_tenth),
        cmocka_unit_test(what_is_known_beforehand_counts_at_the_start),
        cmocka_unit_test(repeated_trainings_cost_what_the_first_does),
        cmocka_unit_test(an_ablation_costs_as_many_trainings_as_it_has),
    };
    return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
