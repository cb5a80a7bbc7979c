/* render_markdown.c - a reply as GitHub's Markdown. */
#include <stdlib.h>
#include <string.h>

#include "render.h"
#include "sartor/base/memory.h"

/* An empty line before whatever follows something. */
static void begin_part(struct sr_renderer *renderer, struct sr_text *out)
{
    if (renderer->begun) sr_text_add(out, "\n");
    renderer->begun = true;
    sr_text_clear(&renderer->head);
}

/* What was filled in, from behind its mark. Within code only a backquote could end it. */
static void add_value(struct sr_text *out, const char *value, size_t length, bool code)
{
    char *copy = sr_xprintf("%.*s", (int)length, value);
    for (char *at = copy; code && *at; at++)
        if (*at == '`') *at = '\'';
    if (code)
        sr_text_add(out, copy);
    else
        sr_text_add_markdown(out, copy);
    free(copy);
}

/* One line without the blanks before it. Our own backquotes make code of what is between them. */
static void add_line(struct sr_text *out, const char *line, const char *end)
{
    bool code = false;
    while (line < end && *line == ' ') line++;
    for (; line < end; line++) {
        if (*line == VALUE_BEGINS) {
            const char *close = strchr(line, VALUE_ENDS);
            add_value(out, line + 1, (size_t)(close - line - 1), code);
            line = close;
            continue;
        }
        if (*line == '`') code = !code;
        sr_text_add_bytes(out, line, 1);
    }
}

static bool is_empty(const char *line, const char *end)
{
    while (line < end && *line == ' ') line++;
    return line == end;
}

static void add_paragraph(struct sr_renderer *renderer, struct sr_text *out, const char *paragraph)
{
    bool begun = false, gap = false;
    for (const char *line = paragraph, *end; *line; line = *end ? end + 1 : end) {
        end = line + strcspn(line, "\n");
        if (is_empty(line, end)) {
            gap = true;
            continue;
        }
        if (!begun)
            begin_part(renderer, out);
        else
            sr_text_add(out, gap ? "\n\n" : "  \n");
        add_line(out, line, end);
        begun = true;
        gap = false;
    }
    if (begun) sr_text_add(out, "\n");
}

static void add_heading(struct sr_renderer *renderer, struct sr_text *out,
                        const struct sr_part *part)
{
    begin_part(renderer, out);
    for (int i = 0; i < part->level; i++) sr_text_add(out, "#");
    sr_text_add(out, " ");
    add_line(out, part->text, part->text + strlen(part->text));
    sr_text_add(out, "\n");
}

static void add_cells(struct sr_text *out, const struct layout *layout,
                      const struct sr_table *table, size_t row)
{
    sr_text_add(out, "|");
    for (size_t i = 0; i < layout->count; i++) {
        struct sr_text cell = {0};
        sr_table_cell_print(table, row, layout->columns[i], &cell);
        sr_text_add(out, " ");
        sr_text_add_markdown(out, sr_text_get(&cell));
        sr_text_add(out, " |");
        sr_text_fini(&cell);
    }
    sr_text_add(out, "\n");
}

static void add_head(struct sr_text *out, const struct layout *layout, const struct sr_table *table)
{
    sr_text_add(out, "|");
    for (size_t i = 0; i < layout->count; i++) {
        sr_text_add(out, " ");
        sr_text_add_markdown(out, table->columns[layout->columns[i]].label);
        sr_text_add(out, " |");
    }
    sr_text_add(out, "\n|");
    for (size_t i = 0; i < layout->count; i++)
        sr_text_add(out, table->columns[layout->columns[i]].left ? " --- |" : " ---: |");
    sr_text_add(out, "\n");
}

static void add_table(struct sr_renderer *renderer, struct sr_text *out,
                      const struct sr_table *table)
{
    struct layout layout;
    for (int part = 0; layout_begin(&layout, table, part, 0); part++) {
        struct sr_text head = {0};
        add_head(&head, &layout, table);
        if (strcmp(sr_text_get(&head), sr_text_get(&renderer->head)) != 0) {
            begin_part(renderer, out);
            sr_text_add(out, sr_text_get(&head));
        }
        for (size_t r = 0; r < sr_table_rows(table); r++) add_cells(out, &layout, table, r);
        sr_text_fini(&renderer->head);
        renderer->head = head;
        layout_end(&layout);
    }
}

/* Fences are longer than any row of backquotes between them. */
static void add_block(struct sr_renderer *renderer, struct sr_text *out, const char *block)
{
    int longest = 2, run = 0;
    for (const char *at = block; *at; at++) {
        run = *at == '`' ? run + 1 : 0;
        if (run > longest) longest = run;
    }
    char *fence = sr_xalloc((size_t)longest + 2);
    memset(fence, '`', (size_t)longest + 1);
    begin_part(renderer, out);
    sr_text_printf(out, "%s\n", fence);
    sr_text_add_lines(out, block);
    sr_text_printf(out, "%s%s\n", out->bytes[out->length - 1] == '\n' ? "" : "\n", fence);
    free(fence);
}

void render_markdown(struct sr_renderer *renderer, const struct sr_reply *reply,
                     struct sr_text *out)
{
    for (size_t i = 0; i < reply->count; i++) {
        const struct sr_part *part = &reply->parts[i];
        if (!(part->forms & SR_MARKDOWN)) continue;
        if (part->kind == SR_PART_TABLE || part->kind == SR_PART_ROWS)
            add_table(renderer, out, &part->table);
        else if (part->kind == SR_PART_PARAGRAPH)
            add_paragraph(renderer, out, part->text);
        else if (part->kind == SR_PART_BLOCK)
            add_block(renderer, out, part->text);
        else if (part->kind == SR_PART_HEADING)
            add_heading(renderer, out, part);
        else if (part->kind == SR_PART_RAW)
            sr_text_add(out, part->text);
    }
}
