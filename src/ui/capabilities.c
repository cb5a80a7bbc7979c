/* capabilities.c - what terminfo says; a file of its own, since <term.h> defines macros such as
 * `lines`. */
#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

#include "capabilities.h"

enum sr_status capabilities_check(struct sr_error *error)
{
    const char *term = getenv("TERM");
    if (!term || !*term)
        return sr_error_set(error, SR_ERROR_STATE,
                            "TERM is not set; it names the terminal, such as xterm-256color");
    int found;
    if (setupterm(term, STDOUT_FILENO, &found) != OK)
        return sr_error_set(
            error, SR_ERROR_STATE,
            "the terminal \"%s\" that TERM names is not known here; try TERM=xterm-256color", term);
    bool able = cursor_address != NULL;
    del_curterm(cur_term);
    if (!able)
        return sr_error_set(
            error, SR_ERROR_STATE,
            "the terminal \"%s\" that TERM names cannot move its cursor; try TERM=xterm-256color",
            term);
    return SR_OK;
}

bool capabilities_own_screen(void)
{
    return exit_ca_mode != NULL;
}

bool capabilities_paste(void)
{
    const char *own = tigetstr("BE"); /* of newer terminfo files */
    if (own && own != (char *)-1) return true;
    return (key_mouse && !strncmp(key_mouse, "\033[", 2)) ||
           (exit_ca_mode && strstr(exit_ca_mode, "[?1049l"));
}

static char *bytes_out;
static size_t bytes_room, bytes_length;

static int add_byte(int byte)
{
    if (bytes_length < bytes_room) bytes_out[bytes_length++] = (char)byte;
    return byte;
}

size_t capabilities_restore(char *out, size_t room)
{
    /* Mouse reports first: the terminals that have them share these sequences, others ignore them.
     */
    const char *const parts[] = {key_mouse ? "\033[?1006;1000l" : NULL,
                                 capabilities_paste() ? "\033[?2004l" : NULL,
                                 exit_attribute_mode,
                                 orig_pair,
                                 keypad_local,
                                 cursor_normal,
                                 exit_ca_mode,
                                 "\r\n"};
    bytes_out = out;
    bytes_room = room;
    bytes_length = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i]) tputs(parts[i], 1, add_byte);
    return bytes_length;
}
