#pragma once

/*
 * What is configured about tokens: the preset's names where the operator gave none, keys that can
 * be used, and keys as their files have them by now.
 *
 * Threads: the first two before any; config_tokens_reread() any.
 */

#include "server/config.h"

/* The preset's claims, audience, issuer and key set's URL, where no option says them. */
enum status config_tokens_settle(struct config *c, struct option_error *ret_error) must_use;

/* A key to check tokens with, and everything about them as their own module judges it. */
enum status config_tokens_check(const struct config *c, struct option_error *ret_error) must_use;

/* The same, with the secret and the public keys read from their files again. What it points to
 * lives in the arena and in the config. */
enum status config_tokens_reread(const struct config *c, struct arena *arena,
                                 struct token_config *ret_config,
                                 struct option_error *ret_error) must_use;
