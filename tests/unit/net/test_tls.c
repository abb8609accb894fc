#include "net/tls.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "tests/lib/test.h"

/* A certificate of the test's own, in files, and another one's key. */
struct files {
    char dir[32];
    struct arena arena;
    struct str chain;
    struct str key;
    struct str other_key;
    struct str missing;
};

static struct files files;

static struct str file_in_dir(const char *name)
{
    return arena_printf(&files.arena, "%s/%s", files.dir, name);
}

static void write_key(struct str file, EVP_PKEY *key)
{
    FILE *out = fopen(file.p, "we");

    assert_non_null(out);
    assert_int_equal(PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(out);
}

static void write_chain(struct str file, EVP_PKEY *key)
{
    X509 *x = X509_new();
    X509_NAME *name = X509_get_subject_name(x);
    FILE *out = fopen(file.p, "we");

    assert_non_null(out);
    X509_set_pubkey(x, key);
    X509_gmtime_adj(X509_getm_notBefore(x), 0);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(x, name);
    assert_true(X509_sign(x, key, EVP_sha256()) > 0);
    assert_int_equal(PEM_write_X509(out, x), 1);
    fclose(out);
    X509_free(x);
}

static int make_files(void **state)
{
    EVP_PKEY *key = EVP_EC_gen("P-256"), *other = EVP_EC_gen("P-256");

    snprintf(files.dir, sizeof(files.dir), "/tmp/guildhall-tls-XXXXXX");
    assert_non_null(mkdtemp(files.dir));
    arena_init(&files.arena);
    files.chain = file_in_dir("chain.pem");
    files.key = file_in_dir("key.pem");
    files.other_key = file_in_dir("other.pem");
    files.missing = file_in_dir("missing.pem");
    write_chain(files.chain, key);
    write_key(files.key, key);
    write_key(files.other_key, other);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
    return 0;
}

static int remove_files(void **state)
{
    unlink(files.chain.p);
    unlink(files.key.p);
    unlink(files.other_key.p);
    rmdir(files.dir);
    arena_done(&files.arena);
    return 0;
}

static struct tls_certificate *certificate(void)
{
    struct tls_certificate *c = NULL;
    struct tls_error error;

    assert_int_equal(tls_certificate_read(files.chain, files.key, &c, &error), ST_OK);
    return c;
}

/* A client of OpenSSL's, and our side of the same conversation. */
struct talk {
    SSL_CTX *context;
    SSL *client;
    BIO *to_client;
    BIO *from_client;
    struct tls *tls;
    char heard[256 * 1024]; /* by our side */
    size_t n;
};

static void talk_begin(struct talk *t, struct tls_certificate *c)
{
    *t = (struct talk){.context = SSL_CTX_new(TLS_client_method())};
    t->client = SSL_new(t->context);
    t->to_client = BIO_new(BIO_s_mem());
    t->from_client = BIO_new(BIO_s_mem());
    SSL_set_bio(t->client, t->to_client, t->from_client);
    SSL_set_connect_state(t->client);
    t->tls = tls_new(c);
}

static void talk_end(struct talk *t)
{
    tls_free(t->tls);
    SSL_free(t->client);
    SSL_CTX_free(t->context);
}

static void hear(struct talk *t, struct str ciphertext)
{
    enum tls_state before;
    size_t n;

    tls_feed(t->tls, ciphertext);
    do {
        before = tls_state(t->tls);
        n = tls_read(t->tls, t->heard + t->n, sizeof(t->heard) - t->n);
        t->n += n;
    } while (n || tls_state(t->tls) != before);
}

/* All that waits on either side goes to the other, in pieces of `piece` bytes at most. */
static bool exchange_in(struct talk *t, size_t piece)
{
    char bytes[4096];
    bool moved = false;
    size_t n;
    int got;

    assert_true(piece <= sizeof(bytes));
    while ((n = tls_take(t->tls, bytes, piece)) > 0) {
        assert_int_equal(BIO_write(t->to_client, bytes, (int)n), (int)n);
        moved = true;
    }
    while ((got = BIO_read(t->from_client, bytes, (int)piece)) > 0) {
        hear(t, str_of(bytes, (size_t)got));
        moved = true;
    }
    return moved;
}

static void shake_hands_in(struct talk *t, size_t piece)
{
    bool moved = true;

    while (moved) {
        SSL_do_handshake(t->client);
        moved = exchange_in(t, piece);
    }
}

static void both_sides_hear_each_other(void **state)
{
    struct tls_certificate *c = certificate();
    char heard[16];
    struct talk t;

    talk_begin(&t, c);
    tls_certificate_unref(c); /* whoever is connected holds it */
    shake_hands_in(&t, 4096);
    assert_int_equal(tls_state(t.tls), TLS_OPEN);
    assert_int_equal(SSL_write(t.client, "hello", 5), 5);
    exchange_in(&t, 4096);
    assert_str(str_of(t.heard, t.n), "hello");
    tls_write(t.tls, STR("welcome"));
    exchange_in(&t, 4096);
    assert_int_equal(SSL_read(t.client, heard, sizeof(heard)), 7);
    assert_memory_equal(heard, "welcome", 7);
    assert_int_equal(tls_pending(t.tls), 0);
    talk_end(&t);
}

static void a_byte_at_a_time_is_heard_as_well(void **state)
{
    struct tls_certificate *c = certificate();
    struct talk t;

    talk_begin(&t, c);
    shake_hands_in(&t, 1);
    assert_int_equal(tls_state(t.tls), TLS_OPEN);
    assert_int_equal(SSL_write(t.client, "hello", 5), 5);
    exchange_in(&t, 1);
    assert_str(str_of(t.heard, t.n), "hello");
    talk_end(&t);
    tls_certificate_unref(c);
}

static void what_is_larger_than_a_record_arrives_whole(void **state)
{
    static char large[100 * 1000], heard[100 * 1000];
    struct tls_certificate *c = certificate();
    size_t n = 0;
    struct talk t;
    int got;

    for (size_t i = 0; i < sizeof(large); i++)
        large[i] = (char)(i * 7);
    talk_begin(&t, c);
    shake_hands_in(&t, 4096);
    tls_write(t.tls, str_of(large, sizeof(large)));
    exchange_in(&t, 4096);
    while (n < sizeof(heard) && (got = SSL_read(t.client, heard + n, (int)(sizeof(heard) - n))) > 0)
        n += (size_t)got;
    assert_int_equal(n, sizeof(large));
    assert_memory_equal(heard, large, sizeof(large));
    talk_end(&t);
    tls_certificate_unref(c);
}

static enum tls_protocol chosen(const char *offered, enum tls_state expected)
{
    struct tls_certificate *c = certificate();
    enum tls_protocol protocol;
    struct talk t;

    talk_begin(&t, c);
    SSL_set_alpn_protos(t.client, (const unsigned char *)offered, (unsigned)strlen(offered));
    shake_hands_in(&t, 4096);
    assert_int_equal(tls_state(t.tls), expected);
    protocol = tls_protocol(t.tls);
    talk_end(&t);
    tls_certificate_unref(c);
    return protocol;
}

static void the_client_chooses_among_our_protocols(void **state)
{
    assert_int_equal(chosen("\x08http/1.1", TLS_OPEN), TLS_HTTP_1_1);
    assert_int_equal(chosen("\x08http/1.1\x02h2", TLS_OPEN), TLS_HTTP_2);
    assert_int_equal(chosen("", TLS_OPEN), TLS_HTTP_1_1);
    chosen("\x04imap", TLS_FAILED);
}

static void versions_before_1_2_are_refused(void **state)
{
    struct tls_certificate *c = certificate();
    struct talk t;

    talk_begin(&t, c);
    SSL_set_min_proto_version(t.client, TLS1_VERSION);
    SSL_set_max_proto_version(t.client, TLS1_1_VERSION);
    SSL_set_security_level(t.client, 0);
    shake_hands_in(&t, 4096);
    assert_int_equal(tls_state(t.tls), TLS_FAILED);
    talk_end(&t);
    talk_begin(&t, c);
    SSL_set_max_proto_version(t.client, TLS1_2_VERSION);
    shake_hands_in(&t, 4096);
    assert_int_equal(tls_state(t.tls), TLS_OPEN);
    talk_end(&t);
    tls_certificate_unref(c);
}

static void a_goodbye_is_said_and_heard(void **state)
{
    struct tls_certificate *c = certificate();
    struct talk t;
    char byte;

    talk_begin(&t, c);
    shake_hands_in(&t, 4096);
    tls_end(t.tls);
    tls_end(t.tls);
    exchange_in(&t, 4096);
    assert_int_equal(SSL_read(t.client, &byte, 1), 0);
    assert_int_equal(SSL_get_error(t.client, 0), SSL_ERROR_ZERO_RETURN);
    SSL_shutdown(t.client);
    exchange_in(&t, 4096);
    assert_int_equal(tls_state(t.tls), TLS_ENDED);
    talk_end(&t);
    tls_certificate_unref(c);
}

static enum tls_state after(struct str bytes)
{
    struct tls_certificate *c = certificate();
    enum tls_state state;
    struct talk t;

    talk_begin(&t, c);
    hear(&t, bytes);
    state = tls_state(t.tls);
    talk_end(&t);
    tls_certificate_unref(c);
    return state;
}

static void who_does_not_speak_tls_is_told_apart(void **state)
{
    assert_int_equal(after(STR("GET / HTTP/1.1\r\nHost: h\r\n\r\n")), TLS_PLAIN_HTTP);
    assert_int_equal(after(STR("POST /graphql HTTP/1.1\r\n")), TLS_PLAIN_HTTP);
    assert_int_equal(after(STR("\x16\x03\x01\x00\x05hello")), TLS_FAILED);
    assert_int_equal(after(STR("SSH-2.0-OpenSSH_9.2\r\n")), TLS_FAILED);
}

static void check_refused(struct str chain, struct str key, struct str named)
{
    struct tls_certificate *c = NULL;
    struct tls_error error;

    assert_int_equal(tls_certificate_read(chain, key, &c, &error), ST_BAD_INPUT);
    assert_true(str_starts(str_c(error.text), named));
}

static void a_wrong_file_is_named(void **state)
{
    check_refused(files.missing, files.key, files.missing);
    check_refused(files.key, files.key, files.key);
    check_refused(files.chain, files.missing, files.missing);
    check_refused(files.chain, files.other_key, files.other_key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(both_sides_hear_each_other),
        test(a_byte_at_a_time_is_heard_as_well),
        test(what_is_larger_than_a_record_arrives_whole),
        test(the_client_chooses_among_our_protocols),
        test(versions_before_1_2_are_refused),
        test(a_goodbye_is_said_and_heard),
        test(who_does_not_speak_tls_is_told_apart),
        test(a_wrong_file_is_named),
    };

    return cmocka_run_group_tests_name(__FILE__, tests, make_files, remove_files);
}
