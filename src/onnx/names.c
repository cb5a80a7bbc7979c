/* names.c - what the layers of a file are called: after their weights, or the module that their
 * node stands in. */
#include <stdio.h>
#include <string.h>

#include "reading.h"

static bool is_taken(const struct reading *r, const char *name)
{
    for (size_t i = 0; i < r->layers.count; i++)
        if (!strcmp(r->layers.items[i].name, name)) return true;
    return false;
}

static bool is_plain(struct piece text)
{
    bool plain = text.length > 0;
    for (size_t i = 0; plain && i < text.length; i++)
        plain = text.bytes[i] > ' ' && text.bytes[i] < 127;
    return plain;
}

/* "layer1.0.conv1" of "layer1.0.conv1.weight". */
static bool name_of_weights(struct piece weights, char *name, size_t size)
{
    static const char suffix[] = ".weight";
    const size_t end = strlen(suffix);
    if (weights.length <= end || memcmp(weights.bytes + weights.length - end, suffix, end))
        return false;
    weights.length -= end;
    if (weights.length >= size || !is_plain(weights)) return false;
    snprintf(name, size, "%.*s", (int)weights.length, (const char *)weights.bytes);
    return true;
}

/* "layer1.0.conv1" of PyTorch's "/layer1/layer1.0/conv1/Conv", "net.conv2d" of Keras's
 * "net/conv2d/convolution". Of a name that is too long, the end. */
static bool name_of_module(struct piece path, char *name, size_t size)
{
    char text[256], out[256] = "", *rest, *before = NULL;
    if (path.length >= sizeof text || !is_plain(path)) return false;
    snprintf(text, sizeof text, "%.*s", (int)path.length, (const char *)path.bytes);
    char *kind = strrchr(text, '/');
    if (!kind) return false;
    *kind = '\0';
    for (char *part = strtok_r(text, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
        size_t used = strlen(out);
        const size_t length = before ? strlen(before) : 0;
        /* A member of a list has the list's name before its number. */
        if (length && !strncmp(part, before, length) && part[length] == '.')
            used -= length;
        else if (used)
            out[used++] = '.';
        snprintf(out + used, sizeof out - used, "%s", part);
        before = part;
    }
    const char *at = out;
    while (at && strlen(at) >= size) at = strchr(at, '.') ? strchr(at, '.') + 1 : NULL;
    if (!at || !*at) return false;
    snprintf(name, size, "%s", at);
    return true;
}

void name_layer(const struct reading *r, const struct onnx_node *node, const char *kind,
                struct piece weights, struct sr_layer_spec *layer)
{
    char *name = layer->name;
    const size_t size = sizeof layer->name;
    bool named = name_of_weights(weights, name, size) && !is_taken(r, name);
    if (!named) named = name_of_module(node->name, name, size) && !is_taken(r, name);
    for (size_t number = r->layers.count + 1; !named; number++) {
        snprintf(name, size, "%s%zu", kind, number);
        named = !is_taken(r, name);
    }
}
