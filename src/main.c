/* main.c - reads the arguments, opens a session, picks a front end. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sartor/app/session.h"
#include "sartor/base/leave.h"
#include "sartor/base/memory.h"
#include "sartor/base/ranks.h"
#include "sartor/batch/batch.h"
#include "sartor/commands/command.h"
#include "sartor/commands/queue.h"
#include "sartor/commands/reply.h"
#include "sartor/compute/cpu.h"
#include "sartor/models/together.h"
#include "sartor/ui/ui.h"

enum { USAGE = 2 };

static const char usage[] =
    "usage: sartor [OPTION...]                    the explorer\n"
    "       sartor [OPTION...] --batch FILE|-     a script of commands\n"
    "       sartor [OPTION...] COMMAND [ARG...]   one command\n"
    "\n"
    "  --data WHAT     folder or file with the data: IDX, pictures, CSV, NumPy's or CIFAR's\n"
    "                  files, archives of these (default: $SARTOR_DATA, ./data, the system's\n"
    "                  Fashion-MNIST, the sample that sartor ships)\n"
    "  --opening WORDS how it is opened: \"size=32 fit=crop colour=grey\" (help open)\n"
    "  --home DIR      where trained models are kept (default: $XDG_DATA_HOME/sartor)\n"
    "  --seed N        seed of every training that gives none of its own (default 1)\n"
    "  --threads N     threads that compute (default: one per processor)\n"
    "  --batch FILE    run the commands in FILE, or on standard input for -\n"
    "  --json          print one JSON object per line\n"
    "  --csv           print tables as CSV\n"
    "  --markdown      print text and tables as Markdown\n"
    "  --keep-going    go on after a line that failed\n"
    "  --help, --version\n"
    "\n"
    "sartor help lists the commands; manuals: sartor(1), sartor-commands(7), sartor-files(5).\n";

/* `text` begins with the program's name, as sentences on an option's value do. */
static int usage_error(const char *text)
{
    int number;
    if (sr_ranks_launched(&number) && number > 0) return USAGE; /* rank 0 says it */
    sr_say(stderr, "%s", text);
    fputs("Try sartor --help.\n", stderr);
    return USAGE;
}

static int refuse(const char *text)
{
    struct sr_error error;
    sr_error_set(&error, SR_ERROR_ARGUMENT, "sartor: %s", text);
    return usage_error(error.text);
}

static int refuse_option(const char *option, bool lacks_value)
{
    char text[128];
    snprintf(text, sizeof text, lacks_value ? "%.80s needs a value" : "there is no option %.80s",
             option);
    return refuse(text);
}

/* Does the shell's first word name a command? A typing error in it is a usage error. */
static bool known_command(const char *name, struct sr_error *error)
{
    return sr_command_find(name, error) != NULL;
}

static int run(struct sr_session *session, struct sr_batch *batch, const char *script, char **words,
               size_t count)
{
    const bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    if (script || count || !terminal) sr_leave_watch();
    if (script) {
        FILE *stream = strcmp(script, "-") ? fopen(script, "re") : stdin;
        if (!stream) {
            sr_say(stderr, "sartor: %s: %s", script, strerror(errno));
            return USAGE;
        }
        batch->name = strcmp(script, "-") ? script : "standard input";
        int status = sr_batch_stream(session, batch, stream);
        if (stream != stdin) fclose(stream);
        return status;
    }
    if (count) return sr_batch_words(session, batch, words, count);
    if (!terminal) return sr_batch_overview(session);
    return sr_ui_run(session);
}

/* A file that the program opens must not become a standard stream that was closed at the start, and
 * be printed to. The direction is the wrong one, so that using the stream still fails. */
static void hold_standard_streams(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            if (open("/dev/null", fd ? O_RDONLY : O_WRONLY) < 0) return;
}

/* What the options say. */
struct invocation {
    struct sr_args *values; /* of sr_options; the caller frees */
    struct sr_batch batch;
    const char *script;
    enum { DO_RUN, DO_HELP, DO_VERSION } what;
};

/* 0, or USAGE when an option is wrong, which is then said. */
static int read_options(struct invocation *call, int argc, char **argv)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, 'o'},
        {"home", required_argument, NULL, 'o'},
        {"opening", required_argument, NULL, 'o'},
        {"seed", required_argument, NULL, 'o'},
        {"threads", required_argument, NULL, 'o'},
        {"batch", required_argument, NULL, 'b'},
        {"json", no_argument, NULL, SR_JSON},
        {"csv", no_argument, NULL, SR_CSV},
        {"markdown", no_argument, NULL, SR_MARKDOWN},
        {"keep-going", no_argument, NULL, 'k'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {0},
    };
    struct sr_error error;
    for (int option, index; (option = getopt_long(argc, argv, "+:hV", options, &index)) != -1;) {
        switch (option) {
        case 'o':
            if (sr_args_set(call->values, options[index].name, optarg, &error))
                return usage_error(error.text);
            break;
        case 'b':
            call->script = optarg;
            break;
        case SR_JSON:
        case SR_CSV:
        case SR_MARKDOWN:
            call->batch.form = (enum sr_form)option;
            break;
        case 'k':
            call->batch.keep_going = true;
            break;
        case 'h':
            call->what = DO_HELP;
            return 0;
        case 'v':
        case 'V':
            call->what = DO_VERSION;
            return 0;
        default:
            return refuse_option(argv[optind - 1], option == ':');
        }
    }
    if (call->script && optind < argc) return refuse("either --batch or a command, not both");
    if (optind < argc && !known_command(argv[optind], &error)) return refuse(error.text);
    return 0;
}

/* Open a session with those options, and run. */
static int start_session(struct invocation *call, char **words, size_t count,
                         struct sr_ranks *ranks)
{
    struct sr_error error = {0};
    struct sr_session *session = sr_session_new(call->values, &error);
    call->values = NULL;
    if (!session) {
        sr_say(stderr, "sartor: %s", error.text);
        return 1;
    }
    int status = 1;
    if (ranks && sr_session_join(session, ranks, &error))
        sr_say(stderr, "sartor: %s", error.text);
    else
        status = run(session, &call->batch, call->script, words, count);
    sr_queue_fini(session);
    sr_session_free(session);
    return status;
}

/* What all ranks of a run must have in common: the same numbers come of the same program, on
 * processors with the same features. Threads may differ. */
static void identify(const struct invocation *call, char **words, size_t count,
                     struct sr_text *identity)
{
    static const char *const options[] = {"data", "opening", "home", "seed"};
    char blas[64];
    sr_compute_blas(blas, sizeof blas);
    sr_text_printf(identity, "version: %s\ninstruction set: %s, %s\n", PACKAGE_STRING,
                   sr_compute_isa(), blas);
    sr_text_add(identity, "command: ");
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const char *value = sr_args_text(call->values, options[i]);
        if (value) sr_text_printf(identity, "--%s %s ", options[i], value);
    }
    if (call->script) sr_text_printf(identity, "--batch %s ", call->script);
    for (size_t i = 0; i < count; i++) sr_text_printf(identity, "%s ", words[i]);
}

/* A rank above 0: it prints nothing and computes what rank 0 sends it. */
static int help_others(const struct invocation *call, struct sr_ranks *ranks)
{
    struct sr_error error = {0};
    struct sr_pool *pool = sr_pool_new((int)sr_args_integer(call->values, "threads"), &error);
    sr_leave_watch();
    sr_leave_hold(); /* when it leaves, rank 0 says */
    const int status = !pool || sr_together_help(ranks, pool, &error);
    sr_pool_free(pool);
    /* Rank 0 tells of what goes wrong, unless it is what has ended. */
    if (status && sr_ranks_number(ranks) == 1 && !strncmp(error.text, "rank 0 ", 7))
        sr_say(stderr, "sartor: %s", error.text);
    return status;
}

/* Alone, or as one of the processes that a launcher has started. */
static int start(struct invocation *call, char **words, size_t count)
{
    struct sr_error error = {0};
    struct sr_ranks *ranks = NULL;
    int number;
    if (sr_compute_start(&error)) return refuse(error.text);
    if (sr_ranks_launched(&number)) {
        struct sr_text identity = {0};
        identify(call, words, count, &identity);
        ranks = sr_ranks_join(sr_text_get(&identity), &error);
        sr_text_fini(&identity);
        if (!ranks) {
            if (number == 0) sr_say(stderr, "sartor: %s", error.text);
            return 1;
        }
    }
    const bool helps = ranks && sr_ranks_number(ranks) > 0;
    int status = helps ? help_others(call, ranks) : start_session(call, words, count, ranks);
    if (ranks && !helps) sr_together_dismiss(ranks);
    if (sr_leave_asked()) status = SR_LEAVE_STATUS;
    sr_ranks_leave(ranks, status);
    return status;
}

/* Ranks above 0 are silent: rank 0 prints the same. */
static void silence_others(void)
{
    int number;
    if (!sr_ranks_launched(&number) || number == 0) return;
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0) return;
    dup2(nowhere, STDOUT_FILENO);
    close(nowhere);
}

int main(int argc, char **argv)
{
    struct sr_error error;
    hold_standard_streams();
    silence_others();
    /* A file that would be too large is a failed write, as on a full disk. */
    signal(SIGXFSZ, SIG_IGN);
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    struct invocation call = {.batch = {.name = "sartor"},
                              .values = sr_args_parse("sartor", sr_options, NULL, 0, NULL, &error)};
    int status = read_options(&call, argc, argv);
    if (!status && call.what == DO_HELP)
        status = fputs(usage, stdout) < 0 || fflush(stdout);
    else if (!status && call.what == DO_VERSION)
        status = puts(PACKAGE_STRING) < 0 || fflush(stdout);
    else if (!status)
        status = start(&call, argv + optind, (size_t)(argc - optind));
    sr_args_free(call.values);
    return status;
}
