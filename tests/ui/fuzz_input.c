/* fuzz_input.c - any bytes from the terminal: names of keys that are no longer than they may be,
 * and pasted text without control characters. */
#include "fuzz.h"

#include <curses.h>

static const uint8_t *next_byte, *last_byte;
static int take_byte(WINDOW *keys, wint_t *character);
/* Bytes from 0xf0 on stand for keys that terminfo knows, 0xff for a pause. */
#undef wget_wch
#define wget_wch take_byte
#include "../../src/ui/input.c"

static int take_byte(WINDOW *keys, wint_t *character)
{
    static const int known[] = {KEY_UP,     KEY_HOME,   KEY_BACKSPACE, KEY_ENTER, KEY_F(5),
                                KEY_RESIZE, KEY_SRIGHT, KEY_MAX,       KEY_DC,    KEY_BTAB};
    (void)keys;
    if (next_byte == last_byte) return ERR;
    const uint8_t byte = *next_byte++;
    if (byte == 0xff) return ERR;
    if (byte >= 0xf0 && byte < 0xf0 + (int)(sizeof known / sizeof *known)) {
        *character = (wint_t)known[byte - 0xf0];
        return KEY_CODE_YES;
    }
    *character = byte;
    return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    next_byte = bytes;
    last_byte = bytes + length;
    while (next_byte < last_byte) {
        const char *key = input_next(NULL);
        if (!key) continue;
        must(*key && strlen(key) < 32);
        if (strcmp(key, INPUT_PASTE)) continue;
        for (const char *text = input_pasted(); *text;) {
            const uint32_t code = sr_utf8_next(&text);
            must(code == '\n' || (code >= ' ' && !(code >= 0x7f && code < 0xa0)));
        }
    }
    input_forget();
    return 0;
}
