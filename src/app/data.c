#include "sartor/app/data.h"

#include "sartor/app/session.h"

enum sr_status sr_session_data(struct sr_session *session, struct sr_error *error)
{
    if (session->data_job) return sr_error_set(error, SR_PENDING, "the data is being loaded");
    if (session->data) {
        if (session->data_is_sample && !session->sample_said && !session->drawing) {
            session->sample_said = true;
            sr_session_notice(session,
                              "this is the small sample of Fashion-MNIST that sartor ships. %s",
                              sr_dataset_advice());
        }
        return SR_OK;
    }
    *error = session->data_error;
    return error->status ? error->status
                         : sr_error_set(error, SR_ERROR_STATE, "no data is open; use: open DIR");
}

struct sr_samples sr_session_samples(const struct sr_session *session, enum sr_split_name split)
{
    return sr_split_samples(session->data, &session->split, split);
}

enum sr_status sr_session_draw_split(struct sr_session *session, struct sr_error *error)
{
    struct sr_split split = {0};
    enum sr_status status = sr_split_make(
        &split, sr_dataset_origin(session->data), sr_args_number(session->options, "validation"),
        (uint64_t)sr_args_integer(session->options, "split_seed"), 0, error);
    if (status) return status;
    sr_split_fini(&session->split);
    session->split = split;
    session->split_version++;
    return SR_OK;
}
