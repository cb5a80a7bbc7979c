/* find.c - sr_dataset_find of dataset.h. */
#include <stdlib.h>
#include <string.h>

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

/* Is it the folder that is shipped, by whatever path? */
static bool is_shipped(const char *path)
{
    char *shipped = sr_path_resource("fashion-mini");
    char *one = realpath(path, NULL), *other = shipped ? realpath(shipped, NULL) : NULL;
    const bool same = one && other && !strcmp(one, other);
    free(one);
    free(other);
    free(shipped);
    return same;
}

char *sr_dataset_find(const char *wanted, bool *sample, struct sr_error *error)
{
    *sample = false;
    const char *variable = getenv("SARTOR_DATA");
    const char *named = wanted && *wanted ? wanted : variable;
    if (named && *named) {
        char *path = sr_path_expand(named);
        *sample = is_shipped(path);
        return path;
    }
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
