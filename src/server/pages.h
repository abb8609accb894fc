#pragma once

/*
 * What is served beside GraphQL: /version, /schema.graphql, and by server/operators.h the pages for
 * operators, by server/web.h and server/demo.h those for people.
 */

#include "server/worker.h"

/* net_service.on_page, with a struct worker. */
bool pages_get(void *worker, const struct net_address *client, const struct http_head *head,
               struct buf *scratch, struct net_page *ret_page);
