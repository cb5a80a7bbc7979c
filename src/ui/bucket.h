/* bucket.h - how often the screen may be painted, and how much of it: a token bucket. Private to
 * ui/.
 *
 * Each frame takes a token, and tokens come back steadily, so that no second has more than
 * `refresh` frames; after a pause a few are there, so that several frames may follow at once. A
 * frame that only shows the progress of jobs needs two tokens to be there, so that one is left for
 * the next key. It also waits until what was sent before has had its time at BUCKET_BYTES a second,
 * and sends BUCKET_FRAME bytes at most, so that progress fills no slow link: no second has more
 * than the sum of the two. What a key does, and what has changed when a command or a job has ended,
 * is painted at once and whole. */
#ifndef SARTOR_UI_BUCKET_H
#define SARTOR_UI_BUCKET_H

#include <stdbool.h>
#include <stddef.h>

/* For frames that only show progress: bytes a second, and in one frame. */
enum { BUCKET_BYTES = 2304, BUCKET_FRAME = 1280 };

struct bucket {
    double tokens, most, rate; /* rate: tokens a second */
    double sent;               /* bytes that have not had their time yet */
    double filled;             /* clock, in seconds */
};

void bucket_fill(struct bucket *bucket, int refresh, double now);
/* Seconds until the next frame may be drawn. */
double bucket_wait(const struct bucket *bucket, bool for_key);
/* A frame of so many bytes has been drawn. After a key, what it is more than a second's bytes does
 * not count: progress goes on soon. */
void bucket_take(struct bucket *bucket, bool for_key, size_t bytes);
/* The next frame that follows a key is drawn at once. */
void bucket_grant(struct bucket *bucket);

#endif
