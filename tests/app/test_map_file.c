/* Kept maps: read back as they were, and never where anything in the file is not as it was
 * written. */
#include "../../src/app/map_file.h"
#include "fixture.h"

#include <fcntl.h>
#include <math.h>

enum { COUNT = 200 };

static char path[256];

static struct sr_map make_map(float points[2 * COUNT])
{
    for (int i = 0; i < 2 * COUNT; i++) points[i] = (float)i / 7 - 20;
    return (struct sr_map){.count = COUNT,
                           .train = 150,
                           .points = points,
                           .width = 784,
                           .dims = 50,
                           .explained = 0.8625,
                           .trustworthiness = 0.9871,
                           .continuity = 0.9765,
                           .measured = COUNT,
                           .k = 15,
                           .seconds = 12.375};
}

static void kept(void **state)
{
    (void)state;
    float points[2 * COUNT];
    const struct sr_map map = make_map(points);
    struct sr_map back = {.count = COUNT, .train = 150};
    char *name = map_file_path(room, "0123", NULL, SR_FEATURES_HOG, 30, 1);
    snprintf(path, sizeof path, "%s", name);
    free(name);
    assert_non_null(strstr(path, "/maps/0123-hog-30-1.safetensors"));
    assert_false(map_file_load(path, &back));
    map_file_save(path, &map);
    assert_true(map_file_load(path, &back));
    assert_memory_equal(back.points, points, sizeof points);
    free(back.points);
    back.points = points;
    assert_int_equal(back.width, 784);
    assert_int_equal(back.dims, 50);
    assert_int_equal(back.k, 15);
    assert_int_equal(back.measured, COUNT);
    assert_float_equal(back.explained, 0.8625, 0);
    assert_float_equal(back.trustworthiness, 0.9871, 0);
    assert_float_equal(back.continuity, 0.9765, 0);
    assert_float_equal(back.seconds, 12.375, 0);
    /* Of another number of samples it is not the map. */
    back = (struct sr_map){.count = COUNT - 1};
    assert_false(map_file_load(path, &back));
    assert_null(back.points);
}

/* One text of the file for another of the same length; is it still taken? */
static bool taken_with(const char *text, const char *other)
{
    size_t length;
    struct sr_map back = {.count = COUNT};
    char *bytes = sr_file_read(path, 1 << 20, &length, &error);
    assert_non_null(bytes);
    char *at_text = memmem(bytes, length, text, strlen(text));
    assert_non_null(at_text);
    assert_int_equal(strlen(text), strlen(other));
    memcpy(at_text, other, strlen(other));
    assert_int_equal(sr_file_write(path, bytes, length, &error), SR_OK);
    const bool taken = map_file_load(path, &back);
    memcpy(at_text, text, strlen(text));
    assert_int_equal(sr_file_write(path, bytes, length, &error), SR_OK);
    free(bytes);
    free(back.points);
    return taken;
}

static void strange(void **state)
{
    (void)state;
    size_t length;
    assert_true(taken_with("12.375", "12.500"));
    assert_false(taken_with("12.375", "1e+999"));
    assert_false(taken_with("12.375", "-2.375"));
    assert_false(taken_with("12.375", "12.37x"));
    assert_false(taken_with("\"784\"", "\"7.4\""));
    assert_false(taken_with("\"784\"", "\"nan\""));
    assert_false(taken_with("\"200\"", "\"201\""));
    assert_false(taken_with("\"points\"", "\"paints\""));
    assert_false(taken_with("version", "versios"));
    assert_false(taken_with("isa", "asi"));
    /* Any byte of the header changed, any part of it cut off: taken or not, but never in part. */
    char *bytes = sr_file_read(path, 1 << 20, &length, &error);
    for (size_t i = 0; i < 400; i++) {
        struct sr_map back = {.count = COUNT};
        bytes[i] ^= 0x15;
        assert_int_equal(sr_file_write(path, bytes, length, &error), SR_OK);
        bytes[i] ^= 0x15;
        if (map_file_load(path, &back))
            for (size_t p = 0; p < 2 * COUNT; p++) assert_true(isfinite(back.points[p]));
        else
            assert_null(back.points);
        free(back.points);
    }
    for (size_t cut = 0; cut < length; cut += 97) {
        struct sr_map back = {.count = COUNT};
        assert_int_equal(sr_file_write(path, bytes, cut, &error), SR_OK);
        assert_false(map_file_load(path, &back));
    }
    free(bytes);
}

/* The next session shows what stands in the file; pixels and HOG are not mixed up. */
static void next_start(void **state)
{
    (void)state;
    struct sr_map_request request;
    const struct sr_map *map;
    struct sr_map file = {.count = 160};
    struct sr_session *session = open_session("a");
    sr_map_request_init(&request);
    assert_int_equal(settled(sr_session_map(session, &request, &map, &error)), SR_OK);
    const float first = map->points[0];
    char *name = map_file_path(session->home, session->data->digest, NULL, SR_FEATURES_PIXELS,
                               SR_MAP_PERPLEXITY, 1);
    assert_true(map_file_load(name, &file));
    assert_memory_equal(file.points, map->points, 320 * sizeof *map->points);
    assert_float_equal(file.trustworthiness, map->trustworthiness, 0);
    sr_session_free(session);
    file.points[0] = first + 1;
    map_file_save(name, &file);
    session = open_session("a");
    assert_int_equal(settled(sr_session_map(session, &request, &map, &error)), SR_OK);
    assert_memory_equal(map->points, file.points, 320 * sizeof *map->points);
    assert_int_equal(map->train, 120);
    request.features = SR_FEATURES_HOG;
    assert_int_equal(settled(sr_session_map(session, &request, &map, &error)), SR_OK);
    assert_memory_not_equal(map->points, file.points, 320 * sizeof *map->points);
    sr_session_free(session);
    free(file.points);
    free(name);
}

/* Maps of earlier models do not pile up: with this one there are more than 64 MB of files, of which
 * the one that was used the longest ago goes. */
static void bounded(void **state)
{
    (void)state;
    float points[2 * COUNT];
    const struct sr_map map = make_map(points);
    struct sr_map back = {.count = COUNT, .train = 150};
    char *old[2], *name = map_file_path(room, "0123", NULL, SR_FEATURES_PIXELS, 30, 3);
    map_file_save(name, &map);
    for (int i = 0; i < 2; i++) {
        const struct timespec times[2] = {{1000 - i, 0}, {1000 - i, 0}};
        old[i] = sr_xprintf("%s/maps/0123-model-%016d-30-1.safetensors", room, i);
        assert_int_equal(sr_file_write(old[i], "", 0, &error), SR_OK);
        assert_int_equal(truncate(old[i], 32 << 20), 0);
        assert_int_equal(utimensat(AT_FDCWD, old[i], times, 0), 0);
    }
    map_file_save(name, &map);
    assert_true(map_file_load(name, &back));
    assert_true(sr_path_exists(old[0]));
    assert_false(sr_path_exists(old[1]));
    assert_int_equal(unlink(old[0]), 0);
    free(back.points);
    free(old[0]);
    free(old[1]);
    free(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept),
        cmocka_unit_test(strange),
        cmocka_unit_test(next_start),
        cmocka_unit_test(bounded),
    };
    return cmocka_run_group_tests_name("app/map_file", tests, set_up, tear_down);
}
