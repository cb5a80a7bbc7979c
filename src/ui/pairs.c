/* pairs.c - colour pairs, made when they are first needed and reused when they run out.
 *
 * Half blocks in 30 greys need up to 900 pairs, more than the 255 that fit in an attribute: these
 * are ncurses' extended pairs, numbered from 256 where there are enough, since ncurses itself uses
 * the low ones. Pictures in direct colour may need one for each cell of two frames. */
#include <curses.h>
#include <stdlib.h>

#include "sartor/base/memory.h"
#include "terminal.h"

enum { MOST = 24576, BUCKETS = 4 * MOST };

struct pair {
    int fore, back;
    unsigned used; /* frame */
};

static struct pair *pairs;
static int *buckets; /* pair index + 1, 0 for none; open addressing */
static int *spare;   /* those that are no longer shown */
static int count, room, first, spare_count;
static unsigned searched; /* the frame in which spare ones were last looked for */
static int default_fore, default_back;

void pairs_start(bool has_defaults)
{
    default_fore = has_defaults ? -1 : COLOR_WHITE;
    default_back = has_defaults ? -1 : COLOR_BLACK;
    first = COLOR_PAIRS > 1024 ? 256 : 1;
    room = COLOR_PAIRS - first < MOST ? COLOR_PAIRS - first : MOST;
    if (room < 0) room = 0;
    pairs = sr_xalloc(MOST * sizeof *pairs);
    buckets = sr_xalloc(BUCKETS * sizeof *buckets);
    spare = sr_xalloc(MOST * sizeof *spare);
    count = spare_count = 0;
    searched = 0;
}

void pairs_stop(void)
{
    free(pairs);
    free(buckets);
    free(spare);
    pairs = NULL;
    buckets = spare = NULL;
    count = room = spare_count = 0;
}

/* The bucket that holds these colours, or the empty one where they belong. */
static int *bucket_of(int fore, int back)
{
    unsigned at = ((unsigned)fore * 0x9e3779b1u ^ (unsigned)back * 0x85ebca6bu) >> 8;
    for (;; at++) {
        int *bucket = &buckets[at % BUCKETS];
        if (!*bucket) return bucket;
        const struct pair *pair = &pairs[*bucket - 1];
        if (pair->fore == fore && pair->back == back) return bucket;
    }
}

/* A pair that is used neither in this frame nor the last; -1 for none. All such are taken out at
 * once, since the table is then built anew. */
static int reuse(unsigned frame)
{
    if (!spare_count && searched != frame) {
        searched = frame;
        for (int i = 0; i < BUCKETS; i++) buckets[i] = 0;
        for (int i = 0; i < count; i++)
            if (frame - pairs[i].used > 1)
                spare[spare_count++] = i;
            else
                *bucket_of(pairs[i].fore, pairs[i].back) = i + 1;
    }
    return spare_count ? spare[--spare_count] : -1;
}

int pairs_find(int fore, int back, unsigned frame)
{
    if (fore < 0 && back < 0) return 0; /* the terminal's own */
    if (!pairs) return 0;
    int *bucket = bucket_of(fore, back);
    if (*bucket) {
        pairs[*bucket - 1].used = frame;
        return first + *bucket - 1;
    }
    int at = count < room ? count : reuse(frame);
    if (at < 0) return 0;
    if (init_extended_pair(first + at, fore < 0 ? default_fore : fore,
                           back < 0 ? default_back : back) == ERR) {
        if (at == count) room = count; /* fewer pairs than terminfo says */
        return 0;
    }
    if (at == count) count++;
    pairs[at] = (struct pair){fore, back, frame};
    *bucket_of(fore, back) = at + 1;
    return first + at;
}
