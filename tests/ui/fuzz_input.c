/* fuzz_input.c - any bytes from the terminal: names of keys that are no longer than they may be,
 * and pasted text without control characters. */
#include "../fuzz.h"

#include <curses.h>
#include <locale.h>

static const uint8_t *next_byte, *last_byte;
static int next_code(WINDOW *keys);
/* Bytes from 0xf5 on, which are in no character of UTF-8, stand for keys that terminfo knows, 0xff
 * for a pause. */
#undef wgetch
#define wgetch next_code
#include "../../src/ui/input.c"

static int next_code(WINDOW *keys)
{
    static const int known[] = {KEY_UP,     KEY_HOME,   KEY_BACKSPACE, KEY_ENTER, KEY_F(5),
                                KEY_RESIZE, KEY_SRIGHT, KEY_MAX,       KEY_DC,    KEY_BTAB};
    (void)keys;
    if (next_byte == last_byte) return ERR;
    const uint8_t byte = *next_byte++;
    if (byte == 0xff) return ERR;
    return byte >= 0xf5 ? known[byte - 0xf5] : byte;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    setlocale(LC_CTYPE, "C.UTF-8");
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
