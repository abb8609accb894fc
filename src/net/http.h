#pragma once

/*
 * HTTP on a connection: one request after another, each answered before the next is begun.
 */

#include "net/conn.h"

/* Speaks HTTP on a new connection. */
void http_start(struct conn *c);
