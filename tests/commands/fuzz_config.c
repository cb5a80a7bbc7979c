/* fuzz_config.c - any bytes as the config file: refused with a sentence, or an item of the queue
 * for each command. None is run. */
#include "fuzz_session.h"

#include "../../src/commands/config.c"
#include "sartor/commands/queue.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct sr_session *session;
    if (!session) session = session_without_data();
    input_linked(bytes, length, "XDG_CONFIG_HOME", "config");
    session->message_is_error = false;
    config_enter(session);
    struct config *config = sr_session_state(session, &config_kind);
    /* Text is taken line by line; anything else is refused as a whole. */
    must(session->message_is_error == (memchr(bytes, 0, length) != NULL));
    if (session->message_is_error) must(sr_queue_empty(session));
    sr_queue_fini(session);
    config_fini(config);
    *config = (struct config){0};
    return 0;
}
