#pragma once

/*
 * A subscription from its source to its end: joins the room's topic, asks where the room stands,
 * and from then on lets hub/subscriber.h decide what to deliver and what to read.
 *
 * Owner:   itself; ends with the client's complete, the connection, or an error of its own.
 * Threads: its connection's loop.
 */

#include "resolvers/source.h"
#include "server/request.h"
#include "server/session.h"

/* Takes the operation over. subscribed: the request whose gql_subscribe() gave a struct source;
 * plan and variables are shared with it. session: the client's, or one that the subscription takes
 * over. call and trace, which goes on with it and may be NULL, are borrowed for the call. */
void subscription_begin(struct worker *w, struct net_operation *op, struct session *session,
                        struct gql_plan *plan, const struct gql_request *subscribed,
                        const struct net_call *call, const struct trace *trace, int64_t asked_us);
