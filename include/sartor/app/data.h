/* data.h - the data set of a session, its split, and its statistics. Only the session's thread may
 * call. */
#ifndef SARTOR_APP_DATA_H
#define SARTOR_APP_DATA_H

#include "sartor/base/error.h"
#include "sartor/base/param.h"
#include "sartor/data/dataset.h"
#include "sartor/data/split.h"
#include "sartor/data/stats.h"

struct sr_session;

/* Statistics of each split, and of each class of each file: too slow to compute while drawing. */
struct sr_statistics {
    struct sr_stats splits[SR_SPLIT_COUNT];
    int class_count;
    /* class_count of each file. */
    struct {
        struct sr_stats stats;
        /* Images: the mean, and the standard deviation scaled so that its maximum is 255. */
        uint8_t *mean, *deviation;
        /* That maximum. */
        double deviation_most;
    } * classes[SR_FILE_COUNT];
};

/* SR_OK when the data is there, SR_PENDING while it is loaded, else why it is not. */
enum sr_status sr_session_data(struct sr_session *session, struct sr_error *error);
/* Show the images changed so, from now on, in every pane, command and figure: session->data is then
 * a set of its own, and what models say of it are results of their own. No change: as they are.
 * Trainings, searches and what is known of models use the images as they are all the same. */
enum sr_status sr_session_change(struct sr_session *session, struct sr_change change,
                                 struct sr_error *error);
/* Show this set, which is the present one, its origin or a changed one of the same origin. Takes
 * the reference. */
void sr_session_put_data(struct sr_session *session, struct sr_dataset *shown);
/* Refuses while changed images are shown, for commands that many figures come from. */
enum sr_status sr_session_unchanged(const struct sr_session *session, const char *command,
                                    struct sr_error *error);
/* How data is opened: parameters of `open`, and of the option `opening`, which holds for all that
 * is opened without any of its own. */
#define SR_OPENING_PARAMS                                                                          \
    {"size", SR_PARAM_INTEGER, .minimum = 28, .maximum = SR_FIT_MAX,                               \
     .help =                                                                                       \
         "Pixels on each side that pictures are brought to (default: their own size where all "    \
         "have the same, up to 128, else 64)."},                                                   \
        {"fit", SR_PARAM_CHOICE, .choices = SR_FIT_CHOICES,                                        \
         .help = "Pictures of other proportions: padded with black, cut to the middle, or "        \
                 "stretched (default: pad)."},                                                     \
        {"colour", SR_PARAM_CHOICE, .choices = SR_COLOUR_CHOICES,                                  \
         .help = "Keep colours, or make pictures grey (default: keep)."},                          \
        {"transpose", SR_PARAM_CHOICE, .choices = SR_TRANSPOSE_CHOICES,                            \
         .help = "Exchange rows and columns of images in IDX files, as EMNIST's need (default: "   \
                 "auto, by the names of the files)."},                                             \
        {"skip", SR_PARAM_SWITCH, .help = "Leave out pictures that cannot be read."},              \
        {"test_seed", SR_PARAM_INTEGER, .minimum = 0, .maximum = 9e15,                             \
         .help = "Seed by which a test part is set aside where there is none (default: 1)."},      \
    {                                                                                              \
        "cache", SR_PARAM_SWITCH,                                                                  \
            .fallback = "on",                                                                      \
            .help = "Keep what was decoded, under ~/.cache/sartor, for the next time."             \
    }
/* Set what is given of them. */
void sr_opening_read(const struct sr_args *args, struct sr_opening *opening);
/* The same from the words of the option `opening`, which could follow `open`; NULL for none. */
enum sr_status sr_opening_read_words(const char *line, struct sr_opening *opening,
                                     struct sr_error *error);

/* Load another folder or file; NULL searches the usual folders. */
enum sr_status sr_session_open(struct sr_session *session, const char *path,
                               struct sr_error *error);
/* The same; `own`, of SR_OPENING_PARAMS, wins over the option `opening`; NULL for none. */
enum sr_status sr_session_open_as(struct sr_session *session, const char *path,
                                  const struct sr_args *own, struct sr_error *error);
/* Draw the split anew after `validation`, `split_seed` or the data changed. */
enum sr_status sr_session_resplit(struct sr_session *session, struct sr_error *error);
/* The same; the selection stays as it is. */
enum sr_status sr_session_draw_split(struct sr_session *session, struct sr_error *error);
struct sr_samples sr_session_samples(const struct sr_session *session, enum sr_split_name split);

/* A result (results.h): borrowed until the next sr_session_pump or sr_session_wait. */
enum sr_status sr_session_statistics(struct sr_session *session,
                                     const struct sr_statistics **statistics,
                                     struct sr_error *error);

#endif
