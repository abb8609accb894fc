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

struct opening;

struct session {
    struct worker *worker;
    int64_t look_from; /* the loop's time: before it the token has not ended. A delivery looks at
                          it, and at the worker: they stand side by side */
    struct net_client *client;
    struct viewer *viewer;   /* the latest token's; NULL only while it is being opened */
    struct opening *opening; /* NULL once it is open, or refused */
    struct timer expiry;
    struct list followers; /* session_follower.link */
};

/* Embedded in what runs for longer than a request, and has to know at once when the token was
 * renewed: session.viewer is the new one. It may leave, and nobody else may. */
struct session_follower {
    struct list link;
    void (*on_renewed)(struct session_follower *f);
};

/* Takes the caller's hold of viewer over, and its place among the user's connections
 * (quotas_connect()), which session_free() gives back. */
struct session *session_new(struct worker *w, struct net_client *client,
                            struct viewer *viewer) must_use;
/* Takes NULL. */
void session_free(struct session *s);

/* net_service.on_init: checks the token in the payload's Authorization, authorization or authToken,
 * or else the API key in its x-api-key; each also in its member `headers`, or else in the
 * handshake. Accepts the connection or closes it: with 4403, or with 1013 while keys cannot be had.
 * At once, or when keys have been fetched. */
void session_open(void *worker, struct net_client *client, const struct net_opening *opening);

/* net_service.on_gone. */
void session_close(void *worker, struct net_client *client);

/* Is it the same user and tenant, with the same rights? Then a viewer whose token ends later takes
 * the place of the one before. For operations that show who they are for: AppSync's clients have
 * one socket for all users of an endpoint, and send a newer token only so. */
bool session_covers(struct session *s, struct viewer *viewer) must_use;

/* A newer token's viewer, of the same user and tenant, takes the place of the one before, and its
 * end of that one's; running subscriptions stay, if the newer one allows them too. Takes its hold
 * of the viewer over, also on failure, when nothing else changes and *ret_why, which lives for
 * ever, says why. */
enum status session_renew(struct session *s, struct viewer *newer, struct str *ret_why) must_use;

/* Whether the token has ended; then the connection is being closed, and nothing is done for it any
 * more. The timer alone would be late by what is done before it in the turn. */
bool session_look(struct session *s);
static inline bool session_is_over(struct session *s)
{
    return loop_now_ms(&s->worker->loop) >= s->look_from && session_look(s);
}

void session_follow(struct session *s, struct session_follower *f);

/* A line in the audit log about a client that came, went or was refused; no viewer: it is not known
 * who. */
struct session_act {
    const char *event;
    enum status status;
    struct str reason; /* absent without one */
};
void session_audit(const struct worker *w, const struct net_client *client, const struct viewer *v,
                   const struct session_act *act);

/* The caller's side of every statement made for this viewer; borrows from it. */
struct store_caller session_caller(const struct viewer *v);

/* net_service.on_caller: whose token or API key it is. */
int session_identify(void *worker, const struct net_call *call, struct net_caller *ret_caller,
                     struct buf *refusal);
