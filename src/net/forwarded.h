#pragma once

/*
 * Whose request it is that a proxy has passed on: X-Forwarded-For, as far as it is believed.
 *
 * Pure.
 */

#include "net/address.h"
#include "net/http_head.h"

/* The client behind the proxies that are trusted, `peer` being whoever connected. Each proxy adds
 * whom it had the request from at the end of the list, so the list is read from its end: the first
 * that is no trusted proxy is the client. What stands in front of that may be anybody's invention.
 */
struct net_address forwarded_client(const struct http_head *h, const struct net_address *peer,
                                    const struct net_ranges *trusted);
