#include "sartor/base/json.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* struct sr_json is jansson's json_t under another name: never defined, only cast. */
static json_t *in(const struct sr_json *value)
{
    return (json_t *)(uintptr_t)value;
}
static struct sr_json *out(json_t *value)
{
    if (!value) abort();
    return (struct sr_json *)value;
}

struct sr_json *sr_json_object(void)
{
    return out(json_object());
}
struct sr_json *sr_json_array(void)
{
    return out(json_array());
}
void sr_json_free(struct sr_json *value)
{
    json_decref(in(value));
}

struct sr_json *sr_json_ref(struct sr_json *value)
{
    json_incref(in(value));
    return value;
}

struct sr_json *sr_json_null(void)
{
    return out(json_null());
}

struct sr_json *sr_json_from_number(double value)
{
    if (!isfinite(value)) return out(json_null());
    if (value == floor(value) && fabs(value) < 1e15) return out(json_integer((json_int_t)value));
    return out(json_real(value));
}

/* Text that is not UTF-8 (a file's name, say) would be refused: bad bytes become U+FFFD. */
struct sr_json *sr_json_from_text(const char *text)
{
    if (!text) return out(json_null());
    json_t *value = json_string(text);
    if (value) return out(value);
    struct sr_text clean = {0};
    for (uint32_t code; (code = sr_utf8_next(&text));) sr_text_add_glyph(&clean, code);
    value = json_string(sr_text_get(&clean));
    sr_text_fini(&clean);
    return out(value);
}

struct sr_json *sr_json_from_integer(int64_t value)
{
    return out(json_integer((json_int_t)value));
}

struct sr_json *sr_json_from_bool(bool flag)
{
    return out(json_boolean(flag));
}

void sr_json_set(struct sr_json *object, const char *key, struct sr_json *value)
{
    if (json_object_set_new(in(object), key, in(value))) abort();
}

void sr_json_set_text(struct sr_json *object, const char *key, const char *text)
{
    sr_json_set(object, key, sr_json_from_text(text));
}

void sr_json_set_number(struct sr_json *object, const char *key, double value)
{
    sr_json_set(object, key, sr_json_from_number(value));
}

void sr_json_set_integer(struct sr_json *object, const char *key, int64_t value)
{
    sr_json_set(object, key, sr_json_from_integer(value));
}

void sr_json_set_bool(struct sr_json *object, const char *key, bool flag)
{
    sr_json_set(object, key, sr_json_from_bool(flag));
}

void sr_json_set_numbers(struct sr_json *object, const char *key, const double *numbers,
                         size_t count)
{
    struct sr_json *array = sr_json_array();
    for (size_t i = 0; i < count; i++) sr_json_add_number(array, numbers[i]);
    sr_json_set(object, key, array);
}

void sr_json_add(struct sr_json *array, struct sr_json *value)
{
    if (json_array_append_new(in(array), in(value))) abort();
}

void sr_json_add_text(struct sr_json *array, const char *text)
{
    sr_json_add(array, sr_json_from_text(text));
}
void sr_json_add_number(struct sr_json *array, double value)
{
    sr_json_add(array, sr_json_from_number(value));
}
void sr_json_add_integer(struct sr_json *array, int64_t value)
{
    sr_json_add(array, sr_json_from_integer(value));
}

static int append(const char *bytes, size_t size, void *text)
{
    sr_text_add_bytes(text, bytes, size);
    return 0;
}

/* Only strings can hold what sr_utf8_shown escapes; JSON has an escape of its own for it. */
static void add_escaped(struct sr_text *text, const char *json)
{
    while (*json) {
        const char *start = json;
        while (*json >= ' ' && *json < 0x7F) json++;
        sr_text_add_bytes(text, start, (size_t)(json - start));
        if (!*json) return;
        char shown[SR_SHOWN_SIZE];
        start = json;
        sr_utf8_shown(&json, shown);
        const uint32_t code = sr_utf8_next(&start);
        if (shown[0] != '\\')
            sr_text_add(text, shown);
        else if (code <= 0xFFFF)
            sr_text_printf(text, "\\u%04X", code);
        else
            sr_text_printf(text, "\\u%04X\\u%04X", 0xD800 + ((code - 0x10000) >> 10),
                           0xDC00 + ((code - 0x10000) & 0x3FF));
    }
}

void sr_json_print(const struct sr_json *value, struct sr_text *text)
{
    struct sr_text dump = {0};
    if (json_dump_callback(in(value), append, &dump, JSON_ENCODE_ANY | JSON_REAL_PRECISION(9)))
        abort();
    add_escaped(text, sr_text_get(&dump));
    sr_text_fini(&dump);
}

struct sr_json *sr_json_parse(const char *bytes, size_t length, struct sr_error *error)
{
    json_error_t why;
    json_t *value = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &why);
    if (!value)
        sr_error_set(error, SR_ERROR_FORMAT, "JSON line %d, column %d: %s", why.line, why.column,
                     why.text);
    return (struct sr_json *)value;
}

const struct sr_json *sr_json_get(const struct sr_json *object, const char *key)
{
    return (const struct sr_json *)json_object_get(in(object), key);
}

const char *sr_json_text(const struct sr_json *value)
{
    return json_string_value(in(value));
}

double sr_json_number(const struct sr_json *value, double fallback)
{
    return json_is_number(in(value)) ? json_number_value(in(value)) : fallback;
}

bool sr_json_is_object(const struct sr_json *value)
{
    return json_is_object(in(value));
}
bool sr_json_is_array(const struct sr_json *value)
{
    return json_is_array(in(value));
}

size_t sr_json_length(const struct sr_json *value)
{
    return json_is_array(in(value)) ? json_array_size(in(value)) : json_object_size(in(value));
}

const struct sr_json *sr_json_at(const struct sr_json *array, size_t index)
{
    return (const struct sr_json *)json_array_get(in(array), index);
}

void sr_json_each(const struct sr_json *object,
                  void (*visit)(void *context, const char *key, const struct sr_json *value),
                  void *context)
{
    const char *key;
    json_t *value;
    json_object_foreach(in(object), key, value) visit(context, key, (const struct sr_json *)value);
}
