#pragma once

/*
 * permessage-deflate (RFC 7692), the server's side: messages of a WebSocket, compressed.
 *
 * Each message is compressed by itself, in both directions: that is the one thing asked of a client
 * (client_no_context_takeover). So no connection needs states of zlib's own, which would cost some
 * three hundred kilobytes each, and what many clients hear is compressed once.
 *
 * Pure: bytes in, bytes out.
 */

#include "base/buf.h"
#include "net/http1.h"

enum {
    DEFLATE_STORED_HEAD = 5,     /* bytes */
    DEFLATE_STORED_MOST = 65535, /* bytes of a block that is not compressed */
};

/* Is there, among what the client offers, an offer that can be served? *ret_answer is then the
 * value of the response's Sec-WebSocket-Extensions. An offer with a parameter that is unknown,
 * repeated or malformed is passed over, as section 5.1 asks. */
bool deflate_negotiate(const struct http1_head *handshake, struct str *ret_answer) must_use;

/* --- writing: one for all messages of a thread */

struct deflate;

struct deflate *deflate_new(void) must_use;
/* Takes NULL. */
void deflate_free(struct deflate *d);

/* The message as a compressed one's payload, section 7.2.1; at the end of out. */
void deflate_pack(struct deflate *d, struct str message, struct buf *out);

/* Bytes as a part of a message, which other parts may stand before and behind; at the end of out.
 * A part that is not compressed is deflate_stored_head() and the bytes. Behind the last part the
 * message ends with DEFLATE_END. */
void deflate_part(struct deflate *d, struct str bytes, struct buf *out);
void deflate_stored_head(size_t n, char out[DEFLATE_STORED_HEAD]);

#define DEFLATE_END STR("\0")

/* --- reading: one for each message that is under way */

struct deflate_reader;

enum deflate_got {
    DEFLATE_OK,
    DEFLATE_BROKEN,  /* no such payload */
    DEFLATE_TOO_BIG, /* more than fits below out's ceiling: nothing is unpacked beyond that */
};

struct deflate_reader *deflate_reader_new(void) must_use;
/* Takes NULL. */
void deflate_reader_free(struct deflate_reader *r);

/* A message begins, whatever became of the one before. */
void deflate_read_begin(struct deflate_reader *r);
/* More of its payload: what can be told from that is at the end of out. */
enum deflate_got deflate_read(struct deflate_reader *r, struct str piece, struct buf *out) must_use;
/* That was all of it. */
enum deflate_got deflate_read_end(struct deflate_reader *r, struct buf *out) must_use;
