#pragma once

/*
 * Many clients of one server: connected, initialised with a token, and spoken to by number.
 *
 *     crowd_init(&crowd, &config);
 *     crowd_grow(&crowd, 1000)             until each has its acknowledgement
 *     crowd_say(&crowd, i, 0, query, variables);
 *     while (…) crowd_turn(&crowd, 100)    config.on_message
 *     crowd_done(&crowd);
 *
 * A connection that is lost, and a message that is not understood, spoil the measurement: from
 * then on every call returns false, and crowd.why says what happened.
 *
 * Threads: one.
 */

#include "tools/bench/wire.h"
#include "tools/bench/ws_client.h"

typedef void crowd_message_fn(void *user, size_t member, const struct wire_message *m);

struct crowd_config {
    struct sockaddr_in address;
    struct str token;
    size_t most; /* members, ever */
    crowd_message_fn *on_message;
    void *user;
};

struct crowd_member;

struct crowd {
    struct crowd_config config;
    struct ws_set set;
    struct crowd_member *members;
    struct buf text; /* a message under way to a client */
    size_t n;
    size_t n_ready;
    char why[256]; /* empty while all is well */
};

must_use bool crowd_init(struct crowd *c, const struct crowd_config *config);
void crowd_done(struct crowd *c);

/* Ready members, n in all; those that are there stay. Gives up after a minute. */
must_use bool crowd_grow(struct crowd *c, size_t n);

void crowd_say(struct crowd *c, size_t member, size_t id, struct str query, struct str variables);
void crowd_pause(struct crowd *c, size_t member, bool is_paused);

/* Sends and receives; waits at most wait_ms. */
must_use bool crowd_turn(struct crowd *c, int wait_ms);

/* The first reason why the measurement is worth nothing; later ones are ignored. */
void crowd_spoil(struct crowd *c, const char *format, ...) printf_like(2, 3);
