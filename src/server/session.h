#pragma once

/*
 * What an open socket, or a stream over HTTP, is allowed: the viewer of its token, until the token
 * ends or is renewed. Then the client is closed.
 *
 * Owner:   the connection: made in connection_init, gone with the connection. Over HTTP each stream
 *          has one of its own.
 * Threads: the connection's loop.
 */

#include "loop/timer.h"
#include "server/worker.h"

struct session {
    struct worker *worker;
    struct net_client *client;
    struct viewer *viewer; /* the latest token's; never NULL */
    struct timer expiry;
};

/* Takes the caller's hold of viewer over. */
struct session *session_new(struct worker *w, struct net_client *client,
                            struct viewer *viewer) must_use;
/* Takes NULL. */
void session_free(struct session *s);

/* net_service.on_init: checks the token in the payload's Authorization, authorization or authToken
 * and accepts the connection or closes it with 4403. */
void session_open(void *worker, struct net_client *client, const json_t *payload);

/* net_service.on_gone. */
void session_close(void *worker, struct net_client *client);

/* A newer token for the same user and tenant takes the place of the one before: running
 * subscriptions stay. On failure nothing changes, and the error says why. */
enum status session_renew(struct session *s, struct str token,
                          struct token_error *ret_error) must_use;

/* The caller's side of every statement made for this viewer; borrows from it. */
struct store_caller session_caller(const struct viewer *v);

/* net_service.on_caller: whose token it is. */
bool session_identify(void *worker, struct str authorization, struct net_caller *ret_caller,
                      struct buf *refusal);
