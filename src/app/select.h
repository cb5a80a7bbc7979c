/* select.h - what selections are made of; private to app/. `inside`: the points of the filter's
 * lasso, NULL where there is none. */
#ifndef APP_SELECT_H
#define APP_SELECT_H

#include "sartor/app/session.h"

/* By what the filter asks for, of the samples of one file. */
void select_sort_rows(uint32_t *rows, size_t count, const struct sr_filter *filter,
                      const struct sr_predictions *predictions);
bool select_has_tag(const struct sr_session *session, const struct sr_filter *filter,
                    enum sr_file file, uint32_t row);
bool select_in_lasso(const struct sr_session *session, const bool *inside, enum sr_file file,
                     uint32_t row);
/* Each makes the session's selection anew. */
enum sr_status select_suspects(struct sr_session *session, struct sr_filter wanted,
                               const bool *inside, struct sr_error *error);
enum sr_status select_audit(struct sr_session *session, struct sr_filter wanted, const bool *inside,
                            struct sr_error *error);
enum sr_status select_review(struct sr_session *session, struct sr_filter wanted,
                             const bool *inside, struct sr_error *error);

#endif
