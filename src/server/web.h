#pragma once

/*
 * The pages for people, GraphiQL and the chat, and the assets they load, out of the program itself.
 */

#include "server/config.h"

/* False: no such page, or it is off. scratch is empty and bounded. */
bool web_get(const struct config *config, const struct http_head *head, struct buf *scratch,
             struct net_page *ret_page);
