/* list.h - the list of all commands, each defined in a file of this folder: one line for each, in
 * the order in which help and the manual show them. */
#ifndef SARTOR_COMMANDS_LIST_H
#define SARTOR_COMMANDS_LIST_H

#include "sartor/commands/command.h"

/* clang-format off */
#define SR_COMMANDS(COMMAND)   \
    /* data */                 \
    COMMAND(open)              \
    COMMAND(stats)             \
    COMMAND(browse)            \
    COMMAND(show)              \
    COMMAND(tag)               \
    COMMAND(map)               \
    COMMAND(audit)             \
    /* train */                \
    COMMAND(train)             \
    COMMAND(jobs)              \
    COMMAND(wait)              \
    COMMAND(pause)             \
    COMMAND(resume)            \
    COMMAND(stop)              \
    /* models */               \
    COMMAND(models)            \
    COMMAND(load)              \
    COMMAND(save)              \
    COMMAND(ensemble)          \
    COMMAND(rename)            \
    COMMAND(delete)            \
    COMMAND(restore)           \
    /* evaluate */             \
    COMMAND(evaluate)          \
    COMMAND(compare)           \
    COMMAND(study)             \
    COMMAND(ablate)            \
    COMMAND(tune)              \
    COMMAND(robustness)        \
    COMMAND(mend)              \
    COMMAND(confusion)         \
    COMMAND(curves)            \
    COMMAND(predict)           \
    /* explain */              \
    COMMAND(explain)           \
    COMMAND(gradcam)           \
    COMMAND(suspects)          \
    COMMAND(mark)              \
    COMMAND(decisions)         \
    /* output */               \
    COMMAND(export)            \
    COMMAND(screen)            \
    COMMAND(describe)          \
    COMMAND(save_log)          \
    /* interface */            \
    COMMAND(pane)              \
    COMMAND(move)              \
    COMMAND(search)            \
    COMMAND(order)             \
    COMMAND(enter)             \
    COMMAND(back)              \
    COMMAND(model)             \
    COMMAND(method)            \
    COMMAND(split)             \
    COMMAND(log)               \
    COMMAND(units)             \
    COMMAND(prompt)            \
    COMMAND(keys)              \
    COMMAND(form)              \
    COMMAND(look)              \
    COMMAND(smooth)            \
    COMMAND(zoom)              \
    COMMAND(redraw)            \
    COMMAND(suspend)           \
    /* program */              \
    COMMAND(undo)              \
    COMMAND(set)               \
    COMMAND(bind)              \
    COMMAND(help)              \
    COMMAND(candidates)        \
    COMMAND(quit)
/* clang-format on */

#define SR_DECLARE_COMMAND(NAME) extern const struct sr_command sr_command_##NAME;
SR_COMMANDS(SR_DECLARE_COMMAND)

#endif
