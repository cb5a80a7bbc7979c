/* suspects.h - labels that may be wrong; what a person says of them is in decisions.h. Only the
 * session's thread may call. */
#ifndef SARTOR_APP_SUSPECTS_H
#define SARTOR_APP_SUSPECTS_H

#include "sartor/app/models.h"
#include "sartor/data/dataset.h"
#include "sartor/eval/suspects.h"

struct sr_session;

/* Labels of the train file that the latest search has found. */
struct sr_suspects {
    /* Most suspect first. */
    struct sr_suspect *items;
    size_t count, room;
    char model[64];
    /* 0 when there has been no search for this data. */
    int folds;
    enum sr_suspects_rule rule;
    /* Rows examined. */
    size_t examined;
    /* Rows that some fold's model was not trained on since their picture is among those that it
     * predicts, over all folds. */
    size_t repeated;
    /* Of the held-out predictions; 0 when it is not known. */
    double accuracy;
    /* For each class that is left out because too few of its rows were examined, how many; for the
     * others 0. */
    uint8_t small[SR_CLASSES_MAX];
};

struct sr_suspects_request {
    struct sr_entry *entry; /* whose family and hyperparameters are trained */
    enum sr_suspects_rule rule;
    int folds;
    size_t count; /* rows to examine, 0 for all */
};

/* Search for labels that may be wrong, by cross-validation: divide the train file (or `count` rows
 * of it) into folds; for each, train the model's family on the others and let it predict this one.
 * The result goes into session->suspects and a file under home. A job among the runs. */
enum sr_status sr_session_find_suspects(struct sr_session *session,
                                        const struct sr_suspects_request *request, uint32_t *job,
                                        struct sr_error *error);
/* Position of a train file's row among the suspects, or SIZE_MAX. */
size_t sr_session_suspect(const struct sr_session *session, uint32_t row);
#endif
