#pragma once

/*
 * How a stream of results looks in the body of a response: what stands around each result, what is
 * said first, while there is nothing to say, and last.
 */

#include "net/http_request.h"
#include "net/outq.h"

struct stream_dress {
    const char *content_type;
    struct outq_envelope chunk; /* of a result, in a chunk of HTTP/1.1 */
    struct outq_envelope bare;  /* the same without a framing of its own */
    struct str opening;         /* at once, for clients that see no head without a body */
    struct str beat;            /* tells both sides and all between that the stream lives */
    struct str closing;         /* all results have been said */
};

/* NULL for STREAM_NONE. */
const struct stream_dress *stream_dress(enum http_stream stream);

/* Events of several operations, each with its id: graphql-sse's single connection mode. */
extern const struct stream_dress stream_dress_shared;
