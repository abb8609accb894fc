#pragma once

/*
 * What tells one sub-protocol from another: the names of its messages, what stands around a result,
 * how a client's message is read, and what becomes of those who do wrong.
 *
 * What all have in common stands in net/subprotocol.h.
 */

#include "net/call.h"
#include "net/counts.h"
#include "net/outq.h"

struct subprotocol;

enum {
    DIALECT_ID_MAX = 256, /* bytes of an operation's id: clients choose it, we keep it */
    DIALECT_WRONG_MAX = 256
};

/* What a client may ask for, whatever the sub-protocol calls it. */
enum dialect_verb {
    DIALECT_INIT,
    DIALECT_PING,
    DIALECT_PONG,
    DIALECT_START,
    DIALECT_STOP,
    DIALECT_TERMINATE,
};

/* One message of a client: checked fields. */
struct dialect_message {
    struct arena *arena; /* of whoever has it read: what the fields point into */
    enum dialect_verb verb;
    struct str text;      /* as it came; borrowed */
    struct str id;        /* of START and STOP; of a message that is refused, when it has one */
    struct net_call call; /* of START */
    const struct json_value *payload; /* of INIT, PING and PONG: an object, or NULL */
    const struct json_value *json;    /* all of it; NULL when the text is no JSON */
};

/* What was wrong with a message, as the reason of a close. */
struct dialect_wrong {
    char text[DIALECT_WRONG_MAX];
};

/* Names of messages are absent where the sub-protocol has none. */
struct dialect {
    const char *name;   /* for logs */
    enum net_kind kind; /* for counts */
    struct str offered; /* the name in Sec-WebSocket-Protocol */

    struct outq_envelope result;
    struct str ack;
    struct str ack_payload; /* in place of the server's; absent: that */
    struct str started;     /* a stream stands; of a query or mutation, before its result */
    struct str connection_error;
    struct str keep_alive; /* sent behind the acknowledgement, and from then on */
    struct str pong;
    struct str error;
    struct str complete;

    /* Close codes for those who do wrong. 0: they are told in an error, and the socket stays. */
    unsigned close_malformed;
    unsigned close_unacknowledged; /* who starts an operation before the acknowledgement */
    unsigned close_init_late;
    unsigned close_init_twice;
    unsigned close_id_in_use;

    bool start_begins;   /* does what init does, where that has not come */
    bool start_waits;    /* once the connection is being initialised: for the acknowledgement */
    bool start_replaces; /* what runs under the same id */
    bool stop_answered;  /* with `complete`, when something ran */
    bool typed_errors;   /* net_call.typed_errors */

    /* Of a message that has nothing but an arena. False: the words in *ret_wrong say why. What it
     * reads is decided by the text and the handshake alone. */
    bool (*read)(const struct subprotocol *s, struct str text, struct dialect_message *message,
                 struct dialect_wrong *ret_wrong);
    /* A message. NULL: dialect_write(). */
    void (*write)(struct buf *out, const struct outq_id *id, struct str type, struct str payload);
    /* The payload of an error, from an array of GraphQL errors. NULL: the array. */
    void (*write_errors)(struct buf *out, struct str errors);
    /* The payload of `started`. NULL: none. */
    void (*write_started)(const struct subprotocol *s, struct buf *out, struct str cursor);

    /* What it does at some points; NULL where it does nothing. */
    void (*on_opened)(struct subprotocol *s);
    void (*on_ready)(struct subprotocol *s);
    /* The only result of an operation. NULL: the envelope, then `complete`. */
    void (*on_result)(struct subprotocol *s, struct outq_id *id, struct str response);
    /* An operation has ended with these errors, and the client was told so. */
    void (*on_failed)(struct subprotocol *s, const struct outq_id *id, struct str errors);
};

/* graphql-transport-ws, of the graphql-ws library, by its PROTOCOL.md. */
extern const struct dialect dialect_gtws;
/* graphql-ws, of the subscriptions-transport-ws library that was before it. */
extern const struct dialect dialect_legacy;
/* What AppSync's clients speak under the name of graphql-ws. */
extern const struct dialect dialect_appsync;
/* JSON without GraphQL, of one room: docs/room-sockets.md. */
extern const struct dialect dialect_room;

/* {"id":…,"type":type,"payload":payload}; id may be NULL, the payload absent. */
void dialect_write(struct buf *out, const struct outq_id *id, struct str type, struct str payload);

/* For the readers of sub-protocols. */

struct dialect_name {
    const char *name;
    enum dialect_verb verb;
};

/* Fills the words; false, which is what nearly every caller needs. */
bool dialect_refuse(struct dialect_wrong *wrong, const char *format, ...) printf_like(2, 3);

/* All of a message but what START asks for: a type of those named, an id where the verb has one,
 * the payload of INIT, PING and PONG; or says what is wrong. The id is taken also from a message
 * that is refused for something else. */
bool dialect_take(struct dialect_message *m, struct str text, const char *id_name,
                  const struct dialect_name *names, size_t n_names,
                  struct dialect_wrong *ret_wrong);
/* A request in m->json's payload. */
bool dialect_take_call(struct dialect_message *m, struct dialect_wrong *ret_wrong);
