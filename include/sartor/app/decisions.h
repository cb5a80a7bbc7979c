/* decisions.h - what a person has decided about samples: that a label is right, wrong, or another
 * one, or that a sample is to be left out. Only the session's thread may call.
 *
 * Decisions lie beside the data, never in it: in a journal HOME/decisions/DIGEST.csv to which each
 * decision adds a line, the last line of a sample being the one that holds. */
#ifndef SARTOR_APP_DECISIONS_H
#define SARTOR_APP_DECISIONS_H

#include "sartor/base/error.h"
#include "sartor/data/images.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sr_session;

enum sr_mark {
    SR_MARK_NONE,
    SR_MARK_KEEP, /* the label is right */
    SR_MARK_FLAG, /* it is wrong */
    SR_MARK_DROP, /* the sample is left out */
    SR_MARK_AS,   /* it is of another class */
    SR_MARK_COUNT,
};
extern const char *const sr_mark_names[SR_MARK_COUNT]; /* "none", "keep", "flag", "drop", "as" */

struct sr_decision {
    enum sr_file file; /* train or test */
    uint32_t row;
    enum sr_mark mark;
    uint8_t class, label; /* SR_MARK_AS: the class; of every one: the label in the data */
    char by[32];          /* who suggested it: a model's name, or "" */
    float confidence;     /* of that suggestion, 0 to 1; NAN for none */
    char who[32], time[24], note[80];
};

/* The last decision of each sample that has one. */
struct sr_decisions {
    struct sr_decision *items;
    size_t count, room;
    uint32_t *at[SR_FILE_COUNT]; /* of each row: 1 + the position in `items`; 0 for none */
    size_t counts[SR_MARK_COUNT];
};

/* NULL where there is none, or it has been taken back. */
const struct sr_decision *sr_session_decision(const struct sr_session *session, enum sr_file file,
                                              uint32_t row);
/* SR_MARK_NONE likewise. */
enum sr_mark sr_session_marked(const struct sr_session *session, enum sr_file file, uint32_t row);
/* Take these, as one change of the file as it is now: another program's decisions become the
 * session's, too. `label`, and where they are empty `who` and `time`, are filled in. Without effect
 * when the file cannot be written. */
enum sr_status sr_session_decide(struct sr_session *session, struct sr_decision *decisions,
                                 size_t count, struct sr_error *error);
/* Does the option `decisions` ask that they are applied to the data? Then session->data has other
 * labels than the data that was opened, and lacks rows: those that are dropped, and those whose
 * label is known to be wrong, but not what it should be. */
bool sr_session_decisions_apply(const struct sr_session *session);
/* The data as it was opened, with the decisions; with a reference. Where they change nothing, that
 * data itself. */
struct sr_dataset *sr_session_decided(const struct sr_session *session);
/* Show the data as that option asks, and draw its split, after either has changed. */
enum sr_status sr_session_apply_decisions(struct sr_session *session, struct sr_error *error);
static inline bool sr_decision_leaves_out(const struct sr_decision *one)
{
    return one->mark == SR_MARK_DROP || one->mark == SR_MARK_FLAG;
}
/* Write those that hold to a file. */
enum sr_status sr_session_save_decisions(struct sr_session *session, const char *path,
                                         struct sr_error *error);
/* A decision without anything but the mark. */
struct sr_decision sr_decision_of(enum sr_file file, uint32_t row, enum sr_mark mark);

/* Two people's decisions on one set. */
struct sr_agreement {
    size_t own, theirs; /* decisions of each; of marks taken back, none */
    size_t both, same;  /* samples that both have decided on; those alike */
    double kappa;       /* Cohen's (1960), over those; NAN where chance alone agrees in all */
    struct sr_decision *conflicts; /* theirs, where one's own differs */
    size_t conflict_count;
    struct sr_decision *others; /* theirs, where there is none of one's own */
    size_t other_count;
};
/* Compare with a file of decisions on this data. Lines that do not fit the data are refused, with
 * their number. To be freed by sr_agreement_fini in any case. */
enum sr_status sr_session_compare_decisions(struct sr_session *session, const char *path,
                                            struct sr_agreement *agreement, struct sr_error *error);
void sr_agreement_fini(struct sr_agreement *agreement);

/* For suspects.c: sr_session_decide, but for showing the data anew. */
enum sr_status sr_session_add_decisions(struct sr_session *session, struct sr_decision *decisions,
                                        size_t count, struct sr_error *error);
/* For session.c and open.c. */
void sr_session_load_decisions(struct sr_session *session);
void sr_session_free_decisions(struct sr_session *session);

#endif
