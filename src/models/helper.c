/* helper.c - a rank above 0: it waits for what rank 0 sends it, and takes part. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper.h"
#include "order.h"
#include "sartor/base/clock.h"
#include "sartor/base/file.h"
#include "sartor/base/leave.h"
#include "sartor/base/memory.h"
#include "sartor/models/trust.h"

/* What a rank that helps has. */
struct helper {
    struct sr_ranks *ranks;
    struct sr_pool *pool;
    struct sr_dataset *data; /* NULL before the first fit */
    char *path;              /* from which it was opened */
    struct header opened;    /* how */
    struct sr_model *kept;   /* that images have come for; NULL before the first */
};

/* One message, taken apart. */
struct order {
    struct header header;
    char *path, *params, *checkpoint, *about;
    struct sr_images images; /* the train file's pixels, with labels of the message */
    struct sr_images held;   /* likewise of the file that samples are held out of */
    uint32_t *train_rows, *validation_rows, *held_out_rows;
    struct sr_samples train, validation, held_out;
};

static enum sr_status damaged(struct sr_error *error)
{
    return sr_error_set(error, SR_ERROR_FORMAT, "what rank 0 sent is damaged");
}

/* Bytes of the message up to the end of its words. */
static size_t words_end(const struct header *header)
{
    return sizeof *header + header->path_length + header->params_length +
           header->checkpoint_length + header->about_length;
}

/* Words at `*at`, which is moved behind them. */
static char *take_words(const char **at, size_t length)
{
    char *words = sr_xprintf("%.*s", (int)length, *at);
    *at += length;
    return words;
}

static enum sr_status read_block(struct order *order, const struct sr_text *message,
                                 struct sr_error *error)
{
    struct block_header header;
    if (message->length < sizeof header) return damaged(error);
    memcpy(&header, message->bytes, sizeof header);
    order->header.ticket = header.ticket;
    const size_t most = INT32_MAX, size = sr_shape_size(header.shape.image);
    return header.state_length > most || header.params_length > most || header.count > most ||
                   message->length != sizeof header + header.state_length + header.params_length +
                                          header.count * size
               ? damaged(error)
               : SR_OK;
}

static enum sr_status read_order(struct order *order, const struct sr_text *message,
                                 struct sr_error *error)
{
    struct header *header = &order->header;
    *order = (struct order){0};
    if (message->length < sizeof header->work) return damaged(error);
    memcpy(&header->work, message->bytes, sizeof header->work);
    if (header->work == WORK_BLOCK) return read_block(order, message, error);
    if (message->length < sizeof *header) return damaged(error);
    memcpy(header, message->bytes, sizeof *header);
    if (header->work == WORK_END) return SR_OK;
    const size_t each = sizeof(uint32_t) + sizeof(uint8_t), most = UINT32_MAX;
    if (header->train_count > most || header->validation_count > most ||
        header->held_out_count > most || header->path_length > most ||
        header->params_length > most || header->checkpoint_length > most ||
        header->about_length > most ||
        message->length !=
            words_end(header) +
                each * (header->train_count + header->validation_count + header->held_out_count))
        return damaged(error);
    header->digest[sizeof header->digest - 1] = header->family[sizeof header->family - 1] = '\0';
    const char *at = message->bytes + sizeof *header;
    order->path = take_words(&at, header->path_length);
    order->params = take_words(&at, header->params_length);
    order->checkpoint = take_words(&at, header->checkpoint_length);
    order->about = take_words(&at, header->about_length);
    return SR_OK;
}

static void order_fini(struct order *order)
{
    free(order->path);
    free(order->params);
    free(order->checkpoint);
    free(order->about);
    free(order->images.labels);
    free(order->held.labels);
    free(order->train_rows);
    free(order->validation_rows);
    free(order->held_out_rows);
}

/* Have the data that the order is about. */
static enum sr_status open_data(struct helper *helper, const struct order *order,
                                struct sr_error *error)
{
    const struct header *header = &order->header;
    const struct header *opened = &helper->opened;
    const bool same = helper->data && !strcmp(helper->path, order->path) &&
                      !memcmp(&opened->wishes, &header->wishes, sizeof header->wishes) &&
                      opened->skip == header->skip && opened->opening_seed == header->opening_seed;
    if (!same) {
        const struct sr_opening opening = {.path = order->path,
                                           .wishes = header->wishes,
                                           .skip = header->skip,
                                           .seed = header->opening_seed,
                                           .pool = helper->pool};
        sr_dataset_unref(helper->data);
        free(helper->path);
        helper->path = sr_xstrdup(order->path);
        helper->opened = *header;
        if (!(helper->data = sr_dataset_open(&opening, error)))
            return error->status ? error->status : SR_ERROR_IO;
    }
    if (!strcmp(helper->data->digest, header->digest)) return SR_OK;
    return sr_error_set(error, SR_ERROR_STATE,
                        "%s holds other data here (digest %s) than where rank 0 runs (%s)",
                        order->path, helper->data->digest, header->digest);
}

/* Samples at `*at` of the message, which is moved behind them. */
static enum sr_status read_samples(const struct sr_images *images, const char **at, size_t count,
                                   uint32_t **rows, struct sr_samples *samples,
                                   struct sr_error *error)
{
    const char *labels = *at + count * sizeof **rows;
    *rows = sr_xalloc((count + 1) * sizeof **rows);
    memcpy(*rows, *at, count * sizeof **rows);
    for (size_t i = 0; i < count; i++) {
        if ((*rows)[i] >= images->count) return damaged(error);
        images->labels[(*rows)[i]] = (uint8_t)labels[i];
    }
    *samples = (struct sr_samples){images, *rows, count};
    *at = labels + count;
    return SR_OK;
}

/* A file's images, with labels that can be changed. */
static struct sr_images own_labels(const struct sr_images *images)
{
    struct sr_images own = *images;
    own.labels = sr_xalloc(images->count + 1);
    if (images->labels) memcpy(own.labels, images->labels, images->count);
    return own;
}

static enum sr_status read_rows(const struct helper *helper, struct order *order,
                                const struct sr_text *message, struct sr_error *error)
{
    const struct header *header = &order->header;
    const bool of_test = header->held_out_file == SR_FILE_TEST;
    const char *at = message->bytes + words_end(header);
    order->images = own_labels(&helper->data->files[SR_FILE_TRAIN]);
    order->held = own_labels(&helper->data->files[of_test ? SR_FILE_TEST : SR_FILE_TRAIN]);
    enum sr_status status = read_samples(&order->images, &at, header->train_count,
                                         &order->train_rows, &order->train, error);
    if (!status)
        status = read_samples(&order->images, &at, header->validation_count,
                              &order->validation_rows, &order->validation, error);
    if (!status)
        status = read_samples(&order->held, &at, header->held_out_count, &order->held_out_rows,
                              &order->held_out, error);
    return status;
}

/* Say how it stands, and hear whether all go on. */
static enum sr_status agree(struct helper *helper, enum sr_status own, struct sr_error *error)
{
    struct answer *answer = sr_xalloc(sizeof *answer);
    answer->status = (int32_t)own;
    if (own) snprintf(answer->text, sizeof answer->text, "%s", error->text);
    enum sr_status status =
        sr_ranks_send(helper->ranks, 0, SR_TAG_ANSWER, answer, sizeof *answer, error);
    if (!status)
        status = sr_ranks_receive(helper->ranks, 0, SR_TAG_ANSWER, answer, sizeof *answer, error);
    if (!status && answer->status) status = SR_ERROR_CANCELLED;
    free(answer);
    return status;
}

/* Take part in a fit. Its outcome is rank 0's; what this rank has of it is not kept. */
static void take_part(struct helper *helper, struct order *order, const struct sr_text *message)
{
    struct sr_error error = {0};
    const struct sr_model_class *class = sr_model_class_find(order->header.family, &error);
    struct sr_args *params = class ? helper_params(class, order->params, &error) : NULL;
    enum sr_status status = params ? open_data(helper, order, &error) : SR_ERROR_FORMAT;
    if (!status) status = read_rows(helper, order, message, &error);
    if (!agree(helper, status, &error)) {
        const struct sr_together together = {.ranks = helper->ranks};
        const struct sr_fit fit = {.params = params,
                                   .shape = order->header.shape,
                                   .train = order->train,
                                   .validation = order->validation,
                                   .seed = order->header.seed,
                                   .pool = helper->pool,
                                   .together = &together};
        struct sr_model *model = sr_model_new(class, class->name);
        sr_ranks_need_all(helper->ranks, true);
        sr_model_fit(model, &fit, &error);
        sr_ranks_need_all(helper->ranks, false);
        sr_model_unref(model);
    }
    sr_args_free(params);
}

/* ---- a fit of this rank's own ---- */

struct separate {
    struct helper *helper;
    uint64_t ticket;
    bool given_up;
    double reported; /* clock: its last progress */
};

/* Is what this rank does still wanted? */
static bool is_wanted(void *owner)
{
    struct separate *separate = owner;
    struct sr_text message = {0};
    uint64_t ticket;
    sr_ranks_watch(separate->helper->ranks);
    while (!separate->given_up) {
        int from = 0;
        sr_text_clear(&message);
        const enum sr_status status = sr_ranks_next(separate->helper->ranks, SR_TAG_MEET, false,
                                                    &from, &message, &(struct sr_error){0});
        if (status == SR_PENDING) break;
        if (!status && message.length == sizeof ticket)
            memcpy(&ticket, message.bytes, sizeof ticket);
        separate->given_up =
            status || (message.length == sizeof ticket && ticket == separate->ticket);
    }
    sr_text_fini(&message);
    return !separate->given_up && !sr_leave_asked();
}

static void send_report(const struct separate *separate, const struct report *report)
{
    sr_ranks_send(separate->helper->ranks, 0, SR_TAG_REPORT, report, sizeof *report, NULL);
}

static void report_progress(void *owner, const struct sr_progress *progress)
{
    struct separate *separate = owner;
    const double every = 0.1, now = sr_clock_seconds();
    if (now - separate->reported < every && !progress->remark) return;
    separate->reported = now;
    struct report *report = sr_xalloc(sizeof *report);
    *report = (struct report){.ticket = separate->ticket, .progress = *progress};
    snprintf(report->unit, sizeof report->unit, "%s", progress->unit);
    send_report(separate, report);
    free(report);
}

static void report_epoch(void *owner, const struct sr_epoch *epoch)
{
    const struct separate *separate = owner;
    struct report *report = sr_xalloc(sizeof *report);
    *report = (struct report){.ticket = separate->ticket, .of_epoch = true, .epoch = *epoch};
    send_report(separate, report);
    free(report);
}

/* Train without the pictures that are held out, and predict these: the answer's bytes. */
static enum sr_status fit_and_predict(struct helper *helper, const struct sr_model_class *class,
                                      struct sr_fit *fit, const struct sr_samples *held_out,
                                      struct separate_answer *answer, struct sr_text *bytes,
                                      struct sr_error *error)
{
    struct sr_model *model = sr_model_new(class, class->name);
    struct sr_seen *judged = sr_seen_new(held_out);
    uint32_t *rows = sr_xalloc((fit->train.count + 1) * sizeof *rows);
    const size_t all = fit->train.count, count = held_out->count * (size_t)fit->shape.classes;
    fit->train =
        (struct sr_samples){fit->train.images, rows, sr_seen_others(judged, &fit->train, rows)};
    answer->repeated = all - fit->train.count;
    sr_seen_free(judged);
    enum sr_status status = sr_model_fit(model, fit, error);
    if (!status && model->stopped)
        status = sr_error_set(error, SR_ERROR_CANCELLED, "%s: stopped before its end", class->name);
    float *probabilities = sr_xalloc(count * sizeof *probabilities + 1);
    if (!status)
        status =
            sr_model_predict(model, held_out, helper->pool, fit->monitor, probabilities, error);
    if (!status) sr_text_add_bytes(bytes, probabilities, count * sizeof *probabilities);
    free(probabilities);
    free(rows);
    sr_model_unref(model);
    return status;
}

/* A checkpoint is kept where rank 0 keeps its, if this machine has that folder, too. */
static const char *checkpoint_here(const struct order *order)
{
    char *folder = sr_path_directory(order->checkpoint);
    const bool there = order->checkpoint[0] && sr_path_exists(folder);
    free(folder);
    return there ? order->checkpoint : NULL;
}

/* Train a model: the answer's bytes. */
static enum sr_status fit_model(struct order *order, const struct sr_model_class *class,
                                struct sr_fit *fit, struct sr_text *bytes, struct sr_error *error)
{
    struct sr_model *model = sr_model_new(class, class->name);
    fit->checkpoint = checkpoint_here(order);
    fit->about = order->about;
    fit->resume = fit->checkpoint && order->header.resume;
    enum sr_status status = sr_model_fit(model, fit, error);
    if (!status && fit->validation.count)
        model->trust = sr_trust_fit(model, &fit->train, &fit->validation, fit->pool, NULL, NULL);
    if (!status) status = sr_model_print(model, bytes, error);
    sr_model_unref(model);
    return status;
}

/* The fit that an order asks for: the answer's bytes. */
static enum sr_status fit_alone(struct helper *helper, struct order *order,
                                const struct sr_text *message, const struct sr_monitor *monitor,
                                struct separate_answer *answer, struct sr_text *bytes,
                                struct sr_error *error)
{
    const struct sr_model_class *class = sr_model_class_find(order->header.family, error);
    struct sr_args *params = class ? helper_params(class, order->params, error) : NULL;
    enum sr_status status = params ? open_data(helper, order, error) : SR_ERROR_FORMAT;
    if (!status) status = read_rows(helper, order, message, error);
    struct sr_fit fit = {.params = params,
                         .shape = order->header.shape,
                         .train = order->train,
                         .validation = order->validation,
                         .seed = order->header.seed,
                         .pool = helper->pool,
                         .monitor = monitor};
    if (!status)
        status = order->header.work == WORK_MODEL
                     ? fit_model(order, class, &fit, bytes, error)
                     : fit_and_predict(helper, class, &fit, &order->held_out, answer, bytes, error);
    sr_args_free(params);
    return status;
}

static void work_alone(struct helper *helper, struct order *order, const struct sr_text *message)
{
    struct sr_error error = {0};
    struct separate separate = {helper, order->header.ticket, false, 0};
    const bool of_model = order->header.work == WORK_MODEL;
    const struct sr_monitor monitor = {.owner = &separate,
                                       .proceed = is_wanted,
                                       .progress = of_model ? report_progress : NULL,
                                       .epoch = of_model ? report_epoch : NULL};
    struct separate_answer *answer = sr_xalloc(sizeof *answer);
    struct sr_text reply = {0}, bytes = {0};
    const double begun = sr_clock_seconds();
    const enum sr_status status =
        order->header.work == WORK_BLOCK
            ? helper_block(message, &helper->kept, helper->pool, &monitor, &bytes, &error)
            : fit_alone(helper, order, message, &monitor, answer, &bytes, &error);
    answer->seconds = sr_clock_seconds() - begun;
    answer->status = (int32_t)status;
    if (status) snprintf(answer->text, sizeof answer->text, "%s", error.text);
    sr_text_add_bytes(&reply, answer, sizeof *answer);
    sr_text_add_bytes(&reply, bytes.bytes, bytes.length);
    sr_ranks_send(helper->ranks, 0, SR_TAG_ANSWER, reply.bytes, reply.length, &error);
    sr_text_fini(&reply);
    sr_text_fini(&bytes);
    free(answer);
}

enum sr_status sr_together_help(struct sr_ranks *ranks, struct sr_pool *pool,
                                struct sr_error *error)
{
    struct helper helper = {.ranks = ranks, .pool = pool};
    struct sr_text message = {0};
    enum sr_status status = SR_OK;
    for (bool on = true; on && !status;) {
        struct order order = {0};
        int from = 0;
        sr_text_clear(&message);
        status = sr_ranks_next(ranks, SR_TAG_WORK, true, &from, &message, error);
        if (!status) status = read_order(&order, &message, error);
        on = !status && order.header.work != WORK_END;
        if (on && order.header.work == WORK_FIT)
            take_part(&helper, &order, &message);
        else if (on)
            work_alone(&helper, &order, &message);
        order_fini(&order);
        if (!status && sr_ranks_failed(ranks, error)) status = SR_ERROR_STATE;
    }
    sr_text_fini(&message);
    sr_dataset_unref(helper.data);
    sr_model_unref(helper.kept);
    free(helper.path);
    return status;
}
