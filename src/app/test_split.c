/* test_split.c - how often each model has been evaluated on the test images of each data set: a
 * line for each time in HOME/test-looks.csv. Many lines of one model show that it was chosen by its
 * test accuracy. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sartor/app/session.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "task.h"

enum { FILE_LIMIT = 1 << 20 }; /* about 15,000 lines; then the oldest are lost */

/* The same for two models that were trained the same way on the same rows, whatever their names. */
static uint64_t identity(const struct sr_model *model)
{
    struct sr_text text = {0};
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    sr_text_printf(&text, "%s %s %" PRIu64 " %" PRIu64 " %.9g %" PRIu64 " %zu ", model->class->name,
                   model->digest, model->seed, model->split_seed, model->validation,
                   model->train_count, model->epochs);
    if (model->params) sr_args_print(model->params, true, &text);
    for (const char *c = sr_text_get(&text); *c; c++) hash = (hash ^ (uint8_t)*c) * 0x100000001b3u;
    sr_text_fini(&text);
    return hash;
}

/* Which test images: the digest of their pixels and labels. */
static const char *test_digest(const char *digest)
{
    const size_t length = strlen(digest);
    return length == 32 ? digest + 16 : digest;
}

/* Is the line one of this model on these test images? Lines of earlier versions have no digest:
 * they are about the data that the model was trained on. */
static bool counts(char *line, const char *id, const char *digest, bool own_data)
{
    enum { FIELDS = 5 };
    char *fields[FIELDS] = {0};
    for (int i = 0; i < FIELDS && line; i++) fields[i] = strsep(&line, ",");
    if (!fields[3] || strcmp(fields[0], id)) return false;
    return fields[4] ? !strcmp(fields[4], digest) : own_data;
}

/* How many of the file's lines, which are cut up, are of this model on these test images. */
static size_t count_lines(char *bytes, const struct sr_model *model, const char *digest)
{
    const bool own_data = !strcmp(digest, test_digest(model->digest));
    char id[20];
    size_t count = 0;
    snprintf(id, sizeof id, "%016" PRIx64, identity(model));
    for (char *one; bytes && (one = strsep(&bytes, "\n"));)
        count += counts(one, id, digest, own_data);
    return count;
}

size_t sr_session_looks(const struct sr_session *session, const struct sr_model *model)
{
    char *path = sr_path_join(session->home, "test-looks.csv");
    char *bytes = sr_path_exists(path)
                      ? sr_file_read_end(path, FILE_LIMIT, NULL, &(struct sr_error){0})
                      : NULL;
    const size_t count =
        count_lines(bytes, model, test_digest(sr_dataset_opened(session->data)->digest));
    free(bytes);
    free(path);
    return count;
}

size_t sr_session_look(struct sr_session *session, const struct sr_model *model,
                       const struct sr_dataset *data, const struct sr_samples *samples)
{
    /* A single sample is looked at to understand it, not to judge the model. */
    if (samples->images != &data->files[SR_FILE_TEST] || samples->count < 2) return 0;
    char *path = sr_path_join(session->home, "test-looks.csv"), id[20], day[32] = "";
    const struct sr_dataset *origin = data->origin ? data->origin : data;
    const char *digest = test_digest((origin->opened ? origin->opened : origin)->digest);
    struct sr_error error = {0};
    size_t count = 0;
    time_t now = time(NULL);
    struct tm parts;
    snprintf(id, sizeof id, "%016" PRIx64, identity(model));
    if (gmtime_r(&now, &parts)) strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%SZ", &parts);
    char *line = sr_xprintf("%s,%s,%s,%s,%s", id, model->name, model->class->name, day, digest),
         *bytes = NULL;
    if (!sr_file_add_line(path, FILE_LIMIT, line, &error))
        bytes = sr_file_read_end(path, FILE_LIMIT, NULL, &error);
    count = count_lines(bytes, model, digest);
    if (error.status) {
        sr_error_prefix(&error, "that %s looked at the test images could not be noted",
                        model->name);
        sr_session_trouble(session, &error);
    }
    free(bytes);
    free(line);
    free(path);
    return count;
}
