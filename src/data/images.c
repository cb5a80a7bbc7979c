/* images.c - see images.h. */
#include "sartor/data/images.h"

#include <stdlib.h>

#include "pixels.h"

const char *const sr_file_names[SR_FILE_ALL] = {"train", "test", "picture"};

void sr_images_fini(struct sr_images *images)
{
    pixels_release(images->pixels);
    free(images->labels);
    *images = (struct sr_images){0};
}
