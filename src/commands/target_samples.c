/* target_samples.c - samples and pictures, as arguments name them. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "target_type.h"

/* The split that the command is asked about; -1 for none. */
static int split_given(const struct lookup *lookup)
{
    return sr_args_has(lookup->args, "split") && sr_args_given(lookup->args, "split")
               ? sr_args_choice(lookup->args, "split")
               : -1;
}

/* Was the model that the command is asked about trained on things before all kinds of backdrop? */
static bool model_knows_backdrops(const struct lookup *lookup)
{
    for (const struct sr_param *param = sr_args_params(lookup->args); param->name; param++) {
        struct sr_entry *entry;
        const char *name =
            param->type == SR_PARAM_MODEL ? sr_args_text(lookup->args, param->name) : NULL;
        if (name && !sr_session_model(lookup->session, name, &entry, &(struct sr_error){0}))
            return sr_session_knows_backdrops(lookup->session, entry->model);
    }
    return false;
}

/* Does the word name a picture, where the parameter takes any? A file of another ending does, too:
 * its content tells what it is. */
static bool is_picture(const struct sr_param *param, const char *word)
{
    if (!param->choices) return false;
    if (sr_path_ends(word, param->choices)) return true;
    char *path = sr_path_expand(word);
    const bool file = !sr_is_sample(word) && sr_path_exists(path) && !sr_path_is_directory(path);
    free(path);
    return file;
}

static enum sr_status find_sample(const struct lookup *lookup, const char *word,
                                  union target *target, struct sr_error *error)
{
    if (is_picture(lookup->param, word)) {
        char *path = sr_path_expand(word);
        target->sample.file = SR_FILE_PICTURES;
        enum sr_status status = sr_session_picture(
            lookup->session, path, model_knows_backdrops(lookup), &target->sample.row, error);
        free(path);
        return status;
    }
    char *folder = lookup->param->choices ? sr_path_expand(word) : NULL;
    const bool empty = folder && sr_path_is_directory(folder);
    free(folder);
    if (empty)
        return sr_error_set(error, SR_ERROR_ARGUMENT, "%s is a folder without pictures: %s files",
                            word, lookup->param->choices);
    target->sample.file = split_given(lookup) == SR_SPLIT_TEST ? SR_FILE_TEST : SR_FILE_TRAIN;
    return sr_session_index(lookup->session, word, &target->sample.file, &target->sample.row,
                            error);
}

/* The sample under the cursor; where another split is asked for, the first one of that. */
static enum sr_status current_sample(const struct lookup *lookup, struct sr_text *word,
                                     struct sr_error *error)
{
    const struct sr_session *session = lookup->session;
    const struct sr_selection *selection = &session->selection;
    enum sr_status status = sr_session_data(lookup->session, error);
    if (status) return status;
    const int split = split_given(lookup);
    enum sr_file file = sr_selection_file(selection, selection->at);
    uint32_t row = selection->count ? selection->rows[selection->at] : 0;
    bool found = selection->count > 0;
    if (split >= 0) {
        const struct sr_samples samples = sr_session_samples(session, (enum sr_split_name)split);
        const enum sr_file wanted = split == SR_SPLIT_TEST ? SR_FILE_TEST : SR_FILE_TRAIN;
        if (!samples.count)
            return sr_error_set(error, SR_ERROR_STATE, "the %s split has no samples",
                                sr_split_names[split]);
        found = found && file == wanted;
        for (size_t i = 0; found && sr_samples_row(&samples, i) != row;)
            if (++i == samples.count) found = false;
        if (!found) row = sr_samples_row(&samples, 0);
        file = wanted;
    } else if (!found) {
        return sr_error_set(error, SR_ERROR_STATE,
                            "no sample is selected; give an index such as test:7");
    }
    sr_text_printf(word, "%s:%u", sr_file_names[file], row);
    return SR_OK;
}

static void complete_samples(struct sr_session *session, const struct sr_param *param,
                             struct candidates *candidates)
{
    const struct sr_selection *selection = &session->selection;
    if (session->interactive && selection->count) {
        char *cursor =
            sr_xprintf("%s:%u", sr_file_names[sr_selection_file(selection, selection->at)],
                       selection->rows[selection->at]);
        candidates_add(candidates, cursor, "");
        free(cursor);
    }
    if (param->choices) candidates_add_files(candidates, param->choices);
}

enum { FOLDERS_MAX = 8 };

/* All pictures in a folder and the folders in it, by name; how many. `word` is it as it was given,
 * `path` where it is. */
static size_t add_folder(const struct sr_param *param, const char *word, const char *path,
                         int depth, struct sr_words *words)
{
    size_t count = 0, found = 0;
    char **names = sr_directory_list(path, &count, &(struct sr_error){0});
    for (size_t i = 0; names && i < count; i++) {
        char *file = sr_path_join(word, names[i]), *place = sr_path_join(path, names[i]);
        const bool hidden = names[i][0] == '.', folder = sr_path_is_directory(place);
        if (folder && !hidden && depth < FOLDERS_MAX)
            found += add_folder(param, file, place, depth + 1, words);
        if (!folder && !hidden && sr_path_ends(names[i], param->choices)) {
            sr_words_add(words, file);
            found++;
        }
        free(file);
        free(place);
        free(names[i]);
    }
    free(names);
    return found;
}

void target_split_list(const struct lookup *lookup, const char *text, struct sr_words *words)
{
    char *copy = sr_xstrdup(text), *rest = copy;
    for (char *word; (word = strsep(&rest, ","));) {
        char *path = sr_path_expand(word);
        const bool folder = lookup->param->choices && sr_path_is_directory(path);
        if (!folder || !add_folder(lookup->param, word, path, 0, words)) sr_words_add(words, word);
        free(path);
    }
    free(copy);
}

enum sr_status target_count_pictures(const struct lookup *lookup, size_t *pictures,
                                     struct sr_error *error)
{
    enum sr_status status = SR_OK;
    for (const struct sr_param *param = sr_args_params(lookup->args); !status && param->name;
         param++) {
        const char *text = sr_args_text(lookup->args, param->name);
        if ((param->type != SR_PARAM_SAMPLE && param->type != SR_PARAM_SAMPLES) || !text) continue;
        const struct lookup samples = {lookup->session, lookup->args, param};
        struct sr_words words = {0};
        target_split_list(&samples, text, &words);
        for (size_t i = 0; !status && i < words.count; i++) {
            union target target;
            if (!is_picture(param, words.items[i])) continue;
            status = find_sample(&samples, words.items[i], &target, error);
            if (status) break;
            ++*pictures;
        }
        sr_words_fini(&words);
    }
    return status;
}

const struct target_type target_sample = {
    .find = find_sample, .current = current_sample, .complete = complete_samples};
const struct target_type target_samples = {
    .find = find_sample, .current = current_sample, .complete = complete_samples, .list = true};
