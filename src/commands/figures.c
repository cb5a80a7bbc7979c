/* figures.c - the table of figures, made from the list. */
#include "figures.h"

#include <string.h>

enum sr_status figure_write(struct sr_session *session, const char *name,
                            const struct figure_request *request, struct sr_error *error)
{
    static const struct {
        const char *name;
        enum sr_status (*write)(struct figure *, struct sr_error *);
    } figures[] = {
#define ENTRY(name, takes, current, help) {#name, figure_##name},
        FIGURES(ENTRY)
#undef ENTRY
    };
    struct figure figure = {.session = session, .request = request, .name = name};
    /* The data itself is no figure. */
    const bool drawn = strcmp(name, "dataset") != 0;
    enum sr_status status = drawn ? sr_figure_check(request->path, error) : SR_OK;
    if (!status) status = sr_session_data(session, error);
    if (status) return status;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (!strcmp(name, figures[i].name)) status = figures[i].write(&figure, error);
    if (!status && request->reply) say_undrawn(request->reply, &figure.undrawn);
    sr_text_fini(&figure.undrawn);
    sr_text_fini(&figure.models);
    sr_text_fini(&figure.families);
    sr_text_fini(&figure.seeds);
    sr_text_fini(&figure.selection);
    return status;
}
