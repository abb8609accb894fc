#pragma once

/*
 * Where the transports and the server meet: one operation that a client asked for, whatever it
 * came over.
 *
 * A transport makes a struct net_operation, hands it to service->on_operation() and later hears of
 * it through struct net_transport; the server is told of the client's side through struct
 * net_service. An operation ends exactly once: by finish() or complete() from the
 * server, or by on_cancel() from the transport. Behind that neither side touches it.
 *
 * None of the server's calls are answered inside themselves, and on_operation() may end the
 * operation before it returns.
 *
 * Threads: the connection's loop.
 */

#include "base/buf.h"
#include "base/frame.h"
#include "base/json_value.h"
#include "base/rate.h"
#include "base/str.h"
#include "net/http_head.h"

struct net_address;
struct net_client;
struct net_operation;

enum net_push {
    NET_TOOK,
    NET_FULL, /* not taken: more is unsent than the high-water mark; on_drained() comes later */
};

enum net_outcome {
    NET_RESULT,        /* executed: `data` is there, perhaps with errors */
    NET_REQUEST_ERROR, /* well-formed but not executed: syntax, validation, variables, operationName
                        */
    NET_REFUSED,       /* http_status counts on every media type: 401, 405, 429, 503 */
};

struct net_response {
    enum net_outcome outcome;
    int http_status;          /* for NET_REQUEST_ERROR and NET_REFUSED */
    struct str body;          /* the whole response object; borrowed for the call */
    struct str errors;        /* its `errors` array, for protocols that send only that */
    struct str traceresponse; /* its place in a trace, as traceparent has it; absent: in none */
};

/* What the server calls. */
struct net_transport {
    /* It has become a stream: op->is_stream was set, and a result may be long in coming. NULL where
     * nobody needs to hear so. */
    void (*begin)(struct net_operation *op);
    /* The stream stands: what is sent from now on will be heard. cursor: where it begins. NULL
     * where nobody wants to know. */
    void (*started)(struct net_operation *op, struct str cursor);
    /* One more result; the payload is the whole response object and is shared, not copied. */
    enum net_push (*next)(struct net_operation *op, struct frame *payload);
    /* The only result, or why there is none; ends the operation. */
    void (*finish)(struct net_operation *op, const struct net_response *response);
    /* Ends a stream: without errors, or with a response whose `errors` say why. */
    void (*complete)(struct net_operation *op, const struct net_response *why);
};

struct net_operation {
    const struct net_transport *transport;
    struct net_client *client;
    void *owner;    /* the server's request or subscription */
    bool is_stream; /* more than one result may come: nobody who stops waits for its end. The
                       server sets it, and then calls begin(); the first next() sets it, too */
};

/* What the client sent; borrowed for the call of on_operation(). */
struct net_call {
    struct str query;          /* absent only when the next or an extension names the document */
    struct str document_id;    /* of a trusted document; absent without one */
    struct str operation_name; /* absent without one */
    const struct json_value *variables;  /* an object, or NULL */
    const struct json_value *extensions; /* an object, or NULL */
    struct str authorization; /* HTTP: the header's value. On sockets absent, but where an operation
                                 may show a token of its own (AppSync) */
    struct str api_key;       /* likewise, of x-api-key */
    struct str traceparent;   /* over HTTP, where it is asked for: the header's */
    struct str client_name;   /* HTTP: as the client calls itself; absent without a name */
    struct str schema_hash;   /* HTTP: X-Schema-Hash */
    bool bare_field;   /* a stream's payloads are its root field's values, with nothing around */
    bool typed_errors; /* errors carry errorType and errorCode, for AppSync's clients */
    bool built_in;     /* the document is the transport's own, not the client's */
    bool safe_method;  /* HTTP GET: only a query may run (else NET_REFUSED with 405) */
    bool can_stream;   /* a subscription can be served over this transport */
    bool goes_on;      /* an operation of the same request came before, with the same token */
};

/* What a connection begins with; borrowed for the call of on_init(). */
struct net_opening {
    const struct json_value *payload; /* of connection_init: an object, or NULL */
    struct str authorization;         /* shown in the handshake; absent without one */
    struct str api_key;
};

/* A client's connection, or one HTTP request. Embedded by the transport. */
struct net_client {
    void *session; /* the server's: set in on_init(), dropped in on_gone(); NULL over HTTP */
    uint64_t id;   /* for logs; unique in the process */
    const char *transport;             /* "graphql-transport-ws", "http" */
    const struct net_address *address; /* where it is, for logs and limits; its connection's */
    struct rate_state *requests;       /* how many were asked for lately; its connection's */
    const size_t *unsent; /* bytes of answers that clients have not taken yet; its loop's */
    const struct net_client_ops *ops;
};

struct net_client_ops {
    /* Answers to on_init(), then or later. payload: a JSON object, or absent. */
    void (*accept)(struct net_client *c, struct str ack_payload);
    /* Closes with a close code and a reason, of which a close frame shows at most 123 bytes. Over
     * HTTP only a stream can be closed, because its token has ended, and tells the client that. */
    void (*close)(struct net_client *c, unsigned code, struct str reason);
};

/* A page that is not GraphQL: /healthz, /schema.graphql, /graphiql. */
struct net_page {
    int status;
    const char *content_type;
    struct str body; /* in the scratch given; or it lives as long as the process */
    bool body_lasts; /* the latter: it is sent without a copy */
    /* All but the first two are absent where they say nothing. */
    struct str cache_control; /* absent: it is kept nowhere */
    struct str policy;        /* what the page may load; absent: nothing */
    struct str coding;        /* of the body: "br" */
    bool negotiated;          /* the body's coding was chosen by the request's Accept-Encoding */
    struct str tag;           /* of the body in this coding, with its quotes: "\"5d41402a\"" */
};

enum {
    NET_CALLER_LENGTH = 32
};

/* One user of one tenant: equal bytes are the same one. */
struct net_caller {
    unsigned char bytes[NET_CALLER_LENGTH];
};

/* What the transports call: the server's side. */
struct net_service {
    void *user;
    /* connection_init, or what takes its place. Ends in ops->accept() or ops->close(). */
    void (*on_init)(void *user, struct net_client *c, const struct net_opening *opening);
    void (*on_operation)(void *user, struct net_operation *op, const struct net_call *call);
    /* The client completed it, or its connection is gone. */
    void (*on_cancel)(struct net_operation *op);
    /* After NET_FULL: there is room again. */
    void (*on_drained)(struct net_operation *op);
    /* The connection is gone, its operations were cancelled before. Only for a client with a
     * session. */
    void (*on_gone)(void *user, struct net_client *c);
    /* Who asks, by what an HTTP request shows: its authorization and API key alone are looked at.
     * 0, or the status of the response that refuses; its body is then in refusal, which is empty
     * and bounded. */
    int (*on_caller)(void *user, const struct net_call *shown, struct net_caller *ret_caller,
                     struct buf *refusal);
    /* GET and HEAD. False: no such page. scratch is empty and bounded. */
    bool (*on_page)(void *user, const struct net_address *client, const struct http_head *head,
                    struct buf *scratch, struct net_page *ret_page);
    /* The same for operators, on the listener aside; NULL where there is none. */
    bool (*on_page_aside)(void *user, const struct http_head *head, struct buf *scratch,
                          struct net_page *ret_page);
};
