#pragma once

/*
 * What one user, and all users of one tenant together, may use of this server: connections at a
 * time, messages sent in a while. A user's connections are spread over the loops, so this is the
 * one table that the loops share: it is cut into parts, each with a lock that is held for the
 * length of a look. Asking another loop would cost a send two letters.
 *
 * Whoever has no connection and a whole allowance is forgotten.
 *
 * Owner:   the app.
 * Threads: any.
 */

#include "base/rate.h"
#include "base/status.h"
#include "base/str.h"

struct quotas;

struct quotas_config {
    size_t connections_per_user; /* SIZE_MAX: off */
    size_t connections_per_tenant;
    struct rate sends_per_user;
    struct rate sends_per_tenant;
};

/* The config is copied. */
struct quotas *quotas_new(const struct quotas_config *config) must_use;
/* Borrowed until another is set and each thread that uses the quotas has ended, since then, what it
 * was at: one may have taken the older just before. */
void quotas_set_config(struct quotas *q, const struct quotas_config *config);
/* Takes NULL. */
void quotas_free(struct quotas *q);

/* One more connection of this user's. False: the user, or the tenant, has too many. */
must_use bool quotas_connect(struct quotas *q, struct str tenant, struct str user);
/* One that was counted is gone. */
void quotas_disconnect(struct quotas *q, struct str tenant, struct str user);

/* One more message of this user's: 0, or in how many milliseconds one may come. */
uint64_t quotas_send(struct quotas *q, struct str tenant, struct str user, int64_t now_us);

/* How many users and tenants are remembered, for tests. */
size_t quotas_count(struct quotas *q);
