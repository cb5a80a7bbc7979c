/* models.h - the models of a session under their names. Only the session's thread may call. */
#ifndef SARTOR_APP_MODELS_H
#define SARTOR_APP_MODELS_H

#include "sartor/models/model.h"

struct sr_session;

/* A model that can be named: one's own, shipped, or just trained. */
struct sr_entry {
    char name[64];
    char *path; /* NULL while it is only in memory */
    bool shipped;
    uint64_t source;        /* another number whenever another file stands behind the name */
    struct sr_model *model; /* NULL until loaded */
};

/* The entry of that name; an unknown one gets a sentence with the names that there are. NULL or
 * "" gives the one to use by default: the one last used, else the first of one's own, else the
 * first. */
struct sr_entry *sr_session_entry(struct sr_session *session, const char *name,
                                  struct sr_error *error);
/* The same with its model loaded: SR_OK, SR_PENDING, or why not. */
enum sr_status sr_session_model(struct sr_session *session, const char *name,
                                struct sr_entry **entry, struct sr_error *error);
/* Put a model under its name, in place of an older one; `path` is its file, or NULL. */
void sr_session_adopt(struct sr_session *session, struct sr_model *model, const char *path);
/* Delete or rename a model of one's own, in memory and in its file. */
enum sr_status sr_session_remove(struct sr_session *session, struct sr_entry *entry,
                                 struct sr_error *error);
enum sr_status sr_session_rename(struct sr_session *session, struct sr_entry *entry,
                                 const char *name, struct sr_error *error);
/* Re-read the store under home and the shipped models; keeps what is loaded. */
enum sr_status sr_session_scan_models(struct sr_session *session, struct sr_error *error);
/* Keep models under another folder from now on. Those of the old one are no longer known; what is
 * only in memory is set aside and comes back with that folder. A training that is under way still
 * saves its model where it was begun. */
enum sr_status sr_session_move(struct sr_session *session, const char *home,
                               struct sr_error *error);

#endif
