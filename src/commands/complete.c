/* complete.c - completion of lines, from the same tables that parse them. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"

SR_RUN(complete_run);

const struct sr_command sr_command_candidates = {
    .name = "complete",
    .group = "program",
    .help = "Print the words that could complete a line, one per line, for the shells' completion.",
    .params =
        (const struct sr_param[]){{"line", SR_PARAM_TEXT, .positional = true, .required = true,
                                   .help = "The line after the program's name, up to the cursor."},
                                  {0}},
    .run = complete_run,
    .example = "complete line=\"export conf\"",
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool among(const struct sr_words *words, const char *name)
{
    const size_t length = strlen(name);
    for (size_t i = 0; i < words->count; i++)
        if (!strncmp(words->items[i], name, length) &&
            (words->items[i][length] == '=' || !words->items[i][length]))
            return true;
    return false;
}

static void offer_name(struct candidates *candidates, const struct sr_param *param)
{
    const bool only_value = param->type == SR_PARAM_SWITCH && param->form == SR_SWITCH_VALUE,
               word = param->bare || (param->type == SR_PARAM_SWITCH && !only_value);
    if (word) candidates_add(candidates, param->name, "");
    if (only_value || param->type != SR_PARAM_SWITCH) candidates_add(candidates, param->name, "=");
}

/* "name=" and what is typed of its value. */
static void offer_value(struct sr_session *session, const struct sr_param *param,
                        struct candidates *candidates)
{
    char *before = sr_xprintf("%s=", param->name);
    candidates->before = before;
    candidates->typed += strlen(before);
    target_complete(session, param, NULL, candidates);
    candidates->before = "";
    free(before);
}

/* Words behind `command`; `words` are those before the one that is being typed. */
static void offer_for(struct sr_session *session, const struct sr_command *command,
                      const struct sr_words *words, struct candidates *candidates)
{
    struct sr_words rest = {0};
    struct sr_args *args = sr_args_parse_begun(command->name, command->params, words->items + 1,
                                               words->count - 1, &rest);
    struct sr_more tables[1 + SR_MORE_TABLES] = {{command->name, command->params}};
    const size_t count = 1 + (command->more ? command->more(session, args, tables + 1) : 0);
    const size_t name = strcspn(candidates->typed, "=");
    if (candidates->typed[name]) {
        const struct sr_param *param = NULL;
        for (size_t t = 0; !param && t < count; t++)
            param = sr_param_find(tables[t].params, candidates->typed, name);
        if (param) offer_value(session, param, candidates);
        goto out;
    }
    const struct sr_param *next = sr_args_next(args, candidates->typed);
    if (next) target_complete(session, next, sr_args_text(args, next->name), candidates);
    for (const struct sr_param *param = command->params; param && param->name; param++) {
        bool needed = !command->need || command->need(args, param) != SR_NEED_NOTHING;
        /* A positional parameter is offered by name only once a word has been begun. */
        bool wanted = !param->positional || *candidates->typed;
        if (needed && wanted && !sr_args_given(args, param->name)) offer_name(candidates, param);
    }
    for (size_t t = 1; t < count; t++)
        for (const struct sr_param *param = tables[t].params; param && param->name; param++)
            if (!among(&rest, param->name)) offer_name(candidates, param);
out:
    sr_args_free(args);
    sr_words_fini(&rest);
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
        for (size_t i = 0; sr_commands[i]; i++)
            candidates_add(&candidates, sr_commands[i]->name, "");
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
    "--batch= --csv --data= --help --home= --json --keep-going --markdown --opening= --seed= "
    "--threads= --version";

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
            candidates_add_choices(candidates, copy);
            free(copy);
            return true;
        }
        bool separate = !equals && takes_value(word);
        if ((equals && last && begun) ||
            (separate && (last || (at + 2 == words->count && begun)))) {
            char *before = equals ? strndup(word, (size_t)(equals + 1 - word)) : sr_xstrdup("");
            candidates->before = before;
            candidates->typed = equals ? equals + 1 : last ? "" : words->items[at + 1];
            candidates_add_files(candidates, NULL);
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
        if (at > text && at[-1] == ';') sr_text_printf(&line, ";%s", at); /* further commands */
        sr_command_complete(session, sr_text_get(&line), line.length, &start, &candidates.words);
        /* Classes are known once the data is there. */
        if (!candidates.words.count && sr_session_data(session, error) == SR_PENDING)
            status = SR_PENDING;
    }
    if (!status && candidates.words.count) {
        static const struct sr_column columns[] = {{"word", "word", .left = true}, {0}};
        struct sr_table *table = sr_reply_rows(reply, NULL, columns);
        table->headless = true;
        for (size_t i = 0; i < candidates.words.count; i++)
            sr_table_text(table, candidates.words.items[i]);
    }
out:
    sr_words_fini(&candidates.words);
    sr_words_fini(&words);
    sr_text_fini(&line);
    return status;
}
