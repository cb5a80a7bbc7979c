#include "sartor/app/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "sartor/app/session.h"
#include "sartor/base/memory.h"

void sr_session_log(struct sr_session *session, enum sr_log_kind kind, const char *text)
{
    struct sr_log *log = &session->log;
    sr_xgrow(&log->lines, &log->room, log->count + 1, sizeof *log->lines);
    log->lines[log->count++] = (struct sr_log_line){kind, sr_xstrdup(text), false};
}

void sr_session_trouble(struct sr_session *session, const struct sr_error *error)
{
    if (!session->trouble.status) session->trouble = *error;
    sr_session_message(session, true, "%s", error->text);
}

void sr_session_message(struct sr_session *session, bool error, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(session->message, sizeof session->message, format, list);
    va_end(list);
    session->message_is_error = error;
    if (session->message[0])
        sr_session_log(session, error ? SR_LOG_ERROR : SR_LOG_MESSAGE, session->message);
}

void sr_session_notice(struct sr_session *session, const char *format, ...)
{
    char text[sizeof session->message];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    sr_session_message(session, false, "%s", text);
    session->log.lines[session->log.count - 1].notice = true;
}
