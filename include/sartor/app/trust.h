/* trust.h - what a model's answers are worth: calibrated probabilities, and sets of classes that
 * hold the true one as often as `set coverage=` promises.
 *
 * A model's struct sr_trust comes with its file, or is fitted as a result (results.h) before its
 * first answer. What a model says is kept as it came from the model and calibrated; `set
 * calibrate=` chooses which is shown. Sets are made from what came from the model, so they do not
 * depend on it. Only the session's thread may call, except where stated. */
#ifndef SARTOR_APP_TRUST_H
#define SARTOR_APP_TRUST_H

#include "sartor/app/models.h"
#include "sartor/base/error.h"
#include "sartor/base/text.h"
#include "sartor/data/split.h"
#include "sartor/eval/risk.h"
#include "sartor/models/trust.h"
#include <stdbool.h>

struct sr_session;

/* SR_OK when model->trust is there or cannot be had: without validation rows that the model was not
 * trained on. SR_PENDING while it is fitted. The data must be there and fit the model. */
enum sr_status sr_session_trust(struct sr_session *session, const struct sr_entry *entry,
                                struct sr_error *error);
/* Are the model's calibrated probabilities shown? False too where there are none. */
bool sr_session_calibrates(const struct sr_session *session, const struct sr_model *model);

/* What a model says of one sample. */
struct sr_answer {
    float *raw;        /* the probability of every class */
    float *calibrated; /* the same calibrated; NULL where that is not known */
    /* Share of held-out rows that are at least as unusual (models/familiarity.h); NaN likewise. */
    double familiarity;
};
/* On any thread: ask a model about one sample, a view of one row. */
enum sr_status sr_answer_make(struct sr_answer *answer, const struct sr_model *model,
                              const struct sr_samples *one, const struct sr_monitor *monitor,
                              struct sr_error *error);
void sr_answer_fini(struct sr_answer *answer);
/* Those probabilities that are shown. */
const float *sr_answer_shown(const struct sr_session *session, const struct sr_answer *answer);

/* How familiar each row of a split is whose predictions are there, in their order; NULL where they
 * are not, or nothing is known of the model. SR_PENDING while it is computed. */
enum sr_status sr_session_familiarities(struct sr_session *session, const struct sr_entry *entry,
                                        enum sr_split_name split, const double **shares,
                                        struct sr_error *error);
/* The same when it has been computed already; else NULL. Starts nothing. */
const double *sr_session_familiarities_known(const struct sr_session *session,
                                             const struct sr_entry *entry,
                                             enum sr_split_name split);

/* "unlike 99.5 % of what it was trained on"; nothing where the share is not below SR_UNFAMILIAR, or
 * not known. */
void sr_familiarity_words(double familiarity, struct sr_text *text);
/* The set of classes by the options `coverage` and `coverage_by`, from probabilities as they came
 * from the model. How many of `members` are true; 0 where nothing is known of the model. */
size_t sr_session_class_set(const struct sr_session *session, const struct sr_model *model,
                            const float *raw, bool *members);
/* The classes that a model which can be asked tells apart: those of the data, or where that has
 * none, the model's own. Borrowed. */
char *const *sr_session_class_names(const struct sr_session *session, const struct sr_model *model);
/* "Coat, Shirt or Pullover": the members, the likeliest first. */
void sr_session_set_words(const struct sr_session *session, const struct sr_model *model,
                          const float *probabilities, const bool *members, struct sr_text *text);
/* The thresholds of the scores that these options ask for, one for each class. */
void sr_session_thresholds(const struct sr_session *session, const struct sr_trust *trust,
                           double *thresholds);
/* How often the sets of a split whose predictions are there hold the true class. False where
 * nothing is known of the model. */
bool sr_session_coverage(const struct sr_session *session, const struct sr_entry *entry,
                         enum sr_split_name split, struct sr_coverage *coverage);

/* What a model does that does not answer: where the image is unlike what it was trained on
 * (SR_UNFAMILIAR), or where its set has more than one class. */
enum sr_abstain { SR_ABSTAIN_UNFAMILIAR, SR_ABSTAIN_UNCERTAIN, SR_ABSTAIN_COUNT };
#define SR_ABSTAIN_CHOICES "unfamiliar uncertain"
extern const char *const sr_abstain_names[SR_ABSTAIN_COUNT];
enum sr_status sr_session_abstain(struct sr_session *session, struct sr_entry *entry,
                                  enum sr_split_name split, enum sr_abstain from,
                                  struct sr_abstention *abstention, struct sr_error *error);

#endif
