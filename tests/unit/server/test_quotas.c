#include "server/quotas.h"

#include <pthread.h>
#include <stdio.h>

#include "tests/lib/test.h"

enum {
    SECOND = 1000 * 1000, /* microseconds */
    THREADS = 4,
    ROUNDS = 20000,
};

static struct quotas *make(size_t per_user, size_t per_tenant)
{
    const struct quotas_config config = {
        .connections_per_user = per_user,
        .connections_per_tenant = per_tenant,
        .sends_per_user = {.interval_us = SECOND, .burst = 2},
        .sends_per_tenant = {.interval_us = SECOND / 10, .burst = 5},
    };

    return quotas_new(&config);
}

static void a_user_has_so_many_connections_and_others_theirs(void **state)
{
    struct quotas *q = make(2, SIZE_MAX);

    assert_true(quotas_connect(q, STR("t"), STR("ann")));
    assert_true(quotas_connect(q, STR("t"), STR("ann")));
    assert_false(quotas_connect(q, STR("t"), STR("ann")));
    assert_true(quotas_connect(q, STR("t"), STR("bob")));
    assert_true(quotas_connect(q, STR("u"), STR("ann")));
    quotas_disconnect(q, STR("t"), STR("ann"));
    assert_true(quotas_connect(q, STR("t"), STR("ann")));
    quotas_free(q);
}

static void a_tenant_has_a_ceiling_of_its_own(void **state)
{
    struct quotas *q = make(2, 3);

    assert_true(quotas_connect(q, STR("t"), STR("ann")));
    assert_true(quotas_connect(q, STR("t"), STR("bob")));
    assert_true(quotas_connect(q, STR("t"), STR("carl")));
    /* What the tenant is refused does not count for the user. */
    for (int i = 0; i < 5; i++)
        assert_false(quotas_connect(q, STR("t"), STR("dora")));
    quotas_disconnect(q, STR("t"), STR("bob"));
    assert_true(quotas_connect(q, STR("t"), STR("dora")));
    assert_true(quotas_connect(q, STR("u"), STR("ann")));
    quotas_free(q);
}

static void nobody_is_remembered_without_a_connection(void **state)
{
    struct quotas *q = make(2, 3);

    assert_true(quotas_connect(q, STR("t"), STR("ann")));
    assert_int_equal(quotas_count(q), 2);
    quotas_disconnect(q, STR("t"), STR("ann"));
    assert_int_equal(quotas_count(q), 0);
    quotas_free(q);
}

static void a_user_sends_so_often_and_is_told_how_long_to_wait(void **state)
{
    struct quotas *q = make(1, 1);

    assert_int_equal(quotas_send(q, STR("t"), STR("ann"), SECOND), 0);
    assert_int_equal(quotas_send(q, STR("t"), STR("ann"), SECOND), 0);
    assert_int_equal(quotas_send(q, STR("t"), STR("ann"), SECOND), 1000);
    assert_int_equal(quotas_send(q, STR("t"), STR("bob"), SECOND), 0);
    assert_int_equal(quotas_send(q, STR("t"), STR("ann"), INT64_C(2) * SECOND), 0);
    quotas_free(q);
}

static void a_tenants_users_share_its_rate(void **state)
{
    static const char users[] = "abcdef";
    struct quotas *q = make(1, 1);

    for (int i = 0; i < 5; i++)
        assert_int_equal(quotas_send(q, STR("t"), str_of(users + i, 1), SECOND), 0);
    assert_int_equal(quotas_send(q, STR("t"), str_of(users + 5, 1), SECOND), 100);
    assert_int_equal(quotas_send(q, STR("u"), str_of(users + 5, 1), SECOND), 0);
    quotas_free(q);
}

static void a_tenant_is_not_mistaken_for_a_user(void **state)
{
    struct quotas *q = make(1, SIZE_MAX);

    assert_true(quotas_connect(q, STR("ab"), STR("c")));
    assert_true(quotas_connect(q, STR("a"), STR("bc")));
    assert_true(quotas_connect(q, STR("abc"), STR("")));
    quotas_free(q);
}

static void whoever_has_been_silent_is_forgotten(void **state)
{
    struct quotas *q = make(1, 1);
    char user[16];

    for (int64_t i = 0; i < 50000; i++) {
        int n = snprintf(user, sizeof(user), "u%d", (int)i);

        quotas_send(q, STR("t"), str_of(user, (size_t)n), i * SECOND);
    }
    assert_true(quotas_count(q) < 64 * 256 + 2);
    quotas_free(q);
}

struct crowd {
    struct quotas *quotas;
    int most;
    int now;
    pthread_mutex_t lock;
};

static void *come_and_go(void *user)
{
    struct crowd *c = user;

    for (int i = 0; i < ROUNDS; i++) {
        if (!quotas_connect(c->quotas, STR("t"), STR("ann")))
            continue;
        pthread_mutex_lock(&c->lock);
        c->now++;
        c->most = c->now > c->most ? c->now : c->most;
        pthread_mutex_unlock(&c->lock);
        pthread_mutex_lock(&c->lock);
        c->now--;
        pthread_mutex_unlock(&c->lock);
        quotas_disconnect(c->quotas, STR("t"), STR("ann"));
    }
    return NULL;
}

static void threads_count_together(void **state)
{
    struct crowd c = {.quotas = make(2, 3), .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[THREADS];

    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &c), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_in_range(c.most, 1, 2);
    assert_int_equal(quotas_count(c.quotas), 0);
    quotas_free(c.quotas);
}

int main(void)
{
    return RUN(test(a_user_has_so_many_connections_and_others_theirs),
               test(a_tenant_has_a_ceiling_of_its_own),
               test(nobody_is_remembered_without_a_connection),
               test(a_user_sends_so_often_and_is_told_how_long_to_wait),
               test(a_tenants_users_share_its_rate), test(a_tenant_is_not_mistaken_for_a_user),
               test(whoever_has_been_silent_is_forgotten), test(threads_count_together));
}
