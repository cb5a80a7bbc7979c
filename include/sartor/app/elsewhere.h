/* elsewhere.h - trainings seen from other processes that keep models in the same folder.
 *
 * While a training is under way, its process writes HOME/running/NAME.json once a second: how far
 * it is, and the epochs so far. Other processes list it among their runs, and ask it to stop, pause
 * or go on by HOME/running/NAME.request, which the training process looks for once a second. All
 * through files, so that it works over a shared file system. Only the session's thread may call. */
#ifndef SARTOR_APP_ELSEWHERE_H
#define SARTOR_APP_ELSEWHERE_H

#include "sartor/app/runs.h"
#include "sartor/base/file.h"

/* Seconds between two times that a file is written or looked for. */
#define SR_SHARE_SECONDS 1.0

/* Where a run of another process is. */
struct sr_elsewhere {
    char host[65];
    int64_t process;
    /* The file as it was read. */
    struct sr_file_identity file;
    /* It was there when the folder was read last. */
    bool seen;
};

/* Write how far the trainings of this process are, and carry out what others have asked for, where
 * a second has passed since the last time. False when none is under way; else it is to be called
 * again within a second. What cannot be written is not seen elsewhere; the training goes on. */
bool sr_session_share(struct sr_session *session);

/* Bring session->runs up to date with the trainings of other processes: new ones are added, and
 * those that are gone become SR_JOB_DONE. What ended processes have left is removed. True when
 * anything has changed. */
bool sr_session_look_elsewhere(struct sr_session *session);

/* Ask the process of such a run to "stop", "pause" or "resume" it. */
enum sr_status sr_session_ask_elsewhere(struct sr_session *session, const struct sr_run *run,
                                        const char *what, struct sr_error *error);

#endif
