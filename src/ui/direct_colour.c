/* direct_colour.c - see direct_colour.h.
 *
 * Terminals with direct colours mostly have a TERM such as xterm-256color and say the rest by
 * COLORTERM, which ncurses does not read. ncurses takes a compiled description from the variable
 * TERMINFO, in base 64 (6.1 and later; earlier ones read TERM's own). So one is made here, of all
 * that TERM's own has, keys too; the layout is that of term(5), with numbers of 32 bits. */
#include "direct_colour.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sartor/base/text.h"

/* Behind all others, since it defines macros such as `lines` and `columns`. */
#include <curses.h>
#include <term.h>

enum { MAGIC = 01036, COLOURS = 1 << 24, PAIRS = 0x7fff };

/* Numbers below 8 stay the palette, as in the *-direct entries of terminfo. */
#define SET(palette, direct)                                                                       \
    "\033[%?%p1%{8}%<%t" palette "%p1%d%e" direct                                                  \
    ";2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d%;m"

/* Strings that are other ones, or none: a palette cannot be changed any more. */
static const struct {
    const char *name, *value;
} other[] = {{"setaf", SET("3", "38")},
             {"setab", SET("4", "48")},
             {"setf", NULL},
             {"setb", NULL},
             {"scp", NULL},
             {"initc", NULL},
             {"initp", NULL},
             {"oc", NULL}};

static void put(struct sr_text *out, int value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        const uint8_t byte = (uint8_t)((uint32_t)value >> 8 * i);
        sr_text_add_bytes(out, &byte, 1);
    }
}

static void put_text(struct sr_text *out, const char *text)
{
    sr_text_add_bytes(out, text, strlen(text) + 1);
}

static void make_even(struct sr_text *out)
{
    if (out->length % 2) put(out, 0, 1);
}

/* NULL for none. */
static const char *string_of(const char *name)
{
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        if (!strcmp(name, other[i].name)) return other[i].value;
    const char *value = tigetstr(name);
    return value == (char *)-1 ? NULL : value;
}

/* -1 for none. */
static int number_of(const char *name)
{
    if (!strcmp(name, "colors")) return COLOURS;
    if (!strcmp(name, "pairs")) return PAIRS;
    const int value = tigetnum(name);
    return value < 0 ? -1 : value;
}

static bool has_flag(const char *name)
{
    return strcmp(name, "ccc") && tigetflag(name) > 0;
}

static void put_standard(struct sr_text *out, const char *names)
{
    struct sr_text strings = {0}, offsets = {0};
    for (int i = 0; i < STRWRITE; i++) {
        const char *value = string_of(strnames[i]);
        put(&offsets, value ? (int)strings.length : -1, 2);
        if (value) put_text(&strings, value);
    }
    put(out, MAGIC, 2);
    put(out, (int)strlen(names) + 1, 2);
    put(out, BOOLWRITE, 2);
    put(out, NUMWRITE, 2);
    put(out, STRWRITE, 2);
    put(out, (int)strings.length, 2);
    put_text(out, names);
    for (int i = 0; i < BOOLWRITE; i++) put(out, has_flag(boolnames[i]), 1);
    make_even(out);
    for (int i = 0; i < NUMWRITE; i++) put(out, number_of(numnames[i]), 4);
    sr_text_add_bytes(out, offsets.bytes, offsets.length);
    sr_text_add_bytes(out, strings.bytes, strings.length);
    make_even(out);
    sr_text_fini(&strings);
    sr_text_fini(&offsets);
}

/* Capabilities that are not of the standard: values and names of strings, in the same order. */
struct extended {
    int count;
    struct sr_text value_offsets, values, name_offsets, names;
};

static void add_name(struct extended *extended, const char *name)
{
    put(&extended->name_offsets, (int)extended->names.length, 2);
    put_text(&extended->names, name);
}

static void add_string(struct extended *extended, const char *name)
{
    const char *value = string_of(name);
    if (!value) return;
    put(&extended->value_offsets, (int)extended->values.length, 2);
    put_text(&extended->values, value);
    add_name(extended, name);
    extended->count++;
}

/* Terminfo has no list of them: here are those that ncurses and this program know. */
static void add_strings(struct extended *extended)
{
    static const char *const others[] = {"BD", "BE", "E3", "PE", "PS", "XM", "kDN", "kUP", "xm"};
    static const char *const keys[] = {"kDC",  "kDN",  "kEND", "kHOM", "kIC",
                                       "kLFT", "kNXT", "kPRV", "kRIT", "kUP"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) add_string(extended, others[i]);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        for (int modifiers = 3; modifiers <= 8; modifiers++) {
            char name[8];
            snprintf(name, sizeof name, "%s%d", keys[i], modifiers);
            add_string(extended, name);
        }
}

static void put_extended(struct sr_text *out)
{
    struct extended extended = {0};
    const bool defaults = tigetflag("AX") > 0; /* SGR 39 and 49 are the default colours */
    const int graphics = tigetnum("U8"), flags = 1 + defaults, numbers = graphics >= 0;
    if (defaults) add_name(&extended, "AX");
    add_name(&extended, "RGB");
    if (numbers) add_name(&extended, "U8");
    add_strings(&extended);
    put(out, flags, 2);
    put(out, numbers, 2);
    put(out, extended.count, 2);
    put(out, flags + numbers + 2 * extended.count, 2);
    put(out, (int)(extended.values.length + extended.names.length), 2);
    for (int i = 0; i < flags; i++) put(out, 1, 1);
    make_even(out);
    if (numbers) put(out, graphics, 4);
    sr_text_add_bytes(out, extended.value_offsets.bytes, extended.value_offsets.length);
    sr_text_add_bytes(out, extended.name_offsets.bytes, extended.name_offsets.length);
    sr_text_add_bytes(out, extended.values.bytes, extended.values.length);
    sr_text_add_bytes(out, extended.names.bytes, extended.names.length);
    sr_text_fini(&extended.value_offsets);
    sr_text_fini(&extended.values);
    sr_text_fini(&extended.name_offsets);
    sr_text_fini(&extended.names);
}

/* Does COLORTERM say so? Not of GNU screen, which hands on the variable of the terminal outside but
 * takes the sequences for other attributes. */
static bool promised(void)
{
    const char *said = getenv("COLORTERM"), *screen = getenv("STY");
    return said && (!strcmp(said, "truecolor") || !strcmp(said, "24bit")) && !(screen && *screen);
}

/* Has the terminal colours, set by the sequences of ECMA-48, but not as many? */
static bool can_be_added(void)
{
    const char *set = tigetstr("setaf");
    const int colours = tigetnum("colors");
    return colours >= 8 && colours < COLOURS && set && set != (char *)-1 &&
           !strncmp(set, "\033[", 2);
}

char *direct_colour_description(void)
{
    const char *term = getenv("TERM");
    int found;
    if (!promised() || !term || setupterm(term, STDOUT_FILENO, &found) != OK) return NULL;
    struct sr_text entry = {0}, description = {0};
    if (can_be_added()) {
        put_standard(&entry, term);
        put_extended(&entry);
        sr_text_add(&description, "b64:");
        sr_text_add_base64(&description, entry.bytes, entry.length);
    }
    del_curterm(cur_term);
    sr_text_fini(&entry);
    return description.length ? sr_text_take(&description) : NULL;
}
