#pragma once

/*
 * What waits to be written to one socket, in order: WebSocket frames, or bytes of HTTP.
 *
 * A result that many sockets wait for is held as a reference to its frame; of results that are a
 * run of frames, a queue says only from which to which. What each protocol and each client's own
 * operation id put around it, {"id":"…","type":"next","payload":…}, is put together only when the
 * bytes are taken, all that waits side by side, so that one write sends it.
 *
 * Owner: the connection; an empty queue holds no memory.
 */

#include "base/frame.h"
#include "net/ws_frame.h"

/* A client's operation id as JSON, without the quotes; counted, because what waits under it may
 * outlive the operation. */
struct outq_id {
    unsigned holders;
    bool is_escaped; /* else these are the bytes that the client sent */
    size_t n;
    char json[];
};

enum outq_framing {
    OUTQ_MESSAGE, /* a text frame of a WebSocket */
    OUTQ_CHUNK,   /* a chunk of HTTP/1.1 (RFC 9112, section 7.1) */
    OUTQ_BARE,    /* nothing: the bytes delimit themselves */
};

/* How a protocol dresses a result: before_id, the id, before_payload, the payload, behind_payload.
 * Lives as long as the process: each protocol has one. */
struct outq_envelope {
    enum outq_framing framing;
    struct str before_id;
    struct str before_payload;
    struct str behind_payload;
};

struct outq_item;
struct outq_stencil;

/* What all queues of a loop share. */
struct outq_stock {
    size_t copies;           /* bytes that are held for one queue alone */
    struct outq_item *spare; /* places of results that were sent, for those to come */
    unsigned n_spare;
    struct outq_stencil *stencil; /* net/outq_text.h; NULL until results go out */
};

struct outq {
    struct outq_item *first;
    struct outq_item *last;
    size_t unsent;            /* bytes that wait, heads and envelopes counted */
    size_t taken;             /* of what goes out first */
    struct outq_stock *stock; /* NULL: its own places are its own */
};

/* The queues are done already. */
void outq_stock_done(struct outq_stock *stock);

/* One holder: the caller. id must be UTF-8. */
struct outq_id *outq_id_new(struct str id) must_use;
/* Is it this one, as the client sent it? */
bool outq_id_is(const struct outq_id *id, struct str text) must_use;
/* Takes NULL, returns NULL. */
struct outq_id *outq_id_unref(struct outq_id *id);

/* stock may be NULL. */
void outq_init(struct outq *q, struct outq_stock *stock);
void outq_done(struct outq *q);

static inline bool outq_empty(const struct outq *q)
{
    return !q->first;
}

/* One more result of an operation; the frame, and those in front of it in a run that came before
 * it, are held until it is sent. id is NULL where the envelope has no place for one. */
void outq_push_next(struct outq *q, const struct outq_envelope *envelope, struct outq_id *id,
                    struct frame *payload);

/* The same, of a result that is packed as a part of a compressed message, as net/deflate.h has it:
 * the envelope's framing is OUTQ_MESSAGE. */
void outq_push_packed_next(struct outq *q, const struct outq_envelope *envelope, struct outq_id *id,
                           struct frame *part);

/* A WebSocket frame around a copy of payload; id is NULL when it belongs to no operation. */
void outq_push_frame(struct outq *q, enum ws_opcode opcode, struct outq_id *id, struct str payload);

/* The frame of a text that is compressed. */
void outq_push_packed(struct outq *q, struct outq_id *id, struct str payload);

/* Bytes as they are. */
void outq_push_raw(struct outq *q, struct str bytes);

/* Bytes that live as long as the process: they are not copied. */
void outq_push_lasting(struct outq *q, struct str bytes);

/* A chunk of HTTP/1.1 around a copy of bytes. */
void outq_push_chunk(struct outq *q, struct str bytes);

/* Drops what waits under id, or under another one of the same text. A frame of which a part is sent
 * already goes out whole. */
void outq_drop(struct outq *q, const struct outq_id *id);

/* Moves up to room bytes to to; returns how many. */
size_t outq_take(struct outq *q, char *to, size_t room);
