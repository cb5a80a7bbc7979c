/* winograd_reference.h - the twins of winograd_tiles.c, for the reference's table. */
#ifndef SARTOR_COMPUTE_WINOGRAD_REFERENCE_H
#define SARTOR_COMPUTE_WINOGRAD_REFERENCE_H

#include "sartor/compute/kernels.h"

void sr_winograd_in_reference(const struct sr_winograd *g, const float *x, int images, float *v);
void sr_winograd_out_reference(const struct sr_winograd *g, const float *m,
                               const struct sr_conv_end *end, int images);
void sr_winograd_out_back_reference(const struct sr_winograd *g, const float *dy, int images,
                                    float *dm);
void sr_winograd_in_16_reference(const struct sr_winograd *g, const float *x, int images,
                                 const struct sr_points_16 *v);
void sr_winograd_out_back_16_reference(const struct sr_winograd *g, const float *dy, int images,
                                       const struct sr_points_16 *dm);
void sr_pair_rows_reference(const float *packed, int rows, uint32_t *pairs);
void sr_winograd_in_back_reference(const struct sr_winograd *g, const float *dv, bool adds,
                                   float *dx, int images);
void sr_winograd_turn_reference(const struct sr_winograd *g, const float *u, int point,
                                float *turned);
void sr_winograd_products_reference(const struct sr_winograd_products *p);
void sr_winograd_filter_reference(const struct sr_winograd *g, const float *w, int block, float *u);
void sr_winograd_filter_back_reference(const struct sr_winograd *g, const float *du, float *dw);

#endif
