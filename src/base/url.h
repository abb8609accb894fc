#pragma once

/*
 * URLs of HTTP, as far as one must look into them before a library does.
 *
 * Threads: any.
 */

#include "base/arena.h"

/* http:// or https:// stands before it. */
bool url_is_http(struct str s);

/* The URL without a user and password in it: to be shown. */
struct str url_shown(struct arena *arena, struct str url);
