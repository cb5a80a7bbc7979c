/* map.h - the parameters that say which map is meant, shared by map, browse and export. Private to
 * commands/. */
#ifndef SARTOR_COMMANDS_MAP_H
#define SARTOR_COMMANDS_MAP_H

#include "internal.h"
#include "sartor/app/map.h"

#define MAP_LAYOUT_PARAM                                                                           \
    {                                                                                              \
        "layout", SR_PARAM_CHOICE, .choices = SR_MAP_LAYOUT_CHOICES,                               \
                                   .help = "tsne keeps neighbours together; pca shows the two "    \
                                           "directions of largest variance."                       \
    }

/* The map that these arguments ask for: the one shown last but for what is given. */
struct sr_map_request map_request(struct sr_session *session, const struct sr_args *args);
/* The part of a map that near=, within= and box= of a line name; unchanged where they do not. */
enum sr_status read_lasso(struct sr_session *session, const struct sr_args *args,
                          struct sr_lasso *lasso, struct sr_error *error);
/* "pixels", "hog", or the model's name. */
const char *map_of(const struct sr_map_request *request);

#endif
