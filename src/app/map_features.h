/* map_features.h - the rows of floats that a map or an audit is of. Private to app/. */
#ifndef SARTOR_APP_MAP_FEATURES_INTERNAL_H
#define SARTOR_APP_MAP_FEATURES_INTERNAL_H

#include "sartor/models/model.h"

/* `*rows`: one for each image of the train file, then of the test file; *width floats each; freed
 * by the caller. Of a model its representation of them; of images too large for sr_pca_fit, squares
 * of pixels are averaged first. */
enum sr_status sr_map_features(const struct sr_dataset *data, const struct sr_model *model,
                               enum sr_features kind, struct sr_pool *pool,
                               const struct sr_monitor *monitor, float **rows, int *width,
                               struct sr_error *error);

#endif
