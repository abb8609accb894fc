/*
 * Key sets and PEM texts from bytes that nobody has looked at: each ends in keys that can be used,
 * or in words that say why not. No key is for an algorithm of another kind, and none is a secret.
 */

#include <assert.h>

#include "auth/jwks.h"
#include "auth/signature.h"
#include "tests/fuzz/fuzz.h"

static void use(const struct key_set *set)
{
    static const char text[] = "e30.e30.AAAA";
    static const struct compact token = {{text, 12}, {text, 3}, {text + 4, 3}, {text + 8, 4}};

    for (size_t i = 0; i < set->n; i++) {
        const struct key *key = &set->keys[i];
        algorithm_set kind = algorithms_of_kind(key->kind);

        assert(key->kind != KEY_SECRET && key->public_key);
        assert(key->algorithms && (key->algorithms & ~kind) == 0);
        for (int algorithm = 0; algorithm < ALGORITHMS; algorithm++)
            if (ALGORITHM_IN(key->algorithms, algorithm)) {
                bool holds = signature_holds((enum algorithm)algorithm, key, &token);
                assert(!holds);
            }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str input = str_of(data, size);
    struct key_error error = {""};
    struct jwks_count count;
    struct key_set *set;

    if (jwks_read(input, ALGORITHM_ALL, &set, &count, &error) == ST_OK) {
        assert(set->n == count.usable);
        assert((count.first.text[0] != '\0') == (count.ignored > 0));
        use(set);
        key_set_unref(set);
    } else {
        assert(error.text[0] != '\0');
    }
    set = key_set_new();
    if (key_set_add_pem(set, input, ALGORITHM_ALL, &error) != ST_OK)
        assert(error.text[0] != '\0');
    use(set);
    key_set_unref(set);
    return 0;
}
