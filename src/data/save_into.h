/* save_into.h - where named files are written to: a folder, or a zip file. Private to data/. */
#ifndef SARTOR_DATA_SAVE_INTO_H
#define SARTOR_DATA_SAVE_INTO_H

#include "sartor/base/error.h"
#include <stddef.h>
#include <stdint.h>

struct save_into;

/* A path that ends in .zip or .npz is an archive, any other a folder, which must not be there yet
 * or be empty. NULL and a sentence. */
struct save_into *save_open(const char *path, struct sr_error *error);
/* One file after another; `length` bytes follow. */
enum sr_status save_begin(struct save_into *into, const char *name, uint64_t length,
                          struct sr_error *error);
enum sr_status save_bytes(struct save_into *into, const void *bytes, size_t length,
                          struct sr_error *error);
enum sr_status save_end(struct save_into *into, struct sr_error *error);
/* Put it in its place when `status` is SR_OK, else remove what was written; NULL-safe. Returns the
 * status of all. */
enum sr_status save_close(struct save_into *into, enum sr_status status, struct sr_error *error);

#endif
