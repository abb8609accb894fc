#pragma once

/*
 * The memory of PostgreSQL's results whose rows somebody still looks at. A result is held by the
 * arenas of those who look, and is gone with the last of them.
 *
 *     struct result *r = results_take(among, pg);    one holder: the caller
 *     result_keep(r, arena);                         and one more for each arena
 *     result_unref(r);
 *
 * Owner:   counted, both of them: arenas may outlive whoever made the results.
 * Threads: their loop's.
 */

#include "base/arena.h"
#include "pg/pg_value.h"

struct results;
struct result;

/* most_bytes: of all that are held at a time; 0: no limit. */
struct results *results_new(size_t most_bytes) must_use;
struct results *results_unref(struct results *among);

/* Takes the result over. NULL: there is no room for it among the others, and it is gone. */
struct result *results_take(struct results *among, PGresult *pg) must_use;

/* It lives as long as the arena. */
void result_keep(struct result *r, struct arena *a);
struct result *result_unref(struct result *r);
