#include "store/cursor.h"

#include <assert.h>
#include <endian.h>

#include "base/base64url.h"
#include "base/hash.h"
#include "store/inside.h"
#include "store/room.h"

enum {
    BLOCK = 16
};

/* What is encrypted. */
struct place {
    uint64_t seq; /* big-endian */
    uint64_t digest;
};

static EVP_CIPHER_CTX *cipher_new(const uint8_t key[BLOCK], int encrypt)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

    /* Without AES there is nothing that could be done instead. */
    int ok = ctx && EVP_CipherInit_ex(ctx, EVP_aes_128_ecb(), NULL, key, NULL, encrypt) == 1 &&
             EVP_CIPHER_CTX_set_padding(ctx, 0) == 1;
    assert(ok);
    return ctx;
}

static void crypt_block(EVP_CIPHER_CTX *ctx, const void *in, void *out)
{
    int n = 0;
    int ok = EVP_CipherUpdate(ctx, out, &n, in, BLOCK);

    assert(ok == 1 && n == BLOCK);
}

void cursor_init(struct store *s)
{
    static const char purpose[BLOCK] = {'c', 'u', 'r', 's', 'o', 'r', ' ',
                                        'd', 'i', 'g', 'e', 's', 't'};

    s->seal = cipher_new(s->config.cursor_key, 1);
    s->unseal = cipher_new(s->config.cursor_key, 0);
    crypt_block(s->seal, purpose, s->digest_key);
}

void cursor_done(struct store *s)
{
    EVP_CIPHER_CTX_free(s->seal);
    EVP_CIPHER_CTX_free(s->unseal);
}

/* The tenant's digest stands in front of the room, so that no pair reads like another. */
static uint64_t digest(const struct store *s, struct str tenant, struct str room_id)
{
    char bytes[sizeof(uint64_t) + ROOM_ID_LONGEST];
    uint64_t of_tenant = htole64(hash_siphash(s->digest_key, tenant.p, tenant.n));

    assert(room_id.n <= ROOM_ID_LONGEST);
    memcpy(bytes, &of_tenant, sizeof(of_tenant));
    if (room_id.n)
        memcpy(bytes + sizeof(of_tenant), room_id.p, room_id.n);
    return hash_siphash(s->digest_key, bytes, sizeof(of_tenant) + room_id.n);
}

void cursor_make(const struct store *s, struct str tenant, struct str room_id, int64_t seq,
                 char out[CURSOR_LENGTH])
{
    struct place place = {htobe64((uint64_t)seq), digest(s, tenant, room_id)};
    uint8_t sealed[BLOCK];

    crypt_block(s->seal, &place, sealed);
    base64url_write(sealed, sizeof(sealed), out);
}

bool cursor_read(const struct store *s, struct str tenant, struct str room_id, struct str cursor,
                 int64_t *ret_seq)
{
    uint8_t sealed[BASE64URL_BYTES(CURSOR_LENGTH)];
    struct place place;
    int64_t seq;
    size_t n;

    if (room_id.n > ROOM_ID_LONGEST || cursor.n != CURSOR_LENGTH ||
        !base64url_read(cursor, sealed, &n))
        return false;
    assert(n == BLOCK);
    crypt_block(s->unseal, sealed, &place);
    seq = (int64_t)be64toh(place.seq);
    if (place.digest != digest(s, tenant, room_id) || seq < 0)
        return false;
    *ret_seq = seq;
    return true;
}
