#pragma once

/*
 * What PostgreSQL says went wrong, as a status: the one table of SQLSTATEs.
 */

#include "base/status.h"

/* sqlstate: five characters, or NULL when the connection was lost, which is ST_UNAVAILABLE. */
enum status pg_error_status(const char *sqlstate);
