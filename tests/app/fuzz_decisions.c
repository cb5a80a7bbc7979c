/* fuzz_decisions.c - any bytes as a journal of decisions, and as another person's: only samples of
 * the data are decided on, what is printed is read as the same, and the counts of a comparison add
 * up. */
#include "../fuzz.h"

#include "../../src/app/decisions.c"

enum { ROWS = 20, CLASSES = 3 };

static uint8_t labels[ROWS];
static struct sr_dataset data = {.classes = CLASSES};
static struct sr_session session;

static void check(const struct sr_decisions *all)
{
    size_t marks = 0;
    for (int m = 0; m < SR_MARK_COUNT; m++) marks += all->counts[m];
    must(marks == all->count && all->count <= (size_t)SR_FILE_COUNT * ROWS);
    for (size_t i = 0; i < all->count; i++) {
        const struct sr_decision *one = &all->items[i];
        must(one->file < SR_FILE_COUNT && one->row < ROWS);
        must(all->at[one->file][one->row] == i + 1);
        must(one->label == labels[one->row]);
        must(one->mark != SR_MARK_AS || one->class < CLASSES);
        must(isnan(one->confidence) || (one->confidence >= 0 && one->confidence <= 1));
        must(memchr(one->by, 0, sizeof one->by) && memchr(one->who, 0, sizeof one->who));
        must(memchr(one->time, 0, sizeof one->time) && memchr(one->note, 0, sizeof one->note));
    }
}

static char *printed(const struct sr_decisions *all)
{
    struct sr_text text = {0};
    sr_text_add(&text, HEADING);
    for (size_t i = 0; i < all->count; i++) print(&all->items[i], &text);
    return sr_text_take(&text);
}

static void check_printed(const struct sr_decisions *all)
{
    struct sr_decisions again;
    size_t wrong = 0;
    char *once = printed(all), *lines = sr_xstrdup(once);
    start(&again, &data);
    read_journal(&session, lines, &again, &wrong);
    char *twice = printed(&again);
    must(!wrong && !strcmp(once, twice));
    clear(&again);
    free(once);
    free(lines);
    free(twice);
}

static void check_compared(const char *path)
{
    struct sr_agreement agreement;
    struct sr_error error = {0};
    if (sr_session_compare_decisions(&session, path, &agreement, &error)) {
        must_say(&error);
    } else {
        must(agreement.both <= agreement.own);
        must(agreement.both + agreement.other_count == agreement.theirs);
        must(agreement.same + agreement.conflict_count == agreement.both);
        must(isnan(agreement.kappa) || fabs(agreement.kappa) <= 1 + 1e-9);
    }
    sr_agreement_fini(&agreement);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char own[] = "train:0,keep,,0,,,a,t,\ntrain:4,as,2,1,,,a,t,\ntest:8,drop,,2,knn,0.5,a,t,\n";
    struct sr_decisions read;
    for (int row = 0; row < ROWS; row++) labels[row] = (uint8_t)(row % CLASSES);
    /* A picture of one's own may be there, too; nothing is decided on it. */
    for (int f = 0; f < SR_FILE_ALL; f++)
        data.files[f] = (struct sr_images){.count = ROWS, .labels = labels};
    session = (struct sr_session){.data = &data};
    start(&session.decisions, &data);
    read_journal(&session, own, &session.decisions, NULL);
    must(session.decisions.count == 3);

    char *text = input_text(bytes, length);
    start(&read, &data);
    read_journal(&session, text, &read, NULL);
    free(text);
    check(&read);
    check_printed(&read);
    clear(&read);
    check_compared(input_file(bytes, length));
    clear(&session.decisions);
    return 0;
}
