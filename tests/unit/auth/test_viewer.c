#include "auth/viewer.h"

#include "base/clock.h"
#include "tests/lib/test.h"

static struct viewer *with_scope(enum viewer_scope scope)
{
    struct viewer draft = {.user_id = STR("ann"), .tenant_id = STR("default")};

    draft.scopes[scope] = true;
    return viewer_new(&draft);
}

static void assert_allows(enum viewer_scope held, bool chat, bool chat_read, bool tenant_admin)
{
    struct viewer *v = with_scope(held);

    assert_int_equal(viewer_allows(v, VIEWER_CHAT), chat);
    assert_int_equal(viewer_allows(v, VIEWER_CHAT_READ), chat_read);
    assert_int_equal(viewer_allows(v, VIEWER_TENANT_ADMIN), tenant_admin);
    viewer_unref(v);
}

static void chat_implies_reading_and_no_more(void **state)
{
    assert_allows(VIEWER_CHAT, true, true, false);
}

static void a_reader_only_reads(void **state)
{
    assert_allows(VIEWER_CHAT_READ, false, true, false);
}

static void an_administrator_may_do_everything(void **state)
{
    assert_allows(VIEWER_TENANT_ADMIN, true, true, true);
}

static void a_viewer_without_scopes_may_do_nothing(void **state)
{
    struct viewer draft = {.user_id = STR("ann"), .tenant_id = STR("default")};
    struct viewer *v = viewer_new(&draft);

    for (int scope = 0; scope < VIEWER_SCOPES; scope++)
        assert_false(viewer_allows(v, (enum viewer_scope)scope));
    viewer_unref(v);
}

static void a_viewer_is_a_copy_of_its_draft(void **state)
{
    char user[] = "ann", tenant[] = "acme", guild[] = "g1";
    struct str guilds[] = {{guild, 2}, STR("g2")};
    struct viewer draft = {.user_id = {user, 3},
                           .tenant_id = {tenant, 4},
                           .guilds = guilds,
                           .n_guilds = 2,
                           .expires_at = 1234};
    struct viewer *v = viewer_new(&draft);

    memset(user, 'x', 3);
    memset(tenant, 'x', 4);
    memset(guild, 'x', 2);
    guilds[1] = STR_NULL;
    assert_str(v->user_id, "ann");
    assert_str(v->tenant_id, "acme");
    assert_int_equal(v->n_guilds, 2);
    assert_str(v->guilds[0], "g1");
    assert_str(v->guilds[1], "g2");
    assert_int_equal(v->expires_at, 1234);
    viewer_unref(v);
}

static void the_last_holder_frees_it(void **state)
{
    struct viewer *v = with_scope(VIEWER_CHAT);

    assert_ptr_equal(viewer_ref(v), v);
    assert_null(viewer_unref(v));
    assert_str(v->user_id, "ann");
    assert_null(viewer_unref(v));
    assert_null(viewer_unref(NULL));
}

int main(void)
{
    return RUN(test(chat_implies_reading_and_no_more), test(a_reader_only_reads),
               test(an_administrator_may_do_everything),
               test(a_viewer_without_scopes_may_do_nothing), test(a_viewer_is_a_copy_of_its_draft),
               test(the_last_holder_frees_it));
}
