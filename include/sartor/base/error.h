/* error.h - how every room says that something went wrong.
 *
 * A function that can fail returns an enum sr_status and fills a struct
 * sr_error that its caller owns: one sentence that names the file, line or
 * value at fault and says what would be right. No function below app/ prints.
 * Everything here may be called from any thread; the error belongs to one. */
#ifndef SARTOR_BASE_ERROR_H
#define SARTOR_BASE_ERROR_H

enum sr_status {
    SR_OK = 0,
    SR_PENDING,         /* being worked on in the background: ask again later */
    SR_ERROR_ARGUMENT,  /* a command, parameter or value that cannot be used */
    SR_ERROR_STATE,     /* nothing wrong with the words, but not possible now */
    SR_ERROR_FORMAT,    /* a file whose content is not what it should be */
    SR_ERROR_IO,        /* the operating system refused: missing, denied, full */
    SR_ERROR_MEMORY,    /* no memory for something whose size data decides */
    SR_ERROR_NUMERIC,   /* NaN, infinity, no convergence */
    SR_ERROR_CANCELLED, /* stopped on request, with nothing usable to keep */
};

enum { SR_ERROR_TEXT = 960 }; /* bytes of a sentence, its final NUL included */

struct sr_error {
    enum sr_status status;
    char text[SR_ERROR_TEXT];
};

/* Fill `error` (may be NULL) and return `status`, so that a failing function
 * can end in `return sr_error_set(error, SR_ERROR_IO, ...)`. A text that does
 * not fit is cut at a character boundary and ends in "...". */
enum sr_status sr_error_set(struct sr_error *error, enum sr_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Put "context: " before the sentence that a callee left. Returns the status
 * that `error` holds. */
enum sr_status sr_error_prefix(struct sr_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
