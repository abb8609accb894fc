#pragma once

/*
 * The opening handshake of a WebSocket (RFC 6455, section 4.2).
 *
 * Pure: a request's head in, the answer out.
 */

#include "net/http1.h"

/* Does the request ask to become a WebSocket, well or badly? */
bool upgrade_asked(const struct http1_head *h);

/* True when the handshake is right; otherwise *ret_wrong says what to answer. */
bool upgrade_check(const struct http1_head *h, struct http1_wrong *ret_wrong) must_use;

/* Was the sub-protocol among those offered? Names compare exactly. */
bool upgrade_offers(const struct http1_head *h, struct str protocol);

/* What stands behind the prefix in the first name offered that has it; absent when none has. */
struct str upgrade_offered(const struct http1_head *h, struct str prefix);

/* The 101 response; protocol absent: none was chosen; extensions absent: none are spoken. */
void upgrade_response(struct buf *out, const struct http1_head *h, struct str protocol,
                      struct str extensions);
