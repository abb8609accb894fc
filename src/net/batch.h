#pragma once

/*
 * Several operations that one HTTP request brings, as a JSON array: they run side by side, and the
 * response is the array of theirs, in the order of the request.
 *
 * Owner: its exchange, until the response goes out.
 */

#include "base/str.h"

struct batch;
struct exchange;

/* Is the body an array? */
bool batch_is_sent(struct str body);

/* Runs the operations in x->body, or refuses them all. */
void batch_run(struct exchange *x);

/* Those that are not answered yet are cancelled. */
void batch_free(struct batch *b);
