#pragma once

/*
 * What happens before the loops run, on a blocking connection of its own: migrations, the cursor
 * key, the demo's rooms. Called by the command line and at start-up, never on a loop.
 */

#include "store/store.h"

struct boot_error {
    char text[1024]; /* what was wrong and what to do, for a person */
};

/* Applies what sql/ has and the database has not, in order, under an advisory lock; each in a
 * transaction, with its checksum. ST_CONFLICT: a migration differs from what was applied, or the
 * database is newer than this program. ST_UNAVAILABLE: no connection. */
enum status boot_migrate(struct str conninfo, unsigned *ret_applied,
                         struct boot_error *ret_error) must_use;

/* Checks that the schema is this program's and reads what the stores need. */
enum status boot_read(struct str conninfo, struct store_config *config,
                      struct boot_error *ret_error) must_use;

/* The demo of `guildhall up`: guild `demo` with its room GUILD#demo, the room lobby, and two users
 * who are in both. Nothing happens when they are there already. */
enum status boot_demo(struct str conninfo, const char *const *users, size_t n_users,
                      struct boot_error *ret_error) must_use;
