#pragma once

/*
 * What "GraphQL over HTTP" reads in a request: which media type is wanted, what the query string
 * and the body ask for.
 *
 * Pure, but for the arena that decoded text goes to.
 */

#include "base/arena.h"
#include "net/http_head.h"
#include "net/operation.h"

enum http_media {
    MEDIA_JSON,             /* application/json */
    MEDIA_GRAPHQL_RESPONSE, /* application/graphql-response+json */
    MEDIA_NONE,             /* nothing we have is acceptable */
};

/* How results that come one by one are wanted. */
enum http_stream {
    STREAM_NONE,
    STREAM_EVENTS, /* text/event-stream: the events of graphql-sse's PROTOCOL.md */
    STREAM_PARTS,  /* multipart/mixed;subscriptionSpec=1.0: Apollo's subscriptions over HTTP */
};

/* By Accept, with its q-values; without one, and where anything will do, MEDIA_JSON. */
enum http_media http_request_media(const struct http_head *h);

/* By Accept, with its q-values: only what it names; of two wanted alike, events. *ret_first: a
 * single result is rather wanted so, too, than in any of our media types. */
enum http_stream http_request_stream(const struct http_head *h, bool *ret_first);

/* May a response be of that type? */
bool http_request_accepts(const struct http_head *h, struct str type);

/* The q among parameters, in thousandths; 0 where it is malformed. */
int http_q(struct str params);

/* Does a person look: is text/html named in Accept, and none of our own types? */
bool http_request_wants_html(const struct http_head *h);

/* application/json, in UTF-8. */
bool http_request_is_json(struct str content_type);

/* Does the query string have a parameter of that name? */
bool http_request_has_param(struct str query_string, struct str name);
/* The first parameter of that name, decoded into the arena; absent without one, and where it is
 * malformed. */
struct str http_request_param(struct arena *a, struct str query_string, struct str name);

/* One segment of a path, decoded into the arena. False: it is empty, malformed, or not one. */
bool http_request_segment(struct arena *a, struct str segment, struct str *ret_text) must_use;

/* A request as it was understood: query, document_id, operation_name, variables and extensions, in
 * the arena. False: the words in *ret_wrong, in the arena too, tell the client why. */
bool http_request_from_body(struct arena *a, struct str body, struct net_call *ret_call,
                            struct str *ret_wrong) must_use;
bool http_request_from_query(struct arena *a, struct str query_string, struct net_call *ret_call,
                             struct str *ret_wrong) must_use;

/* Several requests, as they were understood. */
struct http_batch {
    struct net_call *calls; /* in the arena */
    size_t n;
};

/* The same of a body that is an array of them, of one at least and `most` at most. */
bool http_batch_from_body(struct arena *a, struct str body, size_t most,
                          struct http_batch *ret_batch, struct str *ret_wrong) must_use;
