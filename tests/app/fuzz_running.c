/* fuzz_running.c - any bytes as what another process writes of its training: a run is taken within
 * its bounds, or not at all. */
#include "../fuzz.h"

#include "../../src/app/elsewhere.c"

static void check_run(const struct sr_run *run)
{
    const struct sr_progress *progress = &run->progress;
    must(run->class && !strcmp(run->name, "long") && !run->job && run->elsewhere->process > 0);
    must(run->state == SR_JOB_RUNNING || run->state == SR_JOB_PAUSED);
    must(progress->unit && (!progress->total || progress->done <= progress->total));
    must(progress->epoch >= 0 && progress->epochs >= 0 && run->seconds >= 0);
    must(isnan(progress->accuracy) || (progress->accuracy >= 0 && progress->accuracy <= 1));
    for (const char *c = run->elsewhere->host; *c; c++) must(*c > ' ' && *c <= '~');
    must(run->epochs <= EPOCHS_MOST);
    for (size_t i = 0; i < run->epochs; i++)
        must(run->history[i].epoch >= (i ? run->history[i - 1].epoch + 1 : 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct sr_run run;
    char *text = input_text(bytes, length);
    if (parse_run(text, length, "long", &run)) {
        check_run(&run);
        /* What is written of it is read again. */
        struct sr_text written = {0};
        struct sr_run again;
        run.started = sr_clock_seconds() - run.seconds;
        print_run(&run, &written);
        const char *line = sr_text_get(&written);
        must(parse_run(line, strlen(line), "long", &again));
        must(again.class == run.class && again.epochs == run.epochs && again.state == run.state);
        must(again.progress.done == run.progress.done && again.seed == run.seed);
        free(again.history);
        free(again.elsewhere);
        sr_text_fini(&written);
    }
    parse_request(text, 1);
    free(run.history);
    free(run.elsewhere);
    free(text);
    return 0;
}
