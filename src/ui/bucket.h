/* bucket.h - how often the screen may be painted: a token bucket. Private to ui/.
 *
 * Each frame takes a token, and tokens come back steadily, so that no second has more than
 * `refresh` frames; after a pause a few are there, so that several frames may follow at once. A
 * frame that only shows the progress of jobs needs two tokens to be there, so that one is left for
 * the next key. */
#ifndef SARTOR_UI_BUCKET_H
#define SARTOR_UI_BUCKET_H

#include <stdbool.h>

struct bucket {
    double tokens, most, rate; /* rate: tokens a second */
    double filled;             /* clock, in seconds */
};

void bucket_fill(struct bucket *bucket, int refresh, double now);
/* Seconds until the next frame may be drawn. */
double bucket_wait(const struct bucket *bucket, bool for_key);
void bucket_take(struct bucket *bucket);

#endif
