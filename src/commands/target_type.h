/* target_type.h - how the values of one type of parameter are looked up and completed, for target.c
 * and the files that hold the types. Private to commands/. */
#ifndef SARTOR_COMMANDS_TARGET_TYPE_H
#define SARTOR_COMMANDS_TARGET_TYPE_H

#include "target.h"

/* What one word stands for. */
union target {
    struct model_target model;
    struct kept_target kept;
    const struct sr_model_class *family;
    int class;
    struct sample sample;
    struct sr_run *job;
};

struct lookup {
    struct sr_session *session;
    const struct sr_args *args; /* of the whole command; what stands before is looked up already */
    const struct sr_param *param;
};

struct target_type {
    /* Look up one word into `target`, which is zero. NULL: there is nothing to look up. */
    enum sr_status (*find)(const struct lookup *lookup, const char *word, union target *target,
                           struct sr_error *error);
    /* The word for what is current; NULL where there is no such thing. */
    enum sr_status (*current)(const struct lookup *lookup, struct sr_text *word,
                              struct sr_error *error);
    /* Offer the words that are possible. */
    void (*complete)(struct sr_session *session, const struct sr_param *param,
                     struct candidates *candidates);
    bool list; /* words separated by commas */
};

/* target_models.c */
extern const struct target_type target_model, target_entry, target_kept, target_models,
    target_family, target_settings;
/* target_samples.c */
extern const struct target_type target_sample, target_samples;
/* target_words.c */
extern const struct target_type target_class, target_split, target_tag, target_job, target_topic,
    target_choice, target_switch, target_range, target_files, target_line;

/* The words of a list; a folder, where pictures may stand, is all pictures in it. */
void target_split_list(const struct lookup *lookup, const char *text, struct sr_words *words);
/* How many pictures is the command asked about? One that cannot be read is refused. */
enum sr_status target_count_pictures(const struct lookup *lookup, size_t *pictures,
                                     struct sr_error *error);

#endif
