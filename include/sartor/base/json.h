/* json.h - JSON values, on jansson, which no other room includes.
 *
 * A struct sr_json is a value; an object or array owns the values added to it.
 * Numbers print with up to 9 significant digits (a float's worth) unless whole;
 * NaN and infinities become null. Building cannot fail (it aborts when memory
 * is out); parsing reports line and column. */
#ifndef SARTOR_BASE_JSON_H
#define SARTOR_BASE_JSON_H

#include "sartor/base/error.h"
#include "sartor/base/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sr_json;

struct sr_json *sr_json_object(void);
struct sr_json *sr_json_array(void);
struct sr_json *sr_json_null(void);
struct sr_json *sr_json_from_text(const char *text); /* NULL: null */
struct sr_json *sr_json_from_number(double number);
struct sr_json *sr_json_from_integer(int64_t number);
struct sr_json *sr_json_from_bool(bool flag);
/* One reference more or less. */
struct sr_json *sr_json_ref(struct sr_json *value);
void sr_json_free(struct sr_json *value);

/* Members of an object, in the order they are set. */
void sr_json_set(struct sr_json *object, const char *key, struct sr_json *value);
void sr_json_set_text(struct sr_json *object, const char *key, const char *text); /* NULL: null */
void sr_json_set_number(struct sr_json *object, const char *key, double number);
void sr_json_set_integer(struct sr_json *object, const char *key, int64_t number);
void sr_json_set_bool(struct sr_json *object, const char *key, bool flag);
void sr_json_set_numbers(struct sr_json *object, const char *key, const double *numbers,
                         size_t count);

void sr_json_add(struct sr_json *array, struct sr_json *value);
void sr_json_add_text(struct sr_json *array, const char *text);
void sr_json_add_number(struct sr_json *array, double number);
void sr_json_add_integer(struct sr_json *array, int64_t number);

/* Append to `text`, on one line, without a newline. */
void sr_json_print(const struct sr_json *value, struct sr_text *text);

/* NULL and a sentence with line and column when malformed, duplicated or too deep. */
struct sr_json *sr_json_parse(const char *bytes, size_t length, struct sr_error *error);
/* Reading: borrowed results; NULL, or the fallback, when absent or of another type. */
const struct sr_json *sr_json_get(const struct sr_json *object, const char *key);
const char *sr_json_text(const struct sr_json *value);               /* of a string */
double sr_json_number(const struct sr_json *value, double fallback); /* of a number */
bool sr_json_is_object(const struct sr_json *value);
bool sr_json_is_array(const struct sr_json *value);
size_t sr_json_length(const struct sr_json *array_or_object);
const struct sr_json *sr_json_at(const struct sr_json *array, size_t index);
/* Visit an object's members in their order. */
void sr_json_each(const struct sr_json *object,
                  void (*visit)(void *context, const char *key, const struct sr_json *value),
                  void *context);

#endif
