#pragma once

/*
 * The messages that are sent, and the documents they are sent and followed with. A text tells its
 * number and when it was sent, and is filled up to the length that was asked for.
 */

#include "base/buf.h"
#include "base/json_out.h"

extern const struct str message_send;   /* sendMessage */
extern const struct str message_follow; /* onMessage from a position */
extern const struct str message_resume; /* the position a room stands at */

/* The variables of message_send. */
void message_write(struct buf *out, struct str room, size_t number, int64_t now_us, size_t length);

/* message_follow, or another that differs from it by one alias: as many as there are numbers. */
void message_write_selection(struct buf *out, size_t number);

/* The variables of message_follow: everything behind the cursor. */
void message_write_follow(struct buf *out, struct str room, struct str cursor);

/* What an event of message_follow says. */
struct message_seen {
    int64_t number;
    int64_t sent_us;
    int64_t seq;
};

must_use bool message_read(struct str payload, struct message_seen *ret_seen);

enum {
    MESSAGE_CURSOR_MAX = 64,
};

/* What the server says of an event: where to go on behind it, and how it was told. */
struct message_place {
    struct str cursor;
    bool is_replayed;
};

must_use bool message_read_place(struct str payload, struct message_place *ret_place);
