#pragma once

/*
 * The certificate of the running server: read at the start, and again on SIGHUP.
 *
 * Threads: before the loops run; certificate_reload() on the first worker's loop.
 */

#include "server/worker.h"

/* *ret_certificate is NULL where none is configured: the server speaks in the clear. */
enum status certificate_read(const struct config *config, struct tls_certificate **ret_certificate,
                             struct tls_error *ret_error) must_use;

/* Reads the files again, for the connections of all workers that come from now on. When they cannot
 * be used nothing changes, and the log says why. */
void certificate_reload(struct worker *workers, size_t n);
