#pragma once

/*
 * One operation that a client asked for: an arena, a plan, a response. A subscription is handed on
 * to subscription.h once its source is known.
 *
 * Owner:   itself. When its client goes it is abandoned, and ends when its last wait is answered.
 * Threads: its connection's loop.
 */

#include "server/worker.h"

/* What a net_operation's owner is told; the first member of both kinds of owner. */
struct operation_owner {
    void (*on_cancel)(struct operation_owner *owner);
    void (*on_drained)(struct operation_owner *owner);
};

/* The worker's part in all of its requests. */
void request_init(struct worker *w);
void request_done(struct worker *w);

/* net_service.on_operation, with a struct worker. */
void request_begin(void *worker, struct net_operation *op, const struct net_call *call);

/* The errors as a whole response, `{"errors":[…]}`, and as the array alone. */
void request_errors_body(const struct gql_errors *errors, struct buf *ret_body,
                         struct str *ret_errors);
