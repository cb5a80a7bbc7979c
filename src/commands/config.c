/* config.c - the config file: commands that are run when the explorer starts. A mistake in one line
 * does not keep the others from being run; the first mistake stays in the status line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "interactive.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/panes/overlay.h"

enum { CONFIG_BYTES = 1 << 20 };

struct config {
    char *path;
    char *trouble; /* what went wrong first */
};

static void config_fini(void *state)
{
    struct config *config = state;
    free(config->path);
    free(config->trouble);
}

static const struct sr_state_kind config_kind = {.size = sizeof(struct config),
                                                 .fini = config_fini};

static enum sr_status ended(struct sr_session *session, struct sr_item *item,
                            const struct sr_error *error)
{
    struct config *config = sr_session_state(session, &config_kind);
    struct sr_error named = {0};
    if (item->status && error) {
        sr_error_set(&named, item->status, "%s:%zu: %s", config->path, item->origin.number,
                     error->text);
        error = &named;
    }
    person_ended(session, item, error);
    sr_overlay_close(session); /* the explorer begins with a pane, not with help */
    if (item->status && error && !config->trouble) config->trouble = sr_xstrdup(error->text);
    if (config->trouble) {
        snprintf(session->message, sizeof session->message, "%s", config->trouble);
        session->message_is_error = true;
    }
    return item->status;
}

/* The text of the file; NULL where there is none or it cannot be used. */
static char *read_file(struct sr_session *session, const char *path)
{
    struct sr_error error;
    size_t length;
    if (!sr_path_exists(path)) return NULL;
    char *text = sr_file_read(path, CONFIG_BYTES, &length, &error);
    if (!text) {
        sr_session_message(session, true, "%s", error.text);
    } else if (strlen(text) != length) {
        sr_session_message(session, true,
                           "%s: it holds a zero byte, so it is no text; none of its lines is run",
                           path);
        free(text);
        text = NULL;
    }
    return text;
}

void config_enter(struct sr_session *session)
{
    struct config *config = sr_session_state(session, &config_kind);
    struct sr_origin origin = {
        .ended = ended, .waits = person_waits, .record = SR_RECORD_WORK, .aside = true};
    char *folder = sr_path_xdg("config");
    config->path = sr_path_join(folder, "config");
    char *text = read_file(session, config->path), *rest = text;
    for (char *line; rest && (line = strsep(&rest, "\n"));) {
        origin.number++;
        sr_queue_enter(session, &origin, line);
    }
    free(text);
    free(folder);
}
