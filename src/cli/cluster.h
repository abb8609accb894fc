#pragma once

/*
 * The private PostgreSQL of `up`, in the state directory: made once, run as a child, ended with us.
 *
 *     jwt-secret      of `up`
 *     lock            held while guildhall runs
 *     postgres.log    what initdb and postgres say
 *     postgresql/     of the user that PostgreSQL runs as
 *       data/         the cluster; appears whole, or not at all
 *       run/          its Unix socket, the only way in: whoever may enter the folder is trusted
 *
 * A thread of its own starts postgres, waits for it, and starts it again should it die. When
 * guildhall dies the kernel tells postgres to stop; one that is still stopping when the next
 * guildhall comes is waited for. So there are never two, and none is left behind.
 *
 * Threads: the caller's.
 */

#include "cli/state_dir.h"

struct cluster;

/* Returns once it accepts connections. state_dir is absolute, and its lock is held by the
 * caller. The error names the log and shows its end. */
enum status cluster_start(struct str state_dir, struct cluster **ret_cluster,
                          struct state_error *ret_error) must_use;

/* For libpq; lives as long as the cluster. */
struct str cluster_conninfo(const struct cluster *c);

/* For libpq: the PostgreSQL that another process keeps running there. ST_NOT_FOUND: none does.
 * ST_UNAVAILABLE: whether one does cannot be seen, and the error says why. */
enum status cluster_find(struct arena *arena, struct str state_dir, struct str *ret_conninfo,
                         struct state_error *ret_error) must_use;

/* Stops postgres (fast: sessions end, what was committed is on disk), waits for it, frees. Takes
 * NULL. */
void cluster_stop(struct cluster *c);
