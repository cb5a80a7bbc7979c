/* test_colour.c - palettes, greys, scales, the theme. */
#include <math.h>

#include "sartor/cells/colour.h"
#include "screen.h"

static int part(sr_colour colour, int shift)
{
    return colour >> shift & 255;
}

static double apart(sr_colour a, sr_colour b)
{
    double sum = 0;
    for (int shift = 0; shift <= 16; shift += 8) sum += pow(part(a, shift) - part(b, shift), 2);
    return sum;
}

static void palette_entries_map_to_themselves(void **state)
{
    (void)state;
    for (int i = 16; i < 256; i++) {
        sr_colour colour = sr_colour_of_index(i);
        assert_int_equal(sr_colour_of_index(sr_colour_index(colour, SR_DEPTH_256)), colour);
    }
    for (int i = 0; i < 16; i++)
        assert_int_equal(sr_colour_index(sr_colour_of_index(i), SR_DEPTH_16), i);
    for (int i = 0; i < 8; i++)
        assert_int_equal(sr_colour_index(sr_colour_of_index(i), SR_DEPTH_8), i);
    assert_int_equal(sr_colour_of_index(231), SR_RGB(255, 255, 255));
    assert_int_equal(sr_colour_of_index(232), SR_RGB(8, 8, 8));
    assert_int_equal(sr_colour_of_index(255), SR_RGB(238, 238, 238));
    assert_int_equal(sr_colour_of_index(67), SR_RGB(95, 135, 175));
    assert_int_equal(sr_colour_of_index(-1), SR_DEFAULT_COLOUR);
    assert_int_equal(sr_colour_index(SR_DEFAULT_COLOUR, SR_DEPTH_256), -1);
    assert_int_equal(sr_colour_index(SR_RGB(1, 2, 3), SR_DEPTH_NONE), -1);
}

/* Against a search through all 240 entries. */
static void nearest_entry_is_the_nearest(void **state)
{
    (void)state;
    for (int step = 0; step < 4096; step++) {
        sr_colour colour = SR_RGB((step >> 8) * 17, (step >> 4 & 15) * 17, (step & 15) * 17);
        double best = INFINITY;
        for (int i = 16; i < 256; i++) best = fmin(best, apart(colour, sr_colour_of_index(i)));
        double got = apart(colour, sr_colour_of_index(sr_colour_index(colour, SR_DEPTH_256)));
        if (got != best) fail_msg("%06x: %g, not %g", colour & 0xffffff, got, best);
    }
}

static void greys_use_thirty_levels_in_order(void **state)
{
    (void)state;
    bool seen[256] = {false};
    int levels = 0, before = -1;
    for (int level = 0; level < 256; level++) {
        int index = sr_colour_index(sr_colour_grey(level), SR_DEPTH_256);
        sr_colour colour = sr_colour_of_index(index);
        assert_int_equal(part(colour, 0), part(colour, 16));
        assert_true(part(colour, 0) >= before);
        assert_true(abs(part(colour, 0) - level) <= 9);
        before = part(colour, 0);
        levels += !seen[index];
        seen[index] = true;
    }
    assert_int_equal(levels, 30);
    assert_int_equal(sr_colour_grey(-5), SR_RGB(0, 0, 0));
    assert_int_equal(sr_colour_grey(500), SR_RGB(255, 255, 255));
}

static double luminance(sr_colour colour)
{
    return 0.2126 * pow(part(colour, 16) / 255.0, 2.2) +
           0.7152 * pow(part(colour, 8) / 255.0, 2.2) + 0.0722 * pow(part(colour, 0) / 255.0, 2.2);
}

static void scales_grow_brighter(void **state)
{
    (void)state;
    for (enum sr_scale scale = SR_SCALE_VIRIDIS; scale <= SR_SCALE_GREY; scale++) {
        double before = -1;
        for (int i = 0; i <= 100; i++) {
            double now = luminance(sr_scale_colour(scale, i / 100.0));
            assert_true(now > before - 0.002);
            before = now;
        }
        assert_int_equal(sr_scale_colour(scale, NAN), sr_scale_colour(scale, 0));
        assert_int_equal(sr_scale_colour(scale, -3), sr_scale_colour(scale, 0));
        assert_int_equal(sr_scale_colour(scale, 3), sr_scale_colour(scale, 1));
    }
    assert_int_equal(sr_scale_colour(SR_SCALE_VIRIDIS, 0), SR_RGB(0x44, 0x01, 0x54));
    assert_int_equal(sr_scale_colour(SR_SCALE_INFERNO, 1), SR_RGB(0xfc, 0xff, 0xa4));
    /* The middle of cividis, as its authors publish it: #7c7b78. */
    assert_true(apart(sr_scale_colour(SR_SCALE_CIVIDIS, 0.5), SR_RGB(0x7c, 0x7b, 0x78)) < 30);
}

static void few_colours_step_through_the_whole_scale(void **state)
{
    (void)state;
    for (enum sr_scale scale = SR_SCALE_VIRIDIS; scale <= SR_SCALE_GREY; scale++) {
        for (enum sr_depth depth = SR_DEPTH_8; depth <= SR_DEPTH_16; depth++) {
            double before = -1;
            for (int i = 0; i <= 200; i++) {
                sr_colour from, to;
                double share;
                sr_scale_step(scale, depth, i / 200.0, &from, &to, &share);
                assert_true(share >= 0 && share <= 1);
                assert_int_equal(sr_colour_of_index(sr_colour_index(from, depth)), from);
                assert_int_equal(sr_colour_of_index(sr_colour_index(to, depth)), to);
                double now = (1 - share) * luminance(from) + share * luminance(to);
                assert_true(now >= before - 1e-9);
                before = now;
            }
        }
    }
}

static void contrast_and_mixing(void **state)
{
    (void)state;
    assert_int_equal(sr_colour_contrast(SR_RGB(0, 0, 0)), SR_RGB(255, 255, 255));
    assert_int_equal(sr_colour_contrast(SR_RGB(255, 255, 0)), SR_RGB(0, 0, 0));
    assert_int_equal(sr_colour_contrast(SR_RGB(0, 0, 255)), SR_RGB(255, 255, 255));
    /* On either side of the grey on which both contrast alike, 4.58 to 1. */
    assert_int_equal(sr_colour_contrast(sr_colour_grey(117)), SR_RGB(255, 255, 255));
    assert_int_equal(sr_colour_contrast(sr_colour_grey(119)), SR_RGB(0, 0, 0));
    assert_int_equal(sr_colour_mix(SR_RGB(0, 100, 200), SR_RGB(100, 0, 0), 0.5),
                     SR_RGB(50, 50, 100));
    assert_int_equal(sr_colour_mix(SR_RGB(1, 2, 3), SR_RGB(9, 9, 9), NAN), SR_RGB(1, 2, 3));
    assert_int_equal(sr_overlay_colour(SR_SCALE_INFERNO, 77, 0), sr_colour_grey(77));
}

/* Text must stand out from its background: WCAG asks for 4.5, 3 for large or bold. */
static double contrast_of(sr_colour fore, sr_colour back)
{
    double a = luminance(fore) + 0.05, b = luminance(back) + 0.05;
    return a > b ? a / b : b / a;
}

static void theme_is_readable_everywhere(void **state)
{
    (void)state;
    for (int light = 0; light < 2; light++) {
        for (enum sr_depth depth = SR_DEPTH_NONE; depth <= SR_DEPTH_DIRECT; depth++) {
            struct sr_look look = {.light = light, .depth = depth};
            for (int role = 0; role < SR_ROLE_COUNT; role++) {
                struct sr_style style = sr_look_style(&look, role);
                if (depth == SR_DEPTH_NONE) {
                    assert_int_equal(style.fore, SR_DEFAULT_COLOUR);
                    assert_int_equal(style.back, SR_DEFAULT_COLOUR);
                    continue;
                }
                if (style.fore != SR_DEFAULT_COLOUR)
                    assert_int_equal(sr_colour_of_index(sr_colour_index(style.fore, depth)),
                                     style.fore);
                if (depth < SR_DEPTH_256) continue;
                sr_colour paper = sr_colour_grey(light ? 255 : 0);
                sr_colour back = style.back == SR_DEFAULT_COLOUR ? paper : style.back;
                sr_colour fore =
                    style.fore == SR_DEFAULT_COLOUR ? sr_colour_contrast(paper) : style.fore;
                double wanted = role == SR_ROLE_BORDER ? 1.8 : role >= SR_ROLE_SERIES ? 3 : 4.4;
                if (contrast_of(fore, back) < wanted)
                    fail_msg("role %d, light %d: contrast %.2f", role, light,
                             contrast_of(fore, back));
            }
            for (int a = SR_ROLE_SERIES; depth != SR_DEPTH_NONE && a < SR_ROLE_COUNT; a++)
                for (int b = SR_ROLE_SERIES; b < a; b++)
                    assert_true(sr_look_style(&look, a).fore != sr_look_style(&look, b).fore);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(palette_entries_map_to_themselves),
        cmocka_unit_test(nearest_entry_is_the_nearest),
        cmocka_unit_test(greys_use_thirty_levels_in_order),
        cmocka_unit_test(scales_grow_brighter),
        cmocka_unit_test(few_colours_step_through_the_whole_scale),
        cmocka_unit_test(contrast_and_mixing),
        cmocka_unit_test(theme_is_readable_everywhere),
    };
    return cmocka_run_group_tests_name("cells colour", tests, NULL, NULL);
}
