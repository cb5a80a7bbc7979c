/* open.c - open: another data set. */
#include "internal.h"

#include "sartor/panes/show.h"

SR_RUN(open_run);
static void open_event(struct sr_session *session, const struct sr_event *event,
                       struct sr_reply *reply);

const struct sr_command sr_command_open = {
    .name = "open",
    .group = "data",
    .help = "Open a data set: a folder or one file, recognised by its content.",
    .params =
        (const struct sr_param[]){{"directory", SR_PARAM_FILE, .positional = true,
                                   .choices = "/ .zip .tar .tgz .gz .csv .npz .bin",
                                   .help = "Folder or file; without it, wherever data is found."},
                                  SR_OPENING_PARAMS,
                                  {0}},
    .run = open_run,
    .event = open_event,
    .example = "open ~/data/kmnist",
};

SR_RUN(open_run)
{
    SR_UNUSED;
    enum sr_status status =
        sr_session_open_as(session, sr_args_text(args, "directory"), args, error);
    if (status) return status;
    reply->wait = session->data_job;
    reply->shown = true;
    sr_browse_show(session, false);
    return SR_OK;
}

static void open_event(struct sr_session *session, const struct sr_event *event,
                       struct sr_reply *reply)
{
    const struct sr_dataset *data = session->data;
    if (event->type != SR_EVENT_ENDED || event->of.ended.state != SR_JOB_DONE || !data) return;
    const struct sr_images *train = &data->files[SR_FILE_TRAIN], *test = &data->files[SR_FILE_TEST];
    char train_count[32], test_count[32];
    sr_format_count(train_count, sizeof train_count, train->count);
    sr_format_count(test_count, sizeof test_count, test->count);
    sr_reply_record(reply, NULL);
    sr_reply_text(reply, "name", data->name);
    sr_reply_text(reply, "directory", data->path);
    sr_reply_switch(reply, "sample", data->sample);
    sr_reply_integer(reply, "height", train->shape.height);
    sr_reply_integer(reply, "width", train->shape.width);
    sr_reply_integer(reply, "train", (int64_t)train->count);
    sr_reply_integer(reply, "test", (int64_t)test->count);
    sr_reply_integer(reply, "channels", train->shape.channels);
    sr_reply_text(reply, "form", data->form);
    sr_reply_integer(reply, "validation", (int64_t)data->validation);
    sr_reply_switch(reply, "labelled", !data->unlabelled);
    sr_reply_text(reply, "digest", data->digest);
    reply_notes(reply, session);
    reply_classes(reply, session);
    sr_reply_say(reply, "%s: %s train and %s test images of %d×%d%s, %d classes", data->name,
                 train_count, test_count, train->shape.height, train->shape.width,
                 train->shape.channels == 3 ? " in colour" : "", data->classes);
    say_notes(reply, session);
    if (!data->sample) return;
    sr_reply_say(reply, "This is the small sample that sartor ships. %s", sr_dataset_advice());
    session->sample_said = true;
}
