/* suspects.h - labels that look wrong, and what a person says of them. Only the session's thread
 * may call. */
#ifndef SARTOR_APP_SUSPECTS_H
#define SARTOR_APP_SUSPECTS_H

#include "sartor/app/models.h"
#include "sartor/data/dataset.h"
#include "sartor/eval/suspects.h"

struct sr_session;

/* What a person says of a suspect. */
enum sr_mark { SR_MARK_NONE, SR_MARK_KEEP, SR_MARK_FLAG, SR_MARK_COUNT };
extern const char *const sr_mark_names[SR_MARK_COUNT]; /* "none", "keep", "flag" */

/* Labels of the train file that look wrong, of the latest search. */
struct sr_suspects {
    struct sr_suspect *items; /* most suspect first */
    enum sr_mark *marks;
    size_t count;
    char model[64];
    int folds; /* 0 when none has been made for this data */
    size_t examined;
    double accuracy; /* of the held-out predictions; 0 when read from the file */
};

/* Look for labels that look wrong: train the model's family anew on all but one of `folds` parts of
 * the train file (of `count` rows of it, 0 for all), and judge that part; into session->suspects
 * and a file under home. A job among the runs. */
enum sr_status sr_session_find_suspects(struct sr_session *session, struct sr_entry *entry,
                                        int folds, size_t count, uint32_t *job,
                                        struct sr_error *error);
/* Position among the suspects of a row of the train file, or SIZE_MAX. */
size_t sr_session_suspect(const struct sr_session *session, uint32_t row);
/* Mark a suspect; kept in the file. */
enum sr_status sr_session_mark(struct sr_session *session, enum sr_file file, uint32_t row,
                               enum sr_mark mark, struct sr_error *error);

#endif
