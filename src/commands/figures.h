/* figures.h - the figures: their one list, and what their functions share. Private to commands/.
 *
 * A figure's function turns data of the session into a chart's plain arrays and hands them to
 * figure_put. It returns SR_PENDING while something is computed, and is then called again. */
#ifndef SARTOR_COMMANDS_FIGURES_H
#define SARTOR_COMMANDS_FIGURES_H

#include "internal.h"

/* X(name, parameters that it takes beside those of every figure, those that become the current one
 * when they are not given, what it shows). */
#define SAMPLE_WORDS "split class index wrong right model"
#define FIGURES(X)                                                                                 \
    X(browse, SAMPLE_WORDS " count", "", "Samples with their labels.")                             \
    X(steps, SAMPLE_WORDS, "index",                                                                \
      "What is done to a sample: raw, normalised, reshaped, flattened, its label one-hot.")        \
    X(augment, SAMPLE_WORDS " count kinds " SR_AUGMENT_NAMES, "index",                             \
      "A sample as training changes it: each change by itself, or those asked for together.")      \
    X(histogram, "split class linear", "", "Counts of grey values.")                               \
    X(means, "split", "", "Mean and standard deviation of every class, pixel by pixel.")           \
    X(curves, "model models", "model", "Loss and accuracy over the epochs.")                       \
    X(confusion, "model split vs shares of_predicted", "model",                                    \
      "Confusion matrix, or two side by side.")                                                    \
    X(metrics, "model models split", "model",                                                      \
      "Precision, recall and F1 of every class; of several models F1.")                            \
    X(compare, "models split", "", "Accuracies of models with 95 % intervals.")                    \
    X(reliability, "model models split", "model", "Accuracy at each level of confidence.")         \
    X(risk, "model models split", "model",                                                         \
      "Accuracy of the surest answers against the share that is answered.")                        \
    X(robustness, "model models split kinds severities count", "model",                            \
      "Accuracy on changed pictures: a panel for each kind of change, over its severities.")       \
    X(roc, "model models split class", "model",                                                    \
      "True positive rate against false positive rate, a curve for each class.")                   \
    X(pr, "model models split class", "model",                                                     \
      "Precision against recall, a curve for each class.")                                         \
    X(explain, SAMPLE_WORDS " count method layer target", "model index",                           \
      "Original, heat map and overlay of samples.")                                                \
    X(gradcam, SAMPLE_WORDS " count layer target", "model index", "The same by Grad-CAM.")         \
    X(gallery, SAMPLE_WORDS " count method layer target", "model",                                 \
      "Heat maps laid over many samples.")                                                         \
    X(nearest, SAMPLE_WORDS, "index",                                                              \
      "A sample and the training images nearest to it: as a k-NN or SVM finds them, else by "      \
      "pixels.")                                                                                   \
    X(heats, "model split count method layer", "model",                                            \
      "The mean heat of every class, over its mean image.")                                        \
    X(quality, "model split count method layer", "model",                                          \
      "Deletion and insertion: the probability while the hottest pixels are removed, or put in.")  \
    X(network, "model", "model", "Layers with their output shapes and parameters.")                \
    X(map, "of layout colour model split", "",                                                     \
      "Every sample as a point, near those that are like it (see map); the interactive page "      \
      "shows "                                                                                     \
      "pictures under the mouse.")                                                                 \
    X(dataset, "split class form decisions", "",                                                   \
      "No figure: the images themselves, all or those of a split or class; to= is a folder (of "   \
      "IDX files, or by form=pictures of PNG files in a folder for each class), a .npz or a "      \
      ".zip.")

struct figure {
    struct sr_session *session;
    const struct figure_request *request;
    const char *name;
    struct sr_text models, families, seeds, selection; /* for the provenance */
    /* "validation split", and whether rows of it are left out: for titles. */
    char judged[96];
    struct sr_text undrawn; /* a text with characters that no font has */
};

#define DECLARE(name, takes, current, help)                                                        \
    enum sr_status figure_##name(struct figure *figure, struct sr_error *error);
FIGURES(DECLARE)
#undef DECLARE

/* A model, or a training under way, that the figure is drawn from: for the provenance. */
void figure_credit(struct figure *figure, const struct sr_model *model);
void figure_credit_run(struct figure *figure, const struct sr_run *run);
/* The figure shows a model judged on this split: fills `judged`, and the provenance with how many
 * rows are left out. */
void figure_judge(struct figure *figure, const struct sr_entry *entry, enum sr_split_name split);
/* Write the file. */
enum sr_status figure_put(struct figure *figure, const struct sr_chart *chart, const void *data,
                          struct sr_error *error);
/* The models asked for, where there are none all that can be judged, with their predictions. */
enum sr_status figure_field(struct figure *figure, struct field *field, enum sr_split_name *split,
                            struct sr_error *error);

/* Samples to show: those of `index`, else the first of what split, class, wrong and right leave,
 * else of the selection from the cursor on. */
struct picked {
    enum sr_file file;
    uint32_t *rows;
    size_t count;
    const struct sr_predictions *predictions; /* of the model that chose them; NULL for none */
    char *filter; /* "split=test class=Shirt"; "" of samples that are named */
    char *words;  /* "Shirt samples of the test split", "3 samples" */
};
enum sr_status figure_pick(struct figure *figure, size_t most, struct picked *picked,
                           struct sr_error *error);
void picked_free(struct picked *picked);
/* The names of what is picked, for captions: count strings, to be freed by picked_ids_free. */
char **picked_ids(const struct figure *figure, const struct picked *picked);
void picked_ids_free(char **ids, const struct picked *picked);
/* height × width pixels of a row. */
const uint8_t *figure_pixels(const struct figure *figure, enum sr_file file, uint32_t row);

#endif
