#include "bucket.h"

#include <math.h>

void bucket_fill(struct bucket *bucket, int refresh, double now)
{
    bucket->most = refresh >= 10 ? 3 : 1;
    /* So much less that a second which begins with a full bucket keeps the limit. */
    bucket->rate = refresh - bucket->most + 1;
    bucket->tokens = fmin(bucket->most, bucket->tokens + (now - bucket->filled) * bucket->rate);
    bucket->sent = fmax(0, bucket->sent - (now - bucket->filled) * BUCKET_BYTES);
    bucket->filled = now;
}

double bucket_wait(const struct bucket *bucket, bool for_key)
{
    double needed = for_key || bucket->most < 2 ? 1 : 2;
    double missing = needed - bucket->tokens;
    double wait = missing > 0 ? missing / bucket->rate : 0;
    return for_key ? wait : fmax(wait, bucket->sent / BUCKET_BYTES);
}

void bucket_take(struct bucket *bucket, bool for_key, size_t bytes)
{
    bucket->tokens -= 1;
    bucket->sent += (double)bytes;
    if (for_key) bucket->sent = fmin(bucket->sent, BUCKET_BYTES);
}

void bucket_grant(struct bucket *bucket)
{
    bucket->tokens = fmax(1, bucket->tokens);
}
