/* tensors.h - named arrays, in memory and as safetensors files.
 *
 * The format (huggingface/safetensors): 8 bytes little-endian header length, a JSON
 * header of name -> {dtype, shape, data_offsets} and "__metadata__" of strings, then
 * the bytes. Names and layouts are PyTorch's, so that Python users can open them. Numbers of the
 * types F16 and BF16 are floats once they are read. */
#ifndef SARTOR_MODELS_TENSORS_H
#define SARTOR_MODELS_TENSORS_H

#include "sartor/base/error.h"
#include "sartor/base/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sr_dtype { SR_F32, SR_F64, SR_U8, SR_I32, SR_I64, SR_DTYPE_COUNT };
enum { SR_RANK_MAX = 4 };

struct sr_tensor {
    char *name;
    enum sr_dtype dtype;
    int rank;
    size_t shape[SR_RANK_MAX];
    size_t count; /* product of the shape */
    void *data;   /* count elements, 64-byte aligned, owned by the set */
    bool halved;  /* floats that are written as F16 */
};

struct sr_tensors {
    struct sr_tensor *items;
    size_t count, room;
    char **keys, **values; /* metadata */
    size_t pairs, pairs_room;
};

/* Bytes of one element. */
size_t sr_dtype_size(enum sr_dtype dtype);

void sr_tensors_fini(struct sr_tensors *set);

/* Add a tensor and return its zeroed memory for the caller to fill; NULL on failure. */
void *sr_tensors_add(struct sr_tensors *set, const char *name, enum sr_dtype dtype, int rank,
                     const size_t *shape, struct sr_error *error);
const struct sr_tensor *sr_tensors_find(const struct sr_tensors *set, const char *name);
/* Find and check: present, of this dtype and exactly this shape (SIZE_MAX: any length along that
 * axis), every float finite. A sentence that names what is wrong otherwise. */
const struct sr_tensor *sr_tensors_need(const struct sr_tensors *set, const char *name,
                                        enum sr_dtype dtype, int rank, const size_t *shape,
                                        struct sr_error *error);

void sr_tensors_set_text(struct sr_tensors *set, const char *key, const char *value);
const char *sr_tensors_text(const struct sr_tensors *set, const char *key); /* NULL if absent */

/* Matrices of floats, and arrays of more axes, are to be written as F16, rounded; those with
 * numbers that F16 has not stay as they are. */
void sr_tensors_halve(struct sr_tensors *set);
enum sr_status sr_tensors_save(const struct sr_tensors *set, const char *path,
                               struct sr_error *error);
/* The bytes of that file, appended. */
void sr_tensors_print(const struct sr_tensors *set, struct sr_text *bytes);
enum sr_status sr_tensors_load(struct sr_tensors *set, const char *path, struct sr_error *error);
/* The header alone: names, types, shapes and metadata; `data` of each tensor is NULL. */
enum sr_status sr_tensors_describe(struct sr_tensors *set, const char *path,
                                   struct sr_error *error);
/* From memory, for the fuzzer; `name` stands for the file in sentences. */
enum sr_status sr_tensors_parse(struct sr_tensors *set, const char *name, const void *bytes,
                                size_t length, struct sr_error *error);

#endif
