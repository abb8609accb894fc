#include "auth/algorithm.h"

struct row {
    const char *name;
    enum key_kind kind;
    const EVP_MD *(*hash)(void);
};

static const struct row rows[ALGORITHMS] = {
    [ALGORITHM_HS256] = {"HS256", KEY_SECRET, EVP_sha256},
    [ALGORITHM_HS384] = {"HS384", KEY_SECRET, EVP_sha384},
    [ALGORITHM_HS512] = {"HS512", KEY_SECRET, EVP_sha512},
    [ALGORITHM_RS256] = {"RS256", KEY_RSA, EVP_sha256},
    [ALGORITHM_RS384] = {"RS384", KEY_RSA, EVP_sha384},
    [ALGORITHM_RS512] = {"RS512", KEY_RSA, EVP_sha512},
    [ALGORITHM_PS256] = {"PS256", KEY_RSA, EVP_sha256},
    [ALGORITHM_ES256] = {"ES256", KEY_P256, EVP_sha256},
    [ALGORITHM_ES384] = {"ES384", KEY_P384, EVP_sha384},
    [ALGORITHM_EDDSA] = {"EdDSA", KEY_ED25519, NULL},
};

bool algorithm_from_name(struct str name, enum algorithm *ret_algorithm)
{
    if (str_eq(name, STR("Ed25519")))
        name = STR("EdDSA");
    for (int i = 0; i < ALGORITHMS; i++)
        if (str_eq_c(name, rows[i].name)) {
            *ret_algorithm = (enum algorithm)i;
            return true;
        }
    return false;
}

const char *algorithm_name(enum algorithm algorithm)
{
    return rows[algorithm].name;
}

struct str algorithm_names(struct arena *arena, algorithm_set set)
{
    struct str names = STR("none");
    int left = __builtin_popcount(set);
    const char *between = "";

    for (int i = 0; i < ALGORITHMS; i++) {
        if (!ALGORITHM_IN(set, i))
            continue;
        names = arena_printf(arena, "%.*s%s%s", *between ? (int)names.n : 0, names.p, between,
                             rows[i].name);
        between = --left == 1 ? " or " : ", ";
    }
    return names;
}

algorithm_set algorithms_of_kind(enum key_kind kind)
{
    algorithm_set set = 0;

    for (int i = 0; i < ALGORITHMS; i++)
        if (rows[i].kind == kind)
            set |= 1U << i;
    return set;
}

const EVP_MD *algorithm_hash(enum algorithm algorithm)
{
    return rows[algorithm].hash ? rows[algorithm].hash() : NULL;
}
