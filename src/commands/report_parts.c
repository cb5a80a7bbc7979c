/* report_parts.c - the parts of a report: tables with their files, figures, and the whole as
 * Markdown and as one self-contained page. */
#include "study.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"

struct sr_table *report_table(struct report *report, const char *const *head)
{
    struct sr_table *table = sr_reply_rows(&report->reply, NULL, NULL);
    for (size_t i = 0; head[i]; i++)
        sr_table_add_column(table,
                            &(struct sr_column){.key = head[i], .label = head[i], .left = !i});
    return table;
}

void report_row(struct sr_table *table, const char *const *cells)
{
    for (; *cells; cells++) sr_table_text(table, *cells);
}

enum sr_status report_keep(struct report *report, const struct sr_table *table, const char *name,
                           struct sr_error *error)
{
    struct sr_text csv = {0}, json = {0};
    char *csv_path = sr_xprintf("%s/tables/%s.csv", report->directory, name),
         *json_path = sr_xprintf("%s/tables/%s.json", report->directory, name);
    struct sr_json *rows = sr_table_json(table);
    sr_table_csv(table, &csv);
    sr_json_print(rows, &json);
    sr_text_add(&json, "\n");
    enum sr_status status = sr_file_write(csv_path, csv.bytes, csv.length, error);
    if (!status) status = sr_file_write(json_path, json.bytes, json.length, error);
    sr_json_free(rows);
    sr_text_fini(&csv);
    sr_text_fini(&json);
    free(csv_path);
    free(json_path);
    return status;
}

/* Links to files of one name, those of `files` that are there, behind what was said last. Only in
 * Markdown: the page stands for itself. */
static void add_links(struct report *report, const char *name, const char *const (*files)[2])
{
    for (; (*files)[0]; files++) {
        char *place = sr_xprintf("%s/%s.%s", (*files)[0], name, (*files)[1]),
             *path = sr_path_join(report->directory, place);
        if (sr_path_exists(path)) sr_reply_more(&report->reply, " [%s](%s)", (*files)[1], place);
        free(path);
        free(place);
    }
}

enum sr_status report_link(struct report *report, const struct sr_table *table, const char *name,
                           struct sr_error *error)
{
    static const char *const files[][2] = {{"tables", "csv"}, {"tables", "json"}, {NULL, NULL}};
    enum sr_status status = report_keep(report, table, name, error);
    if (status) return status;
    sr_reply_only(&report->reply, SR_MARKDOWN);
    sr_reply_say(&report->reply, "The table as");
    add_links(report, name, files);
    sr_reply_only(&report->reply, SR_FOR_ALL);
    return SR_OK;
}

static void embed(struct report *report, const char *bytes, size_t length, const char *caption)
{
    struct sr_text html = {0};
    sr_text_add(&html, "<figure><img src=\"data:image/png;base64,");
    sr_text_add_base64(&html, bytes, length);
    sr_text_add(&html, "\" alt=\"");
    sr_text_add_escaped(&html, caption);
    sr_text_add(&html, "\"><figcaption>");
    sr_text_add_escaped(&html, caption);
    sr_text_add(&html, "</figcaption></figure>\n");
    sr_reply_raw(&report->reply, SR_HTML, sr_text_get(&html));
    sr_text_fini(&html);
}

enum sr_status report_figure(struct report *report, const char *name, const char *caption,
                             struct sr_error *error)
{
    static const char *const files[][2] = {
        {"figures", "svg"}, {"tables", "csv"}, {"tables", "json"}, {NULL, NULL}};
    size_t length;
    char *path = sr_xprintf("%s/figures/%s.png", report->directory, name);
    char *bytes = NULL;
    enum sr_status status = SR_OK;
    if (sr_path_exists(path)) {
        bytes = sr_file_read(path, 64 << 20, &length, error);
        if (!bytes) status = error->status;
    }
    if (bytes) {
        embed(report, bytes, length, caption);
        sr_reply_only(&report->reply, SR_MARKDOWN);
        sr_reply_say(&report->reply, "![%s](figures/%s.png)\n\n*%s.*", caption, name, caption);
        add_links(report, name, files);
        sr_reply_only(&report->reply, SR_FOR_ALL);
    }
    free(bytes);
    free(path);
    return status;
}

enum sr_status report_family_figures(struct report *report, const struct family_figure *figure,
                                     struct sr_error *error)
{
    enum sr_status status = SR_OK;
    for (size_t i = 0; !status && sr_model_classes[i]; i++) {
        const struct sr_model_class *class = sr_model_classes[i];
        const char *called = figure->titled ? class->title : class->name;
        char name[64], caption[160];
        if (!figure->has(class)) continue;
        snprintf(name, sizeof name, "%s-%s", figure->name, class->name);
        snprintf(caption, sizeof caption, "%s%c%s%s", figure->before,
                 tolower((unsigned char)*called), called + 1, figure->after);
        status = report_figure(report, name, caption, error);
    }
    return status;
}

const struct sr_evaluation *report_evaluation(const struct ranking *ranking,
                                              const struct sr_entry *entry)
{
    return &sr_session_predicted(ranking->session, entry, SR_SPLIT_TEST)->evaluation;
}

enum sr_status report_write(struct report *report, struct sr_error *error)
{
    static const char before[] =
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
        "</style></head><body>\n";
    struct sr_renderer in_markdown = {.form = SR_MARKDOWN}, in_html = {.form = SR_HTML};
    char *markdown_path = sr_path_join(report->directory, "report.md"),
         *html_path = sr_path_join(report->directory, "report.html");
    struct sr_text markdown = {0}, page = {0};
    sr_render(&in_markdown, &report->reply, &markdown);
    sr_text_add(&page, before);
    sr_render(&in_html, &report->reply, &page);
    sr_text_add(&page, "</body></html>\n");
    enum sr_status status = sr_file_write(markdown_path, markdown.bytes, markdown.length, error);
    if (!status) status = sr_file_write(html_path, page.bytes, page.length, error);
    sr_renderer_fini(&in_markdown);
    sr_renderer_fini(&in_html);
    sr_text_fini(&markdown);
    sr_text_fini(&page);
    free(markdown_path);
    free(html_path);
    return status;
}
