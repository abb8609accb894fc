#pragma once

/*
 * Results in text frames of a WebSocket, which is how a hot room's subscribers hear them: the
 * common case of net/outq.h by itself.
 *
 * A run of results goes out to each of a thousand subscribers in the same bytes, but for the id of
 * the operation. So a run that is written a second time is kept as a stencil; from then on it is
 * copied whole, and the ids are put into their places. Ids of another length need another stencil:
 * there is one a loop, of the run that was written last.
 */

#include "net/outq.h"

enum {
    OUTQ_STENCIL_MOST = 64, /* results */
    OUTQ_STENCIL_BYTES = 128 * 1024,
};

/* The results from first to last of a run, in one protocol's envelope. */
struct outq_run {
    const struct outq_envelope *envelope; /* of OUTQ_MESSAGE */
    struct frame *first;
    struct frame *last;
};

/* All-zero is empty and ready. */
struct outq_stencil {
    struct outq_run run; /* its first frame is held, so that no other has its address */
    size_t id_n;         /* bytes of the ids it is for */
    size_t n;            /* bytes; 0: it was not worth making so far; SIZE_MAX: it is too large */
    size_t n_ids;
    size_t ids[OUTQ_STENCIL_MOST]; /* where they stand */
    char *bytes;                   /* OUTQ_STENCIL_BYTES, once there was one */
};

void outq_stencil_done(struct outq_stencil *s);

/* How long one result goes out. */
size_t outq_text_length(const struct outq_envelope *envelope, size_t id_n, size_t payload_n);

/* Writes one result; returns how many bytes. */
size_t outq_text_write(const struct outq_envelope *envelope, struct str id, struct str payload,
                       char *to);

/* Writes the whole run; 0: it has to be written result by result, there is no stencil of it or no
 * room for it. */
size_t outq_stencil_write(struct outq_stencil *s, const struct outq_run *run, struct str id,
                          char *to, size_t room);
