#pragma once

/*
 * graphql-transport-ws as a load generator speaks it: messages are put together here, and taken
 * apart by their place, not by a JSON parser, which would cost more than the server does. What is
 * laid out otherwise than servers lay it out (id and type first, no spaces) is not understood, and
 * counts as a failure.
 *
 * Operation ids have the 36 characters that clients give them, and end in a number of ours.
 */

#include "base/buf.h"

enum wire_type {
    WIRE_ACK,
    WIRE_NEXT,
    WIRE_COMPLETE,
    WIRE_ERROR,
};

struct wire_message {
    enum wire_type type;
    size_t id;          /* not of WIRE_ACK */
    struct str payload; /* absent where there is none */
};

must_use bool wire_read(struct str text, struct wire_message *ret_message);

/* Each appends one message. */
void wire_init(struct buf *out, struct str token);
void wire_subscribe(struct buf *out, size_t id, struct str query, struct str variables);

/* What stands behind the first `before`: digits, or a string up to its quote. False when there is
 * none. Strings come as they stand: ask only for what needs no escapes. */
must_use bool wire_find_number(struct str json, struct str before, int64_t *ret_number);
must_use bool wire_find_text(struct str json, struct str before, struct str *ret_text);
