#pragma once

/*
 * base64url without padding (RFC 4648, 5), in its one canonical form: the bits behind the last byte
 * are zero, so that no two texts mean the same bytes.
 *
 * Threads: any.
 */

#include "base/status.h"
#include "base/str.h"

/* Bytes that n characters can hold, at most. */
#define BASE64URL_BYTES(n) ((n) / 4 * 3 + 2)
/* Characters that n bytes become. */
#define BASE64URL_LENGTH(n) (((n)*4 + 2) / 3)

/* out has room for BASE64URL_LENGTH(n); no NUL is written. Returns how many there are. */
size_t base64url_write(const void *bytes, size_t n, char *out);

/* out has room for BASE64URL_BYTES(s.n). False: s is nothing that base64url_write() gives. */
must_use bool base64url_read(struct str s, void *out, size_t *ret_n);
