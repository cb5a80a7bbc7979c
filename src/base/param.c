/* param.c - words read against a table of parameters. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "param_value.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"

struct sr_args {
    char *what;
    const struct sr_param *params;
    struct sr_param_value *values; /* one for each parameter */
    const struct sr_args *first;   /* see sr_args_parse_more; only while parsing */
};

static size_t table_length(const struct sr_param *params)
{
    size_t count = 0;
    if (params)
        while (params[count].name) count++;
    return count;
}

const struct sr_param *sr_param_find(const struct sr_param *params, const char *name, size_t length)
{
    for (; params && params->name; params++)
        if (strlen(params->name) == length && !memcmp(params->name, name, length)) return params;
    return NULL;
}

/* Position in the table; SIZE_MAX when it is not there. */
static size_t find(const struct sr_param *params, const char *name, size_t length)
{
    const struct sr_param *param = sr_param_find(params, name, length);
    return param ? (size_t)(param - params) : SIZE_MAX;
}

/* --- parsing words --------------------------------------------------------------------- */

/* Is it given by its name alone? Then name=value is another parameter's. */
static bool is_word(const struct sr_param *param)
{
    return param && param->type == SR_PARAM_SWITCH && param->form == SR_SWITCH_WORD;
}

static void add_names(struct sr_words *names, const struct sr_param *params)
{
    for (; params && params->name; params++) sr_words_add(names, params->name);
}

/* "; did you mean limit? There are: C, limit", of this table and of the one before it. */
static void add_known(const struct sr_args *args, const char *name, struct sr_text *text)
{
    struct sr_words names = {0};
    add_names(&names, args->params);
    if (args->first) add_names(&names, args->first->params);
    sr_text_suggest(text, name, names.items, names.count, sizeof *names.items);
    sr_words_fini(&names);
}

static enum sr_status unknown(const struct sr_args *args, const char *word, size_t length,
                              struct sr_error *error)
{
    if (!table_length(args->params) && !(args->first && table_length(args->first->params)))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%s: takes no parameters, so \"%.*s\" is one too many", args->what,
                            (int)length, word);
    const struct sr_param *switch_word = sr_param_find(args->params, word, length);
    if (!switch_word && args->first) switch_word = sr_param_find(args->first->params, word, length);
    if (is_word(switch_word))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%s: there is no %s=; the word %s is given alone: %s", args->what,
                            switch_word->name, switch_word->name, switch_word->help);
    char *name = sr_xprintf("%.*s", (int)length, word);
    struct sr_text known = {0};
    add_known(args, name, &known);
    sr_error_set(error, SR_ERROR_ARGUMENT, "%s: no parameter \"%.60s\"%s", args->what, name,
                 sr_text_get(&known));
    sr_text_fini(&known);
    free(name);
    return SR_ERROR_ARGUMENT;
}

static enum sr_status too_many(const struct sr_args *args, const char *word, struct sr_error *error)
{
    if (!table_length(args->params)) return unknown(args, word, strlen(word), error);
    struct sr_text known = {0};
    add_known(args, word, &known);
    sr_error_set(error, SR_ERROR_ARGUMENT,
                 "%s: \"%.60s\" is one word too many; parameters are given as name=value%s",
                 args->what, word, sr_text_get(&known));
    sr_text_fini(&known);
    return SR_ERROR_ARGUMENT;
}

/* Is the word written as a sample: 17, test:7? */
static bool is_sample(const char *word)
{
    const char *colon = strchr(word, ':'), *digits = colon ? colon + 1 : word;
    return *digits && strspn(digits, "0123456789") == strlen(digits);
}

/* Is the word a sample, or a picture or a folder of such (photos/) that the parameter takes? */
static bool takes(const struct sr_param *param, const char *word)
{
    if (param->type != SR_PARAM_SAMPLE && param->type != SR_PARAM_SAMPLES) return false;
    /* A path, of a folder too, is no name of a model. */
    return is_sample(word) || sr_path_ends(word, param->choices) ||
           (param->choices &&
            (strchr(word, '/') || *word == '~' || !strcmp(word, ".") || !strcmp(word, "..")));
}

/* The positional parameter that a bare word goes to; SIZE_MAX when there is none. */
static size_t positional_for(const struct sr_args *args, const char *word)
{
    size_t first = SIZE_MAX;
    for (size_t i = 0; args->params && args->params[i].name; i++) {
        const struct sr_param *param = &args->params[i];
        if (!param->positional || (args->values[i].given && !sr_param_value_many(param))) continue;
        if (first == SIZE_MAX) first = i;
        if (takes(param, word)) return i;
        if ((param->type != SR_PARAM_MODEL && param->type != SR_PARAM_CHOICE) || param->required)
            break;
    }
    return first;
}

/* Length of the name in "name=value", 0 when the word is not of that form. */
static size_t name_length(const char *word)
{
    size_t length = 0;
    while (isalnum((unsigned char)word[length]) || word[length] == '_' || word[length] == '-')
        length++;
    return word[length] == '=' ? length : 0;
}

static enum sr_status take_value(struct sr_args *args, size_t index, const char *value,
                                 struct sr_error *error)
{
    enum sr_status status =
        sr_param_value_set(&args->values[index], args->what, &args->params[index], value, error);
    args->values[index].given = true;
    return status;
}

/* Does the word set a parameter by its name? Then `index` is which. */
static bool by_name(const struct sr_args *args, const char *word, size_t *index)
{
    size_t length = name_length(word);
    *index = find(args->params, word, length ? length : strlen(word));
    if (*index == SIZE_MAX) return false;
    const struct sr_param *param = &args->params[*index];
    return length ? !is_word(param) : sr_param_value_bare(param) != NULL;
}

/* The words from `at` on, as they are. */
static enum sr_status take_line(struct sr_args *args, size_t index, char *const *words, size_t at,
                                size_t count, struct sr_error *error)
{
    struct sr_text line = {0};
    for (; at < count; at++) {
        if (line.length) sr_text_add(&line, " ");
        sr_words_quote(&line, words[at]);
    }
    enum sr_status status = take_value(args, index, sr_text_get(&line), error);
    sr_text_fini(&line);
    return status;
}

static enum sr_status take_bare(struct sr_args *args, size_t index, const char *word,
                                struct sr_error *error)
{
    struct sr_param_value *value = &args->values[index];
    if (!value->given) return take_value(args, index, word, error);
    char *list = sr_xprintf("%s,%s", value->text, word);
    enum sr_status status = take_value(args, index, list, error);
    free(list);
    return status;
}

static enum sr_status take_word(struct sr_args *args, const char *word, struct sr_words *rest,
                                struct sr_error *error)
{
    size_t index, length = name_length(word), positional = positional_for(args, word);
    if (by_name(args, word, &index)) {
        if (args->values[index].given)
            return sr_error_set(error, SR_ERROR_ARGUMENT, "%s: %s is given twice", args->what,
                                args->params[index].name);
        return take_value(args, index,
                          length ? word + length + 1 : sr_param_value_bare(&args->params[index]),
                          error);
    }
    if (!length && positional != SIZE_MAX) return take_bare(args, positional, word, error);
    if (!rest) return length ? unknown(args, word, length, error) : too_many(args, word, error);
    sr_words_add(rest, word);
    return SR_OK;
}

/* The rest of a line is taken as it is, whatever it looks like; it begins at the first word that
 * sets no parameter by its name. With `all`, words that are wrong do not end this. */
static enum sr_status take_words(struct sr_args *args, char *const *words, size_t count, bool all,
                                 struct sr_words *rest, struct sr_error *error)
{
    enum sr_status status = SR_OK;
    for (size_t i = 0; (!status || all) && i < count; i++) {
        size_t index, positional = positional_for(args, words[i]);
        if (positional != SIZE_MAX && args->params[positional].type == SR_PARAM_LINE &&
            !by_name(args, words[i], &index))
            return take_line(args, positional, words, i, count, error);
        status = take_word(args, words[i], rest, error);
    }
    return status;
}

static enum sr_status check_required(const struct sr_args *args, struct sr_error *error)
{
    const struct sr_param *param = args->params;
    for (size_t i = 0; param && param[i].name; i++) {
        if (!param[i].required || args->values[i].given) continue;
        struct sr_text usage = {0};
        sr_param_usage(&param[i], &usage);
        sr_error_set(error, SR_ERROR_ARGUMENT, "%s: %s is missing: %s", args->what,
                     sr_text_get(&usage), param[i].help);
        sr_text_fini(&usage);
        return SR_ERROR_ARGUMENT;
    }
    return SR_OK;
}

static struct sr_args *args_new(const char *what, const struct sr_param *params)
{
    size_t length = table_length(params);
    struct sr_args *args = sr_xalloc(sizeof *args);
    args->what = sr_xstrdup(what);
    args->params = params;
    args->values = sr_xalloc((length + 1) * sizeof *args->values);
    return args;
}

/* New arguments with their fallbacks. */
static struct sr_args *args_begin(const char *what, const struct sr_param *params)
{
    struct sr_args *args = args_new(what, params);
    struct sr_error error;
    for (size_t i = 0; params && params[i].name; i++)
        if (params[i].fallback &&
            sr_param_value_set(&args->values[i], what, &params[i], params[i].fallback, &error))
            abort();
    return args;
}

static struct sr_args *parse(struct sr_args *args, char *const *words, size_t count,
                             struct sr_words *rest, struct sr_error *error)
{
    enum sr_status status = take_words(args, words, count, false, rest, error);
    if (!status) status = check_required(args, error);
    args->first = NULL;
    if (!status) return args;
    sr_args_free(args);
    return NULL;
}

struct sr_args *sr_args_parse(const char *what, const struct sr_param *params, char *const *words,
                              size_t count, struct sr_words *rest, struct sr_error *error)
{
    return parse(args_begin(what, params), words, count, rest, error);
}

struct sr_args *sr_args_parse_more(const struct sr_args *first, const char *what,
                                   const struct sr_param *params, const struct sr_words *words,
                                   struct sr_error *error)
{
    struct sr_args *args = args_begin(what, params);
    args->first = first;
    return parse(args, words->items, words->count, NULL, error);
}

struct sr_args *sr_args_parse_begun(const char *what, const struct sr_param *params,
                                    char *const *words, size_t count, struct sr_words *rest)
{
    struct sr_args *args = args_begin(what, params);
    struct sr_error ignored;
    take_words(args, words, count, true, rest, &ignored);
    return args;
}

const struct sr_param *sr_args_next(const struct sr_args *args, const char *word)
{
    const size_t index = positional_for(args, word);
    return index == SIZE_MAX ? NULL : &args->params[index];
}

struct sr_args *sr_args_copy(const struct sr_args *args)
{
    struct sr_args *copy = args_new(args->what, args->params);
    for (size_t i = 0; args->params && args->params[i].name; i++) {
        const struct sr_param_value *value = &args->values[i];
        copy->values[i] = *value;
        copy->values[i].text = sr_xstrdup(value->text);
        copy->values[i].path = sr_xstrdup(value->path);
        copy->values[i].target = NULL;
    }
    return copy;
}

void sr_args_free(struct sr_args *args)
{
    if (!args) return;
    for (size_t i = 0; args->params && args->params[i].name; i++) {
        sr_param_value_fini(&args->values[i]);
    }
    free(args->values);
    free(args->what);
    free(args);
}

/* --- values ---------------------------------------------------------------------------- */

static struct sr_param_value *get(const struct sr_args *args, const char *name)
{
    size_t index = find(args->params, name, strlen(name));
    if (index == SIZE_MAX) abort();
    return &args->values[index];
}

enum sr_status sr_args_set(struct sr_args *args, const char *name, const char *value,
                           struct sr_error *error)
{
    size_t index = find(args->params, name, strlen(name));
    if (index == SIZE_MAX) return unknown(args, name, strlen(name), error);
    enum sr_status status =
        sr_param_value_set(&args->values[index], args->what, &args->params[index], value, error);
    if (!status) args->values[index].given = true;
    return status;
}

void sr_args_assume(struct sr_args *args, const char *name, const char *value)
{
    struct sr_param_value *place = get(args, name);
    struct sr_error error;
    if (sr_param_value_set(place, args->what, &args->params[place - args->values], value, &error))
        abort();
}

void sr_args_set_target(struct sr_args *args, const char *name, void *target)
{
    struct sr_param_value *value = get(args, name);
    free(value->target);
    value->target = target;
}

const void *sr_args_target(const struct sr_args *args, const char *name)
{
    return get(args, name)->target;
}

const char *sr_args_text(const struct sr_args *args, const char *name)
{
    return get(args, name)->text;
}
const char *sr_args_path(const struct sr_args *args, const char *name)
{
    return get(args, name)->path;
}
double sr_args_number(const struct sr_args *args, const char *name)
{
    return get(args, name)->number;
}
bool sr_args_switch(const struct sr_args *args, const char *name)
{
    return get(args, name)->number != 0;
}
bool sr_args_given(const struct sr_args *args, const char *name)
{
    return get(args, name)->given;
}

int64_t sr_args_integer(const struct sr_args *args, const char *name)
{
    /* Seeds use all 63 bits, which a double would round. */
    int64_t integer = 0;
    const char *text = get(args, name)->text;
    if (text && !sr_parse_integer(text, &integer)) abort();
    return integer;
}

int sr_args_choice(const struct sr_args *args, const char *name)
{
    const struct sr_param_value *value = get(args, name);
    return value->text ? (int)value->number : -1;
}

bool sr_args_has(const struct sr_args *args, const char *name)
{
    return find(args->params, name, strlen(name)) != SIZE_MAX;
}

bool sr_args_range(const struct sr_args *args, const char *name, double *low, double *high)
{
    const struct sr_param_value *value = get(args, name);
    *low = value->text ? value->number : -INFINITY;
    *high = value->text ? value->high : INFINITY;
    return value->text != NULL;
}

size_t sr_args_list(const struct sr_args *args, const char *name, double *values, size_t room)
{
    const char *text = get(args, name)->text;
    if (!text) return 0;
    char *copy = sr_xstrdup(text), *rest = copy;
    size_t count = 0;
    for (char *item; count < room && (item = strsep(&rest, ","));)
        if (sr_parse_double(item, &values[count])) count++;
    free(copy);
    return count;
}

const struct sr_param *sr_args_params(const struct sr_args *args)
{
    return args->params;
}

void sr_args_print(const struct sr_args *args, bool all, struct sr_text *text)
{
    size_t before = text->length;
    for (size_t i = 0; args->params && args->params[i].name; i++) {
        const struct sr_param_value *value = &args->values[i];
        if (!value->text || (!all && !value->given)) continue;
        struct sr_text word = {0};
        sr_text_printf(&word, "%s=%s", args->params[i].name, value->text);
        if (text->length > before) sr_text_add(text, " ");
        sr_words_quote(text, sr_text_get(&word));
        sr_text_fini(&word);
    }
}
