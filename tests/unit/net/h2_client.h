#pragma once

/*
 * A client of HTTP/2 on a line (line.h): nghttp2's own, in one thread with the server.
 */

#include <nghttp2/nghttp2.h>

#include "tests/unit/net/line.h"

enum {
    H2_REPLIES = 512
};

struct h2_reply {
    int32_t id;
    struct str unsaid; /* of the request's body */
    int status;
    unsigned continues; /* times that 100 came */
    char type[80];
    struct buf body;
    bool whole; /* the response has ended */
    bool closed;
    uint32_t error; /* why */
};

struct h2_client {
    struct line line;
    nghttp2_session *session;
    struct h2_reply replies[H2_REPLIES];
    size_t n;
    bool goaway;
    uint32_t goaway_error;
    unsigned pongs;
    bool deaf;     /* windows are not opened again */
    bool trailing; /* bodies do not end */
};

void h2_open(struct h2_client *c, struct toy *toy);
void h2_close(struct h2_client *c);

/* Windows so wide that they need not be opened again. */
void h2_widen(struct h2_client *c);

/* A request with fields in pairs, NULL behind the last; body may be NULL. Its stream. */
int32_t h2_ask(struct h2_client *c, const char *method, const char *path, const char *const *fields,
               const char *body);
/* A POST of a query to /graphql. */
int32_t h2_post(struct h2_client *c, const char *query, const char *variables, const char *accept);

/* All that both have to say. */
void h2_settle(struct h2_client *c);
/* Until the stream's body holds the text. */
void h2_until(struct h2_client *c, int32_t id, const char *text);
struct h2_reply *h2_reply(struct h2_client *c, int32_t id);
