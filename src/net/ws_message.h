#pragma once

/*
 * A message of a WebSocket as it arrives (RFC 6455, section 5.4): the payloads of its frames, in
 * pieces of any size. What is wrong with it is found at the piece that makes it so: too many bytes
 * when they are announced, or when so many have been unpacked; text that is no UTF-8 at its first
 * wrong byte.
 *
 * What a client compresses costs it little and us as much as the text: so a connection may unpack
 * thirty-two bytes for each that came, and a few messages of the longest beyond that.
 *
 * Owner: embedded in its socket. Between messages it holds no memory.
 */

#include "base/buf.h"
#include "base/utf8.h"
#include "net/packing.h"
#include "net/ws_frame.h"

struct ws_message {
    size_t max;            /* bytes: as it comes, and unpacked */
    size_t credit;         /* bytes that may be unpacked, of all messages to come */
    enum ws_opcode opcode; /* WS_CONTINUATION: none is begun */
    size_t announced;      /* bytes of payload, by the heads that came */
    struct utf8 utf8;
    struct buf bytes; /* of a message that did not come in one piece, or that is compressed */
    struct deflate_reader *reader; /* of one that is */
    struct packing *packing;       /* NULL: no message is compressed */
};

void ws_message_init(struct ws_message *m, size_t max, struct packing *packing);
void ws_message_done(struct ws_message *m);

/* From the next message on, be it more or less than before. None is begun. */
void ws_message_limit(struct ws_message *m, size_t max);

/* The head of a data frame. False: the connection has to be failed, as *ret_wrong says. */
bool ws_message_frame(struct ws_message *m, const struct ws_frame *f,
                      struct ws_wrong *ret_wrong) must_use;

/* More of the payload; ends: the last of the last frame. WS_WHOLE: *ret_bytes is the message. It
 * is there until ws_message_next(); where it came in one piece, it is that piece. */
enum ws_parse ws_message_piece(struct ws_message *m, struct str piece, bool ends,
                               struct str *ret_bytes, struct ws_wrong *ret_wrong) must_use;

/* A message has been read. */
void ws_message_next(struct ws_message *m);
