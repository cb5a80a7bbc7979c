/* explain_figure.c - heat maps as a reply and as a figure have them. */
#include "explain.h"

#include <stdlib.h>

struct sr_json *heat_rows(const float *map, struct sr_shape shape)
{
    struct sr_json *rows = sr_json_array();
    for (int y = 0; y < shape.height; y++) {
        struct sr_json *line = sr_json_array();
        for (int x = 0; x < shape.width; x++) sr_json_add_number(line, (double)*map++);
        sr_json_add(rows, line);
    }
    return rows;
}

enum sr_status explain_write(struct sr_session *session, const char *figure, const char *verb,
                             const struct sr_args *args, struct figure_request *request,
                             struct sr_error *error)
{
    char *command = figure_command(verb, args);
    request->path = sr_args_path(args, "to");
    request->command = command;
    request->dark = sr_args_switch(args, "dark");
    enum sr_status status = figure_write(session, figure, request, error);
    free(command);
    return status;
}
