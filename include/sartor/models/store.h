/* store.h - model files by name: one's own under --home, shipped ones beside the data.
 *
 * NAME.safetensors in HOME/models; a name of one's own hides a shipped one. */
#ifndef SARTOR_MODELS_STORE_H
#define SARTOR_MODELS_STORE_H

#include "sartor/models/model.h"
#include <stdbool.h>
#include <stddef.h>

struct sr_store_entry {
    char name[64];
    char *path;
    bool shipped;
};

/* Every model there is, sorted by name; entries and array are freed by sr_store_free. A
 * home that does not exist yet is empty, not an error. */
enum sr_status sr_store_list(const char *home, struct sr_store_entry **entries, size_t *count,
                             struct sr_error *error);
void sr_store_free(struct sr_store_entry *entries, size_t count);

/* HOME/models/NAME.safetensors, freed by the caller. */
char *sr_store_path(const char *home, const char *name);
/* Letters, digits, '.', '_' and '-', not starting with '.' or '-', up to 63 characters. */
enum sr_status sr_store_check_name(const char *name, struct sr_error *error);
/* Make the folder when missing, save. */
enum sr_status sr_store_save(const char *home, const struct sr_model *model,
                             struct sr_error *error);
/* Move a model's file to HOME/deleted, under a name that no other process uses; its path, freed by
 * the caller. NULL with a sentence on failure. */
char *sr_store_set_aside(const char *home, const char *name, struct sr_error *error);
/* Move such a file back; a name that is taken is refused. */
enum sr_status sr_store_bring_back(const char *home, const char *name, const char *aside,
                                   struct sr_error *error);
/* The same for any file of that folder, as a checkpoint is; `name` is for the file set aside. */
char *sr_store_move_aside(const char *home, const char *path, const char *name,
                          struct sr_error *error);
enum sr_status sr_store_move_back(const char *aside, const char *path, struct sr_error *error);
/* Delete what processes that have ended have left in HOME/deleted. */
void sr_store_sweep(const char *home);
enum sr_status sr_store_rename(const char *home, const char *from, const char *to,
                               struct sr_error *error);

#endif
