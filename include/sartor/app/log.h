/* log.h - commands and messages, in order. Only the session's thread may call. */
#ifndef SARTOR_APP_LOG_H
#define SARTOR_APP_LOG_H

#include "sartor/base/error.h"
#include <stdbool.h>
#include <stddef.h>

struct sr_session;

/* A command that has failed or has been given up is SR_LOG_FAILED. */
enum sr_log_kind { SR_LOG_COMMAND, SR_LOG_FAILED, SR_LOG_MESSAGE, SR_LOG_ERROR };
struct sr_log_line {
    enum sr_log_kind kind;
    char *text;
    /* For people in batch as well, on standard error. */
    bool notice;
};
struct sr_log {
    struct sr_log_line *lines;
    size_t count, room;
};

void sr_session_log(struct sr_session *session, enum sr_log_kind kind, const char *text);
/* Something could not be kept although the command has done its work: a message, and
 * session->trouble. */
void sr_session_trouble(struct sr_session *session, const struct sr_error *error);
/* The same, and on standard error in batch: what changes the meaning of what is asked for. */
void sr_session_notice(struct sr_session *session, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Into the status line and the log. */
void sr_session_message(struct sr_session *session, bool error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
