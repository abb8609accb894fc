#pragma once

/*
 * The secret that `up` signs tokens with when none is configured: made once, kept in the state
 * directory, readable by its owner only.
 */

#include "server/options.h"

/* Reads it. ST_NOT_FOUND: there is none. Otherwise the error says what is wrong. */
enum status secret_read(struct arena *arena, struct str state_dir, struct str *ret_secret,
                        struct option_error *ret_error) must_use;

/* Reads it; makes it first when there is none. */
enum status secret_ensure(struct arena *arena, struct str state_dir, struct str *ret_secret,
                          struct option_error *ret_error) must_use;
