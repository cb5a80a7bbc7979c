/* fuzz_language.c - any bytes as a line of the command language: split, parsed against the
 * parameters of its command or family, quoted and split again, completed at every place. Nothing is
 * run. */
#include "fuzz_session.h"

#include "sartor/base/words.h"
#include "sartor/commands/command.h"
#include "sartor/models/model.h"

static struct sr_session *session;

static void parse(const struct sr_param *params, const struct sr_words *words)
{
    struct sr_error error = {0};
    struct sr_words rest = {0};
    struct sr_args *args =
        sr_args_parse("command", params, words->items + 1, words->count - 1, NULL, &error);
    if (!args) must_say(&error);
    sr_args_free(args);
    args = sr_args_parse("command", params, words->items + 1, words->count - 1, &rest, &error);
    if (args) {
        struct sr_text text = {0};
        sr_args_print(args, true, &text);
        sr_text_fini(&text);
    }
    sr_words_fini(&rest);
    sr_args_free(args);
}

/* Quoting keeps the words. */
static void split_again(const struct sr_words *words)
{
    struct sr_text line = {0};
    struct sr_words again;
    struct sr_error error = {0};
    for (size_t i = 0; i < words->count; i++) {
        if (i) sr_text_add(&line, " ");
        sr_words_quote(&line, words->items[i]);
    }
    const char *at = sr_text_get(&line);
    must(!sr_words_split(&at, &again, &error) && again.count == words->count && !*at);
    for (size_t i = 0; i < words->count; i++) must(!strcmp(words->items[i], again.items[i]));
    sr_words_fini(&again);
    sr_text_fini(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (!session) session = session_without_data();
    if (length > 200) length = 200;
    char *text = input_text(bytes, length);
    const char *rest = text;
    struct sr_error error = {0};
    while (*rest) {
        struct sr_words words;
        if (sr_words_split(&rest, &words, &error)) {
            must_say(&error);
            break;
        }
        split_again(&words);
        const struct sr_command *command =
            words.count ? sr_command_find(words.items[0], &error) : NULL;
        if (words.count && !command) must_say(&error);
        if (command && command->params) parse(command->params, &words);
        const struct sr_model_class *class =
            words.count > 1 ? sr_model_class_find(words.items[1], &error) : NULL;
        if (class) parse(class->params, &words);
        sr_words_fini(&words);
    }
    for (size_t at = 0; at <= strlen(text); at += 1 + strlen(text) / 4) {
        struct sr_words words;
        size_t start = 0;
        sr_command_complete(session, text, at, &start, &words);
        must(start <= at);
        sr_words_fini(&words);
    }
    free(text);
    return 0;
}
