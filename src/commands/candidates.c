#include "candidates.h"

#include <stdlib.h>
#include <string.h>

#include "sartor/base/file.h"
#include "sartor/base/memory.h"

void candidates_add(struct candidates *candidates, const char *word, const char *after)
{
    if (strncmp(word, candidates->typed, strlen(candidates->typed))) return;
    char *whole = sr_xprintf("%s%s%s", candidates->before, word, after);
    sr_words_add(&candidates->words, whole);
    free(whole);
}

void candidates_add_choices(struct candidates *candidates, const char *choices)
{
    char *copy = sr_xstrdup(choices ? choices : ""), *rest = copy;
    for (char *word; (word = strsep(&rest, " "));)
        if (*word) candidates_add(candidates, word, "");
    free(copy);
}

void candidates_add_files(struct candidates *candidates, const char *endings)
{
    const char *slash = strrchr(candidates->typed, '/');
    char *shown = slash ? strndup(candidates->typed, (size_t)(slash - candidates->typed) + 1)
                        : sr_xstrdup("");
    char *folder = *shown ? sr_path_expand(shown) : sr_xstrdup(".");
    size_t count;
    struct sr_error ignored;
    char **names = sr_directory_list(folder, &count, &ignored);
    for (size_t i = 0; names && i < count; i++) {
        bool hidden = names[i][0] == '.' && (!slash || slash[1] != '.');
        char *full = sr_path_join(folder, names[i]), *word = sr_xprintf("%s%s", shown, names[i]);
        bool directory = sr_path_is_directory(full);
        if (!hidden && (directory || !endings || sr_path_ends(names[i], endings)))
            candidates_add(candidates, word, directory ? "/" : "");
        free(full);
        free(word);
        free(names[i]);
    }
    free(names);
    free(folder);
    free(shown);
}
