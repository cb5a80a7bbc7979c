/* report_text.c - a report as Markdown and as one self-contained page at once: headings,
 * paragraphs, tables, figures. */
#include "study.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"

void report_heading(struct report *report, int level, const char *plain)
{
    for (int i = 0; i < level; i++) sr_text_add(&report->markdown, "#");
    sr_text_printf(&report->markdown, " %s\n\n", plain);
    sr_text_printf(&report->html, "<h%d>", level);
    sr_text_add_escaped(&report->html, plain);
    sr_text_printf(&report->html, "</h%d>\n", level);
}

void report_paragraph(struct report *report, const char *format, ...)
{
    va_list list;
    char *plain;
    va_start(list, format);
    if (vasprintf(&plain, format, list) < 0) abort();
    va_end(list);
    sr_text_printf(&report->markdown, "%s\n\n", plain);
    sr_text_add(&report->html, "<p>");
    bool code = false; /* between backquotes */
    char *rest = plain;
    for (char *part; (part = strsep(&rest, "`")); code = !code) {
        if (code) sr_text_add(&report->html, "<code>");
        sr_text_add_escaped(&report->html, part);
        if (code) sr_text_add(&report->html, "</code>");
    }
    sr_text_add(&report->html, "</p>\n");
    free(plain);
}

/* --- tables ---------------------------------------------------------------------------- */

static void add_csv(struct sr_text *csv, const char *cell)
{
    bool quote = strpbrk(cell, ",\"\n") != NULL;
    if (quote) sr_text_add(csv, "\"");
    for (const char *c = cell; *c; c++) {
        if (*c == '"') sr_text_add(csv, "\"");
        sr_text_add_bytes(csv, c, 1);
    }
    if (quote) sr_text_add(csv, "\"");
}

static void add_row(struct report_table *table, bool head, const char *const *cells)
{
    struct report *report = table->report;
    sr_text_add(&report->markdown, "|");
    sr_text_add(&report->html, "<tr>");
    for (size_t i = 0; cells[i]; i++) {
        sr_text_printf(&report->markdown, " %s |", cells[i]);
        sr_text_printf(&report->html, "<t%c>", head ? 'h' : 'd');
        sr_text_add_escaped(&report->html, cells[i]);
        sr_text_printf(&report->html, "</t%c>", head ? 'h' : 'd');
        if (i) sr_text_add(&table->csv, ",");
        add_csv(&table->csv, cells[i]);
    }
    sr_text_add(&report->markdown, "\n");
    sr_text_add(&report->html, "</tr>\n");
    sr_text_add(&table->csv, "\n");
}

void report_table_begin(struct report_table *table, struct report *report, const char *const *head)
{
    *table = (struct report_table){.report = report, .json = sr_json_array(), .head = head};
    sr_text_add(&report->html, "<table>\n");
    add_row(table, true, head);
    sr_text_add(&report->markdown, "|");
    for (size_t i = 0; head[i]; i++) sr_text_add(&report->markdown, i ? " ---: |" : " --- |");
    sr_text_add(&report->markdown, "\n");
}

void report_table_row(struct report_table *table, const char *const *cells)
{
    struct sr_json *object = sr_json_object();
    add_row(table, false, cells);
    for (size_t i = 0; cells[i]; i++) sr_json_set_text(object, table->head[i], cells[i]);
    sr_json_add(table->json, object);
}

enum sr_status report_json(const struct report *report, const char *name,
                           const struct sr_json *json, struct sr_error *error)
{
    struct sr_text text = {0};
    char *path = sr_xprintf("%s/tables/%s.json", report->directory, name);
    sr_json_print(json, &text);
    sr_text_add(&text, "\n");
    enum sr_status status = sr_file_write(path, text.bytes, text.length, error);
    free(path);
    sr_text_fini(&text);
    return status;
}

/* Links to files of one name, those of `files` that are there. Only in Markdown: the page stands
 * for itself. */
static void add_links(struct report *report, const char *name, const char *const (*files)[2])
{
    for (; (*files)[0]; files++) {
        char *place = sr_xprintf("%s/%s.%s", (*files)[0], name, (*files)[1]),
             *path = sr_path_join(report->directory, place);
        if (sr_path_exists(path))
            sr_text_printf(&report->markdown, " [%s](%s)", (*files)[1], place);
        free(path);
        free(place);
    }
}

enum sr_status report_table_end(struct report_table *table, const char *name,
                                struct sr_error *error)
{
    static const char *const files[][2] = {{"tables", "csv"}, {"tables", "json"}, {NULL, NULL}};
    struct report *report = table->report;
    sr_text_add(&report->markdown, "\n");
    sr_text_add(&report->html, "</table>\n");
    char *path = sr_xprintf("%s/tables/%s.csv", report->directory, name);
    enum sr_status status =
        name ? sr_file_write(path, table->csv.bytes, table->csv.length, error) : SR_OK;
    if (!status && name) status = report_json(report, name, table->json, error);
    if (!status && name) {
        sr_text_add(&report->markdown, "The table as");
        add_links(report, name, files);
        sr_text_add(&report->markdown, "\n\n");
    }
    free(path);
    sr_json_free(table->json);
    sr_text_fini(&table->csv);
    return status;
}

/* A figure of the folder: linked in Markdown, embedded in the page. One that a script of someone's
 * own did not make is left out. */
enum sr_status report_figure(struct report *report, const char *name, const char *caption,
                             struct sr_error *error)
{
    size_t length;
    static const char *const files[][2] = {
        {"figures", "svg"}, {"tables", "csv"}, {"tables", "json"}, {NULL, NULL}};
    char *path = sr_xprintf("%s/figures/%s.png", report->directory, name);
    enum sr_status status = SR_OK;
    if (sr_path_exists(path)) {
        char *bytes = sr_file_read(path, 64 << 20, &length, error);
        if (bytes) {
            sr_text_printf(&report->markdown, "![%s](figures/%s.png)\n\n*%s.*", caption, name,
                           caption);
            add_links(report, name, files);
            sr_text_add(&report->markdown, "\n\n");
            sr_text_add(&report->html, "<figure><img src=\"data:image/png;base64,");
            sr_text_add_base64(&report->html, bytes, length);
            sr_text_add(&report->html, "\" alt=\"");
            sr_text_add_escaped(&report->html, caption);
            sr_text_add(&report->html, "\"><figcaption>");
            sr_text_add_escaped(&report->html, caption);
            sr_text_add(&report->html, "</figcaption></figure>\n");
            free(bytes);
        } else {
            status = error->status;
        }
    }
    free(path);
    return status;
}

/* --- files --------------------------------------------------------------------------------- */

enum sr_status report_write(struct report *report, struct sr_error *error)
{
    char *markdown = sr_path_join(report->directory, "report.md"),
         *html = sr_path_join(report->directory, "report.html");
    struct sr_text page = {0};
    sr_text_add(
        &page,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width\"><title>A study by "
        "sartor</title>\n<style>"
        "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 "
        "1em;color:#222;background:#fff}"
        "table{border-collapse:collapse;display:block;overflow-x:auto;font-size:.85em;margin:1em 0}"
        "td,th{padding:.25em .6em;border-bottom:1px solid #ddd;text-align:right;vertical-align:top}"
        "td:first-child,th:first-child{text-align:left}figure{margin:1.5em 0}img{max-width:100%}"
        "figcaption{color:#555;font-size:.9em}pre{overflow-x:auto;background:#f5f5f5;padding:.6em;"
        "font-size:.8em}"
        "</style></head><body>\n");
    sr_text_add(&page, sr_text_get(&report->html));
    sr_text_add(&page, "</body></html>\n");
    enum sr_status status =
        sr_file_write(markdown, report->markdown.bytes, report->markdown.length, error);
    if (!status) status = sr_file_write(html, page.bytes, page.length, error);
    sr_text_fini(&page);
    free(markdown);
    free(html);
    return status;
}
