#include "net/tls.h"

#include <assert.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum {
    OUT_CEILING = 4 * 1024 * 1024, /* above all that is written before it is taken */
    FILE_NAME_MAX = 4095,
    RECORD_MAX = 16 * 1024, /* of plain bytes, RFC 8446, section 5.1 */
};

struct tls_certificate {
    atomic_uint holders;
    SSL_CTX *context;
    BIO_METHOD *bio; /* of its connections */
};

struct tls {
    struct tls_certificate *certificate;
    SSL *ssl;
    enum tls_state state;
    struct str in;  /* fed and not taken yet; borrowed for the calls of tls_read() that follow */
    struct buf out; /* ciphertext; holds no memory while empty */
    size_t taken;   /* of out */
};

/* --- a certificate and its key */

static enum status refuse(struct tls_error *error, struct str file, const char *what)
{
    unsigned long reason = ERR_peek_last_error();
    const char *why = reason ? ERR_reason_error_string(reason) : NULL;

    snprintf(error->text, sizeof(error->text), "%.*s: %s%s%s", STR_ARG(file), what, why ? ": " : "",
             why ? why : "");
    ERR_clear_error();
    return ST_BAD_INPUT;
}

static bool to_file_name(struct str file, char name[FILE_NAME_MAX + 1])
{
    if (file.n > FILE_NAME_MAX)
        return false;
    memcpy(name, file.p, file.n);
    name[file.n] = '\0';
    return true;
}

/* A server has nobody to ask. */
static int no_passphrase(char *to, int room, int writing, void *user)
{
    return -1;
}

/* RFC 7301: a client that names only protocols that we do not speak is refused; one that asks for
 * none of them by name speaks HTTP/1.1. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                           const unsigned char *in, unsigned in_length, void *user)
{
    static const unsigned char ours[] = "\x02h2\x08http/1.1";
    unsigned char *chosen;
    int found = SSL_select_next_proto(&chosen, out_length, ours, sizeof(ours) - 1, in, in_length);

    *out = chosen;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static SSL_CTX *context_new(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    assert(context);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    /* With RELEASE_BUFFERS an idle connection holds no record buffers. */
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"guildhall", 9);
    /* Tickets only: nothing of a client is kept here. */
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_default_passwd_cb(context, no_passphrase);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    return context;
}

/* OpenSSL would wait for whoever writes to a pipe, and the loop with it. */
static bool is_regular(const char *name)
{
    int fd = file_open_regular(name);
    bool is_other = fd < 0 && errno == EINVAL;

    if (fd >= 0)
        close(fd);
    return !is_other;
}

/* Files may be replaced while the server runs: what is read is what counts. */
static enum status read_files(SSL_CTX *context, struct str chain_file, struct str key_file,
                              struct tls_error *error)
{
    char name[FILE_NAME_MAX + 1];

    ERR_clear_error();
    if (to_file_name(chain_file, name) && !is_regular(name))
        return refuse(error, chain_file, file_why(EINVAL));
    if (!to_file_name(chain_file, name) || SSL_CTX_use_certificate_chain_file(context, name) != 1)
        return refuse(error, chain_file, "no certificate chain in PEM could be read");
    if (to_file_name(key_file, name) && !is_regular(name))
        return refuse(error, key_file, file_why(EINVAL));
    if (!to_file_name(key_file, name) ||
        SSL_CTX_use_PrivateKey_file(context, name, SSL_FILETYPE_PEM) != 1)
        return refuse(error, key_file,
                      "no private key in PEM, belonging to the certificate, could "
                      "be read");
    if (SSL_CTX_check_private_key(context) != 1)
        return refuse(error, key_file, "the key does not belong to the certificate");
    return ST_OK;
}

/* --- bytes to and from OpenSSL: a BIO that reads what was fed and writes to `out` */

static int bio_read(BIO *bio, char *to, size_t room, size_t *ret_n)
{
    struct tls *t = BIO_get_data(bio);
    size_t n = t->in.n < room ? t->in.n : room;

    BIO_clear_retry_flags(bio);
    if (n == 0) {
        BIO_set_retry_read(bio);
        return 0;
    }
    memcpy(to, t->in.p, n);
    t->in = str_of(t->in.p + n, t->in.n - n);
    *ret_n = n;
    return 1;
}

static int bio_write(BIO *bio, const char *from, size_t n, size_t *ret_n)
{
    struct tls *t = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    buf_add(&t->out, str_of(from, n));
    *ret_n = n;
    return !buf_overflowed(&t->out);
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *bio_method_new(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "guildhall");

    assert(method);
    BIO_meth_set_read_ex(method, bio_read);
    BIO_meth_set_write_ex(method, bio_write);
    BIO_meth_set_ctrl(method, bio_control);
    return method;
}

enum status tls_certificate_read(struct str chain_file, struct str key_file,
                                 struct tls_certificate **ret_certificate,
                                 struct tls_error *ret_error)
{
    struct tls_certificate *certificate;
    SSL_CTX *context = context_new();
    enum status st = read_files(context, chain_file, key_file, ret_error);

    if (st != ST_OK) {
        SSL_CTX_free(context);
        return st;
    }
    certificate = mem_new(struct tls_certificate);
    atomic_init(&certificate->holders, 1);
    certificate->context = context;
    certificate->bio = bio_method_new();
    *ret_certificate = certificate;
    return ST_OK;
}

struct tls_certificate *tls_certificate_ref(struct tls_certificate *certificate)
{
    atomic_fetch_add(&certificate->holders, 1);
    return certificate;
}

struct tls_certificate *tls_certificate_unref(struct tls_certificate *certificate)
{
    if (certificate && atomic_fetch_sub(&certificate->holders, 1) == 1) {
        SSL_CTX_free(certificate->context);
        BIO_meth_free(certificate->bio);
        mem_free(certificate);
    }
    return NULL;
}

/* --- a connection's */

struct tls *tls_new(struct tls_certificate *certificate)
{
    struct tls *t = mem_new(struct tls);
    BIO *bio = BIO_new(certificate->bio);

    t->certificate = tls_certificate_ref(certificate);
    t->ssl = SSL_new(certificate->context);
    assert(bio && t->ssl);
    BIO_set_data(bio, t);
    BIO_set_init(bio, 1);
    SSL_set_bio(t->ssl, bio, bio);
    SSL_set_accept_state(t->ssl);
    buf_init(&t->out, OUT_CEILING);
    return t;
}

void tls_free(struct tls *t)
{
    if (!t)
        return;
    SSL_free(t->ssl);
    tls_certificate_unref(t->certificate);
    buf_done(&t->out);
    mem_free(t);
}

enum tls_state tls_state(const struct tls *t)
{
    return t->state;
}

enum tls_protocol tls_protocol(const struct tls *t)
{
    const unsigned char *name;
    unsigned n;

    SSL_get0_alpn_selected(t->ssl, &name, &n);
    return str_eq(str_of((const char *)name, n), STR("h2")) ? TLS_HTTP_2 : TLS_HTTP_1_1;
}

void tls_feed(struct tls *t, struct str ciphertext)
{
    assert(t->in.n == 0);
    t->in = ciphertext;
}

/* The state after a call of OpenSSL that did not succeed. */
static void note_error(struct tls *t, int error)
{
    unsigned long reason = ERR_peek_error();

    if (error == SSL_ERROR_WANT_READ)
        return;
    t->in = STR("");
    if (error == SSL_ERROR_ZERO_RETURN)
        t->state = TLS_ENDED;
    else if (t->state == TLS_HANDSHAKING && ERR_GET_REASON(reason) == SSL_R_HTTP_REQUEST)
        t->state = TLS_PLAIN_HTTP;
    else
        t->state = TLS_FAILED;
    ERR_clear_error();
}

static bool shake_hands(struct tls *t)
{
    int done = SSL_do_handshake(t->ssl);

    if (done == 1) {
        t->state = TLS_OPEN;
        return true;
    }
    note_error(t, SSL_get_error(t->ssl, done));
    return false;
}

/* A change of state is for the caller to see before more is read. */
size_t tls_read(struct tls *t, char *to, size_t room)
{
    size_t n = 0;
    int done;

    if (t->state == TLS_HANDSHAKING) {
        shake_hands(t);
        return 0;
    }
    if (t->state != TLS_OPEN)
        return 0;
    done = SSL_read_ex(t->ssl, to, room, &n);
    if (done == 1)
        return n;
    note_error(t, SSL_get_error(t->ssl, done));
    return 0;
}

/* A record at a time, which OpenSSL would do anyway: nothing of ours can be too large for it. */
void tls_write(struct tls *t, struct str plain)
{
    size_t written;

    for (size_t at = 0; at < plain.n && t->state != TLS_FAILED; at += written) {
        size_t n = plain.n - at < RECORD_MAX ? plain.n - at : RECORD_MAX;
        int done = SSL_write_ex(t->ssl, plain.p + at, n, &written);

        if (done != 1) {
            t->state = TLS_FAILED;
            ERR_clear_error();
        }
    }
}

void tls_end(struct tls *t)
{
    if (t->state == TLS_OPEN || t->state == TLS_ENDED)
        SSL_shutdown(t->ssl);
    ERR_clear_error();
}

size_t tls_pending(const struct tls *t)
{
    return t->out.n - t->taken;
}

size_t tls_take(struct tls *t, char *to, size_t room)
{
    size_t n = tls_pending(t) < room ? tls_pending(t) : room;

    if (n == 0)
        return 0;
    memcpy(to, t->out.p + t->taken, n);
    t->taken += n;
    if (t->taken < t->out.n)
        return n;
    buf_done(&t->out);
    buf_init(&t->out, OUT_CEILING);
    t->taken = 0;
    return n;
}
