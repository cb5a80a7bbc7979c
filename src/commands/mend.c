/* mend.c - mend: whether the decisions help. */
#include "sartor/app/mend.h"

#include <math.h>

#include "internal.h"

SR_RUN(mend_run);

const struct sr_command sr_command_mend = {
    .name = "mend",
    .group = "evaluate",
    .help = "Train a family with and without the decisions on training rows, on the same seeds, "
            "and compare both on the test rows that nobody has decided on.",
    .params =
        (const struct sr_param[]){{"family", SR_PARAM_FAMILY, .positional = true, .required = true,
                                   .help = "Which family; its hyperparameters may follow."},
                                  {"seeds", SR_PARAM_INTEGER, .fallback = "5", .minimum = 1,
                                   .maximum = SR_MEND_SEEDS,
                                   .help = "Trainings of each kind, with the seeds 1, 2, ..."},
                                  {0}},
    .more = more_of_family,
    .run = mend_run,
    .lasting = true,
    .example = "mend logreg seeds=3",
};

/* Does the seed change anything? Some families have nothing that is drawn: then the seeds say no
 * more than one of them. */
static bool seeds_differ(const struct sr_mend *mend)
{
    for (int s = 1; s < mend->seeds; s++)
        if (fabs(mend->before[s] - mend->before[0]) > 0 ||
            fabs(mend->after[s] - mend->after[0]) > 0)
            return true;
    return false;
}

static void say_whether(const struct sr_mend *mend, struct sr_reply *reply)
{
    const struct sr_paired_t *t = &mend->difference;
    if (seeds_differ(mend))
        sr_reply_say(
            reply,
            "%+.2f points (95 %% interval %+.2f to %+.2f), p = %.2g by a paired t test over "
            "%d seeds: %s",
            100 * t->mean, 100 * t->low, 100 * t->high, t->p, mend->seeds,
            t->p < 0.05 ? "more than chance" : "no more than chance may do");
    else
        sr_reply_say(reply, "%+.2f points; %s", 100 * (mend->after[0] - mend->before[0]),
                     mend->seeds > 1 ? "the seed changes nothing in this family"
                                     : "one seed says nothing of others");
    sr_reply_say(reply,
                 "With seed 1, %zu test images are right only with the decisions and %zu only "
                 "without: p = %.2g (McNemar)",
                 mend->first.only_first, mend->first.only_second, mend->first.p);
}

static void report(const struct sr_mend *mend, const char *family, struct sr_reply *reply)
{
    static const struct sr_column columns[] = {{"seed", "seed", .width = 5},
                                               {"without", "without", SR_UNIT_SHARE, .width = 10},
                                               {"with", "with", SR_UNIT_SHARE, .width = 10},
                                               {0}};
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, "family", family);
    sr_reply_integer(reply, "relabelled", (int64_t)mend->relabelled);
    sr_reply_integer(reply, "left_out", (int64_t)mend->left_out);
    sr_reply_integer(reply, "trained", (int64_t)mend->trained);
    sr_reply_integer(reply, "tested", (int64_t)mend->tested);
    const bool differ = seeds_differ(mend);
    sr_reply_number(reply, "difference",
                    differ ? mend->difference.mean : mend->after[0] - mend->before[0]);
    sr_reply_number(reply, "difference_low", differ ? mend->difference.low : NAN);
    sr_reply_number(reply, "difference_high", differ ? mend->difference.high : NAN);
    sr_reply_number(reply, "p", differ ? mend->difference.p : NAN);
    sr_reply_number(reply, "mcnemar_p", mend->first.p);
    sr_reply_say(reply,
                 "%s on %zu training rows; with the decisions %zu have another class and %zu are "
                 "left out",
                 family, mend->trained, mend->relabelled, mend->left_out);
    sr_reply_say(reply, "Accuracy on %zu test rows that nobody has decided on:", mend->tested);
    struct sr_table *table = sr_reply_table(reply, "seeds", columns);
    for (int s = 0; s < mend->seeds; s++) {
        sr_table_integer(table, s + 1);
        sr_table_number(table, mend->before[s]);
        sr_table_number(table, mend->after[s]);
    }
    say_whether(mend, reply);
    sr_reply_integer(reply, "test_looks", (int64_t)mend->test_looks);
    if (mend->test_looks > 1)
        sr_reply_say(reply,
                     "%s has been compared on these test images %zu times, this time included: "
                     "decisions chosen by the result would fit them",
                     family, mend->test_looks);
}

SR_RUN(mend_run)
{
    SR_UNUSED;
    const struct sr_mend_request request = {arg_family(args, "family"), item->more,
                                            (int)sr_args_integer(args, "seeds")};
    const struct sr_mend *mend;
    enum sr_status status = sr_session_mend(session, &request, &mend, error);
    if (!status) report(mend, request.class->name, reply);
    return status;
}
