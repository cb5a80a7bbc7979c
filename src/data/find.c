/* find.c - sr_dataset_find of dataset.h. */
#include <stdlib.h>

#include "formats.h"
#include "sartor/base/file.h"
#include "sartor/base/memory.h"

/* Where the package dataset-fashion-mnist of Debian and Ubuntu puts the whole set. */
#define PACKAGE_DIRECTORY "/usr/share/datasets/fashion-mnist"

/* Of a folder that nobody has named, only its own files are looked at: a folder called data can
 * hold anything. */
static bool holds_data(const char *path)
{
    struct tree *tree = tree_open(path, 1, NULL, NULL);
    const struct sr_opening opening = {.path = path};
    const bool found =
        tree && format_find(&(struct loading){.opening = &opening, .tree = tree}) != NULL;
    tree_close(tree);
    return found;
}

char *sr_dataset_find(const char *wanted, bool *sample, struct sr_error *error)
{
    *sample = false;
    if (wanted && *wanted) return sr_path_expand(wanted);
    const char *variable = getenv("SARTOR_DATA");
    if (variable && *variable) return sr_path_expand(variable);
    static const char *const places[] = {"data", PACKAGE_DIRECTORY};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (holds_data(places[i])) return sr_xstrdup(places[i]);
    char *shipped = sr_path_resource("fashion-mini");
    if (shipped) {
        *sample = true;
        return shipped;
    }
    sr_error_set(
        error, SR_ERROR_IO,
        "no data was found in ./data, %s or %s/fashion-mini; name a folder or file with --data",
        PACKAGE_DIRECTORY, SARTOR_DATADIR);
    return NULL;
}

const char *sr_dataset_advice(void)
{
    return "For all 70,000 images of Fashion-MNIST, install the package dataset-fashion-mnist "
           "(Debian, "
           "Ubuntu), or "
           "put its four files into a folder and name it with --data or $SARTOR_DATA.";
}
