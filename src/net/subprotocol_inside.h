#pragma once

/*
 * A sub-protocol, as its own parts and its dialects see it.
 */

#include "net/subprotocol.h"

enum {
    TEXT_CEILING = 64 * 1024 * 1024, /* of one message of ours: a fault, not a limit */
};

extern const struct net_transport subprotocol_transport;
extern const struct net_client_ops subprotocol_client_ops;

void subprotocol_become(struct subprotocol *s, enum subprotocol_state next);
/* Is anything said on this socket still? */
bool subprotocol_is_open(const struct subprotocol *s);

void subprotocol_close(struct subprotocol *s, unsigned code, struct str reason);
void subprotocol_close_when_drained(struct subprotocol *s);

/* A message of this type; id may be NULL, the payload absent. */
void subprotocol_send(struct subprotocol *s, struct outq_id *id, struct str type,
                      struct str payload);
/* Why something goes wrong, in the dialect's shape; errors are an array of GraphQL errors. */
void subprotocol_send_errors(struct subprotocol *s, struct outq_id *id, struct str type,
                             struct str errors);
/* An error of our own; without an id it is about the connection. */
void subprotocol_tell(struct subprotocol *s, struct str id, struct str type, enum status why,
                      struct str message);

/* What connection_init does, or what takes its place. payload may be NULL. */
void subprotocol_initialise(struct subprotocol *s, const struct json_value *payload);

/* An operation under an id that is free. */
void subprotocol_add_op(struct subprotocol *s, const struct dialect_message *m);
/* Starts what has waited for the acknowledgement. */
void subprotocol_run_held(struct subprotocol *s);
