#pragma once

/*
 * The pages for operators and their machines: /healthz, /readyz, /metrics.
 *
 * They are served beside GraphQL, or /metrics is not, and all are on a listener of their own
 * (--metrics-listen).
 */

#include "server/worker.h"

/* The listener of --metrics-listen, where one is asked for, at this endpoint; before the loops run.
 * The endpoint is the caller's to close, in any case. */
enum status operators_listen(struct worker *first, struct net_endpoint *endpoint,
                             struct net_error *ret_error) must_use;

/* net_service.on_page_aside, with a struct worker. */
bool operators_get(void *worker, const struct http_head *head, struct buf *scratch,
                   struct net_page *ret_page);

/* The same for the listener that is open to all. */
bool operators_get_public(void *worker, const struct http_head *head, struct buf *scratch,
                          struct net_page *ret_page);
