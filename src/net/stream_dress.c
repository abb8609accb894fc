#include "net/stream_dress.h"

/* An envelope in both framings. */
#define ENVELOPE(before, behind)                                                                   \
    .chunk = {.framing = OUTQ_CHUNK,                                                               \
              .before_payload = STR_INIT(before),                                                  \
              .behind_payload = STR_INIT(behind)},                                                 \
    .bare = {.framing = OUTQ_BARE,                                                                 \
             .before_payload = STR_INIT(before),                                                   \
             .behind_payload = STR_INIT(behind)}

/* A part is only known to be whole when the boundary behind it is there, so that is sent with it. A
 * payload cannot hold the boundary: JSON as we write it has no line ends. */
#define BOUNDARY  "\r\n--graphql"
#define PART_HEAD "\r\ncontent-type: application/json\r\n\r\n"
#define HEARTBEAT PART_HEAD "{}" BOUNDARY

static const struct stream_dress events = {
    .content_type = "text/event-stream; charset=utf-8",
    ENVELOPE("event: next\ndata: ", "\n\n"),
    .opening = STR_INIT(":\n\n"),
    .beat = STR_INIT(":\n\n"),
    .closing = STR_INIT("event: complete\ndata:\n\n"),
};

static const struct stream_dress parts = {
    .content_type = "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0",
    ENVELOPE(PART_HEAD "{\"payload\":", "}" BOUNDARY),
    .opening = STR_INIT(BOUNDARY HEARTBEAT),
    .beat = STR_INIT(HEARTBEAT),
    .closing = STR_INIT("--\r\n"),
};

#define WITH_ID                                                                                    \
    .before_id = STR_INIT("event: next\ndata: {\"id\":\""),                                        \
    .before_payload = STR_INIT("\",\"payload\":"), .behind_payload = STR_INIT("}\n\n")

const struct stream_dress stream_dress_shared = {
    .content_type = "text/event-stream; charset=utf-8",
    .chunk = {.framing = OUTQ_CHUNK, WITH_ID},
    .bare = {.framing = OUTQ_BARE, WITH_ID},
    .opening = STR_INIT(":\n\n"),
    .beat = STR_INIT(":\n\n"),
    .closing = STR_INIT(""),
};

const struct stream_dress *stream_dress(enum http_stream stream)
{
    switch (stream) {
    case STREAM_NONE:
        return NULL;
    case STREAM_EVENTS:
        return &events;
    case STREAM_PARTS:
        return &parts;
    }
    return NULL;
}
