/* screen.c - the screen to text or to a file, descriptions, panes. */
#include <config.h>

#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"
#include "sartor/panes/overlay.h"
#include "sartor/panes/pane.h"

SR_RUN(screen_run);

const struct sr_command sr_command_screen = {
    .name = "screen",
    .group = "output",
    .help = "The current pane as text, or as a file.",
    .params =
        (const struct sr_param[]){
            {"to", SR_PARAM_FILE,
             .help = "A .png, .svg or .pdf picture, a .txt or .ans (ANSI colours) text."},
            {"size", SR_PARAM_TEXT,
             .help =
                 "Columns and lines, such as 120x40 (default: the terminal's; in batch the option "
                 "size)."},
            {0}},
    .run = screen_run,
    .example = "pane confusion; screen to=confusion.png size=100x30",
};

SR_RUN(describe_run);

const struct sr_command sr_command_describe = {
    .name = "describe",
    .group = "output",
    .help = "The current pane in plain sentences.",
    .run = describe_run,
};

SR_RUN(pane_run);

const struct sr_command sr_command_pane = {
    .name = "pane",
    .group = "interface",
    .at_once = true,
    .direct = true,
    .help = "Go to a pane.",
    .params = (const struct sr_param[]){{"name", SR_PARAM_CHOICE, .positional = true,
                                         .required = true, .choices = SR_PANE_NAMES "next previous",
                                         .help = "Its name, or next or previous."},
                                        {0}},
    .run = pane_run,
};

static enum sr_status write_screen(struct sr_session *session, const struct sr_grid *grid,
                                   const char *path, struct sr_reply *reply, struct sr_error *error)
{
    const char *extension = sr_path_extension(path);
    bool ansi = !strcasecmp(extension, ".ans");
    if (ansi || !strcasecmp(extension, ".txt")) {
        struct sr_text text = {0};
        if (ansi)
            sr_grid_dump_ansi(grid, session->look.depth, &text);
        else
            sr_grid_dump_text(grid, &text);
        enum sr_status status = sr_file_write(path, sr_text_get(&text), text.length, error);
        sr_text_fini(&text);
        return status;
    }
    const char *provenance[] = {"Software", PACKAGE_STRING, "Command", "screen", NULL};
    struct sr_text undrawn = {0};
    struct sr_figure_options options = {
        .dark = !session->look.light, .provenance = provenance, .undrawn = &undrawn};
    enum sr_status status = sr_figure_write(path, &options, &sr_chart_cells, grid, error);
    if (!status) say_undrawn(reply, &undrawn);
    sr_text_fini(&undrawn);
    return status;
}

/* The pane at the time of the first run: another may be gone to while this one is computed. */
static const struct sr_pane *pane_of(const struct sr_session *session, struct sr_item *item)
{
    if (!item->state) item->state = (void *)sr_pane_current(session);
    return item->state;
}

SR_RUN(screen_run)
{
    SR_UNUSED;
    int columns, lines;
    const char *size = sr_args_text(args, "size");
    const bool as_it_is = !size && session->view.columns > 0;
    if (!size) size = sr_args_text(session->options, "size");
    if (!sr_size_parse(size, &columns, &lines))
        return sr_error_set(
            error, SR_ERROR_ARGUMENT,
            "screen: size=%s is not possible: it takes COLUMNSxLINES such as 120x40", size);
    if (as_it_is) {
        columns = session->view.columns;
        lines = session->view.lines;
    }
    struct sr_grid grid;
    const struct sr_pane *pane = sr_pane_current(session);
    sr_grid_init(&grid, columns, lines);
    session->view.pane = pane_of(session, item);
    sr_screen_draw(session, &grid);
    session->view.pane = pane;
    enum sr_status status = SR_OK;
    /* Drawing has asked for what the pane lacks: the picture waits for it. */
    if (!sr_session_settled(session))
        status = sr_error_set(error, SR_PENDING, "the pane is being computed");
    const char *to = sr_args_text(args, "to");
    if (!status && to) {
        status = write_screen(session, &grid, sr_args_path(args, "to"), reply, error);
    } else if (!status) {
        struct sr_text text = {0};
        sr_grid_dump_text(&grid, &text);
        sr_reply_record(reply, NULL);
        sr_reply_block(reply, "screen", sr_text_get(&text));
        sr_text_fini(&text);
    }
    reply->shown = true;
    sr_grid_fini(&grid);
    return status;
}

SR_RUN(describe_run)
{
    SR_UNUSED;
    struct sr_text text = {0};
    const struct sr_pane *pane = pane_of(session, item);
    pane->describe(session, &text);
    /* In the explorer a line over every pane says it. */
    if (session->data_is_sample && !session->interactive)
        sr_text_printf(&text, "\nThe data is the small sample that sartor ships. %s",
                       sr_dataset_advice());
    enum sr_status status = SR_OK;
    if (!sr_session_settled(session)) {
        status = sr_error_set(error, SR_PENDING, "the pane is being computed");
    } else {
        sr_reply_record(reply, NULL);
        sr_reply_text(reply, "pane", pane->name);
        sr_reply_block(reply, "text", sr_text_get(&text));
    }
    reply->apart = true;
    sr_text_fini(&text);
    return status;
}

SR_RUN(pane_run)
{
    SR_UNUSED;
    const char *name = sr_args_text(args, "name");
    const struct sr_pane *pane = !strcmp(name, "next")       ? sr_pane_beside(session, 1)
                                 : !strcmp(name, "previous") ? sr_pane_beside(session, -1)
                                                             : sr_pane_find(name, error);
    if (!pane) return error->status;
    session->view.pane = pane;
    session->view.trail_count = 0;
    sr_overlay_close(session);
    reply->shown = true;
    return SR_OK;
}
