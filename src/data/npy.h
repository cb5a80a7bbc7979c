/* npy.h - NumPy's file of one array, versions 1 to 3. Private to data/. */
#ifndef SARTOR_DATA_NPY_H
#define SARTOR_DATA_NPY_H

#include "array.h"

/* Do a file's first bytes say so? */
bool npy_probe(const void *bytes, size_t length);

/* Only the header: the type and the dimensions. The stream stands before the content then. */
enum sr_status npy_read_header(struct stream *stream, struct array *array, struct sr_error *error);

#endif
