/* models.h - the models of a session under their names. Only the session's thread may call. */
#ifndef SARTOR_APP_MODELS_H
#define SARTOR_APP_MODELS_H

#include "sartor/base/file.h"
#include "sartor/models/model.h"

struct sr_session;

/* A model under its name: trained by the user, or shipped with sartor. */
struct sr_entry {
    char name[64];
    /* NULL while it is only in memory. */
    char *path;
    bool shipped;
    /* A new number whenever the name comes to mean another file. */
    uint64_t source;
    /* Of the file when it was taken up: it is not the same one once any of them differs. */
    struct sr_file_identity file;
    /* NULL until loaded. Its classes are numbered as those of the session's data, where they are
     * the same in another order. */
    struct sr_model *model;
    /* The session's split_version that they were numbered for. */
    uint64_t numbered;
};

/* The entry of that name; NULL, and a sentence with the names that there are, for an unknown one.
 * NULL or "" gives the default: the one used last, else the first of the user's own, else the
 * first.
 */
struct sr_entry *sr_session_entry(struct sr_session *session, const char *name,
                                  struct sr_error *error);
/* The same with its model loaded: SR_OK, SR_PENDING, or why it cannot be. */
enum sr_status sr_session_model(struct sr_session *session, const char *name,
                                struct sr_entry **entry, struct sr_error *error);
/* SR_OK when the model was made for such images and the same classes as the data has; the data must
 * be there. */
enum sr_status sr_session_check_model(const struct sr_session *session,
                                      const struct sr_model *model, struct sr_error *error);
/* SR_OK when the model can be asked about a single image of the data: as above, or where the data
 * says of no image what it is, when the model was made for such images. */
enum sr_status sr_session_check_asked(const struct sr_session *session,
                                      const struct sr_model *model, struct sr_error *error);
/* What is to be said of a loaded model on the session's data: "it was trained on other files
 * (Fashion-MNIST); its classes are matched by name, since it has them in another order". Nothing is
 * added for its own data. */
void sr_entry_print_origin(const struct sr_session *session, const struct sr_entry *entry,
                           struct sr_text *text);
/* Add a model under its name, replacing an older one; `path` is its file, or NULL. */
void sr_session_adopt(struct sr_session *session, struct sr_model *model, const char *path);
/* A model, or a checkpoint, that has been deleted: its entry, NULL for a checkpoint, and its file,
 * moved aside. */
struct sr_removed {
    struct sr_entry *entry;
    char *home, *aside; /* folder of models; file, NULL where it was only in memory */
    char *path;         /* where a checkpoint was */
};
/* Delete a model of the user's own. Its file stays until sr_removed_free; a session that has ended
 * without that leaves it to sr_store_sweep. */
enum sr_status sr_session_remove(struct sr_session *session, struct sr_entry *entry,
                                 struct sr_removed *removed, struct sr_error *error);
/* Bring it back, which empties `removed`. */
enum sr_status sr_session_restore(struct sr_session *session, struct sr_removed *removed,
                                  struct sr_error *error);
void sr_removed_free(struct sr_removed *removed);
/* Rename a model of the user's own, in memory and in its file. */
enum sr_status sr_session_rename(struct sr_session *session, struct sr_entry *entry,
                                 const char *name, struct sr_error *error);
/* List the models under home and the shipped ones again. What is loaded stays while its file is the
 * same; where another process has written or deleted the file, a message says so, and the new file
 * is used from now on. */
enum sr_status sr_session_scan_models(struct sr_session *session, struct sr_error *error);
/* The same, but only when the file of a model that is loaded is no longer the one it was read from.
 */
void sr_session_notice_models(struct sr_session *session);
/* Keep models in another folder from now on. Entries of the old folder are dropped; models that are
 * only in memory are set aside, and are entries again when that folder is used again. A training
 * that is under way saves its model in the folder that it began with. */
enum sr_status sr_session_move(struct sr_session *session, const char *home,
                               struct sr_error *error);

#endif
