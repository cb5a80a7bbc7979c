/* fuzz_tags.c - any bytes as a file of tags: only rows that exist are tagged. */
#include "../fuzz.h"

#include "../../src/app/tags.c"

enum { ROWS = 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    uint8_t labels[ROWS] = {0};
    uint32_t tags[SR_FILE_COUNT][ROWS];
    static struct sr_session session;
    struct sr_dataset data = {.classes = 2};
    size_t count = 0;
    session = (struct sr_session){.data = &data, .tag_names_count = 1};
    /* A picture of one's own may be there, too; it has no tags. */
    for (int f = 0; f < SR_FILE_ALL; f++)
        data.files[f] = (struct sr_images){.count = ROWS, .labels = labels};
    for (int f = 0; f < SR_FILE_COUNT; f++) session.tags[f] = tags[f];
    char *text = input_text(bytes, length);
    read_tags(&session, text);
    free(text);
    for (int f = 0; f < SR_FILE_COUNT; f++)
        for (int row = 0; row < ROWS; row++) count += tags[f][row] != 0;
    must(count == session.tag_count);
    must(session.tag_names_count <= 32);
    for (size_t n = 1; n < session.tag_names_count; n++)
        must(session.tag_names[n][0] &&
             memchr(session.tag_names[n], 0, sizeof session.tag_names[n]));
    return 0;
}
