/* chosen.c - the samples of a command that takes one, or with `all` those of the selection. */
#include "internal.h"

enum sr_need chosen_need(const struct sr_args *args, const struct sr_param *param)
{
    return param->current && !sr_args_switch(args, "all") ? SR_NEED_CURRENT : SR_NEED_GIVEN;
}

enum sr_status chosen_check(const char *command, const struct sr_args *args, struct sr_error *error)
{
    if (!sr_args_switch(args, "all") || !sr_args_given(args, "index")) return SR_OK;
    return sr_error_set(error, SR_ERROR_ARGUMENT,
                        "%s: all is of the selection, and goes without a sample", command);
}

size_t chosen_count(const struct sr_session *session, const struct sr_args *args)
{
    return sr_args_switch(args, "all") ? session->selection.count : 1;
}

struct sample chosen_at(const struct sr_session *session, const struct sr_args *args, size_t i)
{
    const struct sr_selection *selection = &session->selection;
    return sr_args_switch(args, "all")
               ? (struct sample){sr_selection_file(selection, i), selection->rows[i]}
               : *arg_sample(args, "index");
}
