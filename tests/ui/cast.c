/* cast.c - the explorer recorded: the program runs on a pseudo-terminal and is played a script;
 * what it writes becomes an asciicast (version 2), what it shows an animated picture (WebP).
 *
 * tools/make-cast runs it as: cast SCRIPT CAST PICTURE PROGRAM [ARGUMENT...]. Lines of the script:
 *
 *     size 100x30     of the terminal; the first line
 *     wait TEXT       until the screen holds TEXT
 *     gone TEXT       until it no longer does
 *     keys j j Tab    press these
 *     type TEXT       type these characters
 *     rest SECONDS    leave the screen as it is for so long
 *
 * The recording's clock is the script's, not the wall's: a key takes KEY seconds, a character
 * TYPED, a wait WAITED at most, so that a slow machine makes the same recording. */
#include <cairo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include "pty.h"
#include "sartor/base/clock.h"
#include "sartor/base/file.h"
#include "sartor/base/json.h"
#include "sartor/base/text.h"
#include "sartor/cells/grid.h"
#include "sartor/figure/figure.h"

#define KEY    0.35
#define TYPED  0.05
#define WAITED 0.8
#define QUIET  0.25 /* seconds of the wall's clock without output: the screen is done */

struct recording {
    struct pty pty;
    double now;             /* seconds of the recording */
    struct sr_text written; /* by the program since the last event */
    struct sr_text cast;
    WebPAnimEncoder *encoder;
    char *frame; /* file of the last frame */
    struct sr_text last;
};

static void fail(const char *what, const char *value)
{
    fprintf(stderr, "cast: %s%s%s\n", what, value ? ": " : "", value ? value : "");
    exit(1);
}

static void heard(void *data, const char *bytes, size_t length)
{
    struct recording *recording = data;
    sr_text_add_bytes(&recording->written, bytes, length);
}

/* What has come as an event of the asciicast: [seconds, "o", text]. */
static void end_event(struct recording *recording)
{
    if (!recording->written.length) return;
    struct sr_json *text = sr_json_from_text(sr_text_get(&recording->written));
    sr_text_printf(&recording->cast, "[%.2f, \"o\", ", recording->now);
    sr_json_print(text, &recording->cast);
    sr_text_add(&recording->cast, "]\n");
    sr_json_free(text);
    sr_text_fini(&recording->written);
}

static void settle(struct recording *recording)
{
    while (pty_read(&recording->pty, QUIET)) continue;
}

static sr_colour colour_of(struct recording *recording, VTermColor colour)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(&colour) || VTERM_COLOR_IS_DEFAULT_BG(&colour))
        return SR_DEFAULT_COLOUR;
    vterm_screen_convert_color_to_rgb(recording->pty.screen, &colour);
    return SR_RGB(colour.rgb.red, colour.rgb.green, colour.rgb.blue);
}

/* The terminal's cells as a grid that the program's own figures draw. */
static void copy_screen(struct recording *recording, struct sr_grid *grid)
{
    for (int y = 0; y < grid->lines; y++)
        for (int x = 0; x < grid->columns; x++) {
            VTermScreenCell cell;
            vterm_screen_get_cell(recording->pty.screen, (VTermPos){.row = y, .col = x}, &cell);
            struct sr_cell *to = &grid->cells[(size_t)y * (size_t)grid->columns + (size_t)x];
            to->glyph = cell.chars[0] == (uint32_t)-1 ? SR_GLYPH_NONE
                        : cell.chars[0]               ? cell.chars[0]
                                                      : ' ';
            to->style.fore = colour_of(recording, cell.fg);
            to->style.back = colour_of(recording, cell.bg);
            to->style.attributes = (uint8_t)((cell.attrs.bold ? SR_BOLD : 0) |
                                             (cell.attrs.underline ? SR_UNDERLINE : 0) |
                                             (cell.attrs.reverse ? SR_REVERSE : 0));
        }
}

static void encode(struct recording *recording, cairo_surface_t *surface)
{
    int width = cairo_image_surface_get_width(surface),
        height = cairo_image_surface_get_height(surface);
    if (!recording->encoder) {
        WebPAnimEncoderOptions options;
        WebPAnimEncoderOptionsInit(&options);
        options.minimize_size = 1;
        recording->encoder = WebPAnimEncoderNew(width, height, &options);
    }
    WebPConfig config;
    WebPConfigInit(&config);
    config.lossless = 1;
    WebPPicture picture;
    WebPPictureInit(&picture);
    picture.use_argb = 1;
    picture.width = width;
    picture.height = height;
    if (!recording->encoder || !WebPPictureAlloc(&picture)) fail("no memory for a frame", NULL);
    const int stride = cairo_image_surface_get_stride(surface);
    for (int y = 0; y < height; y++) {
        const uint32_t *from =
            (const uint32_t *)(cairo_image_surface_get_data(surface) + (ptrdiff_t)y * stride);
        for (int x = 0; x < width; x++)
            picture.argb[y * picture.argb_stride + x] = from[x] | 0xFF000000u;
    }
    if (!WebPAnimEncoderAdd(recording->encoder, &picture, (int)(1000 * recording->now), &config))
        fail("a frame was not taken", WebPAnimEncoderGetError(recording->encoder));
    WebPPictureFree(&picture);
}

/* An event, and a frame of what is on the screen now if it is another than the last one. */
static void take_frame(struct recording *recording)
{
    end_event(recording);
    struct sr_error error = {0};
    struct sr_grid grid;
    struct sr_text dump = {0};
    sr_grid_init(&grid, recording->pty.columns, recording->pty.lines);
    copy_screen(recording, &grid);
    sr_grid_dump_ansi(&grid, SR_DEPTH_DIRECT, &dump);
    if (strcmp(sr_text_get(&dump), sr_text_get(&recording->last))) {
        struct sr_figure_options options = {.dark = true};
        if (sr_figure_write(recording->frame, &options, &sr_chart_cells, &grid, &error))
            fail(error.text, NULL);
        cairo_surface_t *surface = cairo_image_surface_create_from_png(recording->frame);
        if (cairo_surface_status(surface)) fail("no frame can be read", recording->frame);
        encode(recording, surface);
        cairo_surface_destroy(surface);
    }
    sr_text_fini(&recording->last);
    recording->last = dump;
    sr_grid_fini(&grid);
}

static void press(struct recording *recording, const char *key, double seconds)
{
    static const struct {
        const char *name, *bytes;
    } named[] = {{"Enter", "\r"},    {"Tab", "\t"},       {"Esc", "\033"},  {"Space", " "},
                 {"Left", "\033OD"}, {"Right", "\033OC"}, {"Up", "\033OA"}, {"Down", "\033OB"}};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (!strcmp(key, named[i].name)) key = named[i].bytes;
    recording->now += seconds;
    pty_send(&recording->pty, key);
    settle(recording);
    take_frame(recording);
}

static void play(struct recording *recording, char *line)
{
    char *rest = strchr(line, ' ');
    if (!rest) fail("a line needs a word behind its first", line);
    *rest++ = '\0';
    const bool gone = !strcmp(line, "gone");
    if (gone || !strcmp(line, "wait")) {
        double from = sr_clock_seconds();
        if (!(gone ? pty_wait_gone : pty_wait)(&recording->pty, rest))
            fail(gone ? "this stayed on the screen" : "this was never shown", rest);
        settle(recording);
        double waited = sr_clock_seconds() - from;
        recording->now += waited < WAITED ? waited : WAITED;
        take_frame(recording);
    } else if (!strcmp(line, "keys")) {
        for (char *at, *key = strtok_r(rest, " ", &at); key; key = strtok_r(NULL, " ", &at))
            press(recording, key, KEY);
    } else if (!strcmp(line, "type")) {
        for (; *rest; rest++) press(recording, (char[]){*rest, '\0'}, TYPED);
    } else if (!strcmp(line, "rest")) {
        settle(recording);
        take_frame(recording);
        recording->now += strtod(rest, NULL);
    } else {
        fail("size, wait, gone, keys, type and rest are the words of a script; this is not", line);
    }
}

static void finish(struct recording *recording, const char *cast, const char *picture)
{
    struct sr_error error = {0};
    WebPData data;
    WebPDataInit(&data);
    if (!WebPAnimEncoderAdd(recording->encoder, NULL, (int)(1000 * recording->now), NULL) ||
        !WebPAnimEncoderAssemble(recording->encoder, &data))
        fail("the picture could not be made", WebPAnimEncoderGetError(recording->encoder));
    if (sr_file_write(cast, sr_text_get(&recording->cast), recording->cast.length, &error) ||
        sr_file_write(picture, (const char *)data.bytes, data.size, &error))
        fail(error.text, NULL);
    printf("%s: %.1f s, %zu bytes; %s: %zu bytes\n", cast, recording->now, recording->cast.length,
           picture, data.size);
    WebPDataClear(&data);
    WebPAnimEncoderDelete(recording->encoder);
}

int main(int argc, char **argv)
{
    if (argc < 5) fail("cast SCRIPT CAST PICTURE PROGRAM [ARGUMENT...]", NULL);
    setlocale(LC_ALL, "C.UTF-8");
    FILE *script = fopen(argv[1], "r");
    int columns, lines;
    if (!script || fscanf(script, "size %dx%d\n", &columns, &lines) != 2)
        fail("the script's first line has to be its size, such as size 100x30", argv[1]);
    struct recording recording = {.now = 0};
    char frame[] = "/tmp/sartor-cast-XXXXXX.png";
    int file = mkstemps(frame, 4);
    if (file < 0) fail("no file for a frame", frame);
    close(file);
    recording.frame = frame;
    sr_text_printf(&recording.cast,
                   "{\"version\": 2, \"width\": %d, \"height\": %d, \"title\": \"sartor\", "
                   "\"env\": {\"TERM\": \"xterm-256color\"}}\n",
                   columns, lines);
    if (!pty_start(&recording.pty, columns, lines, "xterm-256color",
                   (char *[]){"LC_ALL=C.UTF-8", NULL}, argv + 4))
        fail("the program did not start", argv[4]);
    recording.pty.heard = heard;
    recording.pty.listener = &recording;
    char line[512];
    while (fgets(line, sizeof line, script)) {
        line[strcspn(line, "\n")] = '\0';
        if (*line && *line != '#') play(&recording, line);
    }
    fclose(script);
    recording.pty.heard = NULL;
    finish(&recording, argv[2], argv[3]);
    pty_stop(&recording.pty);
    sr_text_fini(&recording.cast);
    sr_text_fini(&recording.last);
    unlink(frame);
    return 0;
}
