#pragma once

/*
 * What is served beside GraphQL: /healthz, /readyz, /version, /schema.graphql, and by server/web.h
 * and server/demo.h the pages for people.
 */

#include "server/worker.h"

/* net_service.on_page, with a struct worker. */
bool pages_get(void *worker, const struct http_head *head, struct buf *scratch,
               struct net_page *ret_page);
