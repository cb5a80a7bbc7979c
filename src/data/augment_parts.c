/* The parts of an augmentation: read from parameters, told in words, shown one by one. */
#include "sartor/data/augment.h"

#include <string.h>

#include "sartor/data/changes.h"

#define MEMBER(name) #name, offsetof(struct sr_augment, name)

const struct sr_augment_part sr_augment_parts[SR_AUGMENT_PARTS + 1] = {
    {MEMBER(flip), .example = 1, .caption = "flip"},
    {MEMBER(shift), "shift up to ", " px", 1, .example = 3, .caption = "shift 3"},
    {MEMBER(rotation), "rotation up to ", "°", 1, .example = 20, .caption = "rotation 20°"},
    {MEMBER(scale), "scale ±", " %", 100, .example = 0.2, .caption = "scale ±20 %"},
    {MEMBER(erase), "erase, chance ", " %", 100, .example = 1, .caption = "erase"},
    {MEMBER(brightness), "brightness ±", " %", 100, .example = 0.4, .caption = "brightness ±40 %"},
    {MEMBER(noise), "noise ", "", 1, .example = 0.1, .caption = "noise 0.1"},
    {MEMBER(hue), "hue ±", "°", 1, .example = 30, .caption = "hue ±30°", .colour = true},
    {MEMBER(saturation), "saturation ±", " %", 100, .example = 0.5, .caption = "saturation ±50 %",
     .colour = true},
    {MEMBER(background), .example = 1, .caption = "background"},
    {MEMBER(change), "change, chance ", " %", 100, .example = 0},
    {0},
};

static double part_of(const struct sr_augment *augment, const struct sr_augment_part *part)
{
    const char *member = (const char *)augment + part->member;
    return part->before ? *(const double *)member : *(const bool *)member;
}

static void set_part(struct sr_augment *augment, const struct sr_augment_part *part, double value)
{
    char *member = (char *)augment + part->member;
    if (part->before)
        *(double *)member = value;
    else
        *(bool *)member = value > 0;
}

struct sr_augment sr_augment_read(const struct sr_args *params)
{
    struct sr_augment augment = {0};
    for (const struct sr_augment_part *part = sr_augment_parts; part->name; part++) {
        double value;
        switch (sr_param_find(sr_args_params(params), part->name, strlen(part->name))->type) {
        case SR_PARAM_SWITCH:
            value = sr_args_switch(params, part->name);
            break;
        case SR_PARAM_INTEGER:
            value = (double)sr_args_integer(params, part->name);
            break;
        default:
            value = sr_args_number(params, part->name);
            break;
        }
        set_part(&augment, part, value);
    }
    /* Words that name no kinds are refused where they are given. */
    if (sr_change_read(sr_args_text(params, "kinds"), &augment.kinds, NULL)) augment.kinds = 0;
    return augment;
}

bool sr_augment_active(const struct sr_augment *augment)
{
    if (!augment) return false;
    for (const struct sr_augment_part *part = sr_augment_parts; part->name; part++)
        if (part_of(augment, part) > 0 &&
            (part->member != offsetof(struct sr_augment, change) || augment->kinds))
            return true;
    return false;
}

struct sr_augment sr_augment_example(const struct sr_augment_part *part)
{
    struct sr_augment augment = {0};
    set_part(&augment, part, part->example);
    return augment;
}

struct sr_augment sr_augment_examples(bool colour)
{
    struct sr_augment augment = {0};
    for (const struct sr_augment_part *part = sr_augment_parts; part->name; part++)
        if (colour || !part->colour) set_part(&augment, part, part->example);
    return augment;
}

void sr_augment_print(const struct sr_augment *augment, struct sr_text *text)
{
    const size_t start = text->length;
    for (const struct sr_augment_part *part = sr_augment_parts; part->name; part++) {
        const double value = part_of(augment, part);
        if (!(value > 0)) continue;
        if (text->length > start) sr_text_add(text, ", ");
        if (part->before)
            sr_text_printf(text, "%s%g%s", part->before, part->factor * value, part->after);
        else
            sr_text_add(text, part->name);
    }
}
