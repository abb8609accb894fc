#pragma once

/*
 * Whether the database is still one that this program can work with, while it runs: somebody may
 * have restored an older one in its place.
 */

#include "store/store.h"

/* ST_OK: it has every migration that this program needs. One that a newer program has migrated has
 * them too. ST_CONFLICT: it has not. */
struct wait *store_migrations_look(struct store *s, struct arena *a) must_use;
