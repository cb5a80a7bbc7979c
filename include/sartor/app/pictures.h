/* pictures.h - one's own pictures as samples: a file of the data beside train and test, empty at
 * first, to which a picture is added when a command names it. They have no true class. Only the
 * session's thread may call. */
#ifndef SARTOR_APP_PICTURES_H
#define SARTOR_APP_PICTURES_H

#include "sartor/data/images.h"
#include "sartor/data/import.h"

struct sr_session;
struct sr_entry;
struct sr_model;

enum { SR_PICTURES_MAX = 4096 }; /* in a session, while one data set is open */

/* The row of the file "picture" that shows what is at `path`; it is read again only when it has
 * changed. With `whole`, for a model that knows backdrops, the image is the whole picture where
 * that has no plain one. SR_PENDING while there is no data. */
enum sr_status sr_session_picture(struct sr_session *session, const char *path, bool whole,
                                  uint32_t *row, struct sr_error *error);
/* What became of the picture of a row. Borrowed. */
const struct sr_import *sr_session_import(const struct sr_session *session, uint32_t row);
/* The file's name as it was given. */
const char *sr_session_picture_path(const struct sr_session *session, uint32_t row);
/* Was it trained with background=on, on such images as the data's? */
bool sr_session_knows_backdrops(const struct sr_session *session, const struct sr_model *model);
/* The model for pictures: one of the user's own, else a shipped one, that
 * was trained with background=on and fits the data; NULL where there is none. SR_PENDING while one
 * is being loaded. */
enum sr_status sr_session_backdrops_model(struct sr_session *session, struct sr_entry **found,
                                          struct sr_error *error);
/* Forget all: the data is another. */
void sr_session_pictures_fini(struct sr_session *session);

/* A sample's name: "train:17", "test:7", or the picture's path. */
void sr_sample_name(const struct sr_session *session, enum sr_file file, uint32_t row, char *name,
                    size_t size);

#endif
