/* test_input.c - names of keys from bytes and codes, without a terminal: sequences that are cut
 * off, answers of the terminal, pastes, the mouse. */
#include <curses.h>
#include <locale.h>

#include "support.h"

#include "sartor/base/clock.h"

enum { PAUSE_HERE = -2, END = -3, UNKNOWN = KEY_MAX - 5, EXTENDED = KEY_MAX - 6 };

static const int *next_code;
static double clock_now = 100;
static MEVENT mouse_event;
static int mouse_status;

static int scripted_code(WINDOW *keys)
{
    (void)keys;
    if (*next_code == END) return ERR;
    return *next_code++ == PAUSE_HERE ? ERR : next_code[-1];
}

static int scripted_mouse(MEVENT *into)
{
    *into = mouse_event;
    return mouse_status;
}

static const char *scripted_name(int code)
{
    return code == EXTENDED ? "kUP5" : code == UNKNOWN ? "kMOST" : NULL;
}

static double scripted_clock(void)
{
    return clock_now;
}

#undef wgetch
#undef getmouse
#define wgetch           scripted_code
#define getmouse         scripted_mouse
#define keyname          scripted_name
#define sr_clock_seconds scripted_clock
#include "../../src/ui/input.c"

/* The names of all keys of the script, with blanks between; the text of a paste in brackets. A
 * pause lasts `seconds`. */
static const char *names_after(double seconds, const int *script)
{
    static char all[4096];
    all[0] = '\0';
    input_forget();
    clock_now += 10;
    for (next_code = script; *next_code != END || state == ESCAPE || pushed_back;) {
        const char *key = input_next(NULL);
        const size_t length = strlen(all);
        if (!key)
            clock_now += seconds;
        else if (!strcmp(key, INPUT_PASTE))
            snprintf(all + length, sizeof all - length, "%s[%s]", length ? " " : "",
                     input_pasted());
        else
            snprintf(all + length, sizeof all - length, "%s%s", length ? " " : "", key);
    }
    return all;
}

#define NAMES(seconds, ...) names_after(seconds, (const int[]){__VA_ARGS__, END})
#define BEGIN_PASTE         0x1b, '[', '2', '0', '0', '~'
#define END_PASTE           0x1b, '[', '2', '0', '1', '~'

static void plain_keys(void **state_of)
{
    (void)state_of;
    assert_string_equal(NAMES(0, 'a', 'Z', ' ', '\t', '\r', '\n', '\b', 0x7f),
                        "a Z Space Tab Enter Enter Backspace Backspace");
    assert_string_equal(NAMES(0, 0, 1, 26, 0x1c, 0x1f), "C-Space C-a C-z C-\\ C-_");
    assert_string_equal(NAMES(0, 0xc3, 0xa4, 0xe2, 0x82, 0xac), "ä €");
    assert_string_equal(NAMES(0, 0xc2, 0x85, 'x'), "x");              /* a control character */
    assert_string_equal(NAMES(0, 0xff, 'x', 0xe2, 0x82, 'y'), "x y"); /* no characters */
    assert_string_equal(NAMES(0, 0xe2, KEY_UP, 0x82, 'y'), "Up y");   /* a key within one */
}

static void codes_of_terminfo(void **state_of)
{
    (void)state_of;
    assert_string_equal(NAMES(0, KEY_UP, KEY_PPAGE, KEY_DC, KEY_BTAB, KEY_F(1), KEY_F(24)),
                        "Up PgUp Delete S-Tab F1 F24");
    assert_string_equal(NAMES(0, EXTENDED, UNKNOWN, KEY_F(25), KEY_RESIZE, 'q'), "C-Up q");
}

static void escapes(void **state_of)
{
    (void)state_of;
    assert_string_equal(NAMES(0, 0x1b), "Esc");
    assert_string_equal(NAMES(0, 0x1b, PAUSE_HERE, 'x'), "Esc x");
    assert_string_equal(NAMES(0, 0x1b, 'x'), "Esc x");
    assert_string_equal(NAMES(0, 0x1b, 0x1b, 'x'), "Esc Esc x");
    assert_string_equal(NAMES(0, 0x1b, KEY_UP), "Up");
    assert_string_equal(NAMES(0, 0x1b, 'O', 'Z', 'x'), "x");
    assert_string_equal(NAMES(0, 0x1b, '[', '1', ';', '9', 'Z', 'x'), "x");
    assert_string_equal(NAMES(0, 0x1b, '[', '1', 3, 'x'), "C-c x");
    assert_string_equal(NAMES(0, 0x1b, '[', '1', KEY_UP, 'x'), "Up x");
    assert_string_equal(NAMES(0, 0x1b, 'O', KEY_UP, 'x'), "Up x");
    /* The rest of a sequence comes at once; what comes later is a key. */
    assert_string_equal(NAMES(0.1, 0x1b, '[', '1', PAUSE_HERE, 'A', 'x'), "x");
    assert_string_equal(NAMES(0.5, 0x1b, '[', '1', PAUSE_HERE, 'A', 'x'), "A x");
}

static void answers_of_the_terminal(void **state_of)
{
    (void)state_of;
    static const int kinds[] = {']', 'P', 'X', '^', '_'};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        assert_string_equal(NAMES(0, 0x1b, kinds[i], 'a', 'b', 0x1b, '\\', 'x'), "x");
        assert_string_equal(NAMES(0, 0x1b, kinds[i], 'a', 'b', '\a', 'x'), "x");
    }
    assert_string_equal(NAMES(0, 0x1b, ']', 'a', 0x18, 'x'), "x");
    assert_string_equal(NAMES(0, 0x1b, ']', 'a', 0x1a, 'x'), "x");
    assert_string_equal(NAMES(0, 0x1b, ']', 'a', KEY_UP, 'x'), "Up x");
    assert_string_equal(NAMES(0, 0x1b, ']', 'a', 0x1b, '[', '5', 'Z', 'x'), "x"); /* cut off */
    assert_string_equal(NAMES(0, 0x1b, ']', 'a', 0x1b, KEY_DOWN, 'x'), "Down x");
    assert_string_equal(NAMES(0.5, 0x1b, ']', 'a', PAUSE_HERE, 'b', 'x'), "b x");
}

static void pastes(void **state_of)
{
    (void)state_of;
    assert_string_equal(
        NAMES(0, BEGIN_PASTE, 'a', '\r', '\n', 'b', '\t', 'c', '\n', 1, 0xc3, 0xa4, END_PASTE, 'x'),
        "[a\nb c\nä] x");
    /* What only begins like the end belongs to the text, but for the escape. */
    assert_string_equal(NAMES(0, BEGIN_PASTE, 0x1b, '[', '2', 'q', 0x1b, END_PASTE), "[[2q]");
    assert_string_equal(NAMES(0, BEGIN_PASTE, 'a', KEY_ENTER, KEY_UP, 'b', END_PASTE), "[a\nb]");
    /* The end may come in pieces. */
    assert_string_equal(
        NAMES(0.5, BEGIN_PASTE, 'a', 0x1b, PAUSE_HERE, '[', '2', '0', '1', '~', 'x'), "[a] x");
    /* Other sequences that are as long are none. */
    assert_string_equal(NAMES(0, 0x1b, '[', '2', '0', '5', '~', 'x'), "x");
    /* Control-C is text that is dropped, but after a pause it leaves a paste without an end. */
    assert_string_equal(NAMES(0.5, BEGIN_PASTE, 'a', 3, 'b', END_PASTE), "[ab]");
    assert_string_equal(NAMES(0.5, BEGIN_PASTE, 'a', PAUSE_HERE, 3, 'b'), "C-c b");
}

static void a_long_paste_is_cut(void **state_of)
{
    (void)state_of;
    enum { LONG = PASTE_MAX + 100 };
    static const int begin[] = {BEGIN_PASTE}, end[] = {END_PASTE, END};
    int *script = malloc((LONG + 20) * sizeof *script);
    assert_non_null(script);
    memcpy(script, begin, sizeof begin);
    for (size_t i = 0; i < LONG; i++) script[6 + i] = 'a';
    memcpy(script + 6 + LONG, end, sizeof end);
    input_forget();
    next_code = script;
    assert_string_equal(input_next(NULL), INPUT_PASTE);
    assert_int_equal(strlen(input_pasted()), PASTE_MAX);
    input_forget();
    assert_string_equal(input_pasted(), "");
    free(script);
}

static void the_mouse(void **state_of)
{
    (void)state_of;
    mouse_status = OK;
    mouse_event = (MEVENT){.x = 7, .y = 3, .bstate = BUTTON1_PRESSED};
    assert_string_equal(NAMES(0, KEY_MOUSE), "Click-7-3");
    mouse_event.bstate = BUTTON1_CLICKED;
    assert_string_equal(NAMES(0, KEY_MOUSE), "Click-7-3");
    mouse_event.bstate = BUTTON4_PRESSED;
    assert_string_equal(NAMES(0, KEY_MOUSE), "WheelUp");
    mouse_event.bstate = BUTTON5_PRESSED;
    assert_string_equal(NAMES(0, KEY_MOUSE), "WheelDown");
    mouse_event.bstate = BUTTON3_PRESSED;
    assert_string_equal(NAMES(0, KEY_MOUSE, 'x'), "x");
    mouse_status = ERR;
    mouse_event.bstate = BUTTON1_PRESSED;
    assert_string_equal(NAMES(0, KEY_MOUSE, 'x'), "x");
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_keys), cmocka_unit_test(codes_of_terminfo),
        cmocka_unit_test(escapes),    cmocka_unit_test(answers_of_the_terminal),
        cmocka_unit_test(pastes),     cmocka_unit_test(a_long_paste_is_cut),
        cmocka_unit_test(the_mouse),
    };
    return cmocka_run_group_tests_name("input", tests, NULL, NULL);
}
