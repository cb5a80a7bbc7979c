/* SVG and PDF by cairo, made reproducible: fixed dates, and names inside the file that do not
 * depend on what the process drew before. */
#include "surface.h"

#include <cairo-features.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#if !CAIRO_HAS_SVG_SURFACE || !CAIRO_HAS_PDF_SURFACE
#error "sartor needs a cairo with SVG and PDF surfaces"
#endif
#include <cairo-pdf.h>
#include <cairo-svg.h>

static cairo_status_t collect(void *text, const unsigned char *bytes, unsigned int length)
{
    sr_text_add_bytes(text, bytes, length);
    return CAIRO_STATUS_SUCCESS;
}

/* "key: value" lines; bytes that are not UTF-8 are replaced. */
static void describe(struct sr_text *out, const char *const *provenance)
{
    for (size_t i = 0; provenance && provenance[i] && provenance[i + 1]; i += 2) {
        const char *parts[] = {provenance[i], ": ", provenance[i + 1],
                               provenance[i + 2] ? "\n" : ""};
        for (int part = 0; part < 4; part++)
            for (uint32_t code; (code = sr_utf8_next(&parts[part]));)
                sr_text_add_glyph(out, code < 32 && code != '\n' ? ' ' : code);
    }
}

cairo_surface_t *sr_pdf_begin(struct sr_text *text, double width, double height, const char *title,
                              const char *const *provenance)
{
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(collect, text, width, height);
    struct sr_text about = {0};
    describe(&about, provenance);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "sartor");
    if (about.length)
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_KEYWORDS, about.bytes);
    /* The same figure has the same bytes every day, so it contains no date. */
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, "2000-01-01T00:00:00Z");
    sr_text_fini(&about);
    return surface;
}

cairo_surface_t *sr_svg_begin(struct sr_text *text, double width, double height)
{
    return cairo_svg_surface_create_for_stream(collect, text, width, height);
}

/* Cairo numbers surfaces and images by a counter of the process. Each kind ("surface12",
 * "source-6", ...) is numbered anew in order of appearance. */
struct name {
    const char *kind;
    size_t kind_length, length; /* of the letters, of letters and number */
    unsigned number;
};

static unsigned renumber(struct name **names, size_t *count, const char *at, size_t letters,
                         size_t length)
{
    unsigned of_kind = 0;
    for (size_t i = 0; i < *count; i++) {
        const struct name *name = &(*names)[i];
        if (name->kind_length != letters || memcmp(name->kind, at, letters)) continue;
        if (name->length == length && !memcmp(name->kind, at, length)) return name->number;
        of_kind = name->number + 1;
    }
    struct name *more = realloc(*names, (*count + 1) * sizeof *more);
    if (!more) abort();
    *names = more;
    more[(*count)++] = (struct name){at, letters, length, of_kind};
    return of_kind;
}

/* How far behind the quote or bracket at `at` a name begins, when it closes `id="`, `url(#` or
 * `href="#`; else 0. */
static size_t before_name(const char *start, const char *at)
{
    size_t have = (size_t)(at - start);
    bool reference = at[1] == '#';
    if (*at == '"' && have >= 3 && !memcmp(at - 3, "id=", 3)) return 1;
    if (*at == '"' && reference && have >= 5 && !memcmp(at - 5, "href=", 5)) return 2;
    if (*at == '(' && reference && have >= 3 && !memcmp(at - 3, "url", 3)) return 2;
    return 0;
}

/* Does the quote at `at` open ` d="`, ` x="` or ` y="`: positions in points? */
static bool before_positions(const char *start, const char *at)
{
    return *at == '"' && at - start >= 3 && at[-1] == '=' && strchr("dxy", at[-2]) && at[-3] == ' ';
}

/* Cairo writes positions to a millionth of a point, and so the outlines of letters make up half of
 * a file. Two decimals are enough: a tenth of a dot at 720 dots an inch. Appends what stands before
 * the closing quote; returns its place. */
static const char *add_positions(struct sr_text *out, const char *at)
{
    while (*at && *at != '"') {
        const size_t other = strcspn(at, "0123456789\"");
        sr_text_add_bytes(out, at, other);
        at += other;
        const size_t length = strspn(at, "0123456789.");
        const char *point = memchr(at, '.', length);
        if (point && at + length - point > 3) {
            char digits[32];
            int kept = snprintf(digits, sizeof digits, "%.2f", strtod(at, NULL));
            while (digits[kept - 1] == '0') kept--;
            sr_text_add_bytes(out, digits, (size_t)(kept - (digits[kept - 1] == '.')));
        } else {
            sr_text_add_bytes(out, at, length);
        }
        at += length;
    }
    return at;
}

void sr_svg_end(struct sr_text *text, const char *title, const char *const *provenance)
{
    struct sr_text out = {0}, about = {0};
    struct name *names = NULL;
    size_t count = 0;
    const char *start = sr_text_get(text), *at = start, *end = start + text->length;
    const char *opening = strstr(start, "<svg ");
    const char *body = opening ? strchr(opening, '>') : NULL;
    if (body) {
        describe(&about, provenance);
        sr_text_add_bytes(&out, start, (size_t)(body + 1 - start));
        sr_text_add(&out, "\n<title>");
        sr_text_add_escaped(&out, title);
        sr_text_add(&out, "</title>");
        if (about.length) {
            sr_text_add(&out, "\n<desc>");
            sr_text_add_escaped(&out, about.bytes);
            sr_text_add(&out, "</desc>");
        }
        at = body + 1;
    }
    while (at < end) {
        const char *stop = strpbrk(at, "\"(");
        if (!stop) stop = end - 1;
        size_t skip = before_name(start, stop);
        if (!skip) skip = 1;
        sr_text_add_bytes(&out, at, (size_t)(stop - at) + skip);
        at = stop + skip;
        if (before_positions(start, stop)) at = add_positions(&out, at);
        if (!before_name(start, stop)) continue;
        size_t letters = 0;
        while (isalpha((unsigned char)at[letters]) || at[letters] == '-') letters++;
        size_t length = letters;
        while (isdigit((unsigned char)at[length])) length++;
        if (!letters || length == letters || (at[length] != '"' && at[length] != ')')) continue;
        sr_text_add_bytes(&out, at, letters);
        sr_text_printf(&out, "%u", renumber(&names, &count, at, letters, length));
        at += length;
    }
    free(names);
    sr_text_fini(&about);
    sr_text_fini(text);
    *text = out;
}

bool sr_svg_whole(const struct sr_text *text)
{
    static const char end[] = "</svg>\n";
    const size_t length = sizeof end - 1;
    return text->length >= length && !memcmp(text->bytes + text->length - length, end, length);
}

/* Objects of a PDF: which numbers are used and which are defined. */
enum { PDF_OBJECTS = 1 << 16 };

/* Enter "17 0 R" or "17 0 obj" at `at`, which begins with a digit. Behind the number. */
static const char *take_number(const char *at, uint8_t *marks)
{
    char *end;
    const unsigned long number = strtoul(at, &end, 10);
    if (number < PDF_OBJECTS && !strncmp(end, " 0 R", 4)) marks[number] |= 1;
    if (number < PDF_OBJECTS && !strncmp(end, " 0 obj", 6)) marks[number] |= 2;
    return end;
}

bool sr_pdf_whole(const struct sr_text *text)
{
    static const char last[] = "%%EOF\n", begin[] = "stream\n", close[] = "endstream";
    const size_t length = sizeof last - 1;
    if (text->length < length || memcmp(text->bytes + text->length - length, last, length))
        return false;
    /* Later versions pack objects into streams. */
    if (memmem(text->bytes, text->length, "/ObjStm", 7)) return true;
    uint8_t *marks = calloc(PDF_OBJECTS, 1);
    const char *at = text->bytes, *end = at + text->length;
    bool whole = marks;
    while (whole && at < end) {
        if (isdigit((unsigned char)*at)) {
            at = take_number(at, marks);
        } else if (!strncmp(at, begin, sizeof begin - 1)) { /* bytes that may look like anything */
            at = memmem(at, (size_t)(end - at), close, sizeof close - 1);
            whole = at;
            at += sizeof close - 1;
        } else {
            at++;
        }
    }
    for (size_t i = 0; whole && i < PDF_OBJECTS; i++) whole = marks[i] != 1;
    free(marks);
    return whole;
}
