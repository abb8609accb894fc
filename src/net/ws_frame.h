#pragma once

/*
 * Frames of the WebSocket protocol (RFC 6455, section 5): reading a client's, writing a server's.
 *
 * Pure: bytes in, values out. Nothing is kept between calls.
 */

#include "base/status.h"
#include "base/str.h"

enum ws_opcode {
    WS_CONTINUATION = 0x0,
    WS_TEXT = 0x1,
    WS_BINARY = 0x2,
    WS_CLOSE = 0x8,
    WS_PING = 0x9,
    WS_PONG = 0xA,
};

/* Control frames may stand between the frames of a message (section 5.5). */
static inline bool ws_is_control(enum ws_opcode opcode)
{
    return opcode >= WS_CLOSE;
}

enum {
    WS_HEAD_MAX = 10,    /* of a frame from a server, which is not masked */
    WS_CONTROL_MAX = 125 /* bytes that a control frame may carry */
};

enum ws_close_code {
    WS_NORMAL = 1000,
    WS_GOING_AWAY = 1001,
    WS_PROTOCOL_ERROR = 1002,
    WS_NO_CODE = 1005, /* never sent: the close frame was empty */
    WS_BAD_TEXT = 1007,
    WS_TOO_BIG = 1009,
    WS_RESTART = 1012,
};

struct ws_frame {
    enum ws_opcode opcode;
    bool final;
    bool packed; /* the first of a message that is compressed (RFC 7692) */
    unsigned char mask[4];
    size_t head; /* bytes before the payload */
    size_t n;    /* bytes of payload, behind the head */
};

enum ws_parse {
    WS_MORE,  /* not all of it is there yet */
    WS_WHOLE, /* it is there */
    WS_BROKEN /* the connection has to be failed, as *ret_wrong says */
};

struct ws_wrong {
    enum ws_close_code code;
    struct str reason;
};

/* The head of the frame at the start of in; packs: messages may be compressed. What breaks the
 * protocol, or announces more than max_payload, is found as soon as the bytes that say so are
 * there; ret_frame is set for WS_WHOLE only. */
enum ws_parse ws_frame_parse(struct str in, bool packs, size_t max_payload,
                             struct ws_frame *ret_frame, struct ws_wrong *ret_wrong) must_use;

/* Takes the mask off, in place, and turns it to the byte where the payload goes on. */
void ws_unmask(unsigned char mask[4], char *p, size_t n);

/* The head of a final frame from a server with n bytes of payload, compressed or not; returns its
 * length. */
size_t ws_frame_head(enum ws_opcode opcode, bool packed, size_t n, char out[WS_HEAD_MAX]);

/* A close frame's payload: a code and a reason, cut at a character to what fits. */
size_t ws_close_payload(unsigned code, struct str reason, char out[WS_CONTROL_MAX]);

/* The code in a close frame from a client; WS_NO_CODE for an empty one. False: malformed. */
bool ws_close_parse(struct str payload, unsigned *ret_code, struct ws_wrong *ret_wrong) must_use;
