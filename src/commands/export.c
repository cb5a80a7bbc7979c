#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "map.h"
#include "sartor/base/memory.h"
#include "sartor/data/save.h"

/* The names of the figures, separated by blanks. */
#define NAME(name, takes, current, help) " " #name

SR_RUN(export_run);
static enum sr_need export_need(const struct sr_args *args, const struct sr_param *param);

const struct sr_command sr_command_export = {
    .name = "export",
    .group = "output",
    .help = "Write a figure: PNG, SVG, PDF or an interactive HTML page, or the numbers behind it "
            "as CSV or JSON.",
    .params =
        (const struct sr_param[]){
            {"figure", SR_PARAM_CHOICE, .positional = true, .required = true,
             .choices = &(FIGURES(NAME))[1],
             .help = "Which figure; help figures tells what each shows and takes."},
            {"model", SR_PARAM_MODEL, .positional = true, .choices = "training",
             .help = "The model."},
            {"index", SR_PARAM_SAMPLES, .positional = true, .choices = SR_PICTURES,
             .help = "The sample, or several, separated by commas: test:7,test:12."},
            {"to", SR_PARAM_FILE, .required = true,
             .help = "The file; its ending chooses the format."},
            {"models", SR_PARAM_MODELS, .choices = "training",
             .help = "Several models, separated by commas."},
            {"vs", SR_PARAM_MODEL, .help = "A second model beside it."},
            {"split", SR_PARAM_SPLIT, .choices = SR_SPLITS,
             .help = "Of this split; for samples the first of it, instead of the selection from "
                     "the cursor on."},
            {"class", SR_PARAM_CLASS, .help = "Of this class."},
            {"wrong", SR_PARAM_SWITCH, .help = "Of samples that the model gets wrong."},
            {"right", SR_PARAM_SWITCH, .help = "Of samples that the model gets right."},
            {"count", SR_PARAM_INTEGER, .minimum = 1, .maximum = 1000,
             .help = "Number of samples, or of variants of one; robustness: only the first so many "
                     "of the split."},
            {"shares", SR_PARAM_SWITCH, .help = "Per cent of the true class instead of counts."},
            {"of_predicted", SR_PARAM_SWITCH, .help = "Per cent of the predicted class instead."},
            {"linear", SR_PARAM_SWITCH, .help = "Linear instead of logarithmic counts."},
            {"method", SR_PARAM_CHOICE,
             .choices = "auto gradcam gradcam++ hirescam occlusion weights importance",
             .help = "How samples are explained (default: as explain does)."},
            {"layer", SR_PARAM_TEXT, .help = "A convolution's name."},
            {"target", SR_PARAM_CLASS,
             .help = "The class to explain (default: the predicted one)."},
            SR_AUGMENT_PARAMS(NULL, NULL, NULL, NULL, "For augment. "),
            {"of", SR_PARAM_ENTRY, .choices = SR_FEATURES_CHOICES,
             .help = "map: of pixels, hog, or a model (default: the map shown last)."},
            {"decisions", SR_PARAM_SWITCH, .form = SR_SWITCH_VALUE,
             .help = "dataset: apply what has been decided (mark), or not (default: as set "
                     "decisions= has it); beside it a table of the decisions and a diff are "
                     "written."},
            MAP_LAYOUT_PARAM,
            {"colour", SR_PARAM_CHOICE, .fallback = "class", .choices = SR_MAP_COLOUR_CHOICES,
             .help = "map: what points are coloured by."},
            {"width", SR_PARAM_NUMBER, .fallback = "0", .minimum = 0, .maximum = 2000,
             .help = "Millimetres, 0 for the figure's own."},
            {"height", SR_PARAM_NUMBER, .fallback = "0", .minimum = 0, .maximum = 2000,
             .help = "Millimetres, 0 for the figure's own."},
            {"resolution", SR_PARAM_NUMBER, .fallback = "0", .minimum = 0, .maximum = 1200,
             .help = "PNG: dots per inch, 0 for 144."},
            SR_CHANGES_PARAMS,
            {"dark", SR_PARAM_SWITCH, .help = "On a dark background."},
            {"form", SR_PARAM_CHOICE, .choices = SR_SAVE_CHOICES,
             .help = "dataset: IDX files, a folder of PNG files for each class, or NumPy's arrays "
                     "(default: by the ending of to=, IDX in a folder)."},
            {"plotly", SR_PARAM_FILE,
             .help = "HTML: plotly.min.js to put into the page (default: that of Debian's "
                     "python3-plotly, if installed); none for a page without."},
            {0}},
    .need = export_need,
    .run = export_run,
    .example = "export confusion cnn split=test to=confusion.png",
};

static const struct {
    const char *name, *takes, *current, *help;
} figures[] = {
#define ENTRY(name, takes, current, help) {#name, takes, current, help},
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

/* Position of the figure in the table; -1 in a line that does not name one yet. */
static int figure_of(const struct sr_args *args)
{
    return sr_args_choice(args, "figure");
}

static bool takes(const struct sr_args *args, const char *param)
{
    const int figure = figure_of(args);
    return figure < 0 || holds(figures[figure].takes, param) || holds(common, param);
}

/* Are the samples chosen by something other than the cursor, or is there more than one? */
static bool chosen(const struct sr_args *args)
{
    bool many = sr_args_given(args, "count") && holds(figures[figure_of(args)].takes, "layer");
    return many || sr_args_given(args, "split") || sr_args_given(args, "class") ||
           sr_args_given(args, "wrong") || sr_args_given(args, "right");
}

static enum sr_need export_need(const struct sr_args *args, const struct sr_param *param)
{
    if (!takes(args, param->name)) return SR_NEED_NOTHING;
    if (figure_of(args) < 0) return SR_NEED_GIVEN;
    bool current = holds(figures[figure_of(args)].current, param->name);
    if (!strcmp(param->name, "model"))
        current = (current && !sr_args_given(args, "models")) || sr_args_switch(args, "wrong") ||
                  sr_args_switch(args, "right");
    if (!strcmp(param->name, "index")) current = current && !chosen(args);
    return current ? SR_NEED_CURRENT : SR_NEED_GIVEN;
}

/* A parameter that the figure does not use is refused. */
static enum sr_status check_words(const struct sr_args *args, struct sr_error *error)
{
    const char *name = figures[figure_of(args)].name, *words = figures[figure_of(args)].takes;
    for (const struct sr_param *param = sr_args_params(args); param->name; param++)
        if (sr_args_given(args, param->name) && !takes(args, param->name))
            return sr_error_set(error, SR_ERROR_ARGUMENT, "export %s takes no %s; it takes: %s",
                                name, param->name, words);
    if (holds(words, "models") && holds(words, "model") && sr_args_given(args, "models") &&
        sr_args_given(args, "model"))
        return sr_error_set(error, SR_ERROR_ARGUMENT, "export %s: give model or models, not both",
                            name);
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

/* Those of `models`, else that of `model`; freed by the caller. Only curves can be drawn of a model
 * that is still being trained. */
static enum sr_status models_of(const struct sr_args *args, struct model_target **models,
                                size_t *count, struct sr_error *error)
{
    const char *list = arg_count(args, "models") ? "models" : "model";
    *count = arg_count(args, list);
    *models = sr_xalloc((*count + 1) * sizeof **models);
    for (size_t i = 0; i < *count; i++) {
        (*models)[i] = *arg_model_at(args, list, i);
        if (!(*models)[i].entry && strcmp(sr_args_text(args, "figure"), "curves"))
            return sr_error_set(error, SR_ERROR_STATE,
                                "%s is being trained; of its figures only curves can be drawn yet",
                                (*models)[i].run->name);
    }
    return SR_OK;
}

SR_RUN(export_run)
{
    SR_UNUSED;
    const char *figure = sr_args_text(args, "figure"), *path = sr_args_path(args, "to");
    enum sr_status status = check_words(args, error);
    if (status) return status;
    struct model_target *models;
    size_t model_count, sample_count = arg_count(args, "index");
    status = models_of(args, &models, &model_count, error);
    struct sample *samples = sample_count ? sr_xalloc(sample_count * sizeof *samples) : NULL;
    for (size_t i = 0; i < sample_count; i++) samples[i] = *arg_sample_at(args, "index", i);
    char *command = figure_command("export", args);
    struct figure_request request = {
        .path = path,
        .form = sr_args_given(args, "form") ? sr_args_choice(args, "form") : -1,
        .decisions = sr_args_given(args, "decisions") ? (int)sr_args_switch(args, "decisions") : -1,
        .plotly = sr_args_path(args, "plotly"),
        .command = command,
        .model = arg_model(args, "model"),
        .model_given = sr_args_given(args, "model"),
        .models = models,
        .model_count = model_count,
        .vs = arg_model(args, "vs"),
        .split = arg_split(args, "split"),
        .class = arg_class(args, "class"),
        .samples = samples,
        .sample_count = sample_count,
        .wrong = sr_args_switch(args, "wrong"),
        .right = sr_args_switch(args, "right"),
        .map = map_request(session, args),
        .colour = (enum sr_map_colour)sr_args_choice(args, "colour"),
        .method = sr_args_text(args, "method"),
        .layer = sr_args_text(args, "layer"),
        .target = arg_class(args, "target"),
        .shares = sr_args_switch(args, "shares") || sr_args_switch(args, "of_predicted"),
        .of_predicted = sr_args_switch(args, "of_predicted"),
        .linear = sr_args_switch(args, "linear"),
        .dark = sr_args_switch(args, "dark"),
        .augment = sr_augment_read(args),
        .width = sr_args_number(args, "width") * 72 / 25.4,
        .height = sr_args_number(args, "height") * 72 / 25.4,
        .resolution = sr_args_number(args, "resolution"),
        .count = (int)sr_args_integer(args, "count"),
        .reply = reply,
    };
    if (!status) status = read_changes(args, &request.changes, error);
    if (!status) status = figure_write(session, figure, &request, error);
    if (!status) {
        sr_reply_record(reply, NULL);
        sr_reply_text(reply, "figure", figure);
        sr_reply_text(reply, "file", path);
        sr_reply_say(reply, "%s written to %s", figure, path);
    }
    free(command);
    free(samples);
    free(models);
    return status;
}

void figures_describe(struct sr_text *text)
{
    sr_text_add(text, "export FIGURE [MODEL] to=FILE writes\n");
    for (int i = 0; i < FIGURE_COUNT; i++)
        sr_text_printf(text, *figures[i].takes ? "  %-12s %s Takes: %s.\n" : "  %-12s %s\n",
                       figures[i].name, figures[i].help, figures[i].takes);
    sr_text_printf(text, "and every one of them takes: %s.\n",
                   strchr(strchr(common, ' ') + 1, ' ') + 1);
}
