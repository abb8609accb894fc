#pragma once

/*
 * Requests to /graphql/stream: graphql-sse's single connection mode, by its PROTOCOL.md.
 *
 *     PUT                        reserves a stream; the token is the body of the response
 *     GET, accepting events      opens it; the token is in X-GraphQL-Event-Stream-Token or ?token=
 *     POST (or GET)              begins an operation on it, under extensions.operationId
 *     DELETE ?operationId=       stops one
 *
 * Without a token, and accepting a stream, GET and POST are served as on /graphql: many clients use
 * one address for both modes.
 */

#include "net/exchange.h"

/* True when the body is wanted; then stream_request_run() follows. */
bool stream_request_begin(struct exchange *x, const struct http_head *head) must_use;
void stream_request_run(struct exchange *x);
