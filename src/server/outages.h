#pragma once

/*
 * The log's lines about what is away: that the database or the bus went, and how long it was gone.
 * Keys and migrations have lines of their own, which know why.
 *
 * Owner:   the first worker, whose loop looks every second until the server stops.
 * Threads: the first worker's loop.
 */

struct outages;
struct worker;

/* Once the store and the bus are there. */
struct outages *outages_new(struct worker *first);
/* Before the loop is done, and behind it. */
void outages_close(struct outages *o);
void outages_free(struct outages *o);
