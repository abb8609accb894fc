/*
 * Tokens from bytes that nobody has looked at: none is accepted that we did not sign. The input is
 * also taken for what stands inside a token, which is then signed: claims and headers of any shape
 * end in a viewer or in words that say why not.
 */

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "auth/token.h"
#include "tests/fuzz/fuzz.h"

#define SECRET "0123456789abcdef0123456789abcdef"

enum {
    LONGEST = 5000, /* bytes that still fit into a token as a payload */
    NOW_MS = 1800000000,
};

/* Of RFC 8037, appendix A.2. */
#define ED25519                                                                                    \
    "-----BEGIN PUBLIC KEY-----\n"                                                                 \
    "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"                               \
    "-----END PUBLIC KEY-----\n"

/* Names that lead into objects, and claims that must be there: whatever stands in a payload is
 * looked up by them. */
static const struct token_config configs[] = {
    {
        .secret = STR_INIT(SECRET),
        .leeway_s = 60,
    },
    {
        .secret = STR_INIT(SECRET),
        .public_keys = STR_INIT(ED25519),
        .jwks_url = STR_INIT("https://example.com/jwks"),
        .preset = PRESET_SUPABASE,
        .claim_user = STR_INIT("https://example.com/claims.user"),
        .required = STR_INIT("a.b.c, role=x|y"),
    },
};

static size_t put_base64url(char *out, const void *bytes, size_t n)
{
    size_t length = (size_t)EVP_EncodeBlock((unsigned char *)out, bytes, (int)n);

    while (length && out[length - 1] == '=')
        length--;
    for (size_t i = 0; i < length; i++)
        out[i] = out[i] == '+' ? '-' : out[i] == '/' ? '_' : out[i];
    return length;
}

static struct str sign(char *token, struct str header, struct str payload)
{
    unsigned char signature[EVP_MAX_MD_SIZE];
    unsigned signature_size;
    size_t n = put_base64url(token, header.p, header.n);

    token[n++] = '.';
    n += put_base64url(token + n, payload.p, payload.n);
    HMAC(EVP_sha256(), SECRET, sizeof(SECRET) - 1, (const unsigned char *)token, n, signature,
         &signature_size);
    token[n++] = '.';
    n += put_base64url(token + n, signature, signature_size);
    return str_of(token, n);
}

/* True when it was accepted; what was accepted is whole. */
static bool check(const struct token_keys *keys, struct str token)
{
    struct token_error error = {""};
    struct viewer *viewer = NULL;
    enum status st = token_check(keys, token, NOW_MS, &viewer, &error);

    if (st == ST_OK) {
        assert(viewer->user_id.n > 0 && viewer->user_id.n <= 512);
        assert(viewer->tenant_id.n > 0 && viewer->tenant_id.n <= 512);
        assert(str_is_utf8(viewer->user_id) && str_is_utf8(viewer->tenant_id));
        assert(viewer->expires_at == INT64_MIN || viewer->expires_at > NOW_MS);
    } else {
        assert(st == ST_UNAUTHENTICATED || st == ST_TOKEN_EXPIRED || st == ST_NOT_FOUND);
        assert(!viewer && error.text[0] != '\0');
    }
    viewer_unref(viewer);
    return st == ST_OK;
}

static void check_all(const struct token_config *config, struct str input)
{
    static char token[4 * LONGEST];
    struct token_keys *keys;
    struct token_error error;
    enum status st = token_keys_new(config, &keys, &error);
    bool accepted;

    assert(st == ST_OK);
    accepted = check(keys, input);
    assert(!accepted);
    if (input.n <= LONGEST) {
        check(keys, sign(token, STR("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"), input));
        check(keys, sign(token, input, STR("{\"sub\":\"ann\"}")));
    }
    token_keys_unref(keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < array_size(configs); i++)
        check_all(&configs[i], str_of(data, size));
    return 0;
}
