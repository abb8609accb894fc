#pragma once

/*
 * What can be measured. Each opens its own clients, prints one row on stdout, and returns false
 * when the numbers are worth nothing or the server broke a promise; why is then said on stderr.
 */

#include "tools/bench/options.h"

/* Messages to one room that everybody follows: deliveries. */
must_use bool fanout_run(const struct options *o);

/* Messages that nobody follows: how fast they are committed. */
must_use bool send_run(const struct options *o);

/* Connections that only follow: what each keeps of the server's memory. */
must_use bool idle_run(const struct options *o);

/* Pages of a room's history. */
must_use bool history_run(const struct options *o);

/* Pages at a place in rooms that are full already (run.sh fills them). */
must_use bool depth_run(const struct options *o);

/* Subscribers that stop reading while messages flow, and read on. */
must_use bool stalled_run(const struct options *o);

/* Subscribers that all come back at once. */
must_use bool storm_run(const struct options *o);
