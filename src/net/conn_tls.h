#pragma once

/*
 * TLS on a connection: it stands between the bytes of the socket and whoever speaks on it.
 */

#include "net/conn.h"

/* The speaker comes once hands are shaken, and which one the client chose. */
void conn_tls_begin(struct conn *c, struct tls_certificate *certificate);

/* Bytes came from the socket. */
void conn_tls_take(struct conn *c, char *p, size_t n);

/* What goes to the socket next, of what waits in the queue or of TLS's own; 0: nothing. */
size_t conn_tls_next(struct conn *c, char *to, size_t room);
