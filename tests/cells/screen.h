/* screen.h - golden screens: a grid's text against what it should be. */
#ifndef SARTOR_TESTS_CELLS_SCREEN_H
#define SARTOR_TESTS_CELLS_SCREEN_H

#include "sartor/cells/grid.h"
#include "support.h"

static inline void check_text(const char *got, const char *wanted)
{
    if (strcmp(got, wanted)) fail_msg("got:\n%s\nwanted:\n%s", got, wanted);
}

static inline void check_screen(const struct sr_grid *grid, const char *wanted)
{
    struct sr_text text = {0};
    sr_grid_dump_text(grid, &text);
    check_text(sr_text_get(&text), wanted);
    sr_text_fini(&text);
}

#endif
