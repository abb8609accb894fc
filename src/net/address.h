#pragma once

/*
 * Where a client is: an IP address, and ranges of such addresses in CIDR notation (RFC 4632).
 *
 * Pure values.
 */

#include "base/arena.h"
#include "base/str.h"

/* IPv6; IPv4 as ::ffff:a.b.c.d. All zero: nowhere on a network, as behind a Unix socket. */
struct net_address {
    unsigned char ip[16];
};

enum {
    NET_ADDRESS_MAX = 46 /* bytes of its text, and a NUL */
};

struct in_addr;

bool net_address_known(const struct net_address *a);
/* This machine itself: 127.0.0.0/8, ::1, or behind a Unix socket. */
bool net_address_is_local(const struct net_address *a);
struct net_address net_address_v4(const struct in_addr *v4);
/* "192.0.2.1", "2001:db8::1"; brackets around IPv6 are taken. False: it is none. */
bool net_address_parse(struct str text, struct net_address *ret_address) must_use;
/* IPv4 as such; "unix" when it is not known. In scratch. */
struct str net_address_format(const struct net_address *a, char scratch[NET_ADDRESS_MAX]);

struct net_range {
    struct net_address base;
    unsigned bits; /* of the 128 that count */
};

struct net_ranges {
    const struct net_range *ranges;
    size_t n;
};

/* "10.0.0.0/8,::1,unix", with commas between; an address alone is a range of one, and unix whoever
 * comes through a Unix socket. False: *ret_wrong is the part that is none. */
bool net_ranges_parse(struct arena *a, struct str text, struct net_ranges *ret_ranges,
                      struct str *ret_wrong) must_use;
bool net_ranges_have(const struct net_ranges *r, const struct net_address *a);
