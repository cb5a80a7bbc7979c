/* refit.h - images of arrays in another size or without colour. Private to data/. */
#ifndef SARTOR_DATA_REFIT_H
#define SARTOR_DATA_REFIT_H

#include "internal.h"

/* Bring images that came as arrays to the size and colour that are wished, as pictures are while
 * they are decoded; fitting and a note say so. `*done` is false where there was nothing to do. */
enum sr_status refit(struct loading *loading, bool *done, struct sr_error *error);

#endif
