#include "sartor/base/param.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sartor/base/memory.h"

struct value {
    char *text;    /* NULL: neither given nor defaulted */
    double number; /* INTEGER, NUMBER, SWITCH; low bound of a RANGE */
    double high;   /* of a RANGE */
    bool given;
};

struct sr_args {
    char *what;
    const struct sr_param *params;
    struct value *values; /* one for each parameter */
};

static size_t table_length(const struct sr_param *params)
{
    size_t count = 0;
    if (params)
        while (params[count].name) count++;
    return count;
}

static size_t find(const struct sr_param *params, const char *name, size_t length)
{
    size_t i = 0;
    for (; params && params[i].name; i++)
        if (strlen(params[i].name) == length && !memcmp(params[i].name, name, length)) return i;
    return SIZE_MAX;
}

/* Is `word` one of the space-separated `choices`? */
static bool is_choice(const char *choices, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = choices; at && *at;) {
        size_t span = strcspn(at, " ");
        if (span == length && !memcmp(at, word, length)) return length > 0;
        at += span + strspn(at + span, " ");
    }
    return false;
}

static bool parse_switch(const char *text, double *value)
{
    static const char *const words[] = {"off", "on", "no", "yes", "false", "true", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(text, words[i])) {
            *value = i % 2;
            return true;
        }
    return false;
}

/* "a..b", "..b", "a..", "a" */
static bool parse_range(const char *text, double *low, double *high)
{
    const char *dots = strstr(text, "..");
    *low = -INFINITY;
    *high = INFINITY;
    if (!dots) {
        if (!sr_parse_double(text, low)) return false;
        *high = *low;
        return true;
    }
    char *left = strndup(text, (size_t)(dots - text));
    if (!left) abort();
    bool good = (!*left || sr_parse_double(left, low)) &&
                (!dots[2] || sr_parse_double(dots + 2, high)) && (*left || dots[2]) &&
                *low <= *high;
    free(left);
    return good;
}

static bool bounded(const struct sr_param *param)
{
    return param->minimum < param->maximum;
}

static enum sr_status refuse(const char *what, const struct sr_param *param, const char *text,
                             const char *wanted, struct sr_error *error)
{
    char bounds[96] = "";
    if (bounded(param) && (param->type == SR_PARAM_INTEGER || param->type == SR_PARAM_NUMBER ||
                           param->type == SR_PARAM_LIST))
        snprintf(bounds, sizeof bounds, " from %g to %g", param->minimum, param->maximum);
    return sr_error_set(error, SR_ERROR_ARGUMENT, "%s: %s=%s is not possible: it takes %s%s", what,
                        param->name, text, wanted, bounds);
}

static bool within(const struct sr_param *param, double number)
{
    return !bounded(param) || (number >= param->minimum && number <= param->maximum);
}

static enum sr_status check(const char *what, const struct sr_param *param, const char *text,
                            struct value *value, struct sr_error *error)
{
    double number = 0;
    int64_t integer;
    switch (param->type) {
    case SR_PARAM_INTEGER:
        if (!sr_parse_integer(text, &integer) || !within(param, (double)integer))
            return refuse(what, param, text, "a whole number", error);
        value->number = (double)integer;
        break;
    case SR_PARAM_NUMBER:
        if (!sr_parse_double(text, &number) || !within(param, number))
            return refuse(what, param, text, "a number", error);
        value->number = number;
        break;
    case SR_PARAM_SWITCH:
        if (!parse_switch(text, &value->number))
            return refuse(what, param, text, "on or off", error);
        break;
    case SR_PARAM_CHOICE:
        if (!is_choice(param->choices, text)) {
            char wanted[256];
            snprintf(wanted, sizeof wanted, "one of: %s", param->choices);
            return refuse(what, param, text, wanted, error);
        }
        break;
    case SR_PARAM_RANGE:
        if (!parse_range(text, &value->number, &value->high))
            return refuse(what, param, text, "a range such as 0.2..0.6, ..0.6 or 0.9..", error);
        break;
    case SR_PARAM_LIST: {
        char *copy = sr_xstrdup(text), *rest = copy;
        bool good = *text != '\0';
        for (char *item; good && (item = strsep(&rest, ","));)
            good = sr_parse_double(item, &number) && within(param, number);
        free(copy);
        if (!good) return refuse(what, param, text, "numbers separated by commas, each", error);
        break;
    }
    default:
        if (!*text && param->type != SR_PARAM_TEXT && param->type != SR_PARAM_LINE)
            return sr_error_set(error, SR_ERROR_ARGUMENT, "%s: %s= needs a value", what,
                                param->name);
        break;
    }
    free(value->text);
    value->text = sr_xstrdup(text);
    return SR_OK;
}

static enum sr_status unknown(const char *what, const struct sr_param *params, const char *word,
                              size_t length, struct sr_error *error)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)(length < 60 ? length : 60), word);
    size_t count = table_length(params);
    if (!count)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%s: takes no parameters, so \"%s\" is one too many", what, name);
    const char *closest = sr_text_closest(name, &params->name, count, sizeof *params);
    if (closest)
        return sr_error_set(error, SR_ERROR_ARGUMENT, "%s: no parameter \"%s\"; did you mean %s?",
                            what, name, closest);
    struct sr_text all = {0};
    for (size_t i = 0; i < count; i++) sr_text_printf(&all, "%s%s", i ? ", " : "", params[i].name);
    sr_error_set(error, SR_ERROR_ARGUMENT, "%s: no parameter \"%s\"; there are: %s", what, name,
                 sr_text_get(&all));
    sr_text_fini(&all);
    return SR_ERROR_ARGUMENT;
}

/* The next positional parameter that has not been given; SIZE_MAX when there is none. */
static size_t next_positional(const struct sr_args *args)
{
    for (size_t i = 0; args->params && args->params[i].name; i++)
        if (args->params[i].positional && !args->values[i].given) return i;
    return SIZE_MAX;
}

/* Length of the name in "name=value", 0 when the word is not of that form. */
static size_t name_length(const char *word)
{
    size_t length = 0;
    while (isalnum((unsigned char)word[length]) || word[length] == '_' || word[length] == '-')
        length++;
    return word[length] == '=' ? length : 0;
}

static enum sr_status take_word(struct sr_args *args, char *const *words, size_t *at, size_t count,
                                struct sr_words *rest, struct sr_error *error)
{
    const char *word = words[*at];
    size_t length = name_length(word),
           index = find(args->params, word, length ? length : strlen(word));
    size_t positional = next_positional(args);
    /* The rest of a line is taken as it is, whatever it looks like. */
    if (positional != SIZE_MAX && args->params[positional].type == SR_PARAM_LINE) {
        struct sr_text line = {0};
        for (; *at < count; ++*at) {
            if (line.length) sr_text_add(&line, " ");
            sr_words_quote(&line, words[*at]);
        }
        enum sr_status status = check(args->what, &args->params[positional], sr_text_get(&line),
                                      &args->values[positional], error);
        args->values[positional].given = true;
        sr_text_fini(&line);
        return status;
    }
    const char *value;
    if (length && index != SIZE_MAX) {
        value = word + length + 1;
    } else if (!length && index != SIZE_MAX && args->params[index].type == SR_PARAM_SWITCH) {
        value = "on";
    } else if (!length && positional != SIZE_MAX) {
        index = positional;
        value = word;
    } else if (rest) {
        sr_words_add(rest, word);
        return SR_OK;
    } else if (!length && table_length(args->params)) {
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "%s: \"%s\" is one word too many; parameters are given as name=value",
                            args->what, word);
    } else {
        return unknown(args->what, args->params, word, length ? length : strlen(word), error);
    }
    if (args->values[index].given)
        return sr_error_set(error, SR_ERROR_ARGUMENT, "%s: %s is given twice", args->what,
                            args->params[index].name);
    enum sr_status status =
        check(args->what, &args->params[index], value, &args->values[index], error);
    args->values[index].given = true;
    return status;
}

struct sr_args *sr_args_parse(const char *what, const struct sr_param *params, char *const *words,
                              size_t count, struct sr_words *rest, struct sr_error *error)
{
    size_t length = table_length(params);
    struct sr_args *args = sr_xalloc(sizeof *args);
    args->what = sr_xstrdup(what);
    args->params = params;
    args->values = sr_xalloc((length + 1) * sizeof *args->values);
    for (size_t i = 0; i < length; i++)
        if (params[i].fallback &&
            check(what, &params[i], params[i].fallback, &args->values[i], error))
            abort();
    for (size_t i = 0; i < count; i++)
        if (take_word(args, words, &i, count, rest, error)) goto fail;
    for (size_t i = 0; i < length; i++)
        if (params[i].required && !args->values[i].given) {
            struct sr_text usage = {0};
            sr_param_usage(&params[i], &usage);
            sr_error_set(error, SR_ERROR_ARGUMENT, "%s: %s is missing: %s", what,
                         sr_text_get(&usage), params[i].help);
            sr_text_fini(&usage);
            goto fail;
        }
    return args;
fail:
    sr_args_free(args);
    return NULL;
}

struct sr_args *sr_args_copy(const struct sr_args *args)
{
    size_t length = table_length(args->params);
    struct sr_args *copy = sr_xalloc(sizeof *copy);
    copy->what = sr_xstrdup(args->what);
    copy->params = args->params;
    copy->values = sr_xalloc((length + 1) * sizeof *copy->values);
    for (size_t i = 0; i < length; i++) {
        copy->values[i] = args->values[i];
        copy->values[i].text = sr_xstrdup(args->values[i].text);
    }
    return copy;
}

void sr_args_free(struct sr_args *args)
{
    if (!args) return;
    for (size_t i = 0; args->params && args->params[i].name; i++) free(args->values[i].text);
    free(args->values);
    free(args->what);
    free(args);
}

enum sr_status sr_args_set(struct sr_args *args, const char *name, const char *value,
                           struct sr_error *error)
{
    size_t index = find(args->params, name, strlen(name));
    if (index == SIZE_MAX) return unknown(args->what, args->params, name, strlen(name), error);
    enum sr_status status =
        check(args->what, &args->params[index], value, &args->values[index], error);
    if (!status) args->values[index].given = true;
    return status;
}

static const struct value *get(const struct sr_args *args, const char *name)
{
    size_t index = find(args->params, name, strlen(name));
    if (index == SIZE_MAX) abort();
    return &args->values[index];
}

const char *sr_args_text(const struct sr_args *args, const char *name)
{
    return get(args, name)->text;
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

bool sr_args_has(const struct sr_args *args, const char *name)
{
    return find(args->params, name, strlen(name)) != SIZE_MAX;
}

bool sr_args_range(const struct sr_args *args, const char *name, double *low, double *high)
{
    const struct value *value = get(args, name);
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
        const struct value *value = &args->values[i];
        if (!value->text || (!all && !value->given)) continue;
        struct sr_text word = {0};
        sr_text_printf(&word, "%s=%s", args->params[i].name, value->text);
        if (text->length > before) sr_text_add(text, " ");
        sr_words_quote(text, sr_text_get(&word));
        sr_text_fini(&word);
    }
}

void sr_param_usage(const struct sr_param *param, struct sr_text *text)
{
    static const char *const placeholders[] = {
        [SR_PARAM_TEXT] = "TEXT",   [SR_PARAM_INTEGER] = "N",       [SR_PARAM_NUMBER] = "X",
        [SR_PARAM_RANGE] = "A..B",  [SR_PARAM_LIST] = "N,N,...",    [SR_PARAM_FILE] = "FILE",
        [SR_PARAM_MODEL] = "MODEL", [SR_PARAM_FAMILY] = "FAMILY",   [SR_PARAM_CLASS] = "CLASS",
        [SR_PARAM_INDEX] = "INDEX", [SR_PARAM_COMMAND] = "COMMAND", [SR_PARAM_LINE] = "LINE",
        [SR_PARAM_SWITCH] = "",     [SR_PARAM_CHOICE] = "",
    };
    const char *open = param->required ? "" : "[", *close = param->required ? "" : "]";
    sr_text_add(text, open);
    if (param->type == SR_PARAM_SWITCH) {
        sr_text_add(text, param->name);
    } else {
        if (!param->positional) sr_text_printf(text, "%s=", param->name);
        if (param->type == SR_PARAM_CHOICE)
            for (const char *at = param->choices; *at; at++)
                sr_text_add_bytes(text, *at == ' ' ? "|" : at, 1);
        else if (param->positional &&
                 (param->type == SR_PARAM_TEXT || param->type == SR_PARAM_LINE))
            for (const char *at = param->name; *at; at++) {
                char c = (char)toupper((unsigned char)*at);
                sr_text_add_bytes(text, &c, 1);
            }
        else
            sr_text_add(text, placeholders[param->type]);
    }
    sr_text_add(text, close);
}
