/* State that rooms above keep in a session: one of each kind, made at first need, freed once. */
#include "fixture.h"

struct counter {
    int value;
    char *owned;
};

static int made, freed;

static void counter_init(void *state)
{
    struct counter *counter = state;
    counter->value = 7;
    counter->owned = sr_xstrdup("owned");
    made++;
}

static void counter_fini(void *state)
{
    free(((struct counter *)state)->owned);
    freed++;
}

static const struct sr_state_kind counters = {sizeof(struct counter), counter_init, counter_fini},
                                  others = {sizeof(struct counter), counter_init, counter_fini},
                                  plain = {.size = 100};

static void one_of_each_kind(void **state)
{
    (void)state;
    struct sr_session *session = sr_xalloc(sizeof *session);
    struct counter *counter = sr_session_state(session, &counters);
    assert_int_equal(counter->value, 7);
    counter->value = 8;
    assert_ptr_equal(sr_session_state(session, &counters), counter);
    struct counter *other = sr_session_state(session, &others); /* alike, but another kind */
    assert_int_equal(other->value, 7);
    const unsigned char *bytes = sr_session_state(session, &plain);
    for (int i = 0; i < 100; i++) assert_int_equal(bytes[i], 0);
    assert_int_equal(counter->value, 8); /* more kinds move none that is there */
    assert_ptr_equal(sr_session_state(session, &counters), counter);
    assert_int_equal(made, 2);
    sr_states_fini(&session->states);
    assert_int_equal(freed, 2);
    assert_int_equal(session->states.count, 0);
    sr_states_fini(&session->states);
    assert_int_equal(freed, 2);
    free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_of_each_kind)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
