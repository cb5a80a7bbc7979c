/* input.c - the name of the key that was pressed, and text that was pasted. */
#include <curses.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "input.h"
#include "sartor/base/clock.h"
#include "sartor/base/text.h"
#include "terminal.h"

static const struct {
    int code;
    const char *name;
} codes[] = {
    {KEY_UP, "Up"},
    {KEY_DOWN, "Down"},
    {KEY_LEFT, "Left"},
    {KEY_RIGHT, "Right"},
    {KEY_HOME, "Home"},
    {KEY_END, "End"},
    {KEY_FIND, "Home"},
    {KEY_SELECT, "End"},
    {KEY_PPAGE, "PgUp"},
    {KEY_NPAGE, "PgDn"},
    {KEY_IC, "Insert"},
    {KEY_DC, "Delete"},
    {KEY_BACKSPACE, "Backspace"},
    {KEY_ENTER, "Enter"},
    {KEY_BTAB, "S-Tab"},
    {KEY_SLEFT, "S-Left"},
    {KEY_SRIGHT, "S-Right"},
    {KEY_SR, "S-Up"},
    {KEY_SF, "S-Down"},
    {KEY_SHOME, "S-Home"},
    {KEY_SEND, "S-End"},
};
/* Keys that terminfo knows by extended names only. */
static const struct {
    const char *capability, *name;
} extended[] = {
    {"kUP5", "C-Up"},    {"kDN5", "C-Down"}, {"kLFT5", "C-Left"}, {"kRIT5", "C-Right"},
    {"kHOM5", "C-Home"}, {"kEND5", "C-End"}, {"kPRV5", "C-PgUp"}, {"kNXT5", "C-PgDn"},
};

static char name[32];

static const char *named(const char *text)
{
    snprintf(name, sizeof name, "%s", text);
    return name;
}

static const char *mouse_name(void)
{
    MEVENT event;
    if (getmouse(&event) != OK) return NULL;
    if (event.bstate & BUTTON4_PRESSED) return "WheelUp";
    if (event.bstate & BUTTON5_PRESSED) return "WheelDown";
    if (!(event.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED))) return NULL;
    snprintf(name, sizeof name, "Click-%d-%d", event.x % 10000, event.y % 1000);
    return name;
}

static const char *code_name(int code)
{
    if (code == KEY_MOUSE) return mouse_name();
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].code == code) return named(codes[i].name);
    if (code > KEY_F0 && code <= KEY_F(24)) {
        snprintf(name, sizeof name, "F%d", code - KEY_F0);
        return name;
    }
    const char *capability = keyname(code);
    for (size_t i = 0; capability && i < sizeof extended / sizeof *extended; i++)
        if (!strcmp(capability, extended[i].capability)) return named(extended[i].name);
    return NULL;
}

static const char *character_name(wint_t character)
{
    switch (character) {
    case 0:
        return named("C-Space");
    case '\t':
        return named("Tab");
    case '\r':
    case '\n':
        return named("Enter");
    case '\b':
    case 0x7f:
        return named("Backspace");
    case 0x1b:
        return named("Esc");
    case ' ':
        return named("Space");
    }
    if (character < ' ') {
        snprintf(name, sizeof name, "C-%c",
                 (int)(character <= 26 ? character + 'a' - 1 : character + '@'));
        return name;
    }
    if (character >= 0x7f && character < 0xa0) return NULL;
    char bytes[4];
    int length = sr_utf8_encode((uint32_t)character, bytes);
    memcpy(name, bytes, (size_t)length);
    name[length] = 0;
    return name;
}

/* What the next character belongs to. */
static enum {
    KEYS,
    ESCAPE,        /* what follows an escape: a sequence, or a key that was typed after Esc */
    SINGLE,        /* ESC O: one character */
    CONTROL,       /* ESC [: to a final character */
    STRING,        /* ESC ] and others, an answer of the terminal: to ESC \ or BEL */
    STRING_ESCAPE, /* an escape in it */
    PASTE,         /* text, to ESC [201~ */
} state;
/* Of an answer that has begun, the rest comes at once: what comes after a pause, in seconds, is a
 * key. */
static const double PAUSE = 0.3;
static double latest;       /* clock of the last character */
static char parameters[16]; /* of a control sequence; cut off */
static size_t parameter_count;
static wint_t pushed_back;
static mbstate_t partial; /* of a character whose first bytes have come */

/* The paste under way, and the last one. */
enum {
    PASTE_MAX = 1 << 20, /* bytes; what is beyond is dropped */
    CONTROL_C = 3
};
static const char paste_end[] = "\033[201~";
static struct sr_text pasted;
static size_t end_matched; /* characters of paste_end that have come */
static bool after_return;  /* a line feed would belong to it */

const char *input_pasted(void)
{
    return sr_text_get(&pasted);
}

void input_forget(void)
{
    state = KEYS;
    pushed_back = 0;
    memset(&partial, 0, sizeof partial);
    sr_text_fini(&pasted);
}

/* A character of the text: line breaks and blanks stay, other control characters are dropped. */
static void paste_character(wint_t character)
{
    const bool line_feed = character == '\n' && after_return;
    after_return = character == '\r';
    if (line_feed || pasted.length >= PASTE_MAX) return;
    if (character == '\r' || character == '\n')
        sr_text_add(&pasted, "\n");
    else if (character == '\t')
        sr_text_add(&pasted, " ");
    else if (character >= ' ' && (character < 0x7f || character >= 0xa0))
        sr_text_add_glyph(&pasted, (uint32_t)character);
}

/* Its end is matched here: ncurses gives it as one key only when it has come in one piece. */
static const char *take_paste(wint_t character)
{
    if (character == (wint_t)paste_end[end_matched]) {
        if (paste_end[++end_matched]) return NULL;
        state = KEYS;
        return named(INPUT_PASTE);
    }
    for (size_t i = 0; i < end_matched; i++) paste_character((wint_t)paste_end[i]);
    end_matched = character == 0x1b;
    if (!end_matched) paste_character(character);
    return NULL;
}

static void begin_paste(void)
{
    sr_text_clear(&pasted);
    end_matched = 0;
    after_return = false;
    state = PASTE;
}

/* Sequences that terminfo does not know are dropped as a whole, or their letters would be taken for
 * keys. */
static const char *take_control(wint_t character)
{
    if (character < 0x20 || character > 0x7e) { /* cut off */
        state = KEYS;
        pushed_back = character;
        return NULL;
    }
    if (character < 0x40) {
        if (parameter_count < sizeof parameters) parameters[parameter_count] = (char)character;
        parameter_count++;
        return NULL;
    }
    state = KEYS;
    if (character == '~' && parameter_count == 3 && !memcmp(parameters, "200", 3)) begin_paste();
    return NULL;
}

static const char *take_escape(wint_t character)
{
    state = KEYS;
    switch (character) {
    case 'O':
        state = SINGLE;
        return NULL;
    case '[':
        state = CONTROL;
        parameter_count = 0;
        return NULL;
    case ']': /* operating system command */
    case 'P': /* device control string */
    case 'X': /* start of string */
    case '^': /* privacy message */
    case '_': /* application program command */
        state = STRING;
        return NULL;
    }
    pushed_back = character;
    return named("Esc");
}

static const char *take_string(wint_t character)
{
    if (character == 0x1b)
        state = STRING_ESCAPE;
    else if (character == '\a' || character == 0x18 || character == 0x1a) /* BEL, or given up */
        state = KEYS;
    return NULL;
}

static const char *take_character(wint_t character)
{
    switch (state) {
    case ESCAPE:
        return take_escape(character);
    case SINGLE:
        state = KEYS;
        return NULL;
    case CONTROL:
        return take_control(character);
    case STRING:
        return take_string(character);
    case STRING_ESCAPE:
        if (character == '\\') {
            state = KEYS;
            return NULL;
        }
        return take_escape(character); /* another sequence: the string was cut off */
    case PASTE:
        return take_paste(character);
    case KEYS:
        break;
    }
    if (character != 0x1b) return character_name(character);
    state = ESCAPE;
    return NULL;
}

static const char *take_code(int code)
{
    memset(&partial, 0, sizeof partial);
    switch (state) {
    case PASTE:
        end_matched = 0;
        if (code == KEY_ENTER) paste_character('\n');
        return NULL;
    case SINGLE:
    case CONTROL:
    case STRING:
    case STRING_ESCAPE:
        state = KEYS; /* cut off */
        break;
    case ESCAPE:
    case KEYS:
        state = KEYS;
        break;
    }
    return code_name(code);
}

/* A byte of a character in the locale's encoding. What is no character is dropped by itself: what
 * follows may be a key, or the end of a paste (wget_wch drops up to 15 bytes with it). */
static const char *take_byte(char byte)
{
    wchar_t character = 0;
    const bool first = mbsinit(&partial);
    size_t length = mbrtowc(&character, &byte, 1, &partial);
    if (length == (size_t)-1) {
        memset(&partial, 0, sizeof partial);
        if (first) return NULL;
        length = mbrtowc(&character, &byte, 1, &partial);
    }
    if (length == (size_t)-1) memset(&partial, 0, sizeof partial);
    return length > 1 ? NULL : take_character((wint_t)character);
}

/* The end of a paste may be lost on its way. */
static const char *give_up_paste(void)
{
    state = KEYS;
    sr_text_clear(&pasted);
    return named("C-c");
}

const char *input_next(WINDOW *keys)
{
    const double now = sr_clock_seconds();
    bool paused = now - latest > PAUSE; /* before the next character */
    if (state != PASTE && paused && state != ESCAPE) state = KEYS;
    for (;;) {
        const char *found;
        if (pushed_back) {
            const wint_t character = pushed_back;
            pushed_back = 0;
            found = take_character(character);
        } else {
            const int code = wgetch(keys);
            if (code == ERR) {
                if (state != ESCAPE) return NULL;
                state = KEYS;
                return named("Esc");
            }
            latest = now;
            if (state == PASTE && paused && code == CONTROL_C) return give_up_paste();
            paused = false;
            found = code >= KEY_MIN ? take_code(code) : take_byte((char)code);
        }
        if (found) return found;
    }
}
