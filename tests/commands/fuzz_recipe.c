/* fuzz_recipe.c - any bytes as kept settings of a family (settings=NAME of train): refused with a
 * sentence, or hyperparameters within their ranges. */
#include "../fuzz.h"

#include "../../src/commands/train.c"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct sr_session session;
    static const struct sr_model_class *class;
    char path[4096];
    struct sr_error error = {0};
    if (!class) {
        class = sr_model_class_find("cnn", &error);
        must(class && getenv("HOME"));
        session.home = sr_xstrdup(getenv("HOME"));
        snprintf(path, sizeof path, "%s/recipes", session.home);
        mkdir(path, 0777);
        snprintf(path, sizeof path, "%s/recipes/mine", session.home);
        if (symlink(input_file(bytes, length), path)) must(access(path, F_OK) == 0);
    }
    input_file(bytes, length);
    struct sr_args *params = sr_args_parse("train", class->params, NULL, 0, NULL, &error);
    must(params != NULL);
    if (add_settings(&session, "mine", params, &error))
        must_say(&error);
    else {
        struct sr_text text = {0};
        sr_args_print(params, true, &text);
        must(text.length > 0);
        sr_text_fini(&text);
    }
    sr_args_free(params);
    return 0;
}
