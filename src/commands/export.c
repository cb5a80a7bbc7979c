#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "sartor/base/file.h"

static const struct {
    const char *name, *takes, *help;
} figures[] = {
#define ENTRY(name, takes, help) {#name, takes, help},
    FIGURES(ENTRY)
#undef ENTRY
};
enum { FIGURE_COUNT = sizeof figures / sizeof *figures };

/* What any figure takes. */
static const char common[] = "figure to width height resolution dark plotly";

static bool holds(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = words; (at = strstr(at, word)); at += length)
        if ((at == words || at[-1] == ' ') && (!at[length] || at[length] == ' ')) return true;
    return false;
}

bool figure_takes(const char *figure, const char *param)
{
    for (int f = 0; f < FIGURE_COUNT; f++)
        if (!strcmp(figures[f].name, figure))
            return holds(figures[f].takes, param) || holds(common, param);
    return true;
}

/* A word that does nothing is a mistake of somebody's. */
static enum sr_status check_words(const struct sr_args *args, const char *figure,
                                  struct sr_error *error)
{
    size_t f = 0;
    while (strcmp(figures[f].name, figure) != 0)
        f++; /* the table of parameters lets no other name in */
    for (const struct sr_param *param = sr_args_params(args); param->name; param++)
        if (sr_args_given(args, param->name) && !figure_takes(figure, param->name))
            return sr_error_set(error, SR_ERROR_ARGUMENT, "export %s takes no %s; it takes: %s",
                                figure, param->name, figures[f].takes);
    if (holds(figures[f].takes, "models") && holds(figures[f].takes, "model") &&
        sr_args_given(args, "models") && sr_args_given(args, "model"))
        return sr_error_set(error, SR_ERROR_ARGUMENT, "export %s: give model or models, not both",
                            figure);
    return SR_OK;
}

char *figure_command(const char *verb, const struct sr_args *args)
{
    struct sr_error ignored;
    static const char *const files[] = {"to", "plotly"};
    struct sr_args *copy = sr_args_copy(args);
    struct sr_text line = {0};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const char *slash = sr_args_has(args, files[i]) && sr_args_given(args, files[i])
                                ? strrchr(sr_args_text(args, files[i]), '/')
                                : NULL;
        if (slash) sr_args_set(copy, files[i], slash + 1, &ignored);
    }
    sr_text_printf(&line, "%s ", verb);
    sr_args_print(copy, false, &line);
    sr_args_free(copy);
    return sr_text_take(&line);
}

SR_RUN(export_run)
{
    SR_UNUSED;
    const char *split = sr_args_text(args, "split"), *figure = sr_args_text(args, "figure");
    const char *plotly = sr_args_text(args, "plotly");
    int target;
    enum sr_status status = check_words(args, figure, error);
    if (!status) status = class_of(session, sr_args_text(args, "target"), &target, error);
    if (status) return status;
    char *path = sr_path_expand(sr_args_text(args, "to")),
         *script = plotly ? sr_path_expand(plotly) : NULL;
    char *command = figure_command("export", args);
    struct figure_request request = {
        .path = path,
        .plotly = script,
        .command = command,
        .model = sr_args_text(args, "model"),
        .models = sr_args_text(args, "models"),
        .vs = sr_args_text(args, "vs"),
        .split = split ? (int)split_of(session, args, NULL) : -1,
        .class = sr_args_text(args, "class"),
        .index = sr_args_text(args, "index"),
        .wrong = sr_args_switch(args, "wrong"),
        .right = sr_args_switch(args, "right"),
        .method = sr_args_text(args, "method"),
        .layer = sr_args_text(args, "layer"),
        .target = target,
        .shares = sr_args_switch(args, "shares") || sr_args_switch(args, "of_predicted"),
        .of_predicted = sr_args_switch(args, "of_predicted"),
        .linear = sr_args_switch(args, "linear"),
        .dark = sr_args_switch(args, "dark"),
        .augment = {.flip = sr_args_switch(args, "flip"),
                    .shift = sr_args_number(args, "shift"),
                    .rotation = sr_args_number(args, "rotation"),
                    .scale = sr_args_number(args, "scale"),
                    .erase = sr_args_number(args, "erase"),
                    .brightness = sr_args_number(args, "brightness"),
                    .noise = sr_args_number(args, "noise")},
        .width = sr_args_number(args, "width") * 72 / 25.4,
        .height = sr_args_number(args, "height") * 72 / 25.4,
        .resolution = sr_args_number(args, "resolution"),
        .count = (int)sr_args_integer(args, "count"),
    };
    status = figure_write(session, figure, &request, error);
    if (!status && reply->json) {
        struct sr_json *object = sr_reply_object(reply);
        sr_json_set_text(object, "figure", figure);
        sr_json_set_text(object, "file", path);
        sr_reply_add(reply, object);
    } else if (!status) {
        sr_text_printf(&reply->text, "%s written to %s\n", figure, path);
    }
    free(command);
    free(script);
    free(path);
    return status;
}

/* The names of the list, apart by blanks. */
#define NAME(name, takes, help) " " #name

const struct sr_command sr_command_export = {
    .name = "export",
    .group = "output",
    .help = "Write a figure: PNG, SVG, PDF or an interactive HTML page, or the numbers behind it "
            "as CSV or JSON.",
    .params =
        (const struct sr_param[]){
            {"figure", SR_PARAM_CHOICE, .positional = true, .required = true,
             .choices = &(FIGURES(NAME))[1],
             .help = "Which; help figures tells what each shows and takes."},
            {"model", SR_PARAM_MODEL, .positional = true, .help = "Of this model."},
            {"to", SR_PARAM_FILE, .required = true,
             .help = "The file; its ending chooses the format."},
            {"models", SR_PARAM_TEXT, .help = "Of several models, their names apart by commas."},
            {"vs", SR_PARAM_MODEL, .help = "A second model beside it."},
            {"split", SR_PARAM_CHOICE, .choices = "train validation test",
             .help = "Of this split; for samples the first of it, instead of the selection from "
                     "the cursor on."},
            {"class", SR_PARAM_CLASS, .help = "Of this class."},
            {"index", SR_PARAM_SAMPLE,
             .help = "Of this sample, or several apart by commas: test:7,test:12."},
            {"wrong", SR_PARAM_SWITCH, .help = "Of samples that the model gets wrong."},
            {"right", SR_PARAM_SWITCH, .help = "Of samples that the model gets right."},
            {"count", SR_PARAM_INTEGER, .minimum = 1, .maximum = 1000,
             .help = "So many samples, or variants of one."},
            {"shares", SR_PARAM_SWITCH, .help = "Per cent of the true class instead of counts."},
            {"of_predicted", SR_PARAM_SWITCH, .help = "Per cent of the predicted class instead."},
            {"linear", SR_PARAM_SWITCH, .help = "Linear counts instead of logarithmic."},
            {"method", SR_PARAM_CHOICE,
             .choices = "auto gradcam gradcam++ hirescam occlusion weights importance",
             .help = "How samples are explained (default: as explain does)."},
            {"layer", SR_PARAM_TEXT, .help = "A convolution's name."},
            {"target", SR_PARAM_CLASS,
             .help = "The class to explain (default: the predicted one)."},
            {"flip", SR_PARAM_SWITCH, .help = "Augmentation: mirror."},
            {"shift", SR_PARAM_NUMBER, .minimum = 0, .maximum = 16,
             .help = "Augmentation: move by up to so many pixels."},
            {"rotation", SR_PARAM_NUMBER, .minimum = 0, .maximum = 180,
             .help = "Augmentation: turn by up to so many degrees."},
            {"scale", SR_PARAM_NUMBER, .minimum = 0, .maximum = 0.9,
             .help = "Augmentation: grow or shrink by up to this fraction."},
            {"erase", SR_PARAM_NUMBER, .minimum = 0, .maximum = 1,
             .help = "Augmentation: chance of a grey rectangle."},
            {"brightness", SR_PARAM_NUMBER, .minimum = 0, .maximum = 0.9,
             .help = "Augmentation: gain and gamma off by up to this fraction."},
            {"noise", SR_PARAM_NUMBER, .minimum = 0, .maximum = 1,
             .help = "Augmentation: deviation of Gaussian noise, of 0 to 1."},
            {"width", SR_PARAM_NUMBER, .fallback = "0", .minimum = 0, .maximum = 2000,
             .help = "Millimetres, 0 for the figure's own."},
            {"height", SR_PARAM_NUMBER, .fallback = "0", .minimum = 0, .maximum = 2000,
             .help = "Millimetres, 0 for the figure's own."},
            {"resolution", SR_PARAM_NUMBER, .fallback = "0", .minimum = 0, .maximum = 1200,
             .help = "PNG: dots an inch, 0 for 144."},
            {"dark", SR_PARAM_SWITCH, .help = "On a dark ground."},
            {"plotly", SR_PARAM_FILE,
             .help = "HTML: plotly.min.js to put into the page (default: that of Debian's "
                     "python3-plotly, if installed); none for a page without."},
            {0}},
    .run = export_run,
    .example = "export confusion cnn split=test to=confusion.png",
};

void figures_describe(struct sr_text *text)
{
    sr_text_add(text, "export FIGURE [MODEL] to=FILE writes\n");
    for (int i = 0; i < FIGURE_COUNT; i++)
        sr_text_printf(text, "  %-12s %s Takes: %s.\n", figures[i].name, figures[i].help,
                       figures[i].takes);
    sr_text_printf(text, "and every one of them takes: %s.\n",
                   strchr(strchr(common, ' ') + 1, ' ') + 1);
}
