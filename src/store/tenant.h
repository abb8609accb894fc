#pragma once

/*
 * What a tenant has, whoever is in it: for operators.
 */

#include "store/room.h"

/* By id; after may be NULL. A const struct key_page of struct
 * room, without memberships; of struct guild. */
struct wait *store_tenant_rooms(struct store *s, struct arena *a, struct str tenant,
                                const struct list_place *after, size_t limit) must_use;
struct wait *store_tenant_guilds(struct store *s, struct arena *a, struct str tenant,
                                 const struct list_place *after, size_t limit) must_use;
