/* The exchange: every gradient is told of once, and several machines, here threads with a network
 * each, get the bits of one machine that has the whole batch. */
#include "networks.h"

#include "sartor/base/tree.h"
#include "sartor/compute/matrix.h"
#include "sartor/nn/exchange.h"
#include <pthread.h>
#include <stdatomic.h>

enum { SIDE = 12, AREA = SIDE * SIDE, MOST = 600, MACHINES = 8, PARAMETERS = 32 };

static const struct sr_layer_spec convolutions[] = {CONV("conv1", -1, 20, 3, 1, false, true),
                                                    RELU(0),
                                                    POOL(1),
                                                    CONV("conv2", 2, 33, 3, 1, true, true),
                                                    RELU(3),
                                                    FLATTEN(4),
                                                    DROPOUT(5, 0.3f),
                                                    DENSE("fc1", 6, 70),
                                                    RELU(7),
                                                    DENSE("fc2", 8, 10)};
static const struct sr_layer_spec residual[] = {CONV("stem", -1, 18, 3, 1, true, false),
                                                NORM("n", 0),
                                                RELU(1),
                                                POOL(2),
                                                CONV("a", 3, 18, 3, 1, true, false),
                                                NORM("na", 4),
                                                ADD(5, 3),
                                                RELU(6),
                                                NORM("alone", 7),
                                                GLOBAL(8),
                                                DENSE("d", 9, 10)};
static const struct sr_layer_spec wide[] = {FLATTEN(-1), DENSE("a", 0, 140), NORM("n", 1),
                                            RELU(2),     DROPOUT(3, 0.2f),   DENSE("b", 4, 80),
                                            RELU(5),     DENSE("c", 6, 10)};
/* Few slices, as its gradients are large. */
static const struct sr_layer_spec large[] = {
    CONV("a", -1, 260, 3, 1, true, true), POOL(0),   POOL(1),
    CONV("b", 2, 260, 3, 2, true, true),  GLOBAL(3), DENSE("c", 4, 10)};

static float images[MOST * AREA];
static uint8_t labels[MOST];

/* ---- machines ---- */

struct cluster {
    int count;
    pthread_barrier_t barrier;
    void *values[MACHINES]; /* of each, in a join */
};

struct machine {
    struct cluster *cluster;
    int number, images;
    struct sr_machines hooks;
    struct sr_exchange exchange;
    struct sr_network *network;
    struct sr_workspace *workspace;
    struct sr_parameter *parameters;
    atomic_int told[PARAMETERS]; /* elements */
    int joined;                  /* floats, in joins */
    double loss;
    int right;
};

static void join_one(enum sr_join what, void *left, const void *right, size_t i)
{
    if (what == SR_JOIN_FLOATS) ((float *)left)[i] += ((const float *)right)[i];
    if (what == SR_JOIN_DOUBLES) ((double *)left)[i] += ((const double *)right)[i];
    if (what == SR_JOIN_MOMENTS)
        sr_moments_join((struct sr_moments *)left + i, (const struct sr_moments *)right + i);
}

static void join_all(struct machine *machine, enum sr_join what, void *values, size_t count)
{
    static const size_t sizes[] = {sizeof(float), sizeof(double), sizeof(struct sr_moments)};
    struct cluster *cluster = machine->cluster;
    void *nodes[MACHINES];
    int top = 0;
    cluster->values[machine->number] = values;
    pthread_barrier_wait(&cluster->barrier);
    for (int m = 0; m < cluster->count; m++, top++) {
        nodes[top] = sr_xalloc(count * sizes[what]);
        memcpy(nodes[top], cluster->values[m], count * sizes[what]);
        for (int joins = sr_tree_joins((size_t)m, (size_t)cluster->count); joins > 0; joins--) {
            for (size_t i = 0; i < count; i++) join_one(what, nodes[top - 1], nodes[top], i);
            free(nodes[top--]);
        }
    }
    pthread_barrier_wait(&cluster->barrier);
    memcpy(values, nodes[0], count * sizes[what]);
    free(nodes[0]);
}

static void join(void *owner, enum sr_join what, void *values, size_t count)
{
    struct machine *machine = owner;
    if (what == SR_JOIN_FLOATS) machine->joined += (int)count;
    join_all(machine, what, values, count);
}

static void tell(void *owner, size_t parameter, size_t start, size_t count)
{
    struct machine *machine = owner;
    (void)start;
    machine->told[parameter] += (int)count;
}

static void finish(void *owner)
{
    struct machine *machine = owner;
    for (size_t p = 0; p < PARAMETERS; p++)
        if (machine->told[p])
            join_all(machine, SR_JOIN_FLOATS, sr_workspace_gradient(machine->workspace, p),
                     (size_t)machine->told[p]);
}

static void *run_machine(void *context)
{
    struct machine *machine = context;
    int before = machine->hooks.before;
    memcpy(sr_workspace_input(machine->workspace), images + before * AREA,
           (size_t)machine->images * AREA * sizeof(float));
    sr_network_forward(machine->network, machine->workspace, machine->images, 3, 4);
    machine->loss = sr_network_backward(machine->network, machine->workspace, machine->images,
                                        labels + before, 0.1f, &machine->right);
    sr_exchange_finish(&machine->exchange);
    return NULL;
}

/* ---- tests ---- */

static void start(struct machine *machine, const struct sr_layer_spec *layers, size_t count,
                  struct sr_pool *pool)
{
    struct sr_error error = {0};
    machine->network = make(layers, count, SIDE, SIDE);
    machine->workspace = sr_workspace_new(machine->network, MOST, true, pool, &error);
    assert_non_null(machine->workspace);
    assert_true(sr_network_parameters(machine->network, &machine->parameters) <= PARAMETERS);
    machine->hooks.owner = machine;
    machine->hooks.join = join;
    machine->hooks.gradient = tell;
    machine->hooks.finish = finish;
    machine->exchange.machines = machine->cluster ? &machine->hooks : NULL;
    sr_workspace_exchange(machine->workspace, &machine->exchange);
}

static void end(struct machine *machine)
{
    sr_workspace_free(machine->workspace);
    sr_network_free(machine->network);
}

/* Bits, where a product's depend on nothing but the places; else nearly. */
static void expect_same(const float *found, const float *wanted, size_t count, const char *what)
{
    if (sr_gemm_exact_places()) {
        if (memcmp(found, wanted, count * sizeof *found)) fail_msg("%s has other bits", what);
    } else {
        for (size_t i = 0; i < count; i++)
            assert_float_equal(found[i], wanted[i], 1e-5 * (1 + fabs((double)wanted[i])));
    }
}

static void compare(const struct sr_layer_spec *layers, size_t count, int whole, int share)
{
    struct cluster cluster = {.count = (whole + share - 1) / share};
    struct machine alone = {.images = whole}, machines[MACHINES] = {0};
    struct sr_error error = {0};
    pthread_t threads[MACHINES];
    struct sr_pool *pool = sr_pool_new(2, &error);
    assert_true(cluster.count <= MACHINES);
    start(&alone, layers, count, pool);
    assert_true(share % sr_exchange_share(whole, sr_network_slices(alone.network)) == 0);
    run_machine(&alone);
    pthread_barrier_init(&cluster.barrier, NULL, (unsigned)cluster.count);
    for (int m = 0; m < cluster.count; m++) {
        int before = m * share, left = whole - before;
        machines[m] = (struct machine){.cluster = &cluster,
                                       .number = m,
                                       .images = left < share ? left : share,
                                       .hooks = {.before = before, .whole = whole}};
        start(&machines[m], layers, count, NULL);
        pthread_create(&threads[m], NULL, run_machine, &machines[m]);
    }
    for (int m = 0; m < cluster.count; m++) pthread_join(threads[m], NULL);
    size_t parameters = sr_network_parameters(alone.network, &alone.parameters);
    for (int m = 0; m < cluster.count; m++) {
        assert_float_equal(machines[m].loss, alone.loss, sr_gemm_exact_places() ? 0 : 1e-6);
        assert_int_equal(machines[m].right, alone.right);
        for (size_t p = 0; p < parameters; p++) {
            const struct sr_parameter *parameter = &alone.parameters[p];
            if (parameter->learned)
                expect_same(sr_workspace_gradient(machines[m].workspace, p),
                            sr_workspace_gradient(alone.workspace, p), parameter->count,
                            parameter->name);
            expect_same(machines[m].parameters[p].values, parameter->values, parameter->count,
                        parameter->name);
        }
        expect_same(sr_workspace_logits(machines[m].workspace),
                    sr_workspace_logits(alone.workspace) + machines[m].hooks.before * 10,
                    (size_t)machines[m].images * 10, "logits");
        end(&machines[m]);
    }
    end(&alone);
    pthread_barrier_destroy(&cluster.barrier);
    sr_pool_free(pool);
}

static void test_machines(void **state)
{
    static const struct {
        int whole, share;
    } cuts[] = {{128, 64},  {150, 64}, {150, 128}, {256, 64},
                {300, 128}, {512, 64}, {500, 64},  {590, 256}};
    (void)state;
    for (size_t i = 0; i < COUNT(cuts); i++) {
        int whole = cuts[i].whole, share = cuts[i].share;
        compare(convolutions, COUNT(convolutions), whole, share);
        compare(residual, COUNT(residual), whole, share);
        compare(wide, COUNT(wide), whole, share);
        if (whole < 200) compare(large, COUNT(large), whole, share);
    }
}

static void never(void *owner, size_t parameter, size_t start, size_t count)
{
    atomic_int *calls = owner;
    (void)parameter, (void)start, (void)count;
    ++*calls;
}

/* Each element of a learned parameter is told of once, or joined in the pass, as a norm's are;
 * with other machines nothing is final before sr_exchange_finish. */
static void check_told(const struct sr_layer_spec *layers, size_t count, int norms)
{
    struct cluster cluster = {.count = 1};
    struct machine machine = {
        .cluster = &cluster, .images = 70, .hooks = {.before = 0, .whole = 70}};
    int joined = 0;
    atomic_int calls = 0;
    pthread_barrier_init(&cluster.barrier, NULL, 1);
    start(&machine, layers, count, NULL);
    machine.exchange.final = never;
    machine.exchange.owner = &calls;
    run_machine(&machine);
    size_t parameters = sr_network_parameters(machine.network, &machine.parameters);
    for (size_t p = 0; p < parameters; p++) {
        if (machine.parameters[p].learned && !machine.told[p])
            joined += (int)machine.parameters[p].count;
        else
            assert_int_equal(machine.told[p],
                             machine.parameters[p].learned ? machine.parameters[p].count : 0);
    }
    assert_int_equal(calls, 0);
    assert_int_equal(joined, machine.joined);
    assert_int_equal(joined > 0, norms);
    end(&machine);
    pthread_barrier_destroy(&cluster.barrier);
}

static void test_told(void **state)
{
    (void)state;
    check_told(convolutions, COUNT(convolutions), false);
    check_told(residual, COUNT(residual), true);
    check_told(wide, COUNT(wide), true);
}

static int slices_of(const struct sr_layer_spec *layers, size_t count)
{
    struct sr_network *network = make(layers, count, SIDE, SIDE);
    const int slices = sr_network_slices(network);
    sr_network_free(network);
    return slices;
}

static void test_share(void **state)
{
    (void)state;
    assert_int_equal(sr_exchange_share(1, 4), 64);
    assert_int_equal(sr_exchange_share(256, 4), 64);
    assert_int_equal(sr_exchange_share(257, 4), 128);
    assert_int_equal(sr_exchange_share(257, 8), 64);
    assert_int_equal(sr_exchange_share(4096, 4), 1024);
    assert_int_equal(sr_exchange_share(4096, 8), 512);
    assert_int_equal(slices_of(convolutions, COUNT(convolutions)), 8);
    assert_int_equal(slices_of(large, COUNT(large)), 4);
}

static void test_moments(void **state)
{
    /* 1 2 3 4 10 and 5 7 */
    struct sr_moments left = {5, 4, 50}, right = {2, 6, 2};
    (void)state;
    sr_moments_join(&left, &right);
    assert_float_equal(left.count, 7, 0);
    assert_float_equal(left.mean, 32.0 / 7, 1e-12);
    assert_float_equal(left.spread, 204 - 32.0 * 32 / 7, 1e-9);
}

static int make_data(void **state)
{
    struct sr_rng rng;
    (void)state;
    sr_rng_init(&rng, 5, SR_STREAM_TEST, 0);
    for (int i = 0; i < MOST * AREA; i++) images[i] = i / 3 % 2 ? 0 : sr_rng_float(&rng) - 0.3f;
    for (int i = 0; i < MOST; i++) labels[i] = (uint8_t)(i * 7 % 10);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_machines),
        cmocka_unit_test(test_told),
        cmocka_unit_test(test_share),
        cmocka_unit_test(test_moments),
    };
    (void)check_gradients;
    return cmocka_run_group_tests_name("exchange", tests, make_data, NULL);
}
