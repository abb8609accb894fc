#pragma once

/*
 * The directory where `up` keeps what must survive: its PostgreSQL, its secret, their log.
 *
 * One process at a time holds it; the kernel lets go of the lock whenever that process ends.
 */

#include "base/arena.h"

struct state_error {
    char text[2048]; /* for a person: what was wrong and what to do */
};

/* Fills the error; returns ST_UNAVAILABLE. */
enum status state_refuse(struct state_error *error, const char *format, ...) printf_like(2, 3);

/* Makes the directory with its parents when it is not there, and takes the lock. When root holds
 * it, others may pass through to what is theirs in it, and read nothing. ST_CONFLICT: another
 * process has the lock. ret_lock is a file descriptor; close it to let go. */
enum status state_dir_open(struct str dir, int *ret_lock, struct state_error *ret_error) must_use;

/* Whether another process holds it now. ST_NOT_FOUND: nobody does, or nobody ever did. */
enum status state_dir_held(struct str dir, struct state_error *ret_error) must_use;

/* A directory in it, for one user only: made when it is not there, refused when it is another
 * user's or open to others. */
enum status state_dir_private(const char *path, unsigned uid, unsigned gid,
                              struct state_error *ret_error) must_use;
