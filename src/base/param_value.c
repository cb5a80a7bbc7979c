/* param_value.c - the types of parameters: how each is written and read. */
#include "param_value.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"

static bool bounded(const struct sr_param *param)
{
    return param->minimum < param->maximum;
}

/* Whole numbers without an exponent, which INTEGER does not take. */
static void add_number(struct sr_text *text, double number)
{
    bool whole = number == rint(number) && fabs(number) < 1e16;
    sr_text_printf(text, whole ? "%.0f" : "%g", number);
}

void sr_param_bounds(const struct sr_param *param, const char *between, struct sr_text *text)
{
    if (!bounded(param)) return;
    add_number(text, param->minimum);
    sr_text_add(text, between);
    add_number(text, param->maximum);
}

/* --- checking a value ------------------------------------------------------------------ */

/* Position of `word` among the space-separated `choices`; -1 when it is none of them. */
static int choice_of(const char *choices, const char *word)
{
    size_t length = strlen(word);
    int position = 0;
    for (const char *at = choices; at && *at; position++) {
        size_t span = strcspn(at, " ");
        if (span == length && length && !memcmp(at, word, length)) return position;
        at += span + strspn(at + span, " ");
    }
    return -1;
}

static enum sr_status refuse(const char *what, const struct sr_param *param, const char *text,
                             const char *wanted, struct sr_error *error)
{
    struct sr_text bounds = {0};
    if (bounded(param)) {
        sr_text_add(&bounds, " from ");
        sr_param_bounds(param, " to ", &bounds);
    }
    sr_error_set(error, SR_ERROR_ARGUMENT, "%s: %s=%s is not possible: it takes %s%s", what,
                 param->name, text, wanted, sr_text_get(&bounds));
    sr_text_fini(&bounds);
    return SR_ERROR_ARGUMENT;
}

static bool within(const struct sr_param *param, double number)
{
    return !bounded(param) || (number >= param->minimum && number <= param->maximum);
}

/* Each check reads `text` into `value`. NULL when it is right, else what the parameter takes. */

static const char *check_integer(const struct sr_param *param, const char *text,
                                 struct sr_param_value *value)
{
    int64_t integer;
    if (!sr_parse_integer(text, &integer) || !within(param, (double)integer))
        return "a whole number";
    value->number = (double)integer;
    return NULL;
}

static const char *check_number(const struct sr_param *param, const char *text,
                                struct sr_param_value *value)
{
    double number;
    if (!sr_parse_double(text, &number) || !within(param, number)) return "a number";
    value->number = number;
    return NULL;
}

/* 1 for the words that mean on, 0 for those that mean off, -1 for others. */
static int switch_of(const char *text)
{
    static const char *const words[] = {"off", "on", "no", "yes", "false", "true", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(text, words[i])) return i % 2;
    return -1;
}

static const char *switch_word(const char *text)
{
    return switch_of(text) ? "on" : "off";
}

static const char *check_switch(const struct sr_param *param, const char *text,
                                struct sr_param_value *value)
{
    (void)param;
    const int on = switch_of(text);
    if (on < 0) return "on or off";
    value->number = on;
    return NULL;
}

/* "a..b", "..b", "a..", "a" */
static const char *check_range(const struct sr_param *param, const char *text,
                               struct sr_param_value *value)
{
    (void)param;
    static const char wanted[] = "a range such as 0.2..0.6, ..0.6 or 0.9..";
    const char *dots = strstr(text, "..");
    double low = -INFINITY, high = INFINITY;
    if (!dots) {
        if (!sr_parse_double(text, &low)) return wanted;
        high = low;
    } else {
        char *left = sr_xprintf("%.*s", (int)(dots - text), text);
        bool good = (!*left || sr_parse_double(left, &low)) &&
                    (!dots[2] || sr_parse_double(dots + 2, &high)) && (*left || dots[2]);
        free(left);
        if (!good || low > high) return wanted;
    }
    value->number = low;
    value->high = high;
    return NULL;
}

static const char *check_list(const struct sr_param *param, const char *text,
                              struct sr_param_value *value)
{
    (void)value;
    char *copy = sr_xstrdup(text), *rest = copy;
    double number;
    bool good = true;
    for (char *item; good && (item = strsep(&rest, ","));)
        good = sr_parse_double(item, &number) && within(param, number);
    free(copy);
    return good ? NULL : "numbers separated by commas, each";
}

static const char *check_duration(const struct sr_param *param, const char *text,
                                  struct sr_param_value *value)
{
    (void)param;
    char *copy = sr_xstrdup(text);
    size_t length = strlen(copy);
    double unit = 1, number;
    if (length && strchr("smh", copy[length - 1])) {
        unit = copy[length - 1] == 'h' ? 3600 : copy[length - 1] == 'm' ? 60 : 1;
        copy[length - 1] = '\0';
    }
    bool good = sr_parse_double(copy, &number) && number > 0;
    free(copy);
    if (!good) return "a time such as 90s, 10m or 1h";
    value->number = number * unit;
    return NULL;
}

/* How each type is written, and what its text has to be. */
static const struct kind {
    const char *placeholder;
    const char *(*check)(const struct sr_param *param, const char *text,
                         struct sr_param_value *value);
    bool empty; /* the empty text is a value */
    bool many;  /* as a positional parameter it takes all bare words that are left */
    bool path;  /* the text is (or may be) a path */
} kinds[SR_PARAM_TYPES] = {
    [SR_PARAM_TEXT] = {.placeholder = "TEXT", .empty = true},
    [SR_PARAM_INTEGER] = {.placeholder = "N", .check = check_integer},
    [SR_PARAM_NUMBER] = {.placeholder = "X", .check = check_number},
    [SR_PARAM_SWITCH] = {.placeholder = "", .check = check_switch},
    [SR_PARAM_CHOICE] = {.placeholder = ""},
    [SR_PARAM_RANGE] = {.placeholder = "A..B", .check = check_range},
    [SR_PARAM_LIST] = {.placeholder = "N,N,...", .check = check_list},
    [SR_PARAM_DURATION] = {.placeholder = "TIME", .check = check_duration},
    [SR_PARAM_FILE] = {.placeholder = "FILE", .path = true},
    [SR_PARAM_LINE] = {.placeholder = "LINE", .empty = true},
    [SR_PARAM_MODEL] = {.placeholder = "MODEL"},
    [SR_PARAM_ENTRY] = {.placeholder = "MODEL"},
    [SR_PARAM_KEPT] = {.placeholder = "MODEL"},
    [SR_PARAM_MODELS] = {.placeholder = "MODEL", .many = true},
    [SR_PARAM_FAMILY] = {.placeholder = "FAMILY"},
    [SR_PARAM_CLASS] = {.placeholder = "CLASS"},
    [SR_PARAM_TAG] = {.placeholder = "TAG"},
    [SR_PARAM_SPLIT] = {.placeholder = ""},
    [SR_PARAM_SAMPLE] = {.placeholder = "SAMPLE"},
    [SR_PARAM_SAMPLES] = {.placeholder = "SAMPLE", .many = true},
    [SR_PARAM_JOB] = {.placeholder = "JOB"},
    [SR_PARAM_SETTINGS] = {.placeholder = "NAME"},
    [SR_PARAM_TOPIC] = {.placeholder = "TOPIC"},
};

static bool is_choice(const struct sr_param *param)
{
    return param->type == SR_PARAM_CHOICE || param->type == SR_PARAM_SPLIT;
}

static enum sr_status check_choice(const char *what, const struct sr_param *param, const char *text,
                                   struct sr_param_value *value, struct sr_error *error)
{
    int position = choice_of(param->choices, text);
    /* Where on and off are choices beside others, they have the words of a switch. */
    if (position < 0 && switch_of(text) >= 0)
        position = choice_of(param->choices, switch_word(text));
    if (position >= 0) {
        value->number = position;
        return SR_OK;
    }
    struct sr_words words;
    struct sr_text all = {0};
    const char *at = param->choices;
    enum sr_status status = sr_words_split(&at, &words, error);
    if (status) return status;
    const char *closest = sr_text_closest(text, words.items, words.count, sizeof *words.items);
    if (closest)
        sr_text_printf(&all, "; did you mean %s? It takes one of: ", closest);
    else
        sr_text_add(&all, ": it takes one of: ");
    sr_error_set(error, SR_ERROR_ARGUMENT, "%s: %s=%s is not possible%s%s", what, param->name, text,
                 sr_text_get(&all), param->choices);
    sr_text_fini(&all);
    sr_words_fini(&words);
    return SR_ERROR_ARGUMENT;
}

enum sr_status sr_param_value_set(struct sr_param_value *value, const char *what,
                                  const struct sr_param *param, const char *text,
                                  struct sr_error *error)
{
    const struct kind *kind = &kinds[param->type];
    if (is_choice(param)) {
        enum sr_status status = check_choice(what, param, text, value, error);
        if (status) return status;
    } else if (kind->check) {
        const char *wanted = kind->check(param, text, value);
        if (wanted) return refuse(what, param, text, wanted, error);
    } else if (!*text && !kind->empty) {
        return sr_error_set(error, SR_ERROR_ARGUMENT, "%s: %s= needs a value", what, param->name);
    }
    /* yes, true and 1 are kept as on: what is written down has one word for one thing. */
    const bool switched =
        param->type == SR_PARAM_SWITCH || (is_choice(param) && choice_of(param->choices, text) < 0);
    char *copy = sr_xstrdup(switched ? switch_word(text) : text); /* may be of the old value */
    sr_param_value_fini(value);
    value->text = copy;
    value->path = kind->path ? sr_path_expand(copy) : NULL;
    return SR_OK;
}

void sr_param_value_fini(struct sr_param_value *value)
{
    free(value->text);
    free(value->path);
    free(value->target);
    value->text = value->path = value->target = NULL;
}

const char *sr_param_value_bare(const struct sr_param *param)
{
    if (param->type == SR_PARAM_SWITCH) return param->form == SR_SWITCH_VALUE ? NULL : "on";
    return param->bare;
}

bool sr_param_value_many(const struct sr_param *param)
{
    return kinds[param->type].many;
}

static void add_letters(struct sr_text *text, const char *from, int (*change)(int))
{
    for (; *from; from++) {
        char c = (char)change((unsigned char)*from);
        sr_text_add_bytes(text, &c, 1);
    }
}

static int bar_for_blank(int c)
{
    return c == ' ' ? '|' : c;
}

/* What stands for the value of a parameter that is given as a bare word. */
static void add_placeholder(const struct sr_param *param, struct sr_text *text)
{
    const struct kind *kind = &kinds[param->type];
    if (param->type == SR_PARAM_TEXT || param->type == SR_PARAM_LINE)
        add_letters(text, param->name, toupper);
    else
        sr_text_add(text, kind->placeholder);
    if (kind->many) sr_text_add(text, "...");
}

void sr_param_usage(const struct sr_param *param, struct sr_text *text)
{
    const struct kind *kind = &kinds[param->type];
    sr_text_add(text, param->required ? "" : "[");
    if (param->type == SR_PARAM_SWITCH) {
        sr_text_printf(text, "%s%s", param->name, param->form == SR_SWITCH_VALUE ? "=on|off" : "");
    } else {
        if (!param->positional) sr_text_printf(text, param->bare ? "%s[=" : "%s=", param->name);
        if (is_choice(param))
            add_letters(text, param->choices, bar_for_blank);
        else if (param->positional)
            add_placeholder(param, text);
        else
            sr_text_printf(text, "%s%s", kind->placeholder, kind->many ? ",..." : "");
        if (param->bare) sr_text_add(text, "]");
    }
    sr_text_add(text, param->required ? "" : "]");
}

bool sr_param_has_choice(const struct sr_param *param, const char *word)
{
    return choice_of(param->choices, word) >= 0;
}

void sr_param_label(const struct sr_param *param, struct sr_text *text)
{
    if (param->positional && !is_choice(param))
        add_placeholder(param, text);
    else
        sr_text_add(text, param->name);
}
