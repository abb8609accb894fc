#pragma once

/*
 * Looks at intervals, and when the database has come back, whether it has the migrations that this
 * program needs.
 *
 * Owner:   the first worker; closed before its loop has ended, freed behind it.
 * Threads: the first worker's loop.
 */

#include "base/breaker.h"
#include "base/status.h"

struct migrations;
struct worker;

struct migrations *migrations_new(struct worker *first) must_use;

/* Now, too. */
void migrations_check(struct migrations *m);

/* Any thread may read it. */
const struct breaker *migrations_breaker(const struct migrations *m);

/* Both take NULL. */
void migrations_close(struct migrations *m);
void migrations_free(struct migrations *m);
