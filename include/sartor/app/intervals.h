/* intervals.h - 95 % intervals of what models are judged by (eval/bootstrap.h), as results
 * (results.h). Only the session's thread may call. */
#ifndef SARTOR_APP_INTERVALS_H
#define SARTOR_APP_INTERVALS_H

#include "sartor/app/scores.h"
#include "sartor/eval/bootstrap.h"

/* Of the predictions of a split that sr_session_predictions gives, which are asked for if they are
 * not there; borrowed as those are. */
enum sr_status sr_session_intervals(struct sr_session *session, struct sr_entry *entry,
                                    enum sr_split_name split, const struct sr_intervals **intervals,
                                    struct sr_error *error);
/* Those of each score, from what is there already: NaN where there is none (yet). Starts nothing.
 */
void sr_score_intervals(const struct sr_session *session, const struct sr_entry *entry,
                        enum sr_split_name split, struct sr_interval intervals[SR_SCORE_COUNT]);
/* "0.9297 (0.9221 to 0.9368)", "91.23 % (90.66 to 91.77)"; the score alone where no interval is
 * known. */
void sr_score_print_interval(enum sr_score score, double value, const struct sr_interval *interval,
                             char *out, size_t size);

#endif
