/* tags.c - tags that the user has given samples, kept for each data set in a file under home: a
 * line for each sample, with the names of its tags behind it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/tagging.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "task.h"

enum { TAG_FILE_LIMIT = 64 << 20 };

static bool is_name(const char *name)
{
    const size_t length = strlen(name);
    if (length >= SR_TAG_NAME_SIZE || !strcmp(name, "any") || !strcmp(name, "+") ||
        strcspn(name, " ,=\"'#;") < length)
        return false;
    for (const char *at = name; *at;)
        if (sr_utf8_next(&at) <= ' ') return false;
    return true;
}

uint32_t sr_session_tag_bit(struct sr_session *session, const char *name, bool add,
                            struct sr_error *error)
{
    for (size_t n = 0; n < session->tag_names_count; n++)
        if (!strcmp(session->tag_names[n], name)) return 1u << n;
    if (!is_name(name)) {
        sr_error_set(error, SR_ERROR_ARGUMENT,
                     "\"%.40s\" cannot name a tag: a name has up to %d bytes, is neither \"any\" "
                     "nor \"+\" and "
                     "has no blank, comma, quote, #, ; or =",
                     name, SR_TAG_NAME_SIZE - 1);
        return 0;
    }
    if (!add) return 0;
    if (session->tag_names_count == SR_TAG_NAMES) {
        sr_error_set(error, SR_ERROR_STATE,
                     "there are %d names of tags already, and no more are possible",
                     SR_TAG_NAMES - 1);
        return 0;
    }
    const size_t at = session->tag_names_count++;
    snprintf(session->tag_names[at], SR_TAG_NAME_SIZE, "%s", name);
    return 1u << at;
}

uint32_t sr_session_tags(const struct sr_session *session, enum sr_file file, uint32_t row)
{
    return session->tags[file] ? session->tags[file][row] : 0;
}

void sr_session_tag_words(const struct sr_session *session, enum sr_file file, uint32_t row,
                          struct sr_text *text)
{
    const uint32_t tags = sr_session_tags(session, file, row);
    const char *before = " ";
    if (!tags) return;
    sr_text_add(text, "tagged");
    for (size_t n = 1; n < session->tag_names_count; n++)
        if (tags & 1u << n) {
            sr_text_printf(text, "%s%s", before, session->tag_names[n]);
            before = ", ";
        }
}

/* "train:17 odd torn". A line that is not of this data set is passed over. */
static void read_line(struct sr_session *session, char *line)
{
    struct sr_error ignored;
    const char *sample = strsep(&line, " ");
    enum sr_file file = SR_FILE_TRAIN; /* of a number without a file's name */
    uint32_t row, tags = 0;
    if (!*sample || sr_session_index(session, sample, &file, &row, &ignored)) return;
    if (file >= SR_FILE_COUNT) return; /* pictures have no tags */
    for (const char *name; line && (name = strsep(&line, " "));)
        if (!strcmp(name, "+")) /* besides others, the tag without a name */
            tags |= 1;
        else if (*name)
            tags |= sr_session_tag_bit(session, name, true, &ignored);
    if (!session->tags[file][row]) session->tag_count++;
    session->tags[file][row] |= tags ? tags : 1;
}

static char *tag_path(const struct sr_session *session)
{
    return sr_xprintf("%s/tags/%s.txt", session->home, sr_dataset_opened(session->data)->digest);
}

/* Take the tags from the file's text, which is cut up. */
static void read_tags(struct sr_session *session, char *text)
{
    session->tag_count = 0;
    for (int f = 0; f < SR_FILE_COUNT; f++)
        memset(session->tags[f], 0, session->data->files[f].count * sizeof *session->tags[f]);
    for (char *line; (line = strsep(&text, "\n"));) read_line(session, line);
}

void sr_session_load_tags(struct sr_session *session)
{
    struct sr_error error;
    for (int f = 0; f < SR_FILE_COUNT; f++) {
        free(session->tags[f]);
        session->tags[f] =
            sr_xalloc((session->data->files[f].count + 1) * sizeof *session->tags[f]);
    }
    session->tag_names_count = 1;
    session->tag_names[0][0] = '\0';
    char *path = tag_path(session);
    char *text =
        sr_path_exists(path) ? sr_file_read(path, TAG_FILE_LIMIT, NULL, &error) : sr_xstrdup("");
    if (text)
        read_tags(session, text);
    else
        sr_session_notice(session, "no tags: %s", error.text);
    free(text);
    free(path);
}

static void write_tags(const struct sr_session *session, struct sr_text *text)
{
    for (int f = 0; f < SR_FILE_COUNT; f++)
        for (size_t i = 0; i < session->data->files[f].count; i++) {
            const uint32_t tags = session->tags[f][i];
            if (!tags) continue;
            sr_text_printf(text, "%s:%zu%s", sr_file_names[f], i, tags & 1 && tags > 1 ? " +" : "");
            for (size_t n = 1; n < session->tag_names_count; n++)
                if (tags & 1u << n) sr_text_printf(text, " %s", session->tag_names[n]);
            sr_text_add(text, "\n");
        }
}

static void set_tags(struct sr_session *session, enum sr_file file, uint32_t row, uint32_t tags)
{
    session->tag_count += (size_t)(tags != 0) - (size_t)(session->tags[file][row] != 0);
    session->tags[file][row] = tags;
}

struct tagging {
    struct sr_session *session;
    const struct sr_tagged *samples;
    const uint32_t *before; /* what they had */
    size_t count;
};

/* The tags in the file, which may be another program's, become those of the session. */
static enum sr_status change_tags(void *context, char *now, struct sr_text *after,
                                  struct sr_error *error)
{
    const struct tagging *change = context;
    struct sr_session *session = change->session;
    (void)error;
    read_tags(session, now);
    for (size_t i = 0; i < change->count; i++) {
        const struct sr_tagged *one = &change->samples[i];
        const uint32_t added = one->tags & ~change->before[i],
                       removed = change->before[i] & ~one->tags;
        set_tags(session, one->file, one->row,
                 (session->tags[one->file][one->row] | added) & ~removed);
    }
    write_tags(session, after);
    return SR_OK;
}

enum sr_status sr_session_tag_all(struct sr_session *session, const struct sr_tagged *samples,
                                  size_t count, struct sr_error *error)
{
    bool changed = false;
    for (size_t i = 0; i < count; i++)
        if (!session->tags[samples[i].file])
            return sr_error_set(
                error, SR_ERROR_STATE,
                "only samples of the data can be tagged, not pictures of one's own");
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    uint32_t *before = sr_xalloc((count + 1) * sizeof *before);
    for (size_t i = 0; i < count; i++) {
        before[i] = session->tags[samples[i].file][samples[i].row];
        changed = changed || before[i] != samples[i].tags;
    }
    if (changed) {
        struct tagging change = {session, samples, before, count};
        char *path = tag_path(session);
        status = sr_file_update(path, TAG_FILE_LIMIT, change_tags, &change, error);
        for (size_t i = 0; status && i < count; i++) /* what is not kept is not shown, either */
            set_tags(session, samples[i].file, samples[i].row, before[i]);
        free(path);
    }
    free(before);
    return status;
}

enum sr_status sr_session_tag(struct sr_session *session, enum sr_file file, uint32_t row,
                              uint32_t tags, struct sr_error *error)
{
    return sr_session_tag_all(session, &(struct sr_tagged){file, row, tags}, 1, error);
}
