/* complete.c - what could stand at the end of a line, from the same tables that parse it. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/panes/form.h"
#include "sartor/panes/pane.h"

struct candidates {
    struct sr_words words;
    size_t room;
    const char *typed;  /* only words that begin so */
    const char *before; /* put before each: "split=" */
};

static void offer(struct candidates *candidates, const char *word, const char *after)
{
    if (strncmp(word, candidates->typed, strlen(candidates->typed))) return;
    struct sr_words *words = &candidates->words;
    sr_xgrow(&words->items, &candidates->room, words->count + 2, sizeof *words->items);
    words->items[words->count++] = sr_xprintf("%s%s%s", candidates->before, word, after);
    words->items[words->count] = NULL;
}

static void offer_choices(struct candidates *candidates, const char *choices)
{
    char *copy = sr_xstrdup(choices), *rest = copy;
    for (char *word; (word = strsep(&rest, " "));)
        if (*word) offer(candidates, word, "");
    free(copy);
}

static void offer_files(struct candidates *candidates)
{
    const char *slash = strrchr(candidates->typed, '/');
    char *shown = slash ? strndup(candidates->typed, (size_t)(slash - candidates->typed) + 1)
                        : sr_xstrdup("");
    char *folder = *shown ? sr_path_expand(shown) : sr_xstrdup(".");
    size_t count;
    struct sr_error ignored;
    char **names = sr_directory_list(folder, &count, &ignored);
    for (size_t i = 0; names && i < count; i++) {
        bool hidden = names[i][0] == '.' && (!slash || slash[1] != '.');
        char *full = sr_path_join(folder, names[i]), *word = sr_xprintf("%s%s", shown, names[i]);
        if (!hidden) offer(candidates, word, sr_path_is_directory(full) ? "/" : "");
        free(full);
        free(word);
        free(names[i]);
    }
    free(names);
    free(folder);
    free(shown);
}

static void offer_values(struct sr_session *session, struct candidates *candidates,
                         const struct sr_param *param)
{
    switch (param->type) {
    case SR_PARAM_CHOICE:
        offer_choices(candidates, param->choices);
        break;
    case SR_PARAM_SWITCH:
        offer_choices(candidates, "on off");
        break;
    case SR_PARAM_RANGE:
        offer_choices(candidates, "..0.5 0.5..0.9 0.9..");
        break;
    case SR_PARAM_FILE:
        offer_files(candidates);
        break;
    case SR_PARAM_MODEL:
        for (size_t i = 0; i < session->entry_count; i++)
            offer(candidates, session->entries[i]->name, "");
        break;
    case SR_PARAM_FAMILY:
        for (size_t i = 0; sr_model_classes[i]; i++)
            offer(candidates, sr_model_classes[i]->name, "");
        if (param->choices)
            offer_choices(candidates, param->choices); /* words that may stand there instead */
        break;
    case SR_PARAM_CLASS:
        for (int c = 0; session->data && c < session->data->classes; c++)
            offer(candidates, session->data->class_names[c], "");
        break;
    default:
        break;
    }
}

static const struct sr_param *find_param(const struct sr_param *params, const char *word,
                                         size_t length)
{
    for (; params && params->name; params++)
        if (strlen(params->name) == length && !strncmp(params->name, word, length)) return params;
    return NULL;
}

/* Names of a table that are not yet in `words`; switches stand alone. Of export's, those that its
 * figure takes. */
static void offer_names(struct candidates *candidates, const struct sr_param *params,
                        const struct sr_words *words)
{
    const char *figure = words->count > 1 && !strcmp(words->items[0], sr_command_export.name)
                             ? words->items[1]
                             : NULL;
    for (; params && params->name; params++) {
        if (figure && !figure_takes(figure, params->name)) continue;
        size_t length = strlen(params->name);
        bool given = false;
        for (size_t i = 1; i < words->count; i++)
            given |= !strncmp(words->items[i], params->name, length) &&
                     (words->items[i][length] == '=' || !words->items[i][length]);
        if (!given && !params->positional)
            offer(candidates, params->name, params->type == SR_PARAM_SWITCH ? "" : "=");
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The parameters that a line adds to the command's own: of a family, of the form that is open,
 * options. */
static const struct sr_param *further_params(struct sr_session *session,
                                             const struct sr_command *command,
                                             const struct sr_words *words)
{
    if (!strcmp(command->name, "set")) return sr_options;
    bool form = !strcmp(command->name, "form");
    if (!form && strcmp(command->name, "train")) return NULL;
    const bool named = words->count > 1 && !strchr(words->items[1], '=');
    const struct sr_model_class *class = named  ? sr_model_class_find(words->items[1], NULL)
                                         : form ? sr_form_family(session)
                                                : NULL;
    return class ? class->params : NULL;
}

static void offer_for(struct sr_session *session, const struct sr_command *command,
                      const struct sr_words *words, struct candidates *candidates)
{
    const struct sr_param *further = further_params(session, command, words);
    const struct sr_param *common =
        further && !strcmp(command->name, "form") ? sr_form_common : NULL;
    const char *equals = strchr(candidates->typed, '=');
    if (equals) {
        size_t length = (size_t)(equals - candidates->typed);
        const struct sr_param *param = find_param(command->params, candidates->typed, length);
        if (!param) param = find_param(further, candidates->typed, length);
        if (!param) param = find_param(common, candidates->typed, length);
        if (!param) return;
        char *before = strndup(candidates->typed, length + 1);
        candidates->before = before;
        candidates->typed = equals + 1;
        offer_values(session, candidates, param);
        candidates->before = "";
        free(before);
        return;
    }
    size_t bare = 0; /* positional words so far */
    for (size_t i = 1; i < words->count; i++)
        bare += !strchr(words->items[i], '=') &&
                !find_param(command->params, words->items[i], strlen(words->items[i]));
    for (const struct sr_param *param = command->params; param && param->name; param++)
        if (param->positional && bare-- == 0) {
            offer_values(session, candidates, param);
            break;
        }
    if (!strcmp(command->name, "help")) {
        for (size_t i = 0; sr_commands[i]; i++) offer(candidates, sr_commands[i]->name, "");
        for (size_t i = 0; sr_model_classes[i]; i++)
            offer(candidates, sr_model_classes[i]->name, "");
        offer_choices(candidates, "keys commands options features figures");
    }
    offer_names(candidates, command->params, words);
    offer_names(candidates, further, words);
    offer_names(candidates, common, words);
}

void sr_command_complete(struct sr_session *session, const char *line, size_t length, size_t *start,
                         struct sr_words *result)
{
    char *head = strndup(line, length);
    const char *at = head;
    struct sr_words words = {0};
    struct sr_error ignored;
    /* The last command of the line, and its last word, which may be begun or still empty. */
    while (*at) {
        sr_words_fini(&words);
        if (sr_words_split(&at, &words, &ignored)) break;
    }
    if (length && head[length - 1] == ';') sr_words_fini(&words);
    bool begun = words.count && length && !strchr(" \t;", head[length - 1]);
    struct candidates candidates = {.typed = begun ? words.items[words.count - 1] : "",
                                    .before = ""};
    *start = length;
    if (begun) {
        /* Quoted words are completed without their quotes only where the text matches. */
        size_t typed = strlen(candidates.typed);
        *start = typed <= length && !strcmp(head + length - typed, candidates.typed)
                     ? length - typed
                     : length;
    }
    if (words.count <= 1 && (begun || !words.count)) {
        for (size_t i = 0; sr_commands[i]; i++) offer(&candidates, sr_commands[i]->name, "");
    } else if (words.count) {
        const struct sr_command *command = sr_command_find(words.items[0], &ignored);
        char *last = begun ? words.items[--words.count] : NULL;
        if (command) offer_for(session, command, &words, &candidates);
        if (last) words.count++;
    }
    if (candidates.words.count)
        qsort(candidates.words.items, candidates.words.count, sizeof(char *), by_text);
    *result = candidates.words;
    sr_words_fini(&words);
    free(head);
}

/* --- for the shells -------------------------------------------------------------------- */

/* What may stand before the command; those with a sign take a value. A test holds this against
 * --help. */
static const char program_options[] =
    "--batch= --data= --help --home= --json --keep-going --seed= --threads= --version";

static bool takes_value(const char *option)
{
    size_t length = strlen(option);
    for (const char *at = program_options; (at = strstr(at, option)); at += length)
        if (at[length] == '=') return true;
    return false;
}

/* An option's effect on what can be completed: the models of a home, the classes of a data set. */
static void apply_option(struct sr_session *session, const char *option, const char *value)
{
    struct sr_error ignored;
    if (!strcmp(option, "--home")) {
        free(session->home);
        session->home = sr_path_expand(value);
        sr_session_scan_models(session, &ignored);
    } else if (!strcmp(option, "--data")) {
        const char *open =
            sr_args_text(session->options, "data"); /* once: this is run again when it is loaded */
        if (!open || strcmp(open, value)) sr_session_set(session, "data", value, &ignored);
    }
}

/* Leave out the options at the line's beginning and offer what completes one of them, if that is
 * where its end is. True then; else `line` is what follows. */
static bool complete_options(struct sr_session *session, const struct sr_words *words, bool begun,
                             struct candidates *candidates, struct sr_text *line)
{
    size_t at = 0;
    while (at < words->count && words->items[at][0] == '-') {
        char *word = words->items[at], *equals = strchr(word, '=');
        bool last = at + 1 == words->count;
        if (last && begun && !equals) {
            char *copy = sr_xstrdup(program_options);
            candidates->typed = word;
            for (char *sign = copy; (sign = strchr(sign, '='));)
                memmove(sign, sign + 1, strlen(sign));
            offer_choices(candidates, copy);
            free(copy);
            return true;
        }
        bool separate = !equals && takes_value(word);
        if ((equals && last && begun) ||
            (separate && (last || (at + 2 == words->count && begun)))) {
            char *before = equals ? strndup(word, (size_t)(equals + 1 - word)) : sr_xstrdup("");
            candidates->before = before;
            candidates->typed = equals ? equals + 1 : last ? "" : words->items[at + 1];
            offer_files(candidates);
            candidates->before = "";
            free(before);
            return true;
        }
        if (equals) *equals = '\0';
        if (equals || separate)
            apply_option(session, word, equals ? equals + 1 : words->items[at + 1]);
        at += separate ? 2 : 1;
    }
    for (; at < words->count; at++) {
        if (line->length) sr_text_add(line, " ");
        sr_words_quote(line, words->items[at]);
    }
    if (!begun && line->length) sr_text_add(line, " ");
    return false;
}

SR_RUN(complete_run)
{
    SR_UNUSED;
    const char *text = sr_args_text(args, "line"), *at = text;
    size_t length = strlen(text), start;
    struct sr_words words = {0};
    struct candidates candidates = {.typed = "", .before = ""};
    struct sr_text line = {0};
    enum sr_status status = SR_OK;
    /* A quote that is still open ends nothing that could be completed. */
    if (sr_words_split(&at, &words, error)) goto out;
    bool begun = length && !strchr(" \t", text[length - 1]);
    if (!complete_options(session, &words, begun, &candidates, &line)) {
        sr_command_complete(session, sr_text_get(&line), line.length, &start, &candidates.words);
        /* Classes are known once the data is there. */
        const char *last = begun && words.count ? words.items[words.count - 1] : "";
        if (!candidates.words.count && strchr(last, '=') &&
            sr_session_data(session, error) == SR_PENDING)
            status = SR_PENDING;
    }
    for (size_t i = 0; !status && i < candidates.words.count; i++) {
        if (reply->json) {
            struct sr_json *object = sr_reply_object(reply);
            sr_json_set_text(object, "word", candidates.words.items[i]);
            sr_reply_add(reply, object);
        } else {
            sr_text_printf(&reply->text, "%s\n", candidates.words.items[i]);
        }
    }
out:
    sr_words_fini(&candidates.words);
    sr_words_fini(&words);
    sr_text_fini(&line);
    return status;
}

const struct sr_command sr_command_candidates = {
    .name = "complete",
    .group = "program",
    .help = "What could stand at the end of a line, a word a line: for the shells' completion.",
    .params =
        (const struct sr_param[]){{"line", SR_PARAM_TEXT, .positional = true, .required = true,
                                   .help = "The line behind the program's name, up to the cursor."},
                                  {0}},
    .run = complete_run,
    .example = "complete line=\"export conf\"",
};
