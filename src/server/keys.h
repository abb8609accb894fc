#pragma once

/*
 * The keys of the running server: those configured, read at the start and again on SIGHUP, and
 * those that are fetched. Every worker's keyring has them.
 *
 * Threads: before the loops run; keys_reload() on the first worker's loop.
 */

#include "server/worker.h"

struct keys {
    struct token_keys *tokens;
    struct api_keys *api_keys; /* NULL without a file of them */
};

/* From the options as they were read, and from the file of API keys. */
enum status keys_read(const struct config *config, struct keys *ret_keys,
                      struct option_error *ret_error) must_use;
void keys_done(struct keys *keys);

/* Makes the workers' keyrings. */
void keys_hand_out(const struct keys *keys, struct worker *workers, size_t n);

/* Reads the files again and fetches again. When one of them cannot be used nothing changes, and the
 * log says why. Connections that are open stay. */
void keys_reload(struct worker *first);
