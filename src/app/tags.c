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

void sr_session_load_tags(struct sr_session *session)
{
    struct sr_error error;
    size_t length;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        free(session->tags[f]);
        session->tags[f] = sr_xalloc(session->data->files[f].count);
    }
    session->tag_count = 0;
    char *path = tag_path(session);
    char *text = sr_path_exists(path) ? sr_file_read(path, TAG_FILE_LIMIT, &length, &error) : NULL;
    char *rest = text;
    for (char *line; rest && (line = strsep(&rest, "\n"));) {
        enum sr_file file = SR_FILE_TRAIN; /* of a number without a file's name */
        uint32_t row;
        if (!*line || sr_session_index(session, line, &file, &row, &error) ||
            session->tags[file][row])
            continue;
        session->tags[file][row] = 1;
        session->tag_count++;
    }
    free(text);
    free(path);
}

enum sr_status sr_session_tag(struct sr_session *session, enum sr_file file, uint32_t row,
                              bool tagged, struct sr_error *error)
{
    enum sr_status status = sr_session_data(session, error);
    if (status || session->tags[file][row] == tagged) return status;
    session->tags[file][row] = tagged;
    session->tag_count += tagged ? 1 : (size_t)-1;

    char *folder = sr_path_join(session->home, "tags"), *path = tag_path(session);
    struct sr_text text = {0};
    for (int f = 0; f < SR_FILE_COUNT; f++)
        for (size_t i = 0; i < session->data->files[f].count; i++)
            if (session->tags[f][i]) sr_text_printf(&text, "%s:%zu\n", sr_file_names[f], i);
    status = sr_directory_make(folder, error);
    if (!status) status = sr_file_write(path, sr_text_get(&text), text.length, error);
    sr_text_fini(&text);
    free(folder);
    free(path);
    return status;
}
