/* sharing.h - the batches of one training, shared among the processes of a run (base/ranks.h).
 *
 * A batch is cut into parts of consecutive images, each a whole subtree of the tree of slices (see
 * exchange.h): of sr_exchange_share() images or a power of two times as many, the last one what is
 * left. Part i is rank i's; the nodes of the parts are joined along the tree, so the sums have the
 * bits of one process at any number of them. Ranks that there is no part for in a whole batch are
 * no members: they take no part in the training. In a smaller last batch, members without a part
 * compute another's too, and get the sums from its rank.
 *
 * Nodes are exchanged by recursive doubling: after level k each of 2^k ranks has the node of all
 * of their parts. Gradients go out as soon as they are complete, while the backward pass goes on.
 * A failure (base/ranks.h) makes all calls return at once; the numbers are of no use then. */
#ifndef SARTOR_NN_SHARING_H
#define SARTOR_NN_SHARING_H

#include "sartor/base/error.h"
#include "sartor/base/ranks.h"
#include "sartor/nn/exchange.h"
#include "sartor/nn/network.h"
#include <stdbool.h>
#include <stddef.h>

struct sr_sharing;

/* How many ranks share batches of so many images, of a network of so many slices
 * (sr_network_slices). */
int sr_sharing_members(int ranks, int batch, int slices);
/* For a training with such batches. NULL where this rank is no member, or alone. */
struct sr_sharing *sr_sharing_new(struct sr_ranks *ranks, int batch, int slices);
void sr_sharing_free(struct sr_sharing *sharing);

/* How many share. */
int sr_sharing_size(const struct sr_sharing *sharing);
/* The images of a part of a whole batch: as many as a workspace needs room for. */
int sr_sharing_most(const struct sr_sharing *sharing);
/* All members have made what they need, or one says why not: that sentence on all then. */
enum sr_status sr_sharing_ready(struct sr_sharing *sharing, enum sr_status own,
                                struct sr_error *error);
/* Rank 0's bytes, to all members. */
void sr_sharing_hand_out(struct sr_sharing *sharing, void *bytes, size_t length);

/* Add up each value over the members, along the tree. False after a failure. */
bool sr_sharing_add(struct sr_sharing *sharing, double *values, size_t count);
/* This rank's number among the members. */
int sr_sharing_number(const struct sr_sharing *sharing);

/* Gradients come from this workspace. The hooks are for its exchange. */
void sr_sharing_attach(struct sr_sharing *sharing, struct sr_workspace *workspace,
                       const struct sr_parameter *parameters, size_t count);
const struct sr_machines *sr_sharing_machines(const struct sr_sharing *sharing);
/* A batch of `whole` images begins: this rank's part of it. */
void sr_sharing_begin(struct sr_sharing *sharing, int whole, int *before, int *count);

/* What a member wishes: with the loss of the batch that is begun next, all learn what any wishes,
 * and sr_sharing_wish then is the same on all. */
enum sr_wish { SR_WISH_NONE, SR_WISH_STOP, SR_WISH_LEAVE };
void sr_sharing_set_wish(struct sr_sharing *sharing, enum sr_wish wish);
enum sr_wish sr_sharing_wish(const struct sr_sharing *sharing);

bool sr_sharing_failed(const struct sr_sharing *sharing, struct sr_error *error);
/* Seconds spent waiting for others, and bytes sent, since the training began. */
double sr_sharing_waited(const struct sr_sharing *sharing);
uint64_t sr_sharing_sent(const struct sr_sharing *sharing);

#endif
