#pragma once

/*
 * A JSON Web Key Set (RFC 7517) as keys that check tokens.
 *
 * Only public keys for signatures are taken: `oct` keys, which are secrets that anybody could read
 * there, keys for encryption, and kinds and algorithms we do not know are passed over, as the RFC
 * says, and so are weak ones. A key's own `alg` is then the only one it is used with. Certificates
 * and URLs in it (x5c, x5u) are not looked at.
 *
 * Threads: any.
 */

#include "auth/key.h"

struct jwks_count {
    size_t usable;
    size_t ignored;
    struct key_error first; /* why the first one was ignored; empty when none was */
};

/* allowed narrows what the keys may be used with. ST_BAD_INPUT: the text is no key set, or one of
 * more than KEY_SET_MOST keys. A set without a usable key is one. */
enum status jwks_read(struct str text, algorithm_set allowed, struct key_set **ret_set,
                      struct jwks_count *ret_count, struct key_error *ret_error) must_use;
