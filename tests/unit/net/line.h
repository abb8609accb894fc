#pragma once

/*
 * A client's end of a connection to a toy's network, in one thread with it: bytes are said and
 * heard as they stand.
 */

#include "tests/unit/net/toy.h"

/* A toy whose network takes lines. config may be NULL. */
void line_toy(struct toy *toy, const struct net_config *config);
/* The network closes; whoever is left is cut after a moment. */
void line_toy_done(struct toy *toy);

struct line {
    struct toy *toy;
    int fd;
    bool ended; /* the server's side is shut */
    struct buf heard;
};

void line_open(struct line *l, struct toy *toy);
void line_close(struct line *l);

void line_say(struct line *l, struct str bytes);
/* Lets the server work until it has nothing more to do; what it has said since is in l->heard. */
void line_settle(struct line *l);
/* Until that has been heard, whatever it takes; false when the server's side ended before. */
bool line_until(struct line *l, const char *text);
/* Takes all that was heard, as long as nothing more is said. */
struct str line_take(struct line *l);

/* Says, settles and takes. */
struct str line_ask(struct line *l, const char *text);

/* A POST of a query; fields are whole lines. In static memory. */
const char *line_post(const char *query, const char *variables, const char *fields);

bool line_has(struct str s, const char *text);
/* How often text stands in s. */
unsigned line_count(struct str s, const char *text);
