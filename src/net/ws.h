#pragma once

/*
 * A WebSocket (RFC 6455) on a connection: frames become whole messages for the sub-protocol, pings
 * and closes are answered, a client that fell silent is asked and then let go.
 *
 *     WS_OPEN ──a close frame is queued, by either side's wish──► WS_CLOSED
 */

#include "net/conn.h"
#include "net/http1.h"

/* For deadlines. */
void ws_on_alive(struct deadline *alive);

/* Answers a handshake that was checked, and takes over the connection. */
void ws_start(struct conn *c, const struct http1_head *handshake);
