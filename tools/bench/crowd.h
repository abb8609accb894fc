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
 * A connection that is lost and that nobody has reckoned with (config.on_lost), and a message that
 * is not understood, spoil the measurement: from then on every call returns false, and crowd.why
 * says what happened.
 *
 * Threads: one.
 */

#include "tools/bench/wire.h"
#include "tools/bench/ws_client.h"

typedef void crowd_message_fn(void *user, size_t member, const struct wire_message *m);
typedef void crowd_member_fn(void *user, size_t member);

struct crowd_config {
    struct sockaddr_in address;
    struct str token;
    size_t most;     /* members, ever */
    size_t knocking; /* connections being set up at a time; 0: a few */
    crowd_message_fn *on_message;
    crowd_member_fn *on_ready; /* it has its acknowledgement; NULL: nobody waits for it */
    crowd_member_fn *on_lost;  /* it may enter again, but not from inside; NULL: it spoils */
    void *user;
};

struct crowd_member;

struct crowd {
    struct crowd_config config;
    struct ws_set set;
    struct crowd_member *members;
    struct buf text; /* a message under way to a client */
    size_t n;        /* members so far */
    size_t n_in;     /* of these, connected or being so */
    size_t n_ready;  /* and acknowledged */
    char why[256];   /* empty while all is well */
};

must_use bool crowd_init(struct crowd *c, const struct crowd_config *config);
void crowd_done(struct crowd *c);

/* Ready members, n in all; those that are there stay. Gives up after a minute. */
must_use bool crowd_grow(struct crowd *c, size_t n);

/* May one more connection be set up now? */
must_use bool crowd_may_knock(const struct crowd *c);
/* A member that has left, or was lost, connects again; its on_ready follows. */
void crowd_enter(struct crowd *c, size_t member);
/* Hangs up, without a word. */
void crowd_leave(struct crowd *c, size_t member);

void crowd_say(struct crowd *c, size_t member, size_t id, struct str query, struct str variables);
void crowd_pause(struct crowd *c, size_t member, bool is_paused);

/* Sends and receives; waits at most wait_ms. */
must_use bool crowd_turn(struct crowd *c, int wait_ms);

/* The first reason why the measurement is worth nothing; later ones are ignored. */
void crowd_spoil(struct crowd *c, const char *format, ...) printf_like(2, 3);
