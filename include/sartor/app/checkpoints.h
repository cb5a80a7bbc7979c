/* checkpoints.h - the checkpoints of trainings that did not end: which there are, and of what.
 *
 * A checkpoint lies in HOME/checkpoints/NAME@KEY.safetensors, where KEY is a hash of all that the
 * training was asked for: a training writes over its own only. Its id is NAME@KEY; so much of KEY
 * is enough as tells it apart. Only the session's thread may call. */
#ifndef SARTOR_APP_CHECKPOINTS_H
#define SARTOR_APP_CHECKPOINTS_H

#include "sartor/app/models.h"

struct sr_checkpoint {
    char *path;
    /* Of the model that the training makes. */
    char name[64];
    /* NAME@ and the first digits of KEY, enough to tell it from all others that are listed. */
    char id[96];
    char family[32], digest[40];
    struct sr_args *params;
    uint64_t seed, limit, split_seed;
    double validation;
    /* Finished; `of` are those that the training was asked for. */
    int64_t epochs, of;
    /* Of the file that it was read from; it was written at its time. */
    struct sr_file_identity file;
};

/* Read one; false, with nothing to free, when the file is none that says what it is of. */
bool sr_checkpoint_read(struct sr_checkpoint *checkpoint, const char *path);
void sr_checkpoint_fini(struct sr_checkpoint *checkpoint);

/* List those under home again in session->checkpoints, sorted by name, then the newest first.
 * Trainings that are under way, in this process or another, are left out. */
void sr_session_scan_checkpoints(struct sr_session *session);
/* The one with that id, or the only one whose id begins so; NULL with a sentence for none. Valid
 * until the next scan. */
const struct sr_checkpoint *sr_session_checkpoint(struct sr_session *session, const char *id,
                                                  struct sr_error *error);
/* The command line that goes on with that very training. */
void sr_checkpoint_line(const struct sr_checkpoint *checkpoint, struct sr_text *line);
/* "epoch 4 of 30"; of a training that has ended and can be extended, "all 5 epochs". */
void sr_checkpoint_print(const struct sr_checkpoint *checkpoint, struct sr_text *text);
/* "3 days ago". */
void sr_checkpoint_print_age(const struct sr_checkpoint *checkpoint, struct sr_text *text);
/* Delete it; sr_session_restore brings it back, as it does a model. */
enum sr_status sr_session_remove_checkpoint(struct sr_session *session,
                                            const struct sr_checkpoint *checkpoint,
                                            struct sr_removed *removed, struct sr_error *error);

#endif
