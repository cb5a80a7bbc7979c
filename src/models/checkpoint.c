#include "checkpoint.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/file.h"
#include "sartor/base/leave.h"
#include "sartor/base/text.h"
#include "sartor/compute/cpu.h"
#include "sartor/models/tensors.h"

/* ---- the fingerprint ---- */

/* A hash of eight bytes a step, by multiplying and folding; not cryptographic. */
static uint64_t mix(uint64_t hash, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    while (length > 0) {
        uint64_t word = 0;
        size_t take = length < 8 ? length : 8;
        memcpy(&word, at, take);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 29;
        at += take;
        length -= take;
    }
    return hash;
}

static uint64_t mix_samples(uint64_t hash, const struct sr_samples *samples)
{
    const size_t size = samples->count ? sr_shape_size(samples->images->shape) : 0;
    hash = mix(hash, &samples->count, sizeof samples->count);
    for (size_t i = 0; i < samples->count; i++) {
        int label = sr_samples_label(samples, i);
        hash = mix(hash, &label, sizeof label);
        hash = mix(hash, sr_samples_pixels(samples, i), size);
    }
    return hash;
}

/* Checkpoints hold arrays as they are stored in memory. To be raised when that changes: the order
 * of values in a network's parameters, their padding, SR_STRIP. */
enum { LAYOUT = 2 };

uint64_t sr_checkpoint_fingerprint(const char *family, const struct sr_args *params,
                                   const struct sr_fit *fit)
{
    struct sr_text text = {0};
    sr_text_printf(&text, "%d %s %s %d %d %d %" PRIu64 " ", LAYOUT, sr_compute_isa(), family,
                   fit->shape.image.height, fit->shape.image.width, fit->shape.classes, fit->seed);
    if (fit->shape.image.channels != 1)
        sr_text_printf(&text, "%d channels ", fit->shape.image.channels);
    struct sr_args *lasting = sr_args_copy(params);
    if (sr_args_has(params, "schedule") && !strcmp(sr_args_text(params, "schedule"), "constant"))
        sr_args_set(lasting, "epochs", "1", &(struct sr_error){0});
    sr_args_print(lasting, true, &text);
    sr_args_free(lasting);
    uint64_t hash = mix(0, sr_text_get(&text), text.length);
    sr_text_fini(&text);
    return mix_samples(mix_samples(hash, &fit->train), &fit->validation);
}

/* ---- walking over all arrays of a trainer ---- */

/* Called for each array with its name in the file; false ends the walk. */
typedef bool visit_array(void *context, const char *name, float *values, size_t count);

static bool walk_network(struct sr_network *network, const char *prefix, visit_array *visit,
                         void *context)
{
    struct sr_parameter *parameters;
    size_t count = sr_network_parameters(network, &parameters);
    for (size_t i = 0; i < count; i++) {
        char name[96];
        snprintf(name, sizeof name, "%s.%s", prefix, parameters[i].name);
        if (!visit(context, name, parameters[i].values, parameters[i].count)) return false;
    }
    return true;
}

static bool walk_moments(struct sr_trainer *trainer, visit_array *visit, void *context)
{
    struct sr_parameter *parameters;
    size_t count = sr_network_parameters(trainer->network, &parameters);
    for (size_t i = 0; i < count; i++) {
        if (!sr_workspace_gradient(trainer->workspace, i)) continue;
        for (int which = 0; which < 2; which++) {
            char name[96];
            float *moment = sr_optimizer_moment(trainer->optimizer, trainer->slots[i], which);
            snprintf(name, sizeof name, "moment%d.%s", which, parameters[i].name);
            if (moment && !visit(context, name, moment, parameters[i].count)) return false;
        }
    }
    return true;
}

static bool walk(struct sr_trainer *trainer, visit_array *visit, void *context)
{
    return walk_network(trainer->network, "network", visit, context) &&
           (!trainer->average || walk_network(trainer->average, "average", visit, context)) &&
           walk_network(trainer->kept, "kept", visit, context) &&
           walk_moments(trainer, visit, context);
}

/* ---- out ---- */

struct transfer {
    struct sr_tensors *set;
    struct sr_error *error;
};

static bool put_array(void *context, const char *name, float *values, size_t count)
{
    struct transfer *transfer = context;
    float *data = sr_tensors_add(transfer->set, name, SR_F32, 1, &count, transfer->error);
    if (data) memcpy(data, values, count * sizeof *data);
    return data;
}

enum { EPOCH_NUMBERS = 6 };

/* NaN, which a file may not hold, stands for "no validation split": it is written as -1. */
static void pack_epoch(const struct sr_epoch *epoch, double numbers[EPOCH_NUMBERS])
{
    const double values[EPOCH_NUMBERS] = {epoch->train_loss,      epoch->train_accuracy,
                                          epoch->validation_loss, epoch->validation_accuracy,
                                          epoch->learning_rate,   epoch->seconds};
    for (int i = 0; i < EPOCH_NUMBERS; i++) numbers[i] = values[i] >= 0 ? values[i] : -1;
}

static void unpack_epoch(const double numbers[EPOCH_NUMBERS], int number, struct sr_epoch *epoch)
{
    double values[EPOCH_NUMBERS];
    for (int i = 0; i < EPOCH_NUMBERS; i++) values[i] = numbers[i] >= 0 ? numbers[i] : (double)NAN;
    *epoch =
        (struct sr_epoch){number, values[0], values[1], values[2], values[3], values[4], values[5]};
}

/* Where a training stands in the middle of an epoch: epochs finished, batches of the next one, and
 * their sums. */
enum { PARTIAL_NUMBERS = 6 };

/* A checkpoint in the middle of an epoch is one that the program leaves. So is one at its
 * beginning, where no epoch is finished or the program is to end. */
static bool leaves(const struct sr_trainer *trainer)
{
    return trainer->tally.batches || !trainer->finished || sr_leave_asked();
}

static void pack_partial(const struct sr_trainer *trainer, double numbers[PARTIAL_NUMBERS])
{
    const struct sr_tally *tally = &trainer->tally;
    numbers[0] = trainer->finished;
    numbers[1] = (double)tally->batches;
    numbers[2] = tally->loss;
    numbers[3] = (double)tally->right;
    numbers[4] = (double)tally->seen;
    numbers[5] = tally->rate;
}

static bool unpack_partial(const double numbers[PARTIAL_NUMBERS], struct sr_trainer *trainer)
{
    const double most = (double)trainer->train.count;
    const bool possible = numbers[0] >= 0 && numbers[0] < trainer->plan.epochs && numbers[1] >= 0 &&
                          numbers[1] <= (double)trainer->batches && isfinite(numbers[2]) &&
                          numbers[3] >= 0 && numbers[3] <= numbers[4] && numbers[4] <= most &&
                          isfinite(numbers[5]) && (numbers[1] > 0) == (numbers[4] > 0);
    if (!possible) return false;
    trainer->finished = (int)numbers[0];
    trainer->tally = (struct sr_tally){.batches = (uint64_t)numbers[1],
                                       .loss = numbers[2],
                                       .right = (uint64_t)numbers[3],
                                       .seen = (uint64_t)numbers[4],
                                       .rate = numbers[5],
                                       .norm = NAN};
    return true;
}

bool sr_checkpoint_left(const char *path)
{
    struct sr_tensors set;
    if (!sr_path_exists(path) || sr_tensors_load(&set, path, &(struct sr_error){0})) return false;
    const bool left = sr_tensors_find(&set, "partial");
    sr_tensors_fini(&set);
    return left;
}

enum sr_status sr_checkpoint_save(const char *path, uint64_t fingerprint,
                                  struct sr_trainer *trainer, struct sr_error *error)
{
    struct sr_tensors set = {0};
    struct transfer transfer = {&set, error};
    enum sr_status status = SR_ERROR_MEMORY;
    const size_t rows = trainer->finished ? (size_t)trainer->finished : 1;
    size_t shape[] = {rows, EPOCH_NUMBERS}, few = 3, partial = PARTIAL_NUMBERS;
    char text[32];

    double *history = sr_tensors_add(&set, "history", SR_F64, 2, shape, error);
    if (!history) goto out;
    for (int i = 0; i < trainer->finished; i++)
        pack_epoch(&trainer->history[i], history + (size_t)i * EPOCH_NUMBERS);
    double *best = sr_tensors_add(&set, "state", SR_F64, 1, &few, error);
    if (!best) goto out;
    best[0] = trainer->best_epoch;
    best[1] = trainer->best_accuracy;
    best[2] = (double)*sr_optimizer_steps(trainer->optimizer);
    if (leaves(trainer)) {
        double *numbers = sr_tensors_add(&set, "partial", SR_F64, 1, &partial, error);
        if (!numbers) goto out;
        pack_partial(trainer, numbers);
    }
    if (!walk(trainer, put_array, &transfer)) goto out;
    snprintf(text, sizeof text, "%016" PRIx64, fingerprint);
    sr_tensors_set_text(&set, "fingerprint", text);
    if (trainer->about) sr_tensors_set_text(&set, "about", trainer->about);
    status = sr_tensors_save(&set, path, error);
out:
    sr_tensors_fini(&set);
    return status;
}

/* ---- and back ---- */

static bool has_array(void *context, const char *name, float *values, size_t count)
{
    struct transfer *transfer = context;
    (void)values;
    return sr_tensors_need(transfer->set, name, SR_F32, 1, &count, transfer->error);
}

static bool take_array(void *context, const char *name, float *values, size_t count)
{
    struct transfer *transfer = context;
    memcpy(values, sr_tensors_find(transfer->set, name)->data, count * sizeof *values);
    return true;
}

/* Best epoch, its accuracy, steps of the optimiser: what a training of so many epochs can have. */
static bool possible_state(const double *numbers, size_t epochs)
{
    const double most_steps = 9007199254740992; /* 2^53: beyond it a double skips whole numbers */
    return numbers[0] >= 0 && numbers[0] <= (double)epochs && numbers[1] >= 0 && numbers[1] <= 1 &&
           numbers[2] >= 0 && numbers[2] <= most_steps;
}

bool sr_checkpoint_restore(const char *path, uint64_t fingerprint, struct sr_trainer *trainer)
{
    struct sr_tensors set = {0};
    struct sr_error error = {0};
    struct transfer transfer = {&set, &error};
    const size_t any[] = {SIZE_MAX, EPOCH_NUMBERS}, few = 3, several = PARTIAL_NUMBERS;
    char text[32];
    bool restored = false;
    size_t room = sizeof trainer->note;

    if (!sr_path_exists(path)) {
        snprintf(trainer->note, room, "no checkpoint yet: starting from the beginning");
        return false;
    }
    if (sr_tensors_load(&set, path, &error)) {
        snprintf(trainer->note, room, "the checkpoint cannot be read: starting from the beginning");
        return false;
    }
    snprintf(text, sizeof text, "%016" PRIx64, fingerprint);
    const char *found = sr_tensors_text(&set, "fingerprint");
    if (!found || strcmp(found, text) != 0) {
        snprintf(trainer->note, room,
                 "the checkpoint is of another training: starting from the beginning");
        goto out;
    }
    const struct sr_tensor *history = sr_tensors_need(&set, "history", SR_F64, 2, any, &error);
    const struct sr_tensor *partial = NULL;
    const struct sr_tensor *state = sr_tensors_need(&set, "state", SR_F64, 1, &few, &error);
    if (!history || !state || history->shape[0] < 1 ||
        history->shape[0] > (size_t)trainer->plan.epochs ||
        !possible_state(state->data, history->shape[0]) ||
        (sr_tensors_find(&set, "partial") &&
         !(partial = sr_tensors_need(&set, "partial", SR_F64, 1, &several, &error))) ||
        !walk(trainer, has_array, &transfer) ||
        (partial && !unpack_partial(partial->data, trainer))) {
        snprintf(trainer->note, room, "the checkpoint is damaged: starting from the beginning");
        goto out;
    }
    walk(trainer, take_array, &transfer);
    if (!partial) trainer->finished = (int)history->shape[0];
    if ((size_t)trainer->finished > history->shape[0]) trainer->finished = (int)history->shape[0];
    for (int i = 0; i < trainer->finished; i++)
        unpack_epoch((const double *)history->data + (size_t)i * EPOCH_NUMBERS, i + 1,
                     &trainer->history[i]);
    const double *numbers = state->data;
    trainer->best_epoch = (int)numbers[0];
    trainer->best_accuracy = numbers[1];
    *sr_optimizer_steps(trainer->optimizer) = (uint64_t)numbers[2];
    if (trainer->tally.batches)
        snprintf(trainer->note, room,
                 "going on in epoch %d, after %" PRIu64 " of %" PRIu64 " batches",
                 trainer->finished + 1, trainer->tally.batches, trainer->batches);
    else
        snprintf(trainer->note, room, "going on after epoch %d", trainer->finished);
    restored = true;
out:
    sr_tensors_fini(&set);
    return restored;
}

bool sr_checkpoint_of_another(const char *path, uint64_t fingerprint)
{
    struct sr_tensors set;
    char text[32];
    if (!sr_path_exists(path) || sr_tensors_load(&set, path, &(struct sr_error){0})) return false;
    const char *found = sr_tensors_text(&set, "fingerprint");
    snprintf(text, sizeof text, "%016" PRIx64, fingerprint);
    const bool other = found && strcmp(found, text) != 0;
    sr_tensors_fini(&set);
    return other;
}

/* ---- to other ranks ---- */

static bool hand_out_array(void *context, const char *name, float *values, size_t count)
{
    (void)name;
    sr_sharing_hand_out(context, values, count * sizeof *values);
    return true;
}

void sr_checkpoint_hand_out(struct sr_trainer *trainer, struct sr_sharing *sharing)
{
    int32_t finished = trainer->finished;
    sr_sharing_hand_out(sharing, &finished, sizeof finished);
    struct {
        double best_accuracy;
        uint64_t steps;
        struct sr_tally tally;
        int32_t best_epoch;
    } state = {trainer->best_accuracy, *sr_optimizer_steps(trainer->optimizer), trainer->tally,
               trainer->best_epoch};
    sr_sharing_hand_out(sharing, &state, sizeof state);
    if (finished < 0 || finished > trainer->plan.epochs || (!finished && !state.tally.batches))
        return;
    sr_sharing_hand_out(sharing, trainer->history, (size_t)finished * sizeof *trainer->history);
    walk(trainer, hand_out_array, sharing);
    trainer->finished = finished;
    trainer->tally = state.tally;
    trainer->best_epoch = state.best_epoch;
    trainer->best_accuracy = state.best_accuracy;
    *sr_optimizer_steps(trainer->optimizer) = state.steps;
}
