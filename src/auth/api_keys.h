#pragma once

/*
 * API keys: each stands for a viewer, for servers and scripts that have no issuer of tokens.
 *
 * They are kept in a file of lines, each a JSON object, with the SHA-256 of the key in place of the
 * key, so that nobody who reads the file can use one:
 *
 *     {"sha256":"9f86…","user":"bot","tenant":"acme","scopes":["CHAT"],"guilds":["red"],
 *      "expires":"2027-01-01T00:00:00Z","note":"the ticket system"}
 *
 * (in one line; `sha256` and `user` are needed). Empty lines and those that begin with # say
 * nothing. A key that api_key_make() makes has 256 random bits, for which a plain hash is enough.
 *
 * Owner:   counted and frozen; the last holder frees them.
 * Threads: any.
 */

#include "auth/token.h"
#include "base/buf.h"

struct api_keys;

enum {
    API_KEYS_MOST = 1000,
    API_KEYS_LARGEST_FILE = 4 << 20, /* bytes */
    API_KEY_LENGTH = 46,             /* of one that is made: gh_ and 43 characters */
};

struct api_keys_error {
    char text[256]; /* which line, and what is wrong with it */
};

/* ST_BAD_INPUT: a line is none of the above, or there are too many. */
enum status api_keys_read(struct str text, struct api_keys **ret_keys,
                          struct api_keys_error *ret_error) must_use;

/* The same from a file; the error says its path. */
enum status api_keys_load(const char *path, struct api_keys **ret_keys,
                          struct api_keys_error *ret_error) must_use;

struct api_keys *api_keys_ref(struct api_keys *keys) must_use;
/* Takes NULL, returns NULL. */
struct api_keys *api_keys_unref(struct api_keys *keys);

/* keys may be NULL: none. ST_UNAUTHENTICATED or ST_TOKEN_EXPIRED, and why. How long it takes says
 * nothing of how near the key comes to one that is known. */
enum status api_keys_check(const struct api_keys *keys, struct str key, int64_t now_ms,
                           struct viewer **ret_viewer, struct token_error *ret_error) must_use;

/* A new key, without a NUL. */
void api_key_make(char out[API_KEY_LENGTH]);

/* The line of the file for a key, its newline with it. The draft is that of a token, made now. */
void api_key_write_line(struct buf *out, struct str key, const struct token_draft *draft,
                        int64_t now_ms);
