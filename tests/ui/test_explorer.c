/* test_explorer.c - the explorer on a pseudo-terminal: keys in, screen out, every way out. */
#include <signal.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pty.h"
#include "sartor/base/clock.h"
#include "support.h"

static char home[] = "/tmp/sartor-ui-XXXXXX";
static char program[4096], data[4096];

static int group_set_up(void **state)
{
    (void)state;
    const char *build = getenv("BUILDDIR");
    snprintf(program, sizeof program, "%s/sartor", build ? build : ".");
    snprintf(data, sizeof data, "%s", MINI);
    return mkdtemp(home) ? 0 : -1;
}

static int group_tear_down(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", home);
    return system(command);
}

#define check(pty, condition)                                                                      \
    do {                                                                                           \
        if (!(condition)) fail_msg("%s; the screen:\n%s", #condition, pty_text(pty));              \
    } while (0)

static void start_as(struct pty *pty, int columns, int lines, const char *term, char *variable)
{
    char *const argv[] = {program, "--data", data, "--home", home, "--threads", "1", NULL};
    char *const environment[] = {variable, NULL};
    assert_true(pty_start(pty, columns, lines, term, environment, argv));
}

/* Of the sample set's training split, as Browse counts them: the data is there. */
#define SAMPLES "920 of 920"

static void start(struct pty *pty, int columns, int lines)
{
    start_as(pty, columns, lines, "xterm-256color", NULL);
    check(pty, pty_wait(pty, SAMPLES));
}

static void quit(struct pty *pty)
{
    int status = -1;
    pty_send(pty, "\033:quit now\r");
    if (!pty_wait_end(pty, &status)) fail_msg("quit does not quit:\n%s", pty_text(pty));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    check(pty, pty_restored(pty));
    pty_stop(pty);
}

/* The first frame is there before anything is loaded, and soon. */
static void paints_at_once(void **state)
{
    (void)state;
    struct pty pty;
    double begin = sr_clock_seconds();
    start_as(&pty, 80, 24, "xterm-256color", NULL);
    check(&pty, pty_wait(&pty, "Browse"));
    double seconds = sr_clock_seconds() - begin;
    print_message("first paint after %.0f ms\n", 1000 * seconds);
    assert_true(pty.alternate);
    assert_false(pty.cursor);
    quit(&pty);
}

static void keys_switch_panes(void **state)
{
    (void)state;
    struct pty pty;
    start(&pty, 80, 24);
    static const struct {
        const char *key, *tab;
    } steps[] = {
        {"2", "[2 Data]"},        {"3", "[3 Train]"},   {"4", "[4 Confusion]"},
        {"5", "[5 Explain]"},     {"6", "[6 Compare]"}, {"7", "[7 Log]"},
        {"8", "[8 Map]"},         {"1", "[1 Browse]"},  {"\t", "[2 Data]"},
        {"\033[Z", "[1 Browse]"},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        pty_send(&pty, steps[i].key);
        check(&pty, pty_wait_line(&pty, 0, steps[i].tab));
    }
    pty_send(&pty, "z");
    check(&pty, pty_wait_gone(&pty, "2 Data"));
    pty_send(&pty, "z");
    check(&pty, pty_wait_line(&pty, 0, "[1 Browse]"));
    /* The arrows of both modes of the keypad. */
    static const char *const arrows[][2] = {{"\033[C", "2nd"},   {"\033OC", "3rd"},
                                            {"\033[D", "2nd"},   {"\033OD", "1st"},
                                            {"\033[F", "920th"}, {"\033[H", "1st"}};
    for (size_t i = 0; i < sizeof arrows / sizeof *arrows; i++) {
        pty_send(&pty, arrows[i][0]);
        check(&pty, pty_wait_line(&pty, 2, arrows[i][1]));
    }
    quit(&pty);
}

/* Without colours the current tab differs from the others by its attributes alone. */
static void attributes_are_painted(void **state)
{
    (void)state;
    struct pty pty;
    start_as(&pty, 80, 24, "xterm-256color", "NO_COLOR=1");
    check(&pty, pty_wait(&pty, SAMPLES));
    for (int pane = 1; pane <= 2; pane++) {
        pty_send(&pty, pane == 1 ? "1" : "2");
        check(&pty, pty_wait_line(&pty, 0, pane == 1 ? "[1 Browse]" : "[2 Data]"));
        pty_send(&pty, ":whole"); /* when this shows, the frame before is complete */
        check(&pty, pty_wait_line(&pty, -1, ":whole"));
        const char *line = pty_line(&pty, 0);
        const int browse = (int)(strstr(line, "rowse") - line),
                  data_tab = (int)(strstr(line, "ata") - line);
        VTermScreenCell there, other;
        vterm_screen_get_cell(pty.screen,
                              (VTermPos){.row = 0, .col = pane == 1 ? browse : data_tab}, &there);
        vterm_screen_get_cell(pty.screen,
                              (VTermPos){.row = 0, .col = pane == 1 ? data_tab : browse}, &other);
        check(&pty, there.attrs.underline && !there.attrs.reverse);
        check(&pty, other.attrs.reverse && !other.attrs.underline);
        if (pane == 1) pty_send(&pty, "\003");
    }
    pty_send(&pty, "\003");
    quit(&pty);
}

/* What something else has left on the screen is painted over on C-l. */
static void the_screen_is_painted_anew(void **state)
{
    (void)state;
    struct pty pty;
    start(&pty, 80, 24);
    static const char mess[] = "\033[5;5Hmess";
    vterm_input_write(pty.vterm, mess, sizeof mess - 1);
    check(&pty, strstr(pty_text(&pty), "mess"));
    pty_send(&pty, "\014");
    check(&pty, pty_wait_gone(&pty, "mess"));
    quit(&pty);
}

/* The form of a family: changed by keys and by the prompt, then trained; its run in the log. */
static void trains_from_the_form(void **state)
{
    (void)state;
    struct pty pty;
    start(&pty, 100, 30);
    pty_send(&pty, ":form logreg\r");
    check(&pty, pty_wait(&pty, "train logreg"));
    pty_send(&pty, ":form name=formed limit=120\r");
    check(&pty, pty_wait(&pty, "train logreg name=formed limit=120"));
    pty_send(&pty, "e");
    check(&pty, pty_wait_line(&pty, -1, ":form limit=120"));
    pty_send(&pty, "\b\b00\r");
    check(&pty, pty_wait(&pty, "name=formed limit=100"));
    pty_send(&pty, "\r");
    check(&pty, pty_wait_line(&pty, -1, "formed is trained"));
    pty_send(&pty, "6");
    check(&pty, pty_wait(&pty, "formed"));
    pty_send(&pty, "7");
    check(&pty, pty_wait(&pty, ": train logreg name=formed limit=100"));
    quit(&pty);
}

/* A command that waits for predictions is not lost when other keys follow at once. */
static void commands_wait_in_a_queue(void **state)
{
    (void)state;
    struct pty pty;
    char keys[9000], path[4200];
    struct stat info;
    start(&pty, 120, 24);
    snprintf(keys, sizeof keys,
             ":export confusion resnet split=test to=%s/q.png\r2:screen to=%s/s.txt\r:set seed=3\r"
             ":export confusion cnn split=test to=%s/r.png\r",
             home, home, home);
    pty_send(&pty, keys);
    check(&pty, pty_wait_line(&pty, 0, "[2 Data]"));
    snprintf(path, sizeof path, "confusion written to %s/r.png", home);
    check(&pty, pty_wait_line(&pty, -1, path));
    static const char *const names[] = {"q.png", "s.txt", "r.png"};
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", home, names[i]);
        check(&pty, stat(path, &info) == 0 && info.st_size > 0);
    }
    pty_send(&pty, "7");
    check(&pty, pty_wait(&pty, ": export confusion resnet split=test"));
    check(&pty, pty_wait(&pty, "q.png"));
    check(&pty, pty_wait(&pty, ": set seed=3"));
    /* C-c and Esc give up the one in front. */
    pty_send(&pty, "1:evaluate resnet split=train\r\003");
    check(&pty, pty_wait_line(&pty, -1, "given up: evaluate resnet split=train"));
    quit(&pty);
}

static void help_opens_and_closes(void **state)
{
    (void)state;
    struct pty pty;
    start(&pty, 80, 24);
    pty_send(&pty, "?");
    check(&pty, pty_wait(&pty, "Everywhere"));
    pty_send(&pty, "q");
    check(&pty, pty_wait_gone(&pty, "Everywhere"));
    pty_send(&pty, "\033OP"); /* F1 */
    check(&pty, pty_wait(&pty, "Everywhere"));
    pty_send(&pty, "\033");
    check(&pty, pty_wait_gone(&pty, "Everywhere"));
    quit(&pty);
}

static void prompt_edits_and_completes(void **state)
{
    (void)state;
    struct pty pty;
    start(&pty, 80, 24);
    pty_send(&pty, ":");
    pty_send(&pty, "confu\t");
    check(&pty, pty_wait_line(&pty, -1, ":confusion"));
    check(&pty, pty.cursor);
    pty_send(&pty, "\025pane dat"); /* C-u */
    check(&pty, pty_wait_line(&pty, -1, ":pane dat"));
    pty_send(&pty, "\177ta\r");
    check(&pty, pty_wait_line(&pty, 0, "[2 Data]"));
    pty_send(&pty, ":");
    pty_send(&pty, "\033[A"); /* the line before */
    check(&pty, pty_wait_line(&pty, -1, ":pane data"));
    pty_send(&pty, "\003");
    check(&pty, pty_wait_gone(&pty, ":pane data"));
    check(&pty, !pty.cursor);
    /* Not shown, the cursor is on what is selected all the same. */
    VTermPos at;
    for (;;) {
        vterm_state_get_cursorpos(vterm_obtain_state(pty.vterm), &at);
        if (at.col > 0 && strstr(pty_line(&pty, at.row), "all classes")) break;
        check(&pty, pty_read(&pty, 60));
    }
    pty_send(&pty, ":set cursor=on\r");
    check(&pty, pty_wait_gone(&pty, ":set"));
    pty_send(&pty, "j");
    while (!pty.cursor) check(&pty, pty_read(&pty, PTY_PATIENCE));
    pty_send(&pty, ":nonsense\r");
    check(&pty, pty_wait_line(&pty, -1, "nonsense"));
    quit(&pty);
}

static void unknown_sequences_are_not_keys(void **state)
{
    (void)state;
    struct pty pty;
    start(&pty, 80, 24);
    /* A sequence that no terminfo knows must not act as its letters: 2 and 3 would switch panes. */
    pty_send(&pty, "\033[2;3;2u\033[?3;2$y\033[I");
    pty_send(&pty, ":alive");
    check(&pty, pty_wait_line(&pty, -1, ":alive"));
    check(&pty, pty_wait_line(&pty, 0, "[1 Browse]"));
    quit(&pty);
}

/* Whatever the size, the prompt still works, so the program is alive; and nothing is lost. */
static void resizes_at_any_moment(void **state)
{
    (void)state;
    static const int sizes[][2] = {{120, 40}, {40, 12}, {20, 5}, {10, 3},  {1, 1},  {2, 2},
                                   {200, 60}, {5, 24},  {80, 2}, {300, 4}, {80, 24}};
    struct pty pty;
    start(&pty, 80, 24);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        static const char keys[] = "1234567";
        for (int k = 0; keys[k]; k++) {
            pty_resize(&pty, sizes[i][0], sizes[i][1]);
            pty_send(&pty, (const char[]){keys[k], 0});
            pty_resize(&pty, 80 - k, 24 + k);
        }
        pty_resize(&pty, sizes[i][0], sizes[i][1]);
        char last[8] = ":zz";
        if (sizes[i][0] < 4) last[0] = '\0';
        pty_send(&pty, ":zz");
        check(&pty, pty_wait_line(&pty, -1, last));
        pty_send(&pty, "\003");
        if (*last) check(&pty, pty_wait_gone(&pty, last));
    }
    pty_send(&pty, "1");
    check(&pty, pty_wait_line(&pty, 0, "[1 Browse]"));
    quit(&pty);
}

/* Off at first, so that text can be selected; on, a click presses what the screen offers there. */
static void clicks_press_what_they_hit(void **state)
{
    (void)state;
    struct pty pty;
    start(&pty, 80, 24);
    check(&pty, !pty.mouse);
    pty_send(&pty, ":set mouse=on\r");
    pty_send(&pty, ":pane data\r");
    check(&pty, pty_wait_line(&pty, 0, "[2 Data]"));
    check(&pty, pty.mouse);
    static const struct {
        const char *tab;
        int column;
    } tabs[] = {{"[4 Confusion]", 34}, {"[1 Browse]", 5}, {"[3 Train]", 22}};
    char click[64];
    for (size_t i = 0; i < sizeof tabs / sizeof *tabs; i++) {
        snprintf(click, sizeof click, "\033[<0;%d;1M\033[<0;%d;1m", tabs[i].column, tabs[i].column);
        pty_send(&pty, click);
        check(&pty, pty_wait_line(&pty, 0, tabs[i].tab));
    }
    check(&pty, pty_wait_line(&pty, -1, "family")); /* not the hints of the tab before */
    char save[128];
    snprintf(save, sizeof save, ":save-log %s/l\r", home);
    pty_send(&pty, save); /* its answer begins with a number, which is no key */
    check(&pty, pty_wait_line(&pty, -1, "1 command in"));
    pty_send(&pty, "\033[<0;2;24M\033[<0;2;24m:alive");
    check(&pty, pty_wait_line(&pty, -1, ":alive"));
    check(&pty, pty_wait_line(&pty, 0, "[3 Train]"));
    pty_send(&pty, "\0031");
    check(&pty, pty_wait_line(&pty, 0, "[1 Browse]"));
    check(&pty, pty_wait_line(&pty, -1, "enlarge"));
    const char *line = pty_line(&pty, -1);
    int column = (int)(strstr(line, "enlarge") - line) + 2;
    snprintf(click, sizeof click, "\033[<0;%d;24M\033[<0;%d;24m", column, column);
    pty_send(&pty, click);
    check(&pty, pty_wait_line(&pty, -1, "h/l sample"));
    pty_send(&pty, "q");
    check(&pty, pty_wait_line(&pty, -1, "\\ filter"));
    pty_send(&pty, "\033[<0;40;8M\033[<0;40;8m"); /* on a picture: that one; the wheel: down; again
                                                     on it: large */
    check(&pty, pty_wait_line(&pty, 2, "3rd"));
    pty_send(&pty, "\033[<65;40;12M");
    check(&pty, pty_wait_line(&pty, 2, "8th"));
    pty_send(&pty, "\033[<64;40;12M");
    check(&pty, pty_wait_line(&pty, 2, "3rd"));
    pty_send(&pty, "\033[<65;40;12M");
    check(&pty, pty_wait_line(&pty, 2, "8th"));
    pty_send(&pty, "\033[<0;40;16M\033[<0;40;16m");
    check(&pty, pty_wait_line(&pty, -1, "h/l sample"));
    pty_send(&pty, "q");
    pty_send(&pty, ":set mouse=off\r:pane data\r");
    check(&pty, pty_wait_line(&pty, 0, "[2 Data]"));
    check(&pty, !pty.mouse);
    quit(&pty);
}

static void follows_the_terminals_colours(void **state)
{
    (void)state;
    static const struct {
        const char *term;
        char *variable;
    } cases[] = {
        {"xterm-256color", NULL},
        {"xterm-256color", "NO_COLOR=1"},
        {"xterm", NULL},
        {"vt100", NULL},
        {"tmux-256color", NULL},
        {"linux", "LC_ALL=C"},
        {"screen-256color", "NO_COLOR="},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pty pty;
        start_as(&pty, 80, 24, cases[i].term, cases[i].variable);
        check(&pty, pty_wait(&pty, SAMPLES));
        /* The frame that says so arrives in pieces; when a later one shows, it is whole. */
        pty_send(&pty, ":whole");
        check(&pty, pty_wait_line(&pty, -1, ":whole"));
        bool coloured = false, ascii = true;
        for (int at = 0; at < 80 * 24; at++) {
            VTermScreenCell cell;
            vterm_screen_get_cell(pty.screen, (VTermPos){.row = at / 80, .col = at % 80}, &cell);
            coloured |=
                !VTERM_COLOR_IS_DEFAULT_BG(&cell.bg) || !VTERM_COLOR_IS_DEFAULT_FG(&cell.fg);
            ascii &= cell.chars[0] < 0x80;
        }
        bool none = i == 1 || i == 3;
        if (coloured == none)
            fail_msg("%s %s: colours %d", cases[i].term, cases[i].variable, coloured);
        if (ascii != (i == 5)) fail_msg("%s: ascii %d:\n%s", cases[i].term, ascii, pty_text(&pty));
        quit(&pty);
    }
}

/* Does the screen, once whole, show a grey of the garments by red, green and blue? */
static bool has_direct_greys(struct pty *pty)
{
    bool found = false;
    check(pty, pty_wait(pty, SAMPLES));
    pty_send(pty, ":whole");
    check(pty, pty_wait_line(pty, -1, ":whole"));
    for (int at = 0; at < 80 * 24; at++) {
        VTermScreenCell cell;
        vterm_screen_get_cell(pty->screen, (VTermPos){.row = at / 80, .col = at % 80}, &cell);
        found |= VTERM_COLOR_IS_RGB(&cell.bg) && cell.bg.rgb.red == cell.bg.rgb.green &&
                 cell.bg.rgb.red > 100 && cell.bg.rgb.red < 250;
    }
    return found;
}

/* A terminal that is told red, green and blue as they are. */
static void direct_colours(void **state)
{
    (void)state;
    static const char entry[] =
        "sartor-direct|direct colours,\n"
        "\tcolors#0x1000000, pairs#0x7FFF, RGB,\n"
        "\tsetab=\\E[%?%p1%{8}%<%t4%p1%d%e48;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;"
        "%p1%{255}%&%d%;m,\n"
        "\tsetaf=\\E[%?%p1%{8}%<%t3%p1%d%e38;2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;"
        "%p1%{255}%&%d%;m,\n"
        "\top=\\E[39;49m, initc@, use=xterm-256color,\n";
    char line[256], variable[256];
    struct pty pty;
    snprintf(line, sizeof line, "tic -x -o %s/terminfo - 2>/dev/null", home);
    FILE *tic = popen(line, "w");
    assert_non_null(tic);
    fputs(entry, tic);
    if (pclose(tic)) skip();
    snprintf(variable, sizeof variable, "TERMINFO_DIRS=%s/terminfo:", home);
    start_as(&pty, 80, 24, "sartor-direct", variable);
    check(&pty, has_direct_greys(&pty));
    quit(&pty);
}

/* Those that stand in no standard part of a description: Control with an arrow, the mouse. */
static void has_keys_of_xterm(struct pty *pty)
{
    pty_send(pty, "\033:bind C-Right pane data\r\033[1;5C");
    check(pty, pty_wait_line(pty, 0, "[2 Data]"));
    pty_send(pty, ":set mouse=on\r:pane log\r");
    check(pty, pty_wait_line(pty, 0, "[7 Log]"));
    check(pty, pty->mouse);
    pty_send(pty, "\033[<0;3;1M\033[<0;3;1m");
    check(pty, pty_wait_line(pty, 0, "[1 Browse]"));
}

/* The same where COLORTERM says it beside a TERM of 256 colours, whose keys are those of before. */
static void colorterm_says_direct_colours(void **state)
{
    (void)state;
    static const struct {
        const char *term;
        char *variables[3];
        bool direct;
    } cases[] = {
        {"xterm-256color", {"COLORTERM=truecolor"}, true},
        {"xterm", {"COLORTERM=24bit"}, true},
        {"tmux-256color", {"COLORTERM=truecolor"}, true},
        {"screen-256color", {"COLORTERM=truecolor"}, true},
        {"screen-256color", {"COLORTERM=truecolor", "STY=1.screen"}, false},
        {"xterm-256color", {"COLORTERM=yes"}, false},
        {"xterm-256color", {"COLORTERM=truecolor", "NO_COLOR=1"}, false},
        {"vt100", {"COLORTERM=truecolor"}, false},
    };
    char *const argv[] = {program, "--data", data, "--home", home, "--threads", "1", NULL};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pty pty;
        assert_true(pty_start(&pty, 80, 24, cases[i].term, cases[i].variables, argv));
        if (has_direct_greys(&pty) != cases[i].direct)
            fail_msg("%s %s %s", cases[i].term, cases[i].variables[0], cases[i].variables[1]);
        pty_send(&pty, "\033OD\033OD<");
        check(&pty, pty_wait_line(&pty, -1, ":who<le"));
        if (i == 0) has_keys_of_xterm(&pty);
        quit(&pty);
    }
}

/* Under a shell with job control: ^Z gives the shell its screen, fg brings ours back. */
static void suspends_and_resumes(void **state)
{
    (void)state;
    struct pty pty;
    char *const environment[] = {"PS1=ready> ", "ENV=", NULL};
    char *const argv[] = {"/bin/sh", "-i", NULL};
    assert_true(pty_start(&pty, 80, 24, "xterm-256color", environment, argv));
    check(&pty, pty_wait(&pty, "ready>"));
    char line[9000];
    snprintf(line, sizeof line, "clear; %s --data %s --home %s --threads 1\r", program, data, home);
    pty_send(&pty, line);
    check(&pty, pty_wait_line(&pty, 0, "[1 Browse]"));
    for (int round = 0; round < 3; round++) {
        pty_send(&pty, "2");
        check(&pty, pty_wait_line(&pty, 0, "[2 Data]"));
        pty_send(&pty, "\032");
        check(&pty, pty_wait(&pty, "Stopped"));
        check(&pty, !pty.alternate && pty.cursor);
        pty_send(&pty, "\025echo al''ive\r");
        check(&pty, pty_wait(&pty, "alive"));
        pty_resize(&pty, 80 + 5 * round, 24 + round);
        pty_send(&pty, "clear; fg\r");
        check(&pty, pty_wait_line(&pty, 0, "[2 Data]"));
        check(&pty, pty.alternate && !pty.cursor);
        pty_send(&pty, "1");
        check(&pty, pty_wait_line(&pty, 0, "[1 Browse]"));
        /* The screen is set up once, and kept: keys sent at once are keys. */
        check(&pty, pty.alternations == round + 2);
    }
    pty_send(&pty, ":suspend\r");
    check(&pty, pty_wait(&pty, "Stopped"));
    pty_send(&pty, "clear; fg\r");
    check(&pty, pty_wait_line(&pty, 0, "[1 Browse]"));
    pty_send(&pty, ":typing\032"); /* even at the prompt */
    check(&pty, pty_wait(&pty, "Stopped"));
    pty_send(&pty, "clear; fg\r");
    check(&pty, pty_wait_line(&pty, -1, ":typing"));
    pty_send(&pty, "\003:quit now\r");
    check(&pty, pty_wait(&pty, "ready>"));
    check(&pty, !pty.alternate);
    pty_send(&pty, "exit\r");
    int status;
    assert_true(pty_wait_end(&pty, &status));
    pty_stop(&pty);
}

static void signals_end_it(void **state)
{
    (void)state;
    static const int numbers[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};
    static const char *const said[] = {"ended by SIGTERM; trained models and checkpoints are kept",
                                       "ended by SIGHUP;", "ended by SIGINT;", "ended by SIGQUIT;"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct pty pty;
        int status;
        start(&pty, 80, 24);
        kill(pty.child, numbers[i]);
        assert_true(pty_wait_end(&pty, &status));
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 128 + numbers[i]);
        check(&pty, pty_restored(&pty));
        check(&pty, strstr(pty_text(&pty), said[i])); /* on the normal screen */
        pty_stop(&pty);
    }
}

/* Has the process a handler of its own for that signal? */
static bool handles(pid_t process, int number)
{
    char path[64], line[256];
    unsigned long long handled = 0;
    snprintf(path, sizeof path, "/proc/%ld/status", (long)process);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "SigCgt: %llx", &handled) == 1) break;
    if (file) fclose(file);
    return handled >> (number - 1) & 1;
}

/* While ncurses sets the screen up, which it cannot end here: the terminal is full. */
static void signals_end_it_while_it_starts(void **state)
{
    (void)state;
    static char fill[] = "for i in 1 2 3; do dd if=/dev/zero of=/dev/tty bs=1 count=100000 "
                         "oflag=nonblock 2>/dev/null; sleep 0.1; done; exec \"$0\" \"$@\"";
    char *const argv[] = {"sh", "-c", fill, program, "--data", data, "--home", home, NULL};
    struct pty pty;
    int status;
    assert_true(pty_start(&pty, 80, 24, "xterm-256color", NULL, argv));
    const double limit = sr_clock_seconds() + PTY_PATIENCE;
    while (!handles(pty.child, SIGTERM) && sr_clock_seconds() < limit) sleep_seconds(0.001);
    kill(pty.child, SIGTERM);
    assert_true(pty_wait_end(&pty, &status));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + SIGTERM);
    pty_stop(&pty);
}

/* A link that is stuck: nobody takes what the program writes, and it is in the middle of a frame.
 */
static void ends_while_its_terminal_takes_nothing(void **state)
{
    (void)state;
    static const int numbers[] = {SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct pty pty;
        int status = 0, full = -1, before = -2;
        start(&pty, 200, 60);
        check(&pty, pty.pastes);
        for (int tries = 0; tries < 100 && full != before; tries++) {
            pty_send(&pty, "\f\f\f\f\f\f\f\f"); /* each paints the whole screen anew */
            sleep_seconds(0.3);
            before = full;
            assert_int_equal(ioctl(pty.master, FIONREAD, &full), 0);
        }
        assert_true(full > 1000);
        kill(pty.child, numbers[i]);
        const double limit = sr_clock_seconds() + PTY_PATIENCE;
        while (waitpid(pty.child, &status, WNOHANG) == 0 && sr_clock_seconds() < limit)
            sleep_seconds(0.05);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 128 + numbers[i]);
        pty.child = 0;
        struct termios now;
        assert_int_equal(tcgetattr(pty.master, &now), 0);
        assert_int_equal(now.c_lflag, pty.modes.c_lflag);
        assert_int_equal(now.c_iflag, pty.modes.c_iflag);
        pty_stop(&pty);
    }
}

/* A limit of the size of files, usual where jobs are queued, is a failed write, not the end. */
static void a_file_that_would_be_too_large_is_a_failed_write(void **state)
{
    (void)state;
    struct pty pty;
    char keys[128];
    char *const argv[] = {"sh",     "-c",     "ulimit -f 100; exec \"$0\" \"$@\"",
                          program,  "--data", data,
                          "--home", home,     NULL};
    assert_true(pty_start(&pty, 200, 24, "xterm-256color", NULL, argv));
    check(&pty, pty_wait(&pty, SAMPLES));
    snprintf(keys, sizeof keys, ":save cnn %s/large.safetensors\r", home);
    pty_send(&pty, keys);
    check(&pty, pty_wait_line(&pty, -1, "File too large"));
    quit(&pty);
}

/* What is pasted is text for the prompt, never keys. */
static void pastes_are_text(void **state)
{
    (void)state;
    struct pty pty;
    start(&pty, 100, 24);
    check(&pty, pty.pastes);
    pty_send(&pty, "\033[200~:quit now\rx2\r\033[201~");
    check(&pty, pty_wait(&pty, "several lines were pasted"));
    check(&pty, strstr(pty_line(&pty, 0), "[1 Browse]"));
    pty_send(&pty, "\033[200~:pane\tda\033[201~");
    check(&pty, pty_wait_line(&pty, -1, ":pane da"));
    pty_send(&pty, "ta\r"); /* shown first, entered by Enter */
    check(&pty, pty_wait_line(&pty, 0, "[2 Data]"));
    /* At the prompt, the lines are run one after another; one that is not ended stays. */
    pty_send(&pty, ":tag \033[200~train:5\r\ntag train:6\n\npane \001\033[31mlog\033[201~");
    check(&pty, pty_wait_line(&pty, -1, ":pane [31mlog"));
    /* In pieces, so that ncurses sees the marks as single characters. */
    static const char paste[] = "\025\033[200~tag train:8\r\033[201~";
    for (size_t i = 0; paste[i]; i++) {
        const bool begins = i == 1; /* an escape alone would be the key */
        pty_send(&pty, begins ? "\033[" : (char[]){paste[i], '\0'});
        i += begins;
        sleep_seconds(0.03);
    }
    check(&pty, pty_wait_line(&pty, -1, "train:8 is tagged"));
    pty_send(&pty, "7");
    check(&pty, pty_wait(&pty, ": tag train:5"));
    check(&pty, pty_wait(&pty, ": tag train:6"));
    check(&pty, pty_wait(&pty, ": tag train:8"));
    /* What is no character is dropped by itself: not what follows it. */
    pty_send(&pty, "\033[200~:caf\351 \343\201\033[201~");
    check(&pty, pty_wait_line(&pty, -1, ":caf"));
    pty_send(&pty, "\033");
    check(&pty, pty_wait_gone(&pty, ":caf"));
    pty_send(&pty, "\3512");
    check(&pty, pty_wait_line(&pty, 0, "[2 Data]"));
    /* When the end of a paste is lost, Ctrl-C after a pause is a key again. */
    pty_send(&pty, "\033[200~lost");
    for (int i = 0; i < 100 && !strstr(pty_line(&pty, 0), "[3 Train]"); i++) {
        sleep_seconds(0.5);
        pty_send(&pty, "\0033");
        while (pty_read(&pty, 0.1)) continue;
    }
    check(&pty, pty_wait_line(&pty, 0, "[3 Train]"));
    /* Other programs get no marks. */
    pty_send(&pty, ":quit now\r");
    int status;
    assert_true(pty_wait_end(&pty, &status));
    check(&pty, !pty.pastes);
    pty_stop(&pty);
}

/* Answers of the terminal to questions of whatever ran before. */
static void answers_of_the_terminal_are_not_keys(void **state)
{
    (void)state;
    struct pty pty;
    start(&pty, 100, 24);
    static const char *const answers[] = {
        "\033]11;rgb:2222/3333/4444\033\\",
        "\033]52;c;cXVpdDpxdWl0\a",
        "\033P>|XTerm(379):quit\r2\033\\",
        "\033P1+r544e=787465726d2d323536636f6c6f72\033\\",
        "\033_Gi=31;OK:quit now\r\033\\",
        "\033^private:quit now\r\033\\",
        "\033Xstart:quit now\r\033\\",
        "\033[?64;1;2;6;9;15;16;17;18;21;22;28;29;30;31;32;33;34;35;36;37;38;39;40;41;42;43;44c",
        "\033[4;1200;1900t",
        "\033[I",
        "\033[<35;10;10M",
        "\033[201~",
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        pty_send(&pty, answers[i]);
        pty_send(&pty, i % 2 ? "1" : "2"); /* a key directly behind it is one */
        check(&pty, pty_wait_line(&pty, 0, i % 2 ? "[1 Browse]" : "[2 Data]"));
        check(&pty, strstr(pty_line(&pty, 0), "3 Train"));
    }
    quit(&pty);
}

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define SANITIZED true
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

/* A fault's message lands on the normal screen, and the terminal works again. */
static void faults_restore_the_terminal(void **state)
{
    (void)state;
    static const struct {
        int number;
        const char *name;
    } faults[] = {{SIGABRT, "(SIGABRT)"},
                  {SIGSEGV, "(SIGSEGV)"},
                  {SIGFPE, "(SIGFPE)"},
                  {SIGTRAP, "(SIGTRAP)"}};
    /* Sanitizers report the others themselves. */
    for (size_t i = 0; i < (SANITIZED ? 1 : sizeof faults / sizeof *faults); i++) {
        struct pty pty;
        int status;
        start(&pty, 80, 24);
        kill(pty.child, faults[i].number);
        assert_true(pty_wait_end(&pty, &status));
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), faults[i].number);
        check(&pty, pty_restored(&pty));
        check(&pty, strstr(pty_text(&pty), "ended by a fault in the program"));
        check(&pty, strstr(pty_text(&pty), faults[i].name));
        pty_stop(&pty);
    }
}

/* Stopped and continued by somebody else, who has used the screen meanwhile. */
static void survives_a_stop_from_outside(void **state)
{
    (void)state;
    struct pty pty;
    start(&pty, 80, 24);
    for (int round = 0; round < 3; round++) {
        int status;
        kill(pty.child, SIGSTOP);
        assert_int_equal(waitpid(pty.child, &status, WUNTRACED), pty.child);
        assert_true(WIFSTOPPED(status));
        while (pty_read(&pty, 0.01)) continue;
        static const char mess[] = "\033[2J\033[?1049lmess";
        vterm_input_write(pty.vterm, mess, sizeof mess - 1);
        check(&pty, !pty.alternate && strstr(pty_text(&pty), "mess"));
        kill(pty.child, SIGCONT);
        check(&pty, pty_wait_alternate(&pty));
        check(&pty, pty_wait_line(&pty, 0, "[1 Browse]"));
        check(&pty, !strstr(pty_text(&pty), "mess"));
    }
    quit(&pty);
}

static void ends_when_its_terminal_does(void **state)
{
    (void)state;
    struct pty pty;
    int status = -1;
    start(&pty, 80, 24);
    close(pty.master);
    pty.master = -1;
    pty.ended = true;
    assert_true(pty_wait_end(&pty, &status));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + SIGHUP);
    pty_stop(&pty);
}

/* What a library prints must not land in the picture. */
static void stray_output_goes_to_the_log(void **state)
{
    (void)state;
    struct pty pty;
    char log[4200];
    struct stat info;
    snprintf(log, sizeof log, "%s/log", home);
    for (int large = 0; large <= 1; large++) { /* it is kept, unless it has grown large */
        FILE *file = fopen(log, "w");
        assert_non_null(file);
        for (int i = 0; i < (large ? (1 << 20) + 1 : 7); i++) fputc('x', file);
        assert_int_equal(fclose(file), 0);
        start(&pty, 80, 24);
        assert_int_equal(stat(log, &info), 0);
        assert_int_equal(info.st_size, large ? 0 : 7);
        if (!large) quit(&pty);
    }
    for (int descriptor = 1; descriptor <= 2; descriptor++) {
        char link[64], target[4096];
        snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)pty.child, descriptor);
        ssize_t length = readlink(link, target, sizeof target - 1);
        if (length < 0) skip(); /* no /proc */
        target[length] = '\0';
        assert_string_equal(target, log);
    }
    quit(&pty);
}

static void control_c_ends_or_asks(void **state)
{
    (void)state;
    struct pty pty;
    int status;
    start(&pty, 80, 24);
    pty_send(&pty, "?");
    check(&pty, pty_wait(&pty, "Everywhere"));
    pty_send(&pty, "\003"); /* first the overlay, then the program */
    check(&pty, pty_wait_gone(&pty, "Everywhere"));
    pty_send(&pty, "\003");
    assert_true(pty_wait_end(&pty, &status));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    check(&pty, pty_restored(&pty));
    pty_stop(&pty);
}

/* A model trains while samples are looked at; the end is seen, and quitting asks before that. */
static void trains_in_the_background(void **state)
{
    (void)state;
    struct pty pty;
    start(&pty, 100, 30);
    pty_send(&pty, ":train cnn name=tiny epochs=10000 limit=200\r");
    check(&pty, pty_wait_line(&pty, -1, "tiny"));
    pty_send(&pty, "1lljjhk\r");
    check(&pty, pty_wait_line(&pty, 0, "[1 Browse]"));
    pty_send(&pty, "\033Q");
    check(&pty, pty_wait_line(&pty, -1, "y/n"));
    pty_send(&pty, "n");
    check(&pty, pty_wait_gone(&pty, "y/n"));
    pty_send(&pty, "3");
    check(&pty, pty_wait(&pty, "loss"));
    pty_resize(&pty, 60, 15);
    check(&pty, pty_wait_line(&pty, 0, "[3 Train] 4 "));
    check(&pty, pty_wait(&pty, "epoch"));
    pty_send(&pty, "x");
    check(&pty, pty_wait_line(&pty, -1, "kept. (y/n)"));
    pty_send(&pty, "y");
    check(&pty, pty_wait_line(&pty, -1, "trained"));
    quit(&pty);
}

/* What trains for long goes on behind the keys that are pressed meanwhile, and reports when it is
 * done. */
static void experiments_go_on_behind(void **state)
{
    (void)state;
    struct pty pty;
    start(&pty, 100, 30);
    pty_send(&pty, ":ablate mlp recipe=study seeds=1 epochs=8 limit=800\r");
    check(&pty, pty_wait_line(&pty, 0, "[3 Train]"));
    pty_send(&pty, "1lljw");
    check(&pty, pty_wait_line(&pty, 2, "wrong"));
    pty_send(&pty, ":tune knn trials=3\r");
    check(&pty, pty_wait_line(&pty, -1, "wait for the end of \"ablate mlp"));
    pty_send(&pty, "2");
    check(&pty, pty_wait(&pty, "\u2500 ablate \u2500"));
    quit(&pty);
}

/* Where there is no alternate screen the picture stays, but the shell gets a clean line. */
static void leaves_a_clean_line(void **state)
{
    (void)state;
    struct pty pty;
    int status;
    start_as(&pty, 80, 24, "vt100", NULL);
    check(&pty, pty_wait(&pty, SAMPLES));
    check(&pty, pty_wait_line(&pty, -1, "enlarge"));
    pty_send(&pty, "q");
    assert_true(pty_wait_end(&pty, &status));
    check(&pty, strstr(pty_text(&pty), SAMPLES));
    check(&pty, !strstr(pty_text(&pty), "enlarge"));
    pty_stop(&pty);
}

/* A bar that wrapped would fill the window with its copies. */
static void a_progress_bar_keeps_to_its_line(void **state)
{
    (void)state;
    static const int widths[] = {120, 80, 40, 20};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        struct pty pty;
        int status;
        char *const argv[] = {program, "--data", data,       "--home",   home,
                              "train", "cnn",    "name=bar", "epochs=3", NULL};
        assert_true(pty_start(&pty, widths[i], 24, "xterm-256color", NULL, argv));
        check(&pty, pty_wait(&pty, " %"));
        assert_true(pty_wait_end(&pty, &status));
        assert_int_equal(WEXITSTATUS(status), 0);
        check(&pty, !strstr(pty_text(&pty), "[#"));
        check(&pty, !strstr(pty_text(&pty), "[-"));
        pty_stop(&pty);
    }
}

static void other_places_are_refused(void **state)
{
    (void)state;
    struct pty pty;
    int status;
    start_as(&pty, 80, 24, "no-such-terminal", NULL);
    assert_true(pty_wait_end(&pty, &status));
    assert_int_equal(WEXITSTATUS(status), 1);
    check(&pty, strstr(pty_text(&pty), "\"no-such-terminal\""));
    pty_stop(&pty);
    start_as(&pty, 80, 24, "dumb", NULL);
    assert_true(pty_wait_end(&pty, &status));
    assert_int_equal(WEXITSTATUS(status), 1);
    check(&pty, strstr(pty_text(&pty), "cannot move its cursor"));
    pty_stop(&pty);
    start_as(&pty, 80, 24, "", NULL);
    assert_true(pty_wait_end(&pty, &status));
    assert_int_equal(WEXITSTATUS(status), 1);
    check(&pty, strstr(pty_text(&pty), "TERM is not set"));
    pty_stop(&pty);
    /* A terminal for the input alone is none. */
    char line[9000], *const argv[] = {"/bin/sh", "-c", line, NULL};
    snprintf(line, sizeof line, "%s --data %s --home %s 2>&1 | grep -B9 \"7 Sneaker\"", program,
             data, home);
    assert_true(pty_start(&pty, 80, 24, "xterm", NULL, argv));
    assert_true(pty_wait_end(&pty, &status));
    check(&pty, strstr(pty_text(&pty), "7 Sneaker")); /* the classes in the overview */
    pty_stop(&pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paints_at_once),
        cmocka_unit_test(keys_switch_panes),
        cmocka_unit_test(attributes_are_painted),
        cmocka_unit_test(the_screen_is_painted_anew),
        cmocka_unit_test(trains_from_the_form),
        cmocka_unit_test(commands_wait_in_a_queue),
        cmocka_unit_test(help_opens_and_closes),
        cmocka_unit_test(prompt_edits_and_completes),
        cmocka_unit_test(unknown_sequences_are_not_keys),
        cmocka_unit_test(resizes_at_any_moment),
        cmocka_unit_test(clicks_press_what_they_hit),
        cmocka_unit_test(follows_the_terminals_colours),
        cmocka_unit_test(direct_colours),
        cmocka_unit_test(colorterm_says_direct_colours),
        cmocka_unit_test(suspends_and_resumes),
        cmocka_unit_test(signals_end_it),
        cmocka_unit_test(signals_end_it_while_it_starts),
        cmocka_unit_test(ends_while_its_terminal_takes_nothing),
        cmocka_unit_test(a_file_that_would_be_too_large_is_a_failed_write),
        cmocka_unit_test(pastes_are_text),
        cmocka_unit_test(answers_of_the_terminal_are_not_keys),
        cmocka_unit_test(faults_restore_the_terminal),
        cmocka_unit_test(survives_a_stop_from_outside),
        cmocka_unit_test(ends_when_its_terminal_does),
        cmocka_unit_test(stray_output_goes_to_the_log),
        cmocka_unit_test(control_c_ends_or_asks),
        cmocka_unit_test(trains_in_the_background),
        cmocka_unit_test(experiments_go_on_behind),
        cmocka_unit_test(leaves_a_clean_line),
        cmocka_unit_test(a_progress_bar_keeps_to_its_line),
        cmocka_unit_test(other_places_are_refused),
    };
    return cmocka_run_group_tests_name("explorer", tests, group_set_up, group_tear_down);
}
