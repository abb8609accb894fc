#include "auth/token_cache.h"

#include <stdio.h>

#include "base/clock.h"
#include "tests/lib/test.h"

static const int64_t NOW_MS = 1800000000500;

static struct token_cache *cache;

static int set_up(void **state)
{
    cache = token_cache_new();
    return 0;
}

static int tear_down(void **state)
{
    token_cache_free(cache);
    return 0;
}

static void put(const char *token, const char *user, int64_t expires_at)
{
    unsigned char digest[TOKEN_CACHE_DIGEST];
    struct viewer draft = {
        .user_id = str_c(user), .tenant_id = STR("default"), .expires_at = expires_at};
    struct viewer *viewer = viewer_new(&draft);

    token_cache_digest(str_c(token), digest);
    token_cache_put(cache, digest, viewer);
    viewer_unref(viewer);
}

static bool has(const char *token, const char *user, int64_t now_ms)
{
    unsigned char digest[TOKEN_CACHE_DIGEST];
    struct viewer *viewer;
    bool found;

    token_cache_digest(str_c(token), digest);
    viewer = token_cache_get(cache, digest, now_ms);
    found = viewer != NULL;
    if (found)
        assert_str(viewer->user_id, user);
    viewer_unref(viewer);
    return found;
}

static void a_token_is_known_by_all_its_bytes(void **state)
{
    put("a.b.c", "ann", CLOCK_NONE);
    assert_true(has("a.b.c", "ann", NOW_MS));
    assert_false(has("a.b.d", "", NOW_MS));
    assert_false(has("a.b.c ", "", NOW_MS));
    assert_false(has("", "", NOW_MS));
}

static void it_is_known_until_its_end(void **state)
{
    put("a.b.c", "ann", NOW_MS);
    assert_true(has("a.b.c", "ann", NOW_MS - 1));
    assert_false(has("a.b.c", "", NOW_MS));
}

static void everything_can_be_forgotten(void **state)
{
    put("a.b.c", "ann", CLOCK_NONE);
    token_cache_clear(cache);
    assert_false(has("a.b.c", "", NOW_MS));
    put("a.b.c", "bob", CLOCK_NONE);
    assert_true(has("a.b.c", "bob", NOW_MS));
}

static void the_same_token_again_takes_its_own_place(void **state)
{
    put("a.b.c", "ann", CLOCK_NONE);
    put("a.b.c", "ann", NOW_MS + 1);
    assert_true(has("a.b.c", "ann", NOW_MS));
    assert_false(has("a.b.c", "", NOW_MS + 1));
}

/* Far more than there are places: each is found right behind its put, and nobody else in its place.
 */
static void one_that_falls_on_another_takes_its_place(void **state)
{
    enum {
        MANY = 20000
    };
    char token[32], user[32];
    unsigned kept = 0;

    for (int i = 0; i < MANY; i++) {
        snprintf(token, sizeof(token), "token %d", i);
        snprintf(user, sizeof(user), "user %d", i);
        put(token, user, CLOCK_NONE);
        assert_true(has(token, user, NOW_MS));
    }
    for (int i = 0; i < MANY; i++) {
        snprintf(token, sizeof(token), "token %d", i);
        snprintf(user, sizeof(user), "user %d", i);
        kept += has(token, user, NOW_MS);
    }
    assert_in_range(kept, 1, 4096);
    token_cache_free(NULL);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    return RUN(T(a_token_is_known_by_all_its_bytes), T(it_is_known_until_its_end),
               T(everything_can_be_forgotten), T(the_same_token_again_takes_its_own_place),
               T(one_that_falls_on_another_takes_its_place));
}
