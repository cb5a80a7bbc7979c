/* theme.c - the colours of the interface, by role, background and depth.
 *
 * Colours are exact entries of the xterm-256 palette, named by index. Good is teal and bad is
 * orange-red and bold, so that red need not be distinguished from green. */
#include "sartor/cells/colour.h"

struct entry {
    short fore, back; /* palette index, -1 the default */
    uint8_t attributes;
};

static const struct entry dark[SR_ROLE_COUNT] = {
    [SR_ROLE_TEXT] = {-1, -1, 0},
    [SR_ROLE_FAINT] = {245, -1, 0},
    [SR_ROLE_TITLE] = {-1, -1, SR_BOLD},
    [SR_ROLE_ACCENT] = {75, -1, SR_BOLD},
    [SR_ROLE_GOOD] = {79, -1, 0},
    [SR_ROLE_WARNING] = {221, -1, 0},
    [SR_ROLE_BAD] = {209, -1, SR_BOLD},
    [SR_ROLE_BAR] = {252, 236, 0},
    [SR_ROLE_BAR_CURRENT] = {16, 75, SR_BOLD},
    [SR_ROLE_SELECTED] = {231, 24, SR_BOLD},
    [SR_ROLE_BORDER] = {240, -1, 0},
    [SR_ROLE_KEY] = {75, -1, SR_BOLD},
    [SR_ROLE_SERIES + 0] = {75, -1, 0},
    [SR_ROLE_SERIES + 1] = {214, -1, 0},
    [SR_ROLE_SERIES + 2] = {79, -1, 0},
    [SR_ROLE_SERIES + 3] = {211, -1, 0},
    [SR_ROLE_SERIES + 4] = {228, -1, 0},
    [SR_ROLE_SERIES + 5] = {141, -1, 0},
};
static const struct entry light[SR_ROLE_COUNT] = {
    [SR_ROLE_TEXT] = {-1, -1, 0},
    [SR_ROLE_FAINT] = {242, -1, 0},
    [SR_ROLE_TITLE] = {-1, -1, SR_BOLD},
    [SR_ROLE_ACCENT] = {25, -1, SR_BOLD},
    [SR_ROLE_GOOD] = {23, -1, 0},
    [SR_ROLE_WARNING] = {130, -1, 0},
    [SR_ROLE_BAD] = {160, -1, SR_BOLD},
    [SR_ROLE_BAR] = {236, 254, 0},
    [SR_ROLE_BAR_CURRENT] = {231, 25, SR_BOLD},
    [SR_ROLE_SELECTED] = {16, 153, SR_BOLD},
    [SR_ROLE_BORDER] = {248, -1, 0},
    [SR_ROLE_KEY] = {25, -1, SR_BOLD},
    [SR_ROLE_SERIES + 0] = {25, -1, 0},
    [SR_ROLE_SERIES + 1] = {166, -1, 0},
    [SR_ROLE_SERIES + 2] = {30, -1, 0},
    [SR_ROLE_SERIES + 3] = {162, -1, 0},
    [SR_ROLE_SERIES + 4] = {94, -1, 0},
    [SR_ROLE_SERIES + 5] = {55, -1, 0},
};
/* Sixteen colours; with eight, bright ones become normal ones. Yellow on white cannot be read, so
 * light backgrounds have other colours (on_light). */
static const struct entry sixteen[SR_ROLE_COUNT] = {
    [SR_ROLE_TEXT] = {-1, -1, 0},
    [SR_ROLE_FAINT] = {-1, -1, SR_DIM},
    [SR_ROLE_TITLE] = {-1, -1, SR_BOLD},
    [SR_ROLE_ACCENT] = {6, -1, SR_BOLD},
    [SR_ROLE_GOOD] = {6, -1, 0},
    [SR_ROLE_WARNING] = {3, -1, 0},
    [SR_ROLE_BAD] = {1, -1, SR_BOLD},
    [SR_ROLE_BAR] = {7, 4, 0},
    [SR_ROLE_BAR_CURRENT] = {0, 6, SR_BOLD},
    [SR_ROLE_SELECTED] = {0, 6, 0},
    [SR_ROLE_BORDER] = {-1, -1, SR_DIM},
    [SR_ROLE_KEY] = {6, -1, SR_BOLD},
    [SR_ROLE_SERIES + 0] = {6, -1, 0},
    [SR_ROLE_SERIES + 1] = {3, -1, 0},
    [SR_ROLE_SERIES + 2] = {5, -1, 0},
    [SR_ROLE_SERIES + 3] = {7, -1, 0},
    [SR_ROLE_SERIES + 4] = {12, -1, 0},
    [SR_ROLE_SERIES + 5] = {10, -1, 0},
};
/* For each of the sixteen, one that can be read on a light background. */
static const signed char on_light[16] = {0, 1, 2, 5, 4, 2, 4, 0, 8, 1, 1, 5, 6, 5, 4, 0};

static const struct entry none[SR_ROLE_COUNT] = {
    [SR_ROLE_TITLE] = {-1, -1, SR_BOLD},
    [SR_ROLE_FAINT] = {-1, -1, SR_DIM},
    [SR_ROLE_ACCENT] = {-1, -1, SR_BOLD},
    [SR_ROLE_WARNING] = {-1, -1, SR_BOLD},
    [SR_ROLE_BAD] = {-1, -1, SR_BOLD},
    [SR_ROLE_BAR] = {-1, -1, SR_REVERSE},
    [SR_ROLE_BAR_CURRENT] = {-1, -1, SR_BOLD | SR_UNDERLINE},
    [SR_ROLE_SELECTED] = {-1, -1, SR_REVERSE},
    [SR_ROLE_KEY] = {-1, -1, SR_BOLD},
};

struct sr_style sr_look_style(const struct sr_look *look, enum sr_role role)
{
    if ((unsigned)role >= SR_ROLE_COUNT) role = SR_ROLE_TEXT;
    if (look->depth == SR_DEPTH_NONE) return (struct sr_style){.attributes = none[role].attributes};
    struct entry entry = look->depth < SR_DEPTH_256 ? sixteen[role]
                         : look->light              ? light[role]
                                                    : dark[role];
    if (look->depth < SR_DEPTH_256) {
        if (look->light && entry.back < 0 && entry.fore >= 0) entry.fore = on_light[entry.fore];
        if (look->depth == SR_DEPTH_8 && entry.fore >= 8) entry.fore -= 8;
    }
    return (struct sr_style){
        .fore = entry.fore < 0 ? SR_DEFAULT_COLOUR : sr_colour_of_index(entry.fore),
        .back = entry.back < 0 ? SR_DEFAULT_COLOUR : sr_colour_of_index(entry.back),
        .attributes = entry.attributes,
    };
}
