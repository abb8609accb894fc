#pragma once

/*
 * HTTP/1.1 on a connection: one exchange after another, each answered before the next is begun.
 */

#include "net/conn.h"

/* Speaks HTTP on a new connection. */
void http_start(struct conn *c);
