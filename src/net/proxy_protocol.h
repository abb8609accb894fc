#pragma once

/*
 * The PROXY protocol, versions 1 and 2: what a TCP proxy says about the client before anything
 * else. When it is asked for, a connection that does not begin with it is closed.
 *
 * proxy_header_parse() is pure; proxy_start() speaks it on a connection.
 */

#include "net/address.h"
#include "net/conn.h"

enum {
    PROXY_HEADER_MAX = 1024 /* bytes; what proxies add is far less */
};

enum proxy_parse {
    PROXY_MORE,
    PROXY_OK,
    PROXY_BAD,
};

struct proxy_header {
    size_t n;                  /* bytes it took */
    bool is_proxied;           /* false: the proxy speaks for itself, or knows no address */
    struct net_address client; /* of a proxied one */
};

enum proxy_parse proxy_header_parse(struct str in, struct proxy_header *ret_header) must_use;

/* Reads the header, and hands the connection on to what follows. */
void proxy_start(struct conn *c);
