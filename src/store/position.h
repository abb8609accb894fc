#pragma once

/*
 * Where rooms stand. No caller: the server asks for itself, and nothing of it reaches a client.
 */

#include "store/store.h"

struct store_position {
    struct str tenant_id;
    struct str room_id;
    int64_t seq; /* the newest, as far as one knows */
};

struct store_positions {
    const struct store_position *rooms;
    size_t n;
};

/* A const struct store_positions: those of the n rooms whose newest seq is beyond the one given,
 * with that. */
struct wait *store_positions_ahead(struct store *s, struct arena *a,
                                   const struct store_position *known, size_t n) must_use;
