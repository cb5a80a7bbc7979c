/* fuzz_checkpoint.c - any bytes as the checkpoint of a training: left, with a note that says so, or
 * a trainer whose numbers can be gone on from. */
#include "../fuzz.h"

#include "../../src/models/checkpoint.h"

enum { SIDE = 4, COUNT = 4, EPOCHS = 3 };

static uint8_t pixels[COUNT * SIDE * SIDE], labels[COUNT] = {0, 1, 0, 1};
static const uint32_t rows[COUNT] = {0, 1, 2, 3};
static struct sr_images images = {COUNT, {SIDE, SIDE, 1}, pixels, labels};

static struct sr_trainer *make_trainer(void)
{
    static const struct sr_layer_spec layers[] = {
        {.type = SR_LAYER_FLATTEN, .input = -1, .other = -1},
        {.type = SR_LAYER_DENSE,
         .name = "fc1",
         .input = 0,
         .other = -1,
         .channels = 2,
         .bias = true},
    };
    static const struct sr_training plan = {.epochs = EPOCHS,
                                            .batch = 2,
                                            .optimizer = {SR_OPTIMIZER_SGD, 0.9, 0},
                                            .schedule = SR_SCHEDULE_CONSTANT,
                                            .rate = 0.02,
                                            .average = 0.9,
                                            .patience = 2,
                                            .input = {.mean = 0.3f, .deviation = 0.2f},
                                            .seed = 11};
    const struct sr_samples samples = {&images, rows, COUNT};
    struct sr_error error = {0};
    struct sr_network *network = sr_network_new(layers, 2, images.shape, &error);
    must(network != NULL);
    sr_network_init(network, 3);
    struct sr_trainer *trainer = sr_trainer_new(network, &plan, &samples, &samples, NULL, &error);
    must(trainer != NULL);
    return trainer;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct sr_trainer *trainer;
    const char *path = input_file(bytes, length);
    if (!trainer) trainer = make_trainer();
    trainer->finished = 0;
    trainer->note[0] = '\0';
    const bool restored = sr_checkpoint_restore(path, 1, trainer);
    must(trainer->note[0] && memchr(trainer->note, 0, sizeof trainer->note));
    must(restored == (trainer->finished > 0) && trainer->finished <= EPOCHS);
    if (restored) {
        must(trainer->best_epoch >= 0 && trainer->best_epoch <= trainer->finished);
        must(trainer->best_accuracy >= 0 && trainer->best_accuracy <= 1);
        must(!sr_checkpoint_of_another(path, 1));
    }
    return 0;
}
