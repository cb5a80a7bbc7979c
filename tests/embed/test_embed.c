/* Principal components, neighbours, transforms, the sums on a grid, layouts and their faithfulness,
 * each against its definition. */
#include "support.h"

#include <math.h>

#include "eigen.h"
#include "fft.h"
#include "repulsion.h"
#include "sartor/base/memory.h"
#include "sartor/base/rng.h"
#include "sartor/compute/cpu.h"
#include "sartor/embed/faithfulness.h"
#include "sartor/embed/pca.h"
#include "sartor/embed/tsne.h"

static struct sr_error error;

/* Rows of normal numbers, the i-th of each of deviation 1 / (1 + i), turned so that no axis is a
 * coordinate: each pair of neighbouring coordinates by 30 degrees. */
static float *normal_rows(size_t count, int width, uint64_t seed)
{
    float *rows = sr_xalloc(count * (size_t)width * sizeof *rows);
    struct sr_rng rng;
    sr_rng_init(&rng, seed, SR_STREAM_TEST, 0);
    for (size_t r = 0; r < count; r++) {
        float *row = rows + r * (size_t)width;
        for (int i = 0; i < width; i++) row[i] = (float)(sr_rng_normal(&rng) / (1 + i));
        for (int i = 0; i + 1 < width; i++) {
            const float x = row[i], y = row[i + 1];
            row[i] = 0.8660254f * x - 0.5f * y;
            row[i + 1] = 0.5f * x + 0.8660254f * y;
        }
        for (int i = 0; i < width; i++) row[i] += (float)i;
    }
    return rows;
}

/* ---- eigenvalues and principal components ---- */

static void test_eigen(void **state)
{
    (void)state;
    /* Eigenvalues 4, 2 and 1 by the rotation (1, 2, 2), (2, 1, -2), (2, -2, 1), all over 3. */
    const double axes[3][3] = {{1, 2, 2}, {2, 1, -2}, {2, -2, 1}}, of[3] = {1, 4, 2};
    double matrix[9] = {0}, values[3], vectors[9];
    for (int i = 0; i < 3; i++)
        for (int r = 0; r < 3; r++)
            for (int c = 0; c < 3; c++) matrix[3 * r + c] += of[i] * axes[i][r] * axes[i][c] / 9;
    eigen_symmetric(matrix, 3, values, vectors);
    const int order[3] = {1, 2, 0};
    for (int i = 0; i < 3; i++) {
        assert_true(fabs(values[i] - of[order[i]]) < 1e-12);
        double dot = 0;
        for (int r = 0; r < 3; r++) dot += vectors[3 * r + i] * axes[order[i]][r] / 3;
        assert_true(fabs(fabs(dot) - 1) < 1e-12);
    }
}

/* Against all eigenvalues of the covariance in double precision. */
static void test_pca(void **state)
{
    (void)state;
    enum { COUNT = 5000, WIDTH = 40, DIMS = 7 };
    float *rows = normal_rows(COUNT, WIDTH, 1), *scores = sr_xalloc(COUNT * DIMS * sizeof *scores);
    double mean[WIDTH] = {0}, covariance[WIDTH * WIDTH] = {0}, values[WIDTH],
           vectors[WIDTH * WIDTH], total = 0;
    for (size_t i = 0; i < COUNT * WIDTH; i++) mean[i % WIDTH] += (double)rows[i] / COUNT;
    for (size_t r = 0; r < COUNT; r++)
        for (size_t a = 0; a < WIDTH; a++)
            for (size_t b = 0; b < WIDTH; b++)
                covariance[a * WIDTH + b] += ((double)rows[r * WIDTH + a] - mean[a]) *
                                             ((double)rows[r * WIDTH + b] - mean[b]) / (COUNT - 1);
    for (size_t a = 0; a < WIDTH; a++) total += covariance[a * WIDTH + a];
    eigen_symmetric(covariance, WIDTH, values, vectors);
    struct sr_pca pca;
    assert_ok(sr_pca_fit(&pca, rows, COUNT, WIDTH, DIMS, NULL, NULL, &error));
    assert_true(fabs(pca.total / total - 1) < 1e-6);
    for (int d = 0; d < DIMS; d++) {
        double dot = 0;
        assert_true(fabs(pca.variances[d] / values[d] - 1) < 1e-5);
        for (int i = 0; i < WIDTH; i++)
            dot += (double)pca.axes[d * WIDTH + i] * vectors[i * WIDTH + d];
        assert_true(fabs(fabs(dot) - 1) < 1e-4);
    }
    /* What is projected has these variances and no mean. */
    assert_ok(sr_pca_project(&pca, rows, COUNT, scores, NULL, NULL, &error));
    for (size_t d = 0; d < DIMS; d++) {
        double sum = 0, squares = 0;
        for (size_t r = 0; r < COUNT; r++) {
            sum += (double)scores[r * DIMS + d];
            squares += (double)scores[r * DIMS + d] * (double)scores[r * DIMS + d];
        }
        assert_true(fabs(sum / COUNT) < 1e-4);
        assert_true(fabs(squares / (COUNT - 1) / pca.variances[d] - 1) < 1e-4);
    }
    sr_pca_fini(&pca);
    assert_refused(sr_pca_fit(&pca, rows, 1, WIDTH, DIMS, NULL, NULL, &error), SR_ERROR_ARGUMENT,
                   "at least 2 rows");
    sr_pca_fini(&pca);
    free(scores);
    free(rows);
}

/* Three rows span two dimensions: the third component is empty. */
static void test_pca_flat(void **state)
{
    (void)state;
    const float rows[3 * 4] = {1, 0, 0, 2, 0, 3, 0, 2, 0, 0, 5, 2};
    struct sr_pca pca;
    assert_ok(sr_pca_fit(&pca, rows, 3, 4, 4, NULL, NULL, &error));
    assert_true(pca.variances[0] > pca.variances[1] && pca.variances[1] > 1);
    assert_true(pca.variances[2] < 1e-5 && pca.variances[3] < 1e-5);
    assert_true(fabs(pca.variances[0] + pca.variances[1] - pca.total) < 1e-5);
    sr_pca_fini(&pca);
}

/* ---- neighbours ---- */

static double distance(const float *rows, int width, size_t a, size_t b)
{
    double sum = 0;
    for (size_t i = 0; i < (size_t)width; i++) {
        const double off =
            (double)rows[a * (size_t)width + i] - (double)rows[b * (size_t)width + i];
        sum += off * off;
    }
    return sqrt(sum);
}

/* Each is at its distance, none is missing, none twice, none itself. */
static void check_neighbours(const float *rows, size_t count, int width, int k)
{
    struct sr_neighbours found;
    assert_ok(sr_neighbours_find(&found, rows, count, width, k, NULL, NULL, &error));
    for (size_t r = 0; r < count; r++) {
        const uint32_t *near = found.rows + r * (size_t)k;
        const float *far = found.distances + r * (size_t)k;
        size_t nearer = 0;
        for (int i = 0; i < k; i++) {
            assert_true(near[i] < count && near[i] != r);
            assert_true(fabs((double)far[i] - distance(rows, width, r, near[i])) < 1e-5);
            assert_true(i == 0 || far[i - 1] < far[i] ||
                        (far[i - 1] == far[i] && near[i - 1] < near[i]));
        }
        for (size_t o = 0; o < count; o++)
            nearer += o != r && distance(rows, width, r, o) < (double)far[k - 1] - 1e-6;
        assert_true(nearer <= (size_t)k - 1);
    }
    sr_neighbours_fini(&found);
}

static void test_neighbours(void **state)
{
    (void)state;
    float *rows = normal_rows(700, 7, 2);
    check_neighbours(rows, 700, 7, 12);
    check_neighbours(rows, 10, 7, 9);
    /* Rows that are there many times over. */
    for (int r = 0; r < 300; r++) memcpy(rows + 7 * r, rows + 7 * (r % 5), 7 * sizeof *rows);
    check_neighbours(rows, 300, 7, 20);
    struct sr_neighbours found;
    assert_refused(sr_neighbours_find(&found, rows, 10, 7, 10, NULL, NULL, &error),
                   SR_ERROR_ARGUMENT, "fewer than there are rows");
    sr_neighbours_fini(&found);
    free(rows);
}

/* ---- transforms and sums on a grid ---- */

static void check_transform(const struct embed_vector *loops, int size)
{
    struct fft fft;
    float *arrays[4];
    struct sr_rng rng;
    fft_init(&fft, size);
    sr_rng_init(&rng, 4, SR_STREAM_TEST, (uint64_t)size);
    for (int a = 0; a < 4; a++)
        arrays[a] = sr_array_new((size_t)size * FFT_LANES, sizeof(float), "lanes", &error);
    double *re = sr_xalloc((size_t)size * sizeof *re), *im = sr_xalloc((size_t)size * sizeof *im);
    for (int i = 0; i < size; i++) {
        re[i] = sr_rng_normal(&rng);
        im[i] = sr_rng_normal(&rng);
        for (int l = 0; l < FFT_LANES; l++) {
            arrays[0][i * FFT_LANES + l] = (float)(re[i] * (l + 1));
            arrays[1][i * FFT_LANES + l] = (float)(im[i] * (l + 1));
        }
    }
    const int other = 2 * loops->transform(&fft, arrays[0], arrays[1], arrays[2], arrays[3]);
    for (int f = 0; f < size; f++) {
        double sum_re = 0, sum_im = 0;
        for (int i = 0; i < size; i++) {
            const double angle = -6.283185307179586 * ((double)f * i / size - f * i / size);
            sum_re += re[i] * cos(angle) - im[i] * sin(angle);
            sum_im += re[i] * sin(angle) + im[i] * cos(angle);
        }
        for (int l = 0; l < FFT_LANES; l++) {
            assert_true(fabs((double)arrays[other][f * FFT_LANES + l] - sum_re * (l + 1)) <
                        1e-3 * (l + 1));
            assert_true(fabs((double)arrays[other + 1][f * FFT_LANES + l] - sum_im * (l + 1)) <
                        1e-3 * (l + 1));
        }
    }
    free(re);
    free(im);
    for (int a = 0; a < 4; a++) free(arrays[a]);
    fft_fini(&fft);
}

static void test_transform(void **state)
{
    (void)state;
    static const int sizes[] = {2, 4, 8, 12, 64, 96, 128, 384};
    for (int isa = 0; isa <= sr_isa(); isa++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            check_transform(embed_vector_tables[isa], sizes[s]);
}

/* Points in three clumps and some between, over `span`. */
static float *clumps(size_t count, double span)
{
    float *points = sr_xalloc(2 * count * sizeof *points);
    struct sr_rng rng;
    sr_rng_init(&rng, 5, SR_STREAM_TEST, 0);
    for (size_t i = 0; i < count; i++)
        for (size_t part = 0; part < 2; part++)
            points[2 * i + part] =
                (float)(span * (i % 4 == 3 ? sr_rng_double(&rng)
                                           : 0.2 + 0.3 * (double)((i + part) % 3) +
                                                 0.05 * sr_rng_normal(&rng)));
    return points;
}

/* The sums over all pairs, one by one; returns the root mean square error of the forces, against
 * that of the forces themselves. */
static double repulsion_error(double span, double *sum_error)
{
    enum { COUNT = 900 };
    float *points = clumps(COUNT, span), forces[2 * COUNT];
    struct repulsion *field = repulsion_new(COUNT, NULL);
    double sum = 0, off = 0, size = 0;
    assert_true(repulsion_fit(field, points));
    const double total = repulsion_sum(field);
    repulsion_forces(field, 0, COUNT, forces);
    for (size_t i = 0; i < COUNT; i++) {
        double exact[2] = {0};
        for (size_t j = 0; j < COUNT; j++) {
            const double x = (double)points[2 * i] - (double)points[2 * j],
                         y = (double)points[2 * i + 1] - (double)points[2 * j + 1],
                         k = 1 / (1 + x * x + y * y);
            if (i == j) continue;
            sum += k;
            exact[0] += x * k * k;
            exact[1] += y * k * k;
        }
        for (size_t part = 0; part < 2; part++) {
            off += pow((double)forces[2 * i + part] - exact[part], 2);
            size += exact[part] * exact[part];
        }
    }
    *sum_error = fabs(total / sum - 1);
    repulsion_free(field);
    free(points);
    return sqrt(off / size);
}

static void test_repulsion(void **state)
{
    (void)state;
    static const double spans[] = {1e-3, 1, 10, 40, 110, 230};
    for (size_t s = 0; s < sizeof spans / sizeof *spans; s++) {
        double sum_error, off = repulsion_error(spans[s], &sum_error);
        if (!(off < 0.05 && sum_error < 0.01))
            fail_msg("span %g: forces off by %g, sum by %g", spans[s], off, sum_error);
    }
    /* Wider than the largest grid: less exact. */
    double sum_error, off = repulsion_error(500, &sum_error);
    if (!(off < 0.4 && sum_error < 0.25)) fail_msg("span 500: %g, %g", off, sum_error);
    float points[4] = {0, 0, 1, NAN};
    struct repulsion *field = repulsion_new(2, NULL);
    assert_false(repulsion_fit(field, points));
    repulsion_free(field);
}

/* ---- layouts ---- */

enum { TOY = 600, TOY_WIDTH = 10, TOY_K = 30 };

/* Four groups far from each other; row r is of group r % 4. */
static float *groups(void)
{
    float *rows = normal_rows(TOY, TOY_WIDTH, 6);
    for (size_t r = 0; r < TOY; r++) rows[r * TOY_WIDTH + r % 4] += 30;
    return rows;
}

struct looking {
    int looks;
    float last[2 * TOY];
};

static void look(void *context, const float *points)
{
    struct looking *looking = context;
    looking->looks++;
    memcpy(looking->last, points, sizeof looking->last);
}

static enum sr_status lay_out(const float *rows, struct sr_pool *pool,
                              const struct sr_monitor *monitor, struct looking *looking,
                              float *points)
{
    struct sr_neighbours near;
    struct sr_rng rng;
    const struct sr_tsne settings = {
        .perplexity = 10, .gathering = 100, .iterations = 300, .exaggeration = 12};
    sr_rng_init(&rng, 7, SR_STREAM_TEST, 0);
    for (size_t i = 0; i < 2 * TOY; i++) points[i] = (float)(1e-4 * sr_rng_normal(&rng));
    enum sr_status status =
        sr_neighbours_find(&near, rows, TOY, TOY_WIDTH, TOY_K, pool, NULL, &error);
    if (!status)
        status = sr_tsne_run(&settings, &near, points, look, looking, pool, monitor, &error);
    sr_neighbours_fini(&near);
    return status;
}

/* The point nearest to each is of its group, the middle is 0, and the rows' neighbours are kept. */
static void test_layout(void **state)
{
    (void)state;
    float *rows = groups(), points[2 * TOY];
    struct looking looking = {0};
    struct sr_faithfulness faith;
    assert_ok(lay_out(rows, NULL, NULL, &looking, points));
    assert_true(looking.looks >= 1);
    double middle[2] = {0};
    size_t alone = 0;
    for (size_t i = 0; i < TOY; i++) {
        size_t nearest = (i + 1) % TOY;
        for (size_t o = 0; o < TOY; o++)
            if (o != i && distance(points, 2, i, o) < distance(points, 2, i, nearest)) nearest = o;
        alone += nearest % 4 != i % 4;
        for (size_t part = 0; part < 2; part++) middle[part] += (double)points[2 * i + part] / TOY;
    }
    assert_true(alone <= TOY / 100);
    assert_true(hypot(middle[0], middle[1]) < 1e-3);
    assert_ok(
        sr_faithfulness_measure(&faith, rows, TOY_WIDTH, points, TOY, 15, NULL, NULL, &error));
    assert_true(faith.trustworthiness > 0.95 && faith.continuity > 0.95);
    free(rows);
}

static void test_threads(void **state)
{
    (void)state;
    float *rows = groups(), one[2 * TOY], three[2 * TOY];
    struct looking looking = {0};
    struct sr_pool *pool = sr_pool_new(3, &error);
    assert_non_null(pool);
    assert_ok(lay_out(rows, NULL, NULL, &looking, one));
    assert_ok(lay_out(rows, pool, NULL, &looking, three));
    assert_memory_equal(one, three, sizeof one);
    sr_pool_free(pool);
    free(rows);
}

static bool end_after(void *owner)
{
    return --*(int *)owner > 0;
}

static void test_cancel(void **state)
{
    (void)state;
    float *rows = groups(), points[2 * TOY], scores[2 * TOY];
    struct looking looking = {0};
    int left = 20;
    const struct sr_monitor monitor = {.owner = &left, .proceed = end_after};
    assert_refused(lay_out(rows, NULL, &monitor, &looking, points), SR_ERROR_CANCELLED, "stopped");
    left = 1;
    struct sr_neighbours near;
    assert_refused(sr_neighbours_find(&near, rows, TOY, TOY_WIDTH, 5, NULL, &monitor, &error),
                   SR_ERROR_CANCELLED, "stopped");
    sr_neighbours_fini(&near);
    left = 1;
    struct sr_pca pca;
    assert_refused(sr_pca_fit(&pca, rows, TOY, TOY_WIDTH, 2, NULL, &monitor, &error),
                   SR_ERROR_CANCELLED, "stopped");
    sr_pca_fini(&pca);
    assert_ok(sr_pca_fit(&pca, rows, TOY, TOY_WIDTH, 2, NULL, NULL, &error));
    left = 1;
    assert_refused(sr_pca_project(&pca, rows, TOY, scores, NULL, &monitor, &error),
                   SR_ERROR_CANCELLED, "stopped");
    sr_pca_fini(&pca);
    left = 1;
    struct sr_faithfulness faith;
    assert_refused(
        sr_faithfulness_measure(&faith, rows, TOY_WIDTH, points, TOY, 15, NULL, &monitor, &error),
        SR_ERROR_CANCELLED, "stopped");
    free(rows);
}

/* ---- faithfulness ---- */

/* Six points on a line; on the plane the two last have changed places with the two first but one:
 * counted by hand from Venna and Kaski's definition. */
static void test_faithfulness(void **state)
{
    (void)state;
    const float rows[6] = {0, 1, 2.1f, 3.3f, 4.6f, 6},
                same[12] = {0, 0, 1, 0, 2.1f, 0, 3.3f, 0, 4.6f, 0, 6, 0},
                moved[12] = {0, 0, 1, 0, 2.1f, 0, 3.3f, 0, 4.6f, 0, -0.9f, 0};
    struct sr_faithfulness faith;
    assert_ok(sr_faithfulness_measure(&faith, rows, 1, same, 6, 1, NULL, NULL, &error));
    assert_true(faith.trustworthiness == 1 && faith.continuity == 1);
    assert_ok(sr_faithfulness_measure(&faith, rows, 1, moved, 6, 1, NULL, NULL, &error));
    /* k = 1. Nearest on the plane: of 0 the sixth (rank 5 of 5 in the rows, 4 too far), of the
     * sixth 0 (rank 5, 4 too far); the others keep theirs. 2 / (6 · 1 · (12 - 3 - 1)) = 1/24. */
    assert_true(fabs(faith.trustworthiness - (1 - 8. / 24)) < 1e-9);
    /* Nearest in the rows: of 0 it is 1, which on the plane is second to the sixth: 1 too far; of
     * the sixth 4.6, on the plane last: 4 too far. */
    assert_true(fabs(faith.continuity - (1 - 5. / 24)) < 1e-9);
    assert_refused(sr_faithfulness_measure(&faith, rows, 1, same, 6, 3, NULL, NULL, &error),
                   SR_ERROR_ARGUMENT, "cannot be compared");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eigen),     cmocka_unit_test(test_pca),
        cmocka_unit_test(test_pca_flat),  cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_transform), cmocka_unit_test(test_repulsion),
        cmocka_unit_test(test_layout),    cmocka_unit_test(test_threads),
        cmocka_unit_test(test_cancel),    cmocka_unit_test(test_faithfulness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
