/* render_json.c - a reply as JSON: a record is an object on a line of its own. */
#include "render.h"

struct writer {
    const char *command;
    struct sr_json *object; /* the record at hand, NULL for none */
    struct sr_text *out;
};

static void end_record(struct writer *writer)
{
    if (!writer->object) return;
    sr_json_print(writer->object, writer->out);
    sr_text_add(writer->out, "\n");
    sr_json_free(writer->object);
    writer->object = NULL;
}

static void begin_record(struct writer *writer, const char *event)
{
    end_record(writer);
    writer->object = sr_json_object();
    sr_json_set_text(writer->object, "command", writer->command);
    if (event) sr_json_set_text(writer->object, "event", event);
}

void render_json(const struct sr_reply *reply, struct sr_text *out)
{
    struct writer writer = {.command = reply->command, .out = out};
    for (size_t i = 0; i < reply->count; i++) {
        const struct sr_part *part = &reply->parts[i];
        if (!(part->forms & SR_JSON)) continue;
        const bool member = part->kind == SR_PART_FIELD || part->kind == SR_PART_TABLE;
        if (part->kind == SR_PART_RECORD || (member && !writer.object))
            begin_record(&writer, part->kind == SR_PART_RECORD ? part->text : NULL);
        if (part->kind == SR_PART_FIELD) sr_table_set_row(&part->table, 0, writer.object);
        if (part->kind == SR_PART_TABLE)
            sr_json_set(writer.object, part->key, sr_table_json(&part->table));
        for (size_t r = 0; part->kind == SR_PART_ROWS && r < sr_table_rows(&part->table); r++) {
            begin_record(&writer, part->text);
            sr_table_set_row(&part->table, r, writer.object);
            end_record(&writer);
        }
    }
    end_record(&writer);
}
