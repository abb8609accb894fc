#pragma once

/*
 * The client's side of WebSocket, as little as a load generator needs: many sockets on one epoll,
 * text messages, pings answered. A frame that a load generator has no use for (a fragment, binary)
 * ends the connection, and its owner is told why.
 *
 *     ws_set_init(&set, handlers);
 *     ws_client_open(client, &set, &address, user);     handlers->on_open, or on_close
 *     ws_client_send(client, text);                     leaves with the next ws_set_turn()
 *     while (…) ws_set_turn(&set, 100);                 handlers->on_text
 *
 * Owner:   the set's owner, of the clients as well; they must stay where they are while open.
 * Threads: one.
 */

#include <netinet/in.h>

#include "base/buf.h"
#include "base/list.h"

enum ws_client_state {
    WS_CLIENT_CLOSED,
    WS_CLIENT_CONNECTING,
    WS_CLIENT_UPGRADING,
    WS_CLIENT_OPEN,
};

struct ws_client;

struct ws_handlers {
    void (*on_open)(struct ws_client *c);
    void (*on_text)(struct ws_client *c, struct str text);
    /* The connection is gone; why is for a person. Not called for ws_client_close(). */
    void (*on_close)(struct ws_client *c, const char *why);
};

struct ws_set {
    int epoll;
    const struct ws_handlers *handlers;
    struct list unsent; /* ws_client.in_unsent */
    char *scratch;
};

struct ws_client {
    struct ws_set *set;
    int fd;
    enum ws_client_state state;
    bool is_paused;
    uint32_t watched; /* what epoll was told last */
    struct list in_unsent;
    struct buf in; /* what has not arrived whole */
    struct buf out;
    void *user;
};

/* False when the kernel gives no epoll. */
must_use bool ws_set_init(struct ws_set *s, const struct ws_handlers *handlers);
void ws_set_done(struct ws_set *s);

/* Sends what waits, then takes what has come, waiting for it for at most wait_ms. */
void ws_set_turn(struct ws_set *s, int wait_ms);

/* c is all-zero. False when there is no socket to be had; errno says why. */
must_use bool ws_client_open(struct ws_client *c, struct ws_set *s,
                             const struct sockaddr_in *address, void *user);
void ws_client_close(struct ws_client *c);

void ws_client_send(struct ws_client *c, struct str text);

/* Stops reading, so that the kernel's buffers fill; and reads on. */
void ws_client_pause(struct ws_client *c, bool is_paused);
