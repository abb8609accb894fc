#pragma once

/*
 * HTTP/2 on a connection (RFC 9113), by nghttp2: many exchanges side by side, each on a stream.
 *
 * For connections over TLS that have agreed on "h2" (ALPN). In the clear it is not offered.
 */

#include "net/conn.h"

/* Takes over a connection on which nothing has been read yet; it must have no speaker. */
void h2_start(struct conn *c);

/* Bytes that wait, of all streams of c together. */
size_t h2_unsent(const struct conn *c);
