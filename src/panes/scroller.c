/* scroller.c - see scroller.h. */
#include "scroller.h"

int sr_scroll_step(int value, enum sr_move move, int page, int low, int high)
{
    if (page < 1) page = 1;
    const int half = (page + 1) / 2;
    const long by[SR_MOVE_COUNT] = {
        [SR_MOVE_UP] = -1,         [SR_MOVE_DOWN] = 1,         [SR_MOVE_LEFT] = -1,
        [SR_MOVE_RIGHT] = 1,       [SR_MOVE_PREVIOUS] = -1,    [SR_MOVE_NEXT] = 1,
        [SR_MOVE_PAGE_UP] = -page, [SR_MOVE_PAGE_DOWN] = page, [SR_MOVE_HALF_UP] = -half,
        [SR_MOVE_HALF_DOWN] = half};
    const long to = move == SR_MOVE_FIRST ? low : move == SR_MOVE_LAST ? high : value + by[move];
    return (int)(to < low ? low : to > high ? high : to);
}

static int page_of(const struct sr_scroller *scroller)
{
    return scroller->lines ? scroller->lines - 1 : 10;
}

void sr_scroller_move(struct sr_scroller *scroller, enum sr_move move, int count)
{
    scroller->at = sr_scroll_step(scroller->at, move, page_of(scroller), 0, count - 1);
}

void sr_scroller_turn(struct sr_scroller *scroller, enum sr_move move, int count)
{
    scroller->top = sr_scroll_step(scroller->top, move, page_of(scroller), 0, count - 1);
}

void sr_scroller_fit(struct sr_scroller *scroller, int count, int lines)
{
    if (scroller->top > count - lines) scroller->top = count - lines;
    if (scroller->top < 0) scroller->top = 0;
    scroller->lines = lines;
}

void sr_scroller_follow(struct sr_scroller *scroller, int count, int lines)
{
    if (scroller->top > scroller->at) scroller->top = scroller->at;
    if (scroller->top < scroller->at - lines + 1) scroller->top = scroller->at - lines + 1;
    sr_scroller_fit(scroller, count, lines);
}

void sr_scroller_centre(struct sr_scroller *scroller, int count, int lines)
{
    scroller->top = scroller->at - lines / 2;
    sr_scroller_fit(scroller, count, lines);
}
