/* spots.c - see shared.h: the cells of the screen drawn last that can be clicked. */
#include "shared.h"

struct spots {
    struct sr_spots items[4];
    size_t count;
};

static struct spots *state_of(struct sr_session *session)
{
    static const struct sr_state_kind kind = {.size = sizeof(struct spots)};
    return sr_session_state(session, &kind);
}

void sr_spots_clear(struct sr_session *session)
{
    state_of(session)->count = 0;
}

void sr_spots_add(struct sr_session *session, struct sr_area area, struct sr_spots spots)
{
    struct spots *drawn = state_of(session);
    if (drawn->count >= sizeof drawn->items / sizeof *drawn->items) return;
    spots.x += area.x;
    spots.y += area.y;
    drawn->items[drawn->count++] = spots;
}

bool sr_spots_find(struct sr_session *session, int x, int y, int *value)
{
    const struct spots *drawn = state_of(session);
    for (size_t i = 0; i < drawn->count; i++) {
        const struct sr_spots *spots = &drawn->items[i];
        int across = x - spots->x, down = y - spots->y;
        if (across < 0 || down < 0 || across >= spots->across * spots->columns ||
            down >= spots->down * spots->lines)
            continue;
        *value = spots->first + down / spots->down * spots->stride + across / spots->across;
        return true;
    }
    return false;
}
