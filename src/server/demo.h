#pragma once

/*
 * Tokens for the demo's users, for the pages of `guildhall up`: /demo/tokens makes new ones at each
 * request, for whoever sits at this machine. No other command has it.
 */

#include "net/address.h"
#include "server/config.h"

/* False: there is no demo here. scratch is empty and bounded. */
bool demo_tokens(const struct config *config, const struct net_address *client,
                 const struct http_head *head, struct buf *scratch, struct net_page *ret_page);

/* Does a Host name this machine's loopback, by an address or as localhost, with or without a port?
 */
bool demo_is_loopback(struct str host);
