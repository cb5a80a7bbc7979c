/* fuzz_text.c - any bytes as JSON, as numbers, and as foreign text for each of the places that show
 * it.
 */
#include "../fuzz.h"

#include "sartor/base/json.h"
#include "sartor/base/text.h"

/* Nothing that is left could steer a terminal: no control character but line breaks and tabs where
 * they may stay, no byte that is no UTF-8. */
static void must_be_shown(const char *text, bool lines)
{
    while (*text) {
        const uint32_t code = sr_utf8_next(&text);
        must((code >= ' ' && !(code >= 0x7f && code < 0xa0)) ||
             (lines && (code == '\n' || code == '\t')));
    }
}

static void show(const char *foreign)
{
    struct sr_text once = {0}, twice = {0}, other = {0};
    sr_text_add_visible(&once, foreign);
    must_be_shown(sr_text_get(&once), false);
    sr_text_add_visible(&twice, sr_text_get(&once));
    must(!strcmp(sr_text_get(&once), sr_text_get(&twice)));
    must(sr_utf8_width(sr_text_get(&once)) >= 0);
    sr_text_add_lines(&other, foreign);
    must_be_shown(sr_text_get(&other), true);
    sr_text_clear(&other);
    sr_text_add_markdown(&other, foreign);
    must_be_shown(sr_text_get(&other), true);
    sr_text_clear(&other);
    sr_text_add_csv(&other, foreign);
    must_be_shown(sr_text_get(&other), true);
    sr_text_clear(&other);
    sr_text_add_escaped(&other, foreign);
    must_be_shown(sr_text_get(&other), true);
    must(!strpbrk(sr_text_get(&other), "<>\"'"));
    sr_text_fini(&once);
    sr_text_fini(&twice);
    sr_text_fini(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct sr_error error = {0};
    char *text = input_text(bytes, length);
    double number;
    int64_t integer;
    struct sr_json *value = sr_json_parse(text, length, &error);
    if (value) {
        struct sr_text printed = {0};
        sr_json_print(value, &printed);
        sr_json_free(value);
        value = sr_json_parse(sr_text_get(&printed), printed.length, &error);
        must(value != NULL);
        sr_text_fini(&printed);
    } else {
        must_say(&error);
    }
    sr_json_free(value);
    sr_parse_double(text, &number);
    sr_parse_integer(text, &integer);
    show(text);
    free(text);
    return 0;
}
