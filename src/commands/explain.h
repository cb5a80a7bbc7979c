/* explain.h - what the files of the command explain share. Private to commands/. */
#ifndef SARTOR_COMMANDS_EXPLAIN_H
#define SARTOR_COMMANDS_EXPLAIN_H

#include "internal.h"

/* A map as rows of numbers. */
struct sr_json *heat_rows(const float *map, struct sr_shape shape);
/* The figure that to= asks for, with this command as its origin. */
enum sr_status explain_write(struct sr_session *session, const char *figure, const char *verb,
                             const struct sr_args *args, struct figure_request *request,
                             struct sr_error *error);
enum sr_status explain_classes(struct sr_session *session, const struct sr_args *args,
                               struct sr_reply *reply, struct sr_error *error);
enum sr_status explain_quality(struct sr_session *session, const struct sr_args *args,
                               struct sr_reply *reply, struct sr_error *error);

#endif
