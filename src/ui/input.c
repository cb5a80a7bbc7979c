/* input.c - the name of the key that was pressed. */
#include <curses.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "input.h"
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
static wint_t pushed_back;

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

/* After an escape: a control sequence that terminfo does not know is dropped as a whole, since its
 * letters would be taken for keys. Anything else was typed after Esc. */
static bool drop_sequence(WINDOW *keys)
{
    wint_t next;
    if (wget_wch(keys, &next) != OK) return false;
    if (next != '[' && next != 'O') {
        pushed_back = next;
        return false;
    }
    bool csi = next == '[';
    for (int i = 0; i < 32 && wget_wch(keys, &next) == OK; i++)
        if (!csi || (next >= 0x40 && next <= 0x7e)) break;
    return true;
}

const char *input_next(WINDOW *keys)
{
    for (;;) {
        wint_t character = pushed_back;
        int kind = OK;
        if (!pushed_back) kind = wget_wch(keys, &character);
        pushed_back = 0;
        if (kind == ERR) return NULL;
        if (kind == OK && character == 0x1b && drop_sequence(keys)) continue;
        const char *found =
            kind == KEY_CODE_YES ? code_name((int)character) : character_name(character);
        if (found) return found;
    }
}
