/* fuzz_session.h - a session for fuzz targets of what a person types and keeps: without data. */
#ifndef SARTOR_TESTS_FUZZ_SESSION_H
#define SARTOR_TESTS_FUZZ_SESSION_H

#include "../fuzz.h"
#include "sartor/app/session.h"

static inline struct sr_session *session_without_data(void)
{
    struct sr_error error = {0};
    char *words[] = {"data=/nowhere", "home=/nowhere", "threads=1"};
    struct sr_args *options = sr_args_parse("sartor", sr_options, words, 3, NULL, &error);
    struct sr_session *session = options ? sr_session_new(options, &error) : NULL;
    must(session != NULL);
    return session;
}

#endif
