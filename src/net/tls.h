#pragma once

/*
 * TLS 1.2 and 1.3, the server's side, by OpenSSL: ciphertext in, plain bytes out, and back. Knows
 * no socket: what has to be sent waits here until it is taken.
 *
 * A certificate with its key is frozen and counted. It is replaced as a whole when it is renewed;
 * connections that stand keep what they began with.
 *
 * Owner:   a struct tls is its connection's.
 * Threads: a certificate is any thread's; a struct tls its loop's.
 */

#include "base/buf.h"
#include "base/status.h"

struct tls;
struct tls_certificate;

struct tls_error {
    char text[512]; /* for a person: which file, and what is wrong with it */
};

/* A chain, the server's own certificate first, and its key, both PEM. ST_BAD_INPUT: a file cannot
 * be read, holds none, or the two do not belong together. */
enum status tls_certificate_read(struct str chain_file, struct str key_file,
                                 struct tls_certificate **ret_certificate,
                                 struct tls_error *ret_error) must_use;
struct tls_certificate *tls_certificate_ref(struct tls_certificate *certificate) must_use;
/* Takes NULL, returns NULL. */
struct tls_certificate *tls_certificate_unref(struct tls_certificate *certificate);

/* What the client is offered by ALPN (RFC 7301), in the order in which we prefer it. */
enum tls_protocol {
    TLS_HTTP_1_1, /* chosen, or the client named none */
    TLS_HTTP_2,
};

enum tls_state {
    TLS_HANDSHAKING,
    TLS_OPEN,
    TLS_ENDED,      /* the peer will send no more */
    TLS_FAILED,     /* nothing can be said or heard any more, but what waits may go out: an alert */
    TLS_PLAIN_HTTP, /* the peer does not speak TLS but HTTP */
};

struct tls *tls_new(struct tls_certificate *certificate) must_use;
void tls_free(struct tls *t);

enum tls_state tls_state(const struct tls *t);
enum tls_protocol tls_protocol(const struct tls *t);

/* Ciphertext came. It is taken whole by calling tls_read() until it gives nothing. */
void tls_feed(struct tls *t, struct str ciphertext);
/* Plain bytes for the speaker; 0 when there are none, or the state has changed. */
size_t tls_read(struct tls *t, char *to, size_t room);

/* Only in TLS_OPEN and TLS_ENDED: plain bytes that are to be sent. */
void tls_write(struct tls *t, struct str plain);
/* Tells the peer that nothing follows. */
void tls_end(struct tls *t);

/* Ciphertext to be sent. */
size_t tls_pending(const struct tls *t);
size_t tls_take(struct tls *t, char *to, size_t room);
