#include "sartor/nn/exchange.h"

int sr_exchange_share(int whole, int slices)
{
    int share = 64; /* images that dense layers sum up at a time */
    while (slices * share < whole) share *= 2;
    return share;
}

void sr_moments_join(struct sr_moments *left, const struct sr_moments *right)
{
    double count = left->count + right->count, distance = right->mean - left->mean;
    left->mean += distance * right->count / count;
    left->spread += right->spread + distance * distance * left->count * right->count / count;
    left->count = count;
}

void sr_exchange_gradient(const struct sr_exchange *exchange, size_t parameter, size_t start,
                          size_t count)
{
    const struct sr_machines *machines = exchange->machines;
    if (machines)
        machines->gradient(machines->owner, parameter, start, count);
    else if (exchange->final)
        exchange->final(exchange->owner, parameter, start, count);
}

void sr_exchange_parameter(const struct sr_exchange *exchange, size_t parameter, size_t count)
{
    const struct sr_machines *machines = exchange->machines;
    if (machines) machines->gradient(machines->owner, parameter, 0, count);
}

void sr_exchange_sums(const struct sr_exchange *exchange, float *sums, size_t count)
{
    const struct sr_machines *machines = exchange->machines;
    if (machines) machines->join(machines->owner, SR_JOIN_FLOATS, sums, count);
}

void sr_exchange_moments(const struct sr_exchange *exchange, struct sr_moments *moments,
                         size_t count)
{
    const struct sr_machines *machines = exchange->machines;
    if (machines) machines->join(machines->owner, SR_JOIN_MOMENTS, moments, count);
}

void sr_exchange_loss(const struct sr_exchange *exchange, double *loss, int *right)
{
    const struct sr_machines *machines = exchange->machines;
    double values[2] = {*loss, *right};
    if (!machines) return;
    machines->join(machines->owner, SR_JOIN_DOUBLES, values, 2);
    *loss = values[0];
    *right = (int)values[1];
}

void sr_exchange_finish(const struct sr_exchange *exchange)
{
    const struct sr_machines *machines = exchange->machines;
    if (machines) machines->finish(machines->owner);
}
