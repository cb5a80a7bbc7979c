/* tag.c - tag: names that a person gives samples. */
#include <stdlib.h>

#include "internal.h"
#include "sartor/app/tagging.h"
#include "sartor/base/memory.h"
#include "undo.h"

SR_RUN(tag_run);

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
            SR_ALL_PARAM,
            {0}},
    .run = tag_run,
    .need = chosen_need,
    .example = "tag train:17 name=torn",
};

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
    const char *name = sr_args_text(args, "name");
    const bool all = sr_args_switch(args, "all");
    enum sr_status status = chosen_check("tag", args, error);
    if (!status) status = sr_session_data(session, error);
    if (status) return status;
    const size_t count = chosen_count(session, args);
    if (!count) return sr_error_set(error, SR_ERROR_STATE, "tag: nothing is selected");
    const uint32_t bit = sr_session_tag_bit(session, name ? name : "", true, error);
    if (!bit) return error->status;
    struct sr_tagged *before = sr_xalloc(count * sizeof *before),
                     *after = sr_xalloc(count * sizeof *after);
    for (size_t i = 0; i < count; i++) {
        const struct sample one = chosen_at(session, args, i);
        before[i] =
            (struct sr_tagged){one.file, one.row, sr_session_tags(session, one.file, one.row)};
        after[i] = before[i];
        after[i].tags = tags_after(args, bit, before[i].tags);
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
