/* tag.c - tag: names that a person gives samples. */
#include <stdlib.h>

#include "internal.h"
#include "sartor/app/tagging.h"
#include "sartor/base/memory.h"
#include "undo.h"

SR_RUN(tag_run);
static enum sr_need tag_need(const struct sr_args *args, const struct sr_param *param);

const struct sr_command sr_command_tag = {
    .name = "tag",
    .group = "data",
    .help = "Tag a sample, or take its tags away; browse tagged shows them.",
    .params =
        (const struct sr_param[]){
            SR_ROW_PARAM(
                "A row; without it, the sample under the cursor is tagged, or untagged again."),
            SR_SAMPLE_SPLIT_PARAM,
            {"name", SR_PARAM_TAG, .help = "Name of the tag; a sample can have several."},
            {"off", SR_PARAM_SWITCH, .help = "Take the tag away; without a name, all of its tags."},
            {"all", SR_PARAM_SWITCH, .help = "All samples of the selection."},
            {0}},
    .run = tag_run,
    .need = tag_need,
    .example = "tag train:17 name=torn",
};

/* With `all` no sample is meant. */
static enum sr_need tag_need(const struct sr_args *args, const struct sr_param *param)
{
    return param->current && !sr_args_switch(args, "all") ? SR_NEED_CURRENT : SR_NEED_GIVEN;
}

/* A sample under the cursor that has the tag loses it. */
static uint32_t tags_after(const struct sr_args *args, uint32_t bit, uint32_t before)
{
    const uint32_t concerned = sr_args_text(args, "name") ? bit : UINT32_MAX;
    const bool named = sr_args_given(args, "index") || sr_args_switch(args, "all"),
               on = !sr_args_switch(args, "off") && (named || !(before & concerned));
    return on ? before | bit : before & ~concerned;
}

static void say_tags(const struct sr_session *session, const struct sr_tagged *one,
                     struct sr_reply *reply)
{
    struct sr_text words = {0};
    sr_session_tag_words(session, one->file, one->row, &words);
    sr_reply_say(reply, "%s:%u is %s; %zu tagged in all", sr_file_names[one->file], one->row,
                 words.length ? sr_text_get(&words) : "no longer tagged", session->tag_count);
    sr_text_fini(&words);
}

SR_RUN(tag_run)
{
    SR_UNUSED;
    const struct sr_selection *selection = &session->selection;
    const struct sample *sample = arg_sample(args, "index");
    const char *name = sr_args_text(args, "name");
    const bool all = sr_args_switch(args, "all");
    if (all && sr_args_given(args, "index"))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "tag: all is of the selection, and goes without a sample");
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    if (all && !selection->count)
        return sr_error_set(error, SR_ERROR_STATE, "tag: nothing is selected");
    const uint32_t bit = sr_session_tag_bit(session, name ? name : "", true, error);
    if (!bit) return error->status;
    const size_t count = all ? selection->count : 1;
    struct sr_tagged *before = sr_xalloc(count * sizeof *before),
                     *after = sr_xalloc(count * sizeof *after);
    for (size_t i = 0; i < count; i++) {
        const enum sr_file file = all ? sr_selection_file(selection, i) : sample->file;
        const uint32_t row = all ? selection->rows[i] : sample->row;
        before[i] = (struct sr_tagged){file, row, sr_session_tags(session, file, row)};
        after[i] = (struct sr_tagged){file, row, tags_after(args, bit, before[i].tags)};
    }
    status = sr_session_tag_all(session, after, count, error);
    if (!status) {
        undo_push_tags(session, before, count);
        if (all)
            sr_reply_say(reply, "%zu samples are %s; %zu tagged in all", count,
                         sr_args_switch(args, "off") ? "no longer tagged so" : "tagged",
                         session->tag_count);
        else
            say_tags(session, &after[0], reply);
    }
    free(before);
    free(after);
    return status;
}
