/* layers.c - the table of the kinds of layer, and shapes along a list of layers. */
#include "layer.h"

#include "sartor/base/memory.h"
#include <stdlib.h>

static const struct layer_kind *const kinds[SR_LAYER_COUNT] = {
#define LAYER_ENTRY(NAME, file) [SR_LAYER_##NAME] = &layer_##file,
    SR_LAYER_KINDS(LAYER_ENTRY)
#undef LAYER_ENTRY
};

enum sr_layer_role sr_layer_role(enum sr_layer_type type)
{
    return kinds[type]->role;
}

int sr_layer_inputs(enum sr_layer_type type)
{
    return kinds[type]->two_inputs ? 2 : 1;
}

void sr_layer_describe(const struct sr_layer_spec *layer, char *text, size_t size)
{
    kinds[layer->type]->describe(layer, text, size);
}

struct sr_layer_spec sr_layer_example(enum sr_layer_type type)
{
    struct sr_layer_spec spec = kinds[type]->example;
    spec.type = type;
    return spec;
}

/* Layer `index`, when those before it are done. */
static enum sr_status shape_one(struct layer *layers, size_t index, const struct shape *image,
                                struct sr_error *error)
{
    struct layer *l = &layers[index];
    const struct sr_layer_spec *s = &l->spec;
    if ((unsigned)s->type >= SR_LAYER_COUNT)
        return sr_error_set(error, SR_ERROR_ARGUMENT, "layer %s has no known type.", s->name);
    l->kind = kinds[s->type];
    bool two = l->kind->two_inputs;
    if (s->input < -1 || s->input >= (int)index ||
        (two && (s->other < 0 || s->other >= (int)index)))
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "layer %s (number %zu) must read the image or an earlier layer.",
                            s->name, index);
    l->in = s->input < 0 ? *image : layers[s->input].out;
    if (s->input >= 0) layers[s->input].readers++;
    if (two) layers[s->other].readers++;
    if (l->in.plain && !l->kind->reads_image)
        return sr_error_set(error, SR_ERROR_ARGUMENT,
                            "layer %s reads the image; only a convolution or a flatten can.",
                            s->name);
    return l->kind->shape(l, two ? &layers[s->other].out : NULL, error);
}

enum sr_status layers_shape(struct layer *layers, const struct sr_layer_spec *specs, size_t count,
                            const struct shape *image, struct sr_error *error)
{
    enum sr_status status = SR_OK;
    for (size_t i = 0; i < count && !status; i++) {
        layers[i].spec = specs[i];
        layers[i].spec.name[sizeof layers[i].spec.name - 1] = '\0';
        status = shape_one(layers, i, image, error);
    }
    return status;
}

enum sr_status sr_layer_shape(const struct sr_layer_spec *layers, size_t index,
                              struct sr_shape image, struct sr_shape *shape, struct sr_error *error)
{
    struct layer *shaped = sr_xalloc((index + 1) * sizeof *shaped);
    const struct shape plain = {.height = image.height,
                                .width = image.width,
                                .channels = image.channels,
                                .slots = image.channels,
                                .plain = true};
    *shape = (struct sr_shape){0, 0, 0};
    enum sr_status status = layers_shape(shaped, layers, index + 1, &plain, error);
    if (!status) {
        const struct shape *out = &shaped[index].out;
        *shape = (struct sr_shape){out->height, out->width, out->channels};
    }
    free(shaped);
    return status;
}

void sr_layer_size(const struct sr_layer_spec *layers, size_t index, int height, int width,
                   int *out_height, int *out_width)
{
    struct sr_shape shape;
    sr_layer_shape(layers, index, (struct sr_shape){height, width, 1}, &shape, NULL);
    *out_height = shape.height;
    *out_width = shape.width;
}
