/* job.c - what the kinds of layer use to run on a batch: slices, memory, gradients. */
#include "workspace.h"

#include <string.h>

float *carve(struct carver *carver, size_t floats)
{
    float *at = carver->base ? carver->base + carver->used : NULL;
    carver->used += round_up(floats);
    return at;
}

uint8_t *carve_which(struct carver *carver, const struct unit *unit, int batch)
{
    return (uint8_t *)carve(carver, ((size_t)batch * shape_size(&unit->out) + sizeof(float) - 1) /
                                        sizeof(float));
}

const float *unit_source(const struct sr_workspace *workspace, int unit)
{
    return unit == FROM_IMAGE ? workspace->image : workspace->units[unit].result;
}

const float *job_source(const struct job *job, int unit, int first)
{
    const struct sr_workspace *w = job->workspace;
    if (unit == FROM_IMAGE) return w->image + (size_t)first * shape_size(&w->network->image);
    const struct unit *u = &w->units[unit];
    return u->result + (size_t)(u->passing ? first - job->origin : first) * shape_size(&u->out);
}

float *job_result(const struct job *job, int first)
{
    const struct unit *u = job->unit;
    return u->result + (size_t)(u->passing ? first - job->origin : first) * shape_size(&u->out);
}

void job_run(struct job *job, int images, void (*slice)(void *job, size_t index, int worker))
{
    job->slice = images;
    sr_pool_run(job->workspace->pool, (size_t)((job->count + images - 1) / images), slice, job);
}

int job_slice(const struct job *job, size_t index, int *first)
{
    *first = (int)index * job->slice;
    int left = job->count - *first;
    return left < job->slice ? left : job->slice;
}

float *job_values(const struct job *job, int which)
{
    return job->workspace->network->parameters[job->layer->parameter + which].values;
}

float *job_gradient(const struct job *job, int which)
{
    const struct sr_workspace *workspace = job->workspace;
    return workspace->gradients + (job_values(job, which) - workspace->network->values);
}

float *job_scratch(const struct job *job, int worker)
{
    return job->workspace->scratch + (size_t)worker * job->workspace->scratch_stride;
}

float *job_part(const struct job *job, size_t index)
{
    return job->workspace->parts + index * job->part_size;
}

void job_complete(const struct job *job, int which)
{
    size_t parameter = (size_t)(job->layer->parameter + which);
    sr_exchange_parameter(job->workspace->exchange, parameter,
                          job->workspace->network->parameters[parameter].count);
}

void job_pass_back(const struct job *job, int unit, bool adds, const float *from, int first,
                   int count)
{
    struct unit *to = &job->workspace->units[unit];
    size_t size = shape_size(&to->out), length = (size_t)count * size;
    float *gradient = to->gradient + (size_t)first * size;
    if (adds)
        job->kernels->add(from, length, gradient);
    else if (gradient != from)
        memcpy(gradient, from, length * sizeof *gradient);
}
