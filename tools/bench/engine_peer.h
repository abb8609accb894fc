#pragma once

/*
 * graphql-js beside us: engine_js.mjs in a process of its own, told over a pipe what to measure.
 *
 *     {"schema", "data", "documents": [{"name", "text", "variables", "response"}]}   once
 *     "ready"                                           its answer, once it gives the same
 * responses DOCUMENT PHASE MILLISECONDS                       any number of times TIMES NANOSECONDS
 * its answers
 *
 * Fails: what is wrong has been said on stderr.
 */

#include <stdio.h>
#include <sys/types.h>

#include "base/status.h"
#include "base/str.h"

struct engine_peer {
    pid_t pid; /* 0: there is none */
    FILE *to;
    FILE *from;
};

/* start: the first line, JSON. */
must_use bool engine_peer_start(struct engine_peer *p, const char *script, struct str start);

/* Nanoseconds that one took; 0 when it has failed. */
double engine_peer_measure(struct engine_peer *p, size_t document, const char *phase, size_t ms);

/* Ends it; its peak memory in bytes, 0 when there was none or it ended badly. */
int64_t engine_peer_end(struct engine_peer *p);
