#include "sartor/app/options.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/app/session.h"
#include "sartor/base/memory.h"
#include "task.h"

const struct sr_param sr_options[] = {
    {"data", SR_PARAM_FILE,
     .help = "Folder or file with the data: IDX files, pictures, CSV, NumPy's or CIFAR's files, or "
             "an archive of these."},
    {"opening", SR_PARAM_TEXT,
     .help = "How data is opened, as open's parameters: \"size=32 fit=crop colour=grey\"."},
    {"home", SR_PARAM_FILE,
     .help = "Where trained models are kept (default: the XDG data folder)."},
    {"seed", SR_PARAM_INTEGER, .fallback = "1", .minimum = 0, .maximum = 9e15,
     .help = "Seed of every training without a seed of its own."},
    {"threads", SR_PARAM_INTEGER, .fallback = "0", .minimum = 0, .maximum = 1024,
     .help = "Threads that compute, 0 for one per processor; results do not depend on it."},
    {"validation", SR_PARAM_NUMBER, .fallback = "0.0833333333", .minimum = 0, .maximum = 0.9,
     .help = "Share of the train file held out for validation; 0 trains on every row."},
    {"split_seed", SR_PARAM_INTEGER, .fallback = "1", .minimum = 0, .maximum = 9e15,
     .help = "Seed by which the validation rows are drawn."},
    {"decisions", SR_PARAM_SWITCH, .fallback = "off",
     .help =
         "Apply what has been decided (mark): labels become the classes decided on, and samples "
         "that are dropped or flagged are left out, wherever the data is shown, trained on, "
         "judged or exported."},
    {"calibrate", SR_PARAM_SWITCH, .fallback = "on",
     .help = "Calibrate probabilities on validation rows, so that they say how often the model is "
             "right; off: show the model's own."},
    {"coverage", SR_PARAM_NUMBER, .fallback = "90", .minimum = 50, .maximum = 99.9,
     .help = "How often, in %, the set of classes beside a prediction should hold the true class. "
             "A set is never empty, so a model that is right more often than this covers as often "
             "as it is right."},
    {"coverage_by", SR_PARAM_CHOICE, .fallback = "all", .choices = "all class",
     .help = "Keep to coverage over all classes together, or for each class, with larger sets."},
    {"glyphs", SR_PARAM_CHOICE, .fallback = "auto", .choices = "auto unicode ascii",
     .help = "Characters to draw with; auto follows the locale."},
    {"colours", SR_PARAM_CHOICE, .fallback = "auto", .choices = "auto direct 256 16 8 none",
     .help = "Colours to draw with; auto follows TERM, COLORTERM and NO_COLOR, and no more are "
             "drawn than these say that the terminal has."},
    {"background", SR_PARAM_CHOICE, .fallback = "dark", .choices = "dark light",
     .help = "The terminal's background, for colours that read well on it."},
    {"thumbnails", SR_PARAM_CHOICE, .fallback = "natural", .choices = "small natural large",
     .help = "Size of the pictures in Browse: natural as large as 4 x 2 of them fit, small half as "
             "large, each cell the average of its pixels, large twice as large."},
    {"refresh", SR_PARAM_INTEGER, .fallback = "30", .minimum = 1, .maximum = 60,
     .help = "Frames a second at most; fewer help a slow link."},
    {"autorun", SR_PARAM_SWITCH, .fallback = "on",
     .help = "Explain each sample as the Explain pane comes to it; off waits for Enter."},
    {"ask_replace", SR_PARAM_SWITCH, .fallback = "on",
     .help = "In the explorer: ask before a model of your own is replaced by another."},
    {"ask_stop", SR_PARAM_SWITCH, .fallback = "on",
     .help = "In the explorer: ask before a running training is stopped."},
    {"cursor", SR_PARAM_SWITCH, .fallback = "off",
     .help = "Show the terminal's cursor on what is selected. It is there also while it is not "
             "shown, for screen readers and braille lines."},
    {"mouse", SR_PARAM_SWITCH, .fallback = "off",
     .help = "Take clicks and the wheel (text is then selected with Shift)."},
    {"size", SR_PARAM_TEXT, .fallback = "80x24",
     .help = "Columns and lines of the screen in batch."},
    {0},
};

/* Colours are not limited here; when `colours` is auto, the explorer limits them to those of its
 * terminal. */
void sr_session_refresh_look(struct sr_session *session)
{
    const char *glyphs = sr_args_text(session->options, "glyphs");
    const char *colours = sr_args_text(session->options, "colours");
    const char *no_color = getenv("NO_COLOR");
    session->look.light = !strcmp(sr_args_text(session->options, "background"), "light");
    session->look.ascii = !strcmp(glyphs, "ascii") ||
                          (!strcmp(glyphs, "auto") && strcmp(nl_langinfo(CODESET), "UTF-8"));
    static const char *const names[] = {"none", "8", "16", "256", "direct"};
    session->look.depth = no_color && *no_color ? SR_DEPTH_NONE : SR_DEPTH_DIRECT;
    for (int i = 0; i < 5; i++)
        if (!strcmp(colours, names[i])) session->look.depth = (enum sr_depth)i;
}

bool sr_size_parse(const char *text, int *columns, int *lines)
{
    char rest;
    return sscanf(text, "%dx%d%c", columns, lines, &rest) == 2 && *columns >= 1 && *lines >= 1 &&
           *columns <= 1000 && *lines <= 1000;
}

enum sr_status sr_session_set(struct sr_session *session, const char *name, const char *value,
                              struct sr_error *error)
{
    if (!strcmp(name, "threads") || !strcmp(name, "home"))
        return sr_error_set(error, SR_ERROR_STATE, "set: %s is given at the start: sartor --%s %s",
                            name, name, value);
    int columns, lines;
    if (!strcmp(name, "size") && !sr_size_parse(value, &columns, &lines))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "set: size=%s is not possible: it takes COLUMNSxLINES such as 120x40",
                            value);
    if (!strcmp(name, "opening") && sr_opening_read_words(value, &(struct sr_opening){0}, error))
        return error->status;
    bool splits = !strcmp(name, "validation") || !strcmp(name, "split_seed");
    char *before = splits ? sr_xstrdup(sr_args_text(session->options, name)) : NULL;
    enum sr_status status = sr_args_set(session->options, name, value, error);
    if (!status && splits) {
        status = sr_session_resplit(session, error);
        if (status) sr_args_set(session->options, name, before, &(struct sr_error){0});
    }
    free(before);
    if (!status && !strcmp(name, "decisions")) status = sr_session_apply_decisions(session, error);
    if (!status && !strcmp(name, "data")) status = sr_session_open(session, value, error);
    if (!status) sr_session_refresh_look(session);
    return status;
}
