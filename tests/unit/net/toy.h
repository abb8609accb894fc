#pragma once

/*
 * A toy in place of the server, for tests of the transports alone.
 *
 * Its operations, by the query's text:
 *     echo …     the query, as {"data":{"echo":…}}
 *     invalid    is not executed; refused: with 401; mutation: not over GET
 *     slow       is answered after variables.ms; late refused: is refused then
 *     late follow  becomes a stream then
 *     follow     streams what publish sends
 *     publish    sends variables.n results of variables.size bytes to all who follow
 *     count      streams variables.n results of variables.size bytes, as fast as they are taken
 *     end        ends all streams; fail: ends them with an error; expire: as if their tokens had
 * ended
 */

#include "loop/loop.h"
#include "net/net.h"

struct toy {
    struct loop loop;
    struct net *net;
    struct list running;
    unsigned cancelled;
    unsigned gone;
};

/* The loop is ready, and no network yet. */
void toy_init(struct toy *toy);
/* Listens; *port is in and out. False: error says why. */
bool toy_listen(struct toy *toy, const struct net_config *config, struct net_endpoint *endpoint,
                struct net_error *ret_error);
/* Behind a net_close() that has been answered. */
void toy_done(struct toy *toy);
