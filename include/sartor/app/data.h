/* data.h - the data set of a session, its split, and its statistics. Only the session's thread may
 * call. */
#ifndef SARTOR_APP_DATA_H
#define SARTOR_APP_DATA_H

#include "sartor/base/error.h"
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
/* Load another folder; NULL searches the usual folders. */
enum sr_status sr_session_open(struct sr_session *session, const char *directory,
                               struct sr_error *error);
/* Draw the split anew after `validation`, `split_seed` or the data changed. */
enum sr_status sr_session_resplit(struct sr_session *session, struct sr_error *error);
struct sr_samples sr_session_samples(const struct sr_session *session, enum sr_split_name split);

/* A result (results.h): borrowed until the next sr_session_pump or sr_session_wait. */
enum sr_status sr_session_statistics(struct sr_session *session,
                                     const struct sr_statistics **statistics,
                                     struct sr_error *error);

#endif
