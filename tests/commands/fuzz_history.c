/* fuzz_history.c - any bytes as the history of the prompt: its lines, up to a number, are recalled
 * and edited. None is entered. */
#include "fuzz_session.h"

#include "../../src/commands/prompt.c"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static const char *const keys[] = {"Up", "Left", "Right",  "Backspace", "Up",  "C-a",
                                       "x",  "Home", "Delete", "Down",      "C-e", "C-d"};
    static const struct sr_origin nobody = {0};
    static struct sr_session *session;
    if (!session) session = session_without_data();
    input_linked(bytes, length, "XDG_STATE_HOME", "history");
    history_load(session);
    struct history *history = history_of(session);
    must(history->count <= HISTORY_MAX && history->at == history->count);
    for (size_t i = 0; i < history->count; i++)
        must(history->lines[i][0] && !strchr(history->lines[i], '\n'));
    session->view.prompt = true;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        prompt_key(session, keys[i], &nobody);
        must(session->view.prompt_at <= session->view.prompt_text.length);
    }
    prompt_key(session, "Esc", &nobody);
    history_fini(history);
    *history = (struct history){0};
    return 0;
}
