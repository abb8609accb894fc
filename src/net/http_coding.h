#pragma once

/*
 * In which coding a client takes a body (RFC 9110, section 12.5.3).
 */

#include "net/http_head.h"

/* How much the request wants a coding, "br", in thousandths; 0: not at all. */
int http_coding_q(const struct http_head *h, struct str coding);
