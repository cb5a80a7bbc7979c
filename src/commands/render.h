/* render.h - a renderer for each form of a reply. Private to commands/. */
#ifndef SARTOR_COMMANDS_RENDER_H
#define SARTOR_COMMANDS_RENDER_H

#include "sartor/commands/reply.h"

/* In a paragraph, text that was filled in stands between these, which visible text cannot hold. */
enum { VALUE_BEGINS = 1, VALUE_ENDS = 2 };

void render_text(const struct sr_reply *reply, struct sr_text *out);
void render_markdown(struct sr_renderer *renderer, const struct sr_reply *reply,
                     struct sr_text *out);
void render_html(const struct sr_reply *reply, struct sr_text *out);
void render_json(const struct sr_reply *reply, struct sr_text *out);
void render_csv(struct sr_renderer *renderer, const struct sr_reply *reply, struct sr_text *out);

/* How people see a table: as one, or as several of fewer columns. */
struct layout {
    size_t *columns; /* positions in the table */
    int *widths;     /* of the widest cell and the label, in columns of a terminal */
    size_t count;
};
/* The parts of the table numbered from 0; false when there is no part of that number. `room` as in
 * struct sr_table. */
bool layout_begin(struct layout *layout, const struct sr_table *table, int part, int room);
void layout_end(struct layout *layout);

#endif
