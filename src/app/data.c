#include "sartor/app/data.h"

#include <string.h>

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

enum sr_status sr_session_index(struct sr_session *session, const char *text, enum sr_file *file,
                                uint32_t *row, struct sr_error *error)
{
    enum sr_status status = sr_session_data(session, error);
    if (status) return status;
    const char *colon = strchr(text, ':'), *digits = colon ? colon + 1 : text;
    int64_t number;
    if (colon) {
        size_t length = (size_t)(colon - text);
        if (length == 5 && !strncmp(text, "train", 5))
            *file = SR_FILE_TRAIN;
        else if (length == 4 && !strncmp(text, "test", 4))
            *file = SR_FILE_TEST;
        else if (length == 10 && !strncmp(text, "validation", 10))
            *file = SR_FILE_TRAIN;
        else if (length == 7 && !strncmp(text, "picture", 7) &&
                 session->data->files[SR_FILE_PICTURES].count)
            *file = SR_FILE_PICTURES;
        else
            return sr_error_set(error, SR_ERROR_ARGUMENT,
                                "\"%s\" is not a sample: write train:17 or test:17", text);
    }
    if (!sr_parse_integer(digits, &number) || number < 0)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "\"%s\" is not a sample's index: write 17, train:17 or test:17", text);
    size_t count = session->data->files[*file].count;
    if (!count)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "there is no %s:%lld; the %s file has no images", sr_file_names[*file],
                            (long long)number, sr_file_names[*file]);
    if ((uint64_t)number >= count)
        return sr_error_set(
            error, SR_ERROR_ARGUMENT, "there is no %s:%lld; the %s file's rows go from 0 to %zu",
            sr_file_names[*file], (long long)number, sr_file_names[*file], count - 1);
    *row = (uint32_t)number;
    return SR_OK;
}
