#pragma once

/*
 * An HTTP server on 127.0.0.1 that says, byte for byte, what a test wants said: a thread of its
 * own, one connection after another.
 */

#include <pthread.h>

#include "base/str.h"

struct http_stub {
    int listener;
    unsigned short port;
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    struct str answer;    /* borrowed */
    bool is_silent;       /* accepts, and says nothing until it speaks again */
    bool is_saying;       /* the answer, which must stay */
    bool is_ending;
    unsigned requests;
    char request[4096]; /* the last one's head */
};

void http_stub_start(struct http_stub *stub);
void http_stub_stop(struct http_stub *stub);

/* The whole answer, from its status line on. */
void http_stub_say(struct http_stub *stub, struct str answer);
/* Until nothing is being said any more: the answer's memory may be used again. */
void http_stub_await(struct http_stub *stub);
/* Until http_stub_say(): whoever still waits then is told that. */
void http_stub_keep_silent(struct http_stub *stub);

unsigned http_stub_requests(struct http_stub *stub);

/* http://127.0.0.1:PORT/jwks, in memory that the next call uses again. */
struct str http_stub_url(const struct http_stub *stub);

/* 200 with this body and these headers ("Name: value\r\n"), in memory that the next call uses
 * again. */
struct str http_stub_ok(const char *headers, struct str body);
