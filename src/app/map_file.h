/* map_file.h - finished maps kept under home, so that they are there at once when the program
 * starts again. Private to app/.
 *
 * Kept are layouts by t-SNE, which take long and depend on nothing but the images, what they are
 * compared by, two settings and the instruction set. A file is safetensors: the points as `points`,
 * all else in the metadata. */
#ifndef SARTOR_APP_MAP_FILE_INTERNAL_H
#define SARTOR_APP_MAP_FILE_INTERNAL_H

#include "sartor/app/map.h"

/* "HOME/maps/DIGEST-pixels-30-1.safetensors" of features, of a model
 * "HOME/maps/DIGEST-model-0123456789abcdef-30-1.safetensors" by its identity
 * (models/representation.h); freed by the caller. NULL where the model has none. */
char *map_file_path(const char *home, const char *digest, const struct sr_model *model,
                    enum sr_features features, double perplexity, uint64_t seed);
/* Fill in a map whose count is set. False, and nothing is changed, where there is no such file or
 * not everything in it is as map_file_save writes it for so many samples. */
bool map_file_load(const char *path, struct sr_map *map);
/* What cannot be kept is made again. Those that were not used for the longest time, such as maps of
 * models that are no longer there, go when all have more than 64 MB. */
void map_file_save(const char *path, const struct sr_map *map);

#endif
