/* form.c - the form in Train: open it, change its values, start what it stands for. */
#include "internal.h"

#include <stdio.h>
#include <string.h>

#include "sartor/panes/form.h"
#include "sartor/panes/show.h"

SR_RUN(form_run);
static size_t form_more(struct sr_session *session, const struct sr_args *args,
                        struct sr_more more[SR_MORE_TABLES]);

const struct sr_command sr_command_form = {
    .name = "form",
    .group = "interface",
    .at_once = true,
    .help = "Open a family's form in Train, or change values in the one that is open.",
    .params = (const struct sr_param[]){{"what", SR_PARAM_FAMILY, .positional = true,
                                         .choices = "edit default close less more",
                                         .help = "A family; or edit (type the value under the "
                                                 "cursor), default (reset it), less or more (by "
                                                 "a small step), close."},
                                        {0}},
    .more = form_more,
    .rest = true,
    .run = form_run,
    .example = "form cnn epochs=5",
};

/* The prompt, with the present value to be edited. */
static enum sr_status edit(struct sr_session *session, struct sr_error *error)
{
    struct sr_view *view = &session->view;
    const struct sr_param *param = sr_form_param(session);
    if (!param) return sr_error_set(error, SR_ERROR_STATE, "no form is open; form cnn opens one");
    struct sr_text line = {0}, value = {0};
    sr_form_value(session, param->name, &value);
    sr_text_printf(&line, "form %s=", param->name);
    sr_words_quote(&line, sr_text_get(&value));
    if (!value.length) { /* quoting makes '' of nothing */
        sr_text_clear(&line);
        sr_text_printf(&line, "form %s=", param->name);
    }
    sr_text_clear(&view->prompt_text);
    sr_text_add(&view->prompt_text, sr_text_get(&line));
    view->prompt_at = view->prompt_text.length;
    sr_text_clear(&view->prompt_hint);
    sr_text_add(&view->prompt_hint, param->help ? param->help : "");
    view->prompt = true;
    view->prompt_sign = ':';
    sr_text_fini(&line);
    sr_text_fini(&value);
    return SR_OK;
}

SR_RUN(form_run)
{
    SR_UNUSED;
    const char *what = sr_args_text(args, "what");
    enum sr_status status = SR_OK;
    reply->shown = true;
    if (what && !strcmp(what, "edit")) return edit(session, error);
    if (what && !strcmp(what, "default")) {
        const struct sr_param *param = sr_form_param(session);
        if (!param)
            return sr_error_set(error, SR_ERROR_STATE, "no form is open; form cnn opens one");
        return sr_form_set(session, param->name, NULL, error);
    }
    if (what && (!strcmp(what, "less") || !strcmp(what, "more")))
        return sr_form_step(session, strcmp(what, "less") ? 1 : -1, true, error);
    if (what && !strcmp(what, "close")) {
        sr_form_close(session);
        return SR_OK;
    }
    if (what) {
        sr_train_show_form(session, arg_family(args, "what"));
    } else if (!rest->count) {
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "form: say which family: form cnn; or a value: form epochs=5");
    }
    for (size_t i = 0; !status && i < rest->count; i++) {
        char *equals = strchr(rest->items[i], '=');
        if (!equals)
            return sr_error_set(error, SR_ERROR_ARGUMENT,
                                "form: \"%s\" is not of the form name=value", rest->items[i]);
        *equals = '\0';
        status = sr_form_set(session, rest->items[i], equals[1] ? equals + 1 : NULL, error);
        *equals = '=';
    }
    return status;
}

/* The hyperparameters of the family that is named, else of the form that is open. */
static size_t form_more(struct sr_session *session, const struct sr_args *args,
                        struct sr_more more[SR_MORE_TABLES])
{
    const char *what = sr_args_text(args, "what");
    const struct sr_model_class *class =
        what ? sr_model_class_find(what, NULL) : sr_form_family(session);
    if (!class) return 0;
    more[0] = (struct sr_more){class->name, class->params};
    more[1] = (struct sr_more){"form", sr_form_common};
    return 2;
}
