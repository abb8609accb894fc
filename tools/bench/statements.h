#pragma once

/*
 * How many statements PostgreSQL was asked: as its own log tells them, one by one.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* All in the log so far, of whoever asked; log_statement must be "all". False: it cannot be read,
 * which has been said on stderr. */
must_use bool statements_count(const char *log, size_t *ret_n);
