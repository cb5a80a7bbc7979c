/* render_html.c - a reply as the body of a page. */
#include <stdlib.h>
#include <string.h>

#include "render.h"

/* Our own backquotes make code of what is between them; those that were filled in do not. */
static void add_sentences(struct sr_text *out, const char *paragraph)
{
    bool code = false, value = false;
    for (; *paragraph; paragraph++) {
        if (*paragraph == VALUE_BEGINS || *paragraph == VALUE_ENDS) {
            value = *paragraph == VALUE_BEGINS;
        } else if (*paragraph == '`' && !value) {
            sr_text_add(out, code ? "</code>" : "<code>");
            code = !code;
        } else {
            const size_t length = strcspn(paragraph + 1, "`\x01\x02") + 1;
            char *plain = strndup(paragraph, length);
            sr_text_add_escaped(out, plain);
            free(plain);
            paragraph += length - 1;
        }
    }
}

void render_html(const struct sr_reply *reply, struct sr_text *out)
{
    for (size_t i = 0; i < reply->count; i++) {
        const struct sr_part *part = &reply->parts[i];
        if (!(part->forms & SR_HTML)) continue;
        if (part->kind == SR_PART_TABLE || part->kind == SR_PART_ROWS) {
            sr_table_html(&part->table, 0, 0, out);
        } else if (part->kind == SR_PART_PARAGRAPH) {
            sr_text_add(out, "<p>");
            add_sentences(out, part->text);
            sr_text_add(out, "</p>\n");
        } else if (part->kind == SR_PART_BLOCK) {
            sr_text_add(out, "<pre>");
            sr_text_add_escaped(out, part->text);
            sr_text_add(out, "</pre>\n");
        } else if (part->kind == SR_PART_HEADING) {
            sr_text_printf(out, "<h%d>", part->level);
            add_sentences(out, part->text);
            sr_text_printf(out, "</h%d>\n", part->level);
        } else if (part->kind == SR_PART_RAW) {
            sr_text_add(out, part->text);
        }
    }
}
