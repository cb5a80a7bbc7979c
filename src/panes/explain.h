/* explain.h - what the files of the Explain pane share: what has been chosen to be explained, and
 * its two pictures: one sample, and the mean of every class. Private to panes/. */
#ifndef SARTOR_SRC_PANES_EXPLAIN_H
#define SARTOR_SRC_PANES_EXPLAIN_H

#include "sartor/app/explanations.h"
#include "shared.h"

/* The pane's state. */
struct explain {
    char method[16], layer[32]; /* "" for the model's default */
    int target;                 /* class to explain, -1 the predicted one */
    bool classes;               /* the mean heat of every class instead of one sample */
};

struct explain *explain_state(struct sr_session *session);

enum { EXPLAIN_LAYERS = 64 };

/* The class to explain where the data has it, else -1. */
int explain_target(const struct sr_session *session, const struct explain *explain);
/* The layers that this model can be explained by; at most EXPLAIN_LAYERS. */
size_t explain_layers_of(const struct sr_entry *entry, struct sr_layer_info *layers);
/* The model with the method chosen, where it offers it, and the layer, where it has it and the
 * method uses one; "" for the model's default. */
struct sr_explainer explain_chosen(const struct sr_session *session, const struct explain *explain,
                                   struct sr_entry *entry);
/* Where in the picture the heat is, as a sentence. */
void explain_heat_words(const struct sr_heat *heat, struct sr_text *text);

/* One sample: the image, its heat map, and the one over the other. */
void explain_sample_draw(struct sr_session *session, const struct explain *explain,
                         struct sr_area area);
void explain_sample_describe(struct sr_session *session, const struct explain *explain,
                             struct sr_text *text);
void explain_sample_enter(struct sr_session *session, const struct explain *explain,
                          struct sr_text *line);
/* Choose the next layer, or the one before. */
void explain_sample_move_layer(struct sr_session *session, struct explain *explain,
                               enum sr_move move);

/* The mean heat of every class. */
void explain_classes_draw(struct sr_session *session, const struct explain *explain,
                          struct sr_area area);
void explain_classes_describe(struct sr_session *session, const struct explain *explain,
                              struct sr_text *text);
void explain_classes_enter(struct sr_session *session, const struct explain *explain,
                           struct sr_text *line);

#endif
