/* fuzz_notes.c - any bytes as the notes of trials: a note is parsed within its line. */
#include "../fuzz.h"

#include "../../src/app/experiment.c"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct sr_trial trials[2] = {{.params = "k=1", .seed = 1, .limit = 306},
                                 {.params = "k=2 metric=l1", .seed = 1, .limit = 306}};
    struct sr_experiment experiment = {.trials = trials, .count = 2};
    struct sr_dataset data = {.digest = "71aae83c617fc5db58279f414f4d3dd7"};
    struct experiment_task task = {
        .experiment = &experiment, .data = &data, .validation = 1.0 / 12, .split_seed = 1};
    char *text = input_text(bytes, length), *rest = text;
    struct note note;
    for (char *line; rest && (line = strsep(&rest, "\n"));) {
        if (!parse_note(line, &note)) continue;
        must(note.params > line && note.params <= line + strlen(line));
        must(memchr(note.digest, 0, sizeof note.digest));
        apply_note(&task, &note);
    }
    free(text);
    /* And the file as a whole. */
    task.path = sr_xstrdup(input_file(bytes, length));
    read_notes(&task);
    free(task.path);
    return 0;
}
