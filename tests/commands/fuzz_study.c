/* fuzz_study.c - any bytes as study.sartor: refused with a sentence, or lines of a study's own
 * commands, which are read again as they were when they have been written. */
#include "../fuzz.h"

#include "../../src/commands/study.h"
#include "sartor/app/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct sr_error error = {0};
    struct sr_dataset data = {.digest = "71aae83c617fc5db58279f414f4d3dd7", .classes = 10};
    struct sr_session session = {.data = &data};
    struct study_script script = {0}, again = {0};
    data.files[SR_FILE_TEST].count = 500;
    session.split.counts[SR_SPLIT_TRAIN] = 920;
    if (study_read(&script, input_file(bytes, length), &session, &error)) {
        must_say(&error);
    } else {
        struct sr_text text = {0};
        must(script.count > 0);
        study_print(&script, &session, &text);
        must(!study_read(&again, input_file((const uint8_t *)text.bytes, text.length), &session,
                         &error));
        must(again.count == script.count);
        for (size_t i = 0; i < script.count; i++)
            must(!strcmp(script.steps[i].line, again.steps[i].line));
        sr_text_fini(&text);
        study_script_fini(&again);
    }
    study_script_fini(&script);
    return 0;
}
