/* tags.c - samples that the user has tagged, kept for each data set in a file under home. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/session.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "task.h"

enum { TAG_FILE_LIMIT = 64 << 20 };

static char *tag_path(const struct sr_session *session)
{
    return sr_xprintf("%s/tags/%s.txt", session->home, session->data->digest);
}

/* Take the tags from the file's text, which is cut up. */
static void read_tags(struct sr_session *session, char *text)
{
    struct sr_error ignored;
    session->tag_count = 0;
    for (int f = 0; f < SR_FILE_COUNT; f++)
        memset(session->tags[f], 0, session->data->files[f].count);
    for (char *line; (line = strsep(&text, "\n"));) {
        enum sr_file file = SR_FILE_TRAIN; /* of a number without a file's name */
        uint32_t row;
        if (!*line || sr_session_index(session, line, &file, &row, &ignored) ||
            session->tags[file][row])
            continue;
        session->tags[file][row] = 1;
        session->tag_count++;
    }
}

void sr_session_load_tags(struct sr_session *session)
{
    struct sr_error error;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        free(session->tags[f]);
        session->tags[f] = sr_xalloc(session->data->files[f].count);
    }
    char *path = tag_path(session);
    char *text =
        sr_path_exists(path) ? sr_file_read(path, TAG_FILE_LIMIT, NULL, &error) : sr_xstrdup("");
    if (text)
        read_tags(session, text);
    else
        sr_session_message(session, true, "no tags: %s", error.text);
    free(text);
    free(path);
}

struct tagging {
    struct sr_session *session;
    enum sr_file file;
    uint32_t row;
    bool tagged;
};

/* The tags in the file, which may be another program's, become those of the session. */
static enum sr_status change_tags(void *context, char *now, struct sr_text *after,
                                  struct sr_error *error)
{
    const struct tagging *change = context;
    struct sr_session *session = change->session;
    (void)error;
    read_tags(session, now);
    uint8_t *tag = &session->tags[change->file][change->row];
    session->tag_count += (size_t)change->tagged - *tag;
    *tag = change->tagged;
    for (int f = 0; f < SR_FILE_COUNT; f++)
        for (size_t i = 0; i < session->data->files[f].count; i++)
            if (session->tags[f][i]) sr_text_printf(after, "%s:%zu\n", sr_file_names[f], i);
    return SR_OK;
}

enum sr_status sr_session_tag(struct sr_session *session, enum sr_file file, uint32_t row,
                              bool tagged, struct sr_error *error)
{
    enum sr_status status = sr_session_data(session, error);
    if (status || session->tags[file][row] == tagged) return status;
    struct tagging change = {session, file, row, tagged};
    char *path = tag_path(session);
    status = sr_file_update(path, TAG_FILE_LIMIT, change_tags, &change, error);
    if (status && session->tags[file][row] == tagged) { /* what is not kept is not shown, either */
        session->tags[file][row] = !tagged;
        session->tag_count += tagged ? (size_t)-1 : 1;
    }
    free(path);
    return status;
}
