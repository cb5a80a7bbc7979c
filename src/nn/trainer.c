#include "sartor/nn/trainer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sartor/base/clock.h"
#include "sartor/base/leave.h"
#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/compute/kernels.h"

/* ---- weights as a whole ---- */

static void copy_weights(struct sr_network *to, struct sr_network *from)
{
    struct sr_parameter *target, *source;
    size_t count = sr_network_parameters(to, &target);
    sr_network_parameters(from, &source);
    for (size_t i = 0; i < count; i++)
        memcpy(target[i].values, source[i].values, source[i].count * sizeof *source[i].values);
}

/* The factor by which a step keeps the average. It is smaller in the first steps, so that the
 * random initial weights soon have no influence. */
static float average_keep(double decay, uint64_t step)
{
    double early = (1 + (double)step) / (10 + (double)step);
    return (float)(early < decay ? early : decay);
}

/* The optimiser averages what it learns; this is for the running statistics. */
static void average_statistics(struct sr_network *average, struct sr_network *network, float keep)
{
    struct sr_parameter *target, *source;
    size_t count = sr_network_parameters(average, &target);
    sr_network_parameters(network, &source);
    for (size_t i = 0; i < count; i++)
        if (!source[i].learned)
            sr_kernels()->average(source[i].values, keep, source[i].count, target[i].values);
}

static bool weights_finite(struct sr_network *network)
{
    struct sr_parameter *parameters;
    size_t count = sr_network_parameters(network, &parameters);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < parameters[i].count; j++)
            if (!isfinite(parameters[i].values[j])) return false;
    return true;
}

/* ---- making and freeing ---- */

static struct sr_optimizer *make_optimizer(struct sr_trainer *trainer, struct sr_error *error)
{
    struct sr_parameter *parameters, *averages = NULL;
    size_t count = sr_network_parameters(trainer->network, &parameters), learned = 0;
    if (trainer->average) sr_network_parameters(trainer->average, &averages);
    struct sr_slot *slots = sr_xalloc((count + 1) * sizeof *slots);
    trainer->slots = sr_xalloc((count + 1) * sizeof *trainer->slots);
    for (size_t i = 0; i < count; i++) {
        const float *gradient = sr_workspace_gradient(trainer->workspace, i);
        if (!gradient) continue; /* a running statistic */
        trainer->slots[i] = learned;
        slots[learned++] = (struct sr_slot){.values = parameters[i].values,
                                            .gradient = gradient,
                                            .average = averages ? averages[i].values : NULL,
                                            .count = parameters[i].count,
                                            .decays = parameters[i].decays,
                                            .filter = parameters[i].filter,
                                            .rows = parameters[i].rows,
                                            .columns = parameters[i].columns};
    }
    struct sr_optimizer *optimizer =
        sr_optimizer_new(&trainer->plan.optimizer, slots, learned, trainer->pool, error);
    free(slots);
    return optimizer;
}

/* A worker has just made a stretch of the gradient, so it is in its cache: take the step on it. */
static void step_stretch(void *owner, size_t parameter, size_t start, size_t count)
{
    struct sr_trainer *trainer = owner;
    sr_optimizer_stretch(trainer->optimizer, trainer->slots[parameter], start, count);
}

/* The weights that are measured and kept: the average where there is one. */
static struct sr_network *measured(const struct sr_trainer *trainer)
{
    return trainer->average ? trainer->average : trainer->network;
}

struct sr_trainer *sr_trainer_new(struct sr_network *network, const struct sr_training *plan,
                                  const struct sr_samples *train,
                                  const struct sr_samples *validation, struct sr_pool *pool,
                                  struct sr_error *error)
{
    struct sr_trainer *trainer = sr_xalloc(sizeof *trainer);

    *trainer = (struct sr_trainer){.plan = *plan,
                                   .train = *train,
                                   .validation = *validation,
                                   .pool = pool,
                                   .tally = {.norm = NAN},
                                   .network = network};
    if ((size_t)trainer->plan.batch > train->count) trainer->plan.batch = (int)train->count;
    size_t batch = (size_t)trainer->plan.batch;
    const int room = plan->sharing ? sr_sharing_most(plan->sharing) : trainer->plan.batch;
    /* A very small last batch would be a full step on few images, with poor batch statistics. Below
     * an eighth of a batch it is left out; which images those are differs between epochs. */
    trainer->batches = train->count / batch + (train->count % batch >= (batch + 7) / 8);
    trainer->history = sr_xalloc(((size_t)plan->epochs + 1) * sizeof *trainer->history);
    trainer->labels = sr_xalloc(batch);
    if (!(trainer->order =
              sr_array_raw(train->count, sizeof *trainer->order, "the order of images", error)) ||
        !(trainer->kept = sr_network_copy(network, error)) ||
        !(trainer->workspace = sr_workspace_new(network, room, true, pool, error)) ||
        (plan->average > 0 && !(trainer->average = sr_network_copy(network, error))) ||
        !(trainer->optimizer = make_optimizer(trainer, error)))
        goto failed;
    if (plan->input.features != SR_FEATURES_PIXELS && sr_augment_active(&plan->augment)) {
        const size_t threads = (size_t)sr_pool_threads(pool),
                     size = sr_shape_size(train->images->shape);
        trainer->changed =
            sr_array_raw(threads * size, sizeof *trainer->changed, "augmented images", error);
        trainer->bytes = sr_array_raw(threads, size, "augmented images", error);
        if (!trainer->changed || !trainer->bytes) goto failed;
    }
    /* Clipping needs all gradients before the step; without, it is taken as they come. */
    trainer->exchange =
        (struct sr_exchange){.final = plan->clip > 0 ? NULL : step_stretch, .owner = trainer};
    if (plan->sharing) {
        struct sr_parameter *parameters;
        const size_t count = sr_network_parameters(network, &parameters);
        sr_sharing_attach(plan->sharing, trainer->workspace, parameters, count);
        trainer->exchange.machines = sr_sharing_machines(plan->sharing);
    }
    sr_workspace_exchange(trainer->workspace, &trainer->exchange);
    if (validation->count &&
        !(trainer->measuring = sr_inference_workspace(measured(trainer), pool, error)))
        goto failed;
    return trainer;

failed:
    sr_trainer_free(trainer);
    return NULL;
}

void sr_trainer_free(struct sr_trainer *trainer)
{
    if (!trainer) return;
    sr_optimizer_free(trainer->optimizer);
    sr_workspace_free(trainer->workspace);
    sr_workspace_free(trainer->measuring);
    sr_network_free(trainer->network);
    sr_network_free(trainer->average);
    sr_network_free(trainer->kept);
    free(trainer->slots);
    free(trainer->history);
    free(trainer->order);
    free(trainer->labels);
    free(trainer->changed);
    free(trainer->bytes);
    free(trainer);
}

struct sr_network *sr_trainer_take(struct sr_trainer *trainer)
{
    struct sr_network *network = trainer->kept;
    trainer->kept = NULL;
    return network;
}

/* ---- one batch ---- */

struct filling {
    const struct sr_trainer *trainer;
    int epoch;
    const uint32_t *order;
    size_t count;
};

enum { FILL = 8 }; /* images of a slice */

/* Features of an augmented image: they are computed from bytes. */
static void fill_changed_features(const struct sr_trainer *trainer, int epoch, uint32_t sample,
                                  int worker, float *out)
{
    const struct sr_training *plan = &trainer->plan;
    const struct sr_shape shape = trainer->train.images->shape;
    const size_t size = sr_shape_size(shape);
    float *changed = trainer->changed + (size_t)worker * size;
    uint8_t *bytes = trainer->bytes + (size_t)worker * size;

    sr_augment_image(&plan->augment, plan->seed, epoch, sample,
                     sr_samples_pixels(&trainer->train, sample), shape, changed);
    for (size_t i = 0; i < size; i++) bytes[i] = (uint8_t)lrintf(changed[i] * 255);
    sr_inference_fill(&plan->input, bytes, shape, out);
}

/* One image of the batch, augmented and normalised. */
static void fill_image(const struct filling *filling, size_t index, int worker)
{
    const struct sr_trainer *trainer = filling->trainer;
    const struct sr_training *plan = &trainer->plan;
    uint32_t sample = filling->order[index];
    const struct sr_shape shape = trainer->train.images->shape;
    size_t size = sr_features_size(plan->input.features, shape);
    const uint8_t *pixels = sr_samples_pixels(&trainer->train, sample);
    float *out = sr_workspace_input(trainer->workspace) + index * size;

    if (!sr_augment_active(&plan->augment)) {
        sr_inference_fill(&plan->input, pixels, shape, out);
        return;
    }
    if (plan->input.features != SR_FEATURES_PIXELS) {
        fill_changed_features(trainer, filling->epoch, sample, worker, out);
        return;
    }
    sr_augment_image(&plan->augment, plan->seed, filling->epoch, sample, pixels, shape, out);
    if (plan->input.own) {
        sr_inference_normalise(&plan->input, size, out);
        return;
    }
    float scale = 1 / plan->input.deviation, shift = -plan->input.mean / plan->input.deviation;
    for (size_t i = 0; i < size; i++) out[i] = out[i] * scale + shift;
}

/* The images of a shuffled batch are far apart in memory, so each is prefetched. */
static void fill_slice(void *context, size_t index, int worker)
{
    const struct filling *filling = context;
    const struct sr_samples *train = &filling->trainer->train;
    size_t first = index * FILL,
           last = first + FILL < filling->count ? first + FILL : filling->count;
    sr_samples_prefetch(train, filling->order[first]);
    for (size_t i = first; i < last; i++) {
        if (i + 1 < last) sr_samples_prefetch(train, filling->order[i + 1]);
        fill_image(filling, i, worker);
    }
}

enum outcome { WENT_WELL, STOPPED, LEFT, DIVERGED, FAILED };

/* DIVERGED when the loss or the gradients are not finite; the weights cannot be used then. */
static enum outcome train_batch(struct sr_trainer *trainer, int epoch, uint64_t batch,
                                struct sr_tally *tally)
{
    const struct sr_training *plan = &trainer->plan;
    size_t start = batch * (size_t)plan->batch, left = trainer->train.count - start;
    size_t whole = left < (size_t)plan->batch ? left : (size_t)plan->batch;
    uint64_t step = (uint64_t)(epoch - 1) * trainer->batches + batch;
    int right = 0, before = 0, count = (int)whole;
    if (plan->sharing) sr_sharing_begin(plan->sharing, (int)whole, &before, &count);
    struct filling filling = {trainer, epoch, trainer->order + start + before, (size_t)count};

    struct sr_schedule schedule = {plan->schedule, plan->rate,
                                   (uint64_t)llround(plan->warmup * (double)trainer->batches),
                                   (uint64_t)plan->epochs * trainer->batches};
    tally->rate = sr_schedule_rate(&schedule, step);
    float keep = average_keep(plan->average, step);

    sr_pool_run(trainer->pool, (filling.count + FILL - 1) / FILL, fill_slice, &filling);
    for (size_t i = 0; i < filling.count; i++)
        trainer->labels[i] = (uint8_t)sr_samples_label(&trainer->train, filling.order[i]);
    sr_network_forward(trainer->network, trainer->workspace, count, plan->seed, step);
    bool clipped = plan->clip > 0;
    if (!clipped) sr_optimizer_begin(trainer->optimizer, tally->rate, 1, keep);
    double loss = sr_network_backward(trainer->network, trainer->workspace, count, trainer->labels,
                                      (float)plan->smoothing, &right);
    if (sr_workspace_stopped(trainer->workspace)) return STOPPED;
    sr_exchange_finish(&trainer->exchange);
    if (plan->sharing && sr_sharing_failed(plan->sharing, NULL)) return FAILED;
    if (!isfinite(loss)) return DIVERGED;
    if (clipped) {
        tally->norm = sr_optimizer_norm(trainer->optimizer);
        if (!isfinite(tally->norm)) return DIVERGED;
        double scale = tally->norm > plan->clip ? plan->clip / tally->norm : 1;
        sr_optimizer_begin(trainer->optimizer, tally->rate, scale, keep);
    }
    sr_optimizer_finish(trainer->optimizer);
    if (trainer->average) average_statistics(trainer->average, trainer->network, keep);
    tally->loss += loss;
    tally->right += (uint64_t)right;
    tally->seen += whole;
    return WENT_WELL;
}

/* ---- reporting ---- */

/* Ask whether to go on; pauses are left out of the rate. */
static bool proceed(void *owner)
{
    struct sr_trainer *trainer = owner;
    double begun = sr_clock_seconds();
    bool go = sr_monitor_proceed(trainer->monitor);
    trainer->waited += sr_clock_seconds() - begun;
    return go;
}

/* Within a batch: one that has begun is finished before the program leaves. */
static bool proceed_within(void *owner)
{
    return proceed(owner) || sr_leave_asked();
}

/* May the next batch begin? What one member wishes, all do after the batch in which they learn of
 * it, so that all stop after the same one. */
static enum outcome may_begin(struct sr_trainer *trainer)
{
    struct sr_sharing *sharing = trainer->plan.sharing;
    const bool go = proceed(trainer); /* false, too, when the program is to leave */
    const enum outcome own = sr_leave_asked() ? LEFT : go ? WENT_WELL : STOPPED;
    if (!sharing) return own;
    if (sr_sharing_wish(sharing) != SR_WISH_NONE)
        return sr_sharing_wish(sharing) == SR_WISH_LEAVE ? LEFT : STOPPED;
    sr_sharing_set_wish(sharing, own == LEFT      ? SR_WISH_LEAVE
                                 : own == STOPPED ? SR_WISH_STOP
                                                  : SR_WISH_NONE);
    return WENT_WELL;
}

static void report(struct sr_trainer *trainer, int epoch, uint64_t batch,
                   const struct sr_tally *tally, double epoch_seconds, double run_seconds)
{
    const struct sr_training *plan = &trainer->plan;
    uint64_t done = (uint64_t)(epoch - 1) * trainer->batches + batch + 1;
    struct sr_progress progress = {.unit = "batch",
                                   .done = done,
                                   .total = (uint64_t)plan->epochs * trainer->batches,
                                   .epoch = epoch,
                                   .epochs = plan->epochs,
                                   .rate =
                                       epoch_seconds > 0 ? (double)tally->seen / epoch_seconds : 0,
                                   .loss = tally->loss / (double)tally->seen,
                                   .accuracy = (double)tally->right / (double)tally->seen,
                                   .learning_rate = tally->rate};
    progress.seconds_left =
        run_seconds / (double)trainer->run_batches * (double)(progress.total - done);
    progress.remark = trainer->note[0];
    if (progress.remark)
        memcpy(progress.note, trainer->note, sizeof progress.note);
    else if (plan->clip > 0)
        snprintf(progress.note, sizeof progress.note, "gradient norm %.3g", tally->norm);
    sr_monitor_progress(trainer->monitor, &progress);
}

/* Send the note now, since no further progress may follow. */
static void announce(const struct sr_trainer *trainer, int epoch)
{
    struct sr_progress progress = {.unit = "batch",
                                   .done = (uint64_t)trainer->finished * trainer->batches,
                                   .total = (uint64_t)trainer->plan.epochs * trainer->batches,
                                   .epoch = epoch,
                                   .epochs = trainer->plan.epochs,
                                   .seconds_left = -1,
                                   .loss = NAN,
                                   .accuracy = NAN,
                                   .learning_rate = NAN,
                                   .remark = true,
                                   .diverged = trainer->diverged};
    memcpy(progress.note, trainer->note, sizeof progress.note);
    sr_monitor_progress(trainer->monitor, &progress);
}

/* ---- epochs ---- */

static enum outcome train_epoch(struct sr_trainer *trainer, int epoch, double run_begun)
{
    struct sr_tally *tally = &trainer->tally;
    struct sr_rng rng;
    double begun = sr_clock_seconds() - trainer->waited;

    for (size_t i = 0; i < trainer->train.count; i++) trainer->order[i] = (uint32_t)i;
    sr_rng_init(&rng, trainer->plan.seed, SR_STREAM_SHUFFLE, (uint64_t)epoch);
    sr_rng_shuffle(&rng, trainer->order, trainer->train.count);
    while (tally->batches < trainer->batches) {
        const uint64_t batch = tally->batches;
        enum outcome outcome = may_begin(trainer);
        if (outcome == WENT_WELL) outcome = train_batch(trainer, epoch, batch, tally);
        if (outcome != WENT_WELL) return outcome;
        tally->batches++;
        trainer->run_batches++;
        double now = sr_clock_seconds() - trainer->waited;
        report(trainer, epoch, batch, tally, now - begun, now - run_begun);
    }
    return weights_finite(trainer->network) && weights_finite(measured(trainer)) ? WENT_WELL
                                                                                 : DIVERGED;
}

/* Measure, keep and record an epoch whose batches are done. SR_ERROR_NUMERIC when the validation
 * loss is no number: finite weights can still be too large to use. */
static enum sr_status finish_epoch(struct sr_trainer *trainer, int epoch, double begun,
                                   struct sr_error *error)
{
    const struct sr_tally *tally = &trainer->tally;
    const struct sr_training *plan = &trainer->plan;
    struct sr_network *network = measured(trainer);
    struct sr_epoch *record = &trainer->history[epoch - 1];

    *record = (struct sr_epoch){.epoch = epoch,
                                .train_loss = tally->loss / (double)tally->seen,
                                .train_accuracy = (double)tally->right / (double)tally->seen,
                                .validation_loss = NAN,
                                .validation_accuracy = NAN,
                                .learning_rate = tally->rate};
    if (trainer->validation.count) {
        const struct sr_inference inference = {.network = network,
                                               .workspace = trainer->measuring,
                                               .input = &plan->input,
                                               .pool = trainer->pool,
                                               .monitor = plan->sharing ? NULL : &trainer->gate,
                                               .sharing = plan->sharing};
        enum sr_status status =
            sr_inference_measure(&inference, &trainer->validation, &record->validation_loss,
                                 &record->validation_accuracy, error);
        if (status) return status;
        if (!isfinite(record->validation_loss)) return SR_ERROR_NUMERIC;
    }
    bool better = !trainer->best_epoch || record->validation_accuracy > trainer->best_accuracy;
    if (plan->patience > 0 && better) {
        trainer->best_epoch = epoch;
        trainer->best_accuracy = record->validation_accuracy;
    }
    if (plan->patience == 0 || better) copy_weights(trainer->kept, network);
    record->seconds = sr_clock_seconds() - trainer->waited - begun;
    trainer->finished = epoch;
    trainer->tally = (struct sr_tally){.norm = NAN};
    return SR_OK;
}

static bool out_of_patience(const struct sr_trainer *trainer)
{
    return trainer->plan.patience > 0 &&
           trainer->finished - trainer->best_epoch >= trainer->plan.patience;
}

static enum sr_status after_divergence(struct sr_trainer *trainer, int epoch, bool *complete,
                                       struct sr_error *error)
{
    if (trainer->finished == 0)
        return sr_error_set(
            error, SR_ERROR_NUMERIC,
            "The training diverged in its first epoch: the loss is no longer a finite number; "
            "a learning rate below lr=%g, or clip=1, would help.",
            trainer->plan.rate);
    snprintf(trainer->note, sizeof trainer->note,
             "diverged in epoch %d; the weights of epoch %d are kept", epoch,
             trainer->best_epoch ? trainer->best_epoch : trainer->finished);
    trainer->diverged = true;
    announce(trainer, epoch);
    *complete = true;
    return SR_OK;
}

/* Another process of the run has ended. */
static enum sr_status after_failure(const struct sr_trainer *trainer, struct sr_error *error)
{
    sr_sharing_failed(trainer->plan.sharing, error);
    return sr_error_prefix(error, "the training ended in epoch %d", trainer->finished + 1);
}

/* The program is asked to end: keep what there is. */
static enum sr_status leave(struct sr_trainer *trainer, sr_epoch_end *epoch_end, void *owner,
                            struct sr_error *error)
{
    struct sr_error trouble = {0};
    const char *kept = !epoch_end ? "" : "; the same command goes on from there";
    if (epoch_end && epoch_end(owner, trainer, &trouble))
        return sr_error_set(error, SR_ERROR_STATE, "ended by a signal; no checkpoint: %s",
                            trouble.text);
    return sr_error_set(error, SR_ERROR_STATE,
                        "ended by a signal in epoch %d, after %llu of %llu batches%s",
                        trainer->finished + 1, (unsigned long long)trainer->tally.batches,
                        (unsigned long long)trainer->batches, kept);
}

/* A loss that is a number, but far above that of guessing in the epoch whose weights are kept: all
 * that was learned is lost. Ten times guessing is above what any augmentation makes of a network
 * that learns. */
static void look_for_collapse(struct sr_trainer *trainer)
{
    const int kept = trainer->plan.patience > 0 ? trainer->best_epoch : trainer->finished;
    const double loss = kept > 0 ? trainer->history[kept - 1].train_loss : NAN;
    int height, width, classes;
    sr_network_shape(trainer->network, sr_network_layer_count(trainer->network) - 1, &height,
                     &width, &classes);
    if (!(loss > 10 * log(fmax(2, classes)))) return;
    snprintf(trainer->note, sizeof trainer->note,
             "diverged: the loss is %.3g; a learning rate below lr=%g would help", loss,
             trainer->plan.rate);
    trainer->diverged = true;
    announce(trainer, trainer->finished);
}

/* What it has cost to share the batches. */
static void tell_of_sharing(struct sr_trainer *trainer, double seconds)
{
    const struct sr_sharing *sharing = trainer->plan.sharing;
    if (!sharing || trainer->diverged || !trainer->run_batches || !(seconds > 0)) return;
    snprintf(trainer->note, sizeof trainer->note,
             "%d processes shared the batches: %.0f kB sent by each a step, %.1f %% of the time "
             "waiting for others",
             sr_sharing_size(sharing),
             (double)sr_sharing_sent(sharing) / (double)trainer->run_batches / 1000,
             100 * sr_sharing_waited(sharing) / seconds);
    announce(trainer, trainer->finished);
}

enum sr_status sr_trainer_run(struct sr_trainer *trainer, const struct sr_monitor *monitor,
                              sr_epoch_end *epoch_end, void *owner, bool *complete,
                              struct sr_error *error)
{
    double run_begun = sr_clock_seconds() - trainer->waited;
    int first = trainer->finished + 1;

    *complete = false;
    trainer->monitor = monitor;
    trainer->run_batches = 0;
    trainer->gate = (struct sr_monitor){.owner = trainer, .proceed = proceed_within};
    if (!trainer->plan.sharing) sr_workspace_gate(trainer->workspace, &trainer->gate);
    if (trainer->note[0]) announce(trainer, first);
    for (int epoch = first; epoch <= trainer->plan.epochs && !out_of_patience(trainer); epoch++) {
        double begun = sr_clock_seconds() - trainer->waited;
        enum outcome outcome = train_epoch(trainer, epoch, run_begun);
        if (outcome == FAILED) return after_failure(trainer, error);
        if (outcome == LEFT) return leave(trainer, epoch_end, owner, error);
        enum sr_status status = outcome == DIVERGED  ? SR_ERROR_NUMERIC
                                : outcome == STOPPED ? SR_ERROR_CANCELLED
                                                     : finish_epoch(trainer, epoch, begun, error);
        if (status == SR_ERROR_NUMERIC) return after_divergence(trainer, epoch, complete, error);
        if (status == SR_ERROR_CANCELLED) {
            if (trainer->finished > 0) return SR_OK;
            return sr_error_set(
                error, SR_ERROR_CANCELLED,
                "The training was stopped before its first epoch ended; there is nothing to keep.");
        }
        if (status) return status;

        struct sr_error trouble = {0};
        trainer->note[0] = '\0';
        if (epoch_end && epoch_end(owner, trainer, &trouble)) {
            snprintf(trainer->note, sizeof trainer->note, "no checkpoint: %s", trouble.text);
            announce(trainer, epoch);
        }
        sr_monitor_epoch(monitor, &trainer->history[epoch - 1]);
    }
    look_for_collapse(trainer);
    tell_of_sharing(trainer, sr_clock_seconds() - trainer->waited - run_begun);
    *complete = true;
    return SR_OK;
}
