#pragma once

/*
 * A file read whole, or the standard input.
 *
 * Owner: the text lives in the arena.
 */

#include "base/arena.h"

enum {
    INPUT_MOST = 64 * 1024 * 1024, /* bytes */
};

/* path: "-" is the standard input. False: *ret_why says why it cannot be read. */
must_use bool input_read(struct arena *arena, const char *path, struct str *ret_text,
                         struct str *ret_why);
