#pragma once

/*
 * What is served beside GraphQL: /healthz, /readyz, /version, /schema.graphql.
 */

#include "server/worker.h"

/* net_service.on_page, with a struct worker. */
bool pages_get(void *worker, struct str path, struct buf *scratch, struct net_page *ret_page);
