#include "bus/bus.h"

#include <libpq-fe.h>
#include <stdio.h>

#include "tests/unit/bus/node.h"

static struct loop l;
static struct node a, b;
static PGconn *application;

static void run_sql(const char *sql)
{
    PGresult *result = PQexec(application, sql);
    ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail_msg("%s\n%s", sql, PQerrorMessage(application));
    PQclear(result);
}

static void open_two(enum bus_kind kind)
{
    struct bus_config config = {
        .kind = kind,
        .conninfo = str_c(getenv("GUILDHALL_TEST_DATABASE_URL")),
    };

    node_open(&a, &l, &config);
    node_open(&b, &l, &config);
    node_await(&a, &a.connected, 1);
    node_await(&b, &b.connected, 1);
}

static int open_postgres(void **state)
{
    open_two(BUS_POSTGRES);
    return 0;
}

static int open_local(void **state)
{
    open_two(BUS_LOCAL);
    return 0;
}

static int close_both(void **state)
{
    node_close(&a);
    node_close(&b);
    return 0;
}

static void cut_all(void)
{
    run_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'guildhall bus'");
}

static void a_hint_reaches_the_other_node_and_not_the_one_that_said_it(void **state)
{
    node_say(&a, "from a");
    node_await_last(&a, &b);
    node_say(&b, "from b");
    node_await_last(&b, &a);
    assert_heard(&a, "from b|last|");
    assert_heard(&b, "from a|last|");
}

static void hints_of_one_turn_arrive_in_their_order(void **state)
{
    node_say(&a, "1");
    node_say(&a, "2");
    node_say(&a, "3");
    node_await_last(&a, &b);
    assert_heard(&b, "1|2|3|last|");
}

static void more_than_a_packet_holds_arrives_in_several(void **state)
{
    char hint[BUS_LONGEST_HINT + 1] = "";

    memset(hint, 'x', BUS_LONGEST_HINT);
    for (int i = 0; i < 20; i++) {
        /* PostgreSQL takes equal notifications of a transaction for one. */
        snprintf(hint, 4, "%03d", i);
        hint[3] = 'x';
        node_say(&a, hint);
    }
    node_await(&b, &b.n_heard, 20);
    assert_int_equal(b.n_heard, 20);
}

static void what_is_said_while_the_database_does_not_answer_is_bounded(void **state)
{
    char hint[BUS_LONGEST_HINT + 1] = "";
    unsigned said = 2000;

    memset(hint, 'x', BUS_LONGEST_HINT);
    for (unsigned i = 0; i < said; i++) {
        snprintf(hint, 8, "%07u", i);
        hint[7] = 'x';
        node_say(&a, hint);
    }
    node_await(&b, &b.n_heard, 256);
    node_say(&a, "still there");
    node_await_last(&a, &b);
    assert_true(b.n_heard < said);
}

static void a_connection_that_has_come_back_says_so_and_carries_on(void **state)
{
    cut_all();
    node_await(&a, &a.connected, 2);
    node_await(&b, &b.connected, 2);
    node_say(&a, "again");
    node_await_last(&a, &b);
    assert_heard(&b, "again|last|");
}

static void what_is_said_while_the_connection_is_away_is_dropped(void **state)
{
    cut_all();
    /* Until the loss is seen it is said in vain, and behind that too. */
    while (a.connected < 2) {
        node_say(&a, "in vain");
        uv_run(&l.uv, UV_RUN_ONCE);
    }
    node_await(&b, &b.connected, 2);
    node_say(&a, "heard");
    node_await_last(&a, &b);
    assert_true(str_find(b.heard, 'h') < b.heard.n);
}

static void what_an_application_notifies_arrives_whatever_the_bus_is(void **state)
{
    run_sql("BEGIN; SELECT pg_notify('guildhall', 'committed'); COMMIT");
    run_sql("BEGIN; SELECT pg_notify('guildhall', 'rolled back'); ROLLBACK");
    run_sql("SELECT pg_notify('guildhall', 'two'||chr(10)||'lines')");
    node_await(&a, &a.n_heard, 3);
    node_await(&b, &b.n_heard, 3);
    assert_heard(&a, "committed|two|lines|");
    assert_heard(&b, "committed|two|lines|");
}

static void a_local_bus_says_nothing(void **state)
{
    node_say(&a, "to nobody");
    run_sql("SELECT pg_notify('guildhall', 'to all')");
    node_await(&b, &b.n_heard, 1);
    assert_heard(&b, "to all|");
}

static int close_b(void **state)
{
    node_close(&b);
    return 0;
}

static void what_waits_leaves_before_the_bus_is_closed(void **state)
{
    node_say(&a, "the last words");
    node_close(&a);
    node_await(&b, &b.n_heard, 1);
    assert_heard(&b, "the last words|");
}

static void a_bus_whose_database_never_comes_can_be_closed(void **state)
{
    struct bus_config config = {
        .kind = BUS_POSTGRES,
        .conninfo = STR("host=/nowhere"),
    };
    struct node n;

    node_open(&n, &l, &config);
    node_say(&n, "to nobody");
    uv_run(&l.uv, UV_RUN_ONCE);
    node_say(&n, "to nobody");
    node_close(&n);
    assert_int_equal(n.connected, 0);
}

static int open_all(void **state)
{
    const char *url = getenv("GUILDHALL_TEST_DATABASE_URL");

    if (!url) {
        fail_msg("GUILDHALL_TEST_DATABASE_URL is not set: run with tests/lib/with_postgres.sh");
        return 1;
    }
    application = PQconnectdb(url);
    loop_init(&l, 0);
    return 0;
}

static int close_all(void **state)
{
    loop_done(&l);
    PQfinish(application);
    return 0;
}

int main(void)
{
#define on_postgres(f) cmocka_unit_test_setup_teardown(f, open_postgres, close_both)
#define on_local(f)    cmocka_unit_test_setup_teardown(f, open_local, close_both)
    const struct CMUnitTest tests[] = {
        on_postgres(a_hint_reaches_the_other_node_and_not_the_one_that_said_it),
        on_postgres(hints_of_one_turn_arrive_in_their_order),
        on_postgres(more_than_a_packet_holds_arrives_in_several),
        on_postgres(what_is_said_while_the_database_does_not_answer_is_bounded),
        on_postgres(a_connection_that_has_come_back_says_so_and_carries_on),
        on_postgres(what_is_said_while_the_connection_is_away_is_dropped),
        on_postgres(what_an_application_notifies_arrives_whatever_the_bus_is),
        on_local(what_an_application_notifies_arrives_whatever_the_bus_is),
        on_local(a_local_bus_says_nothing),
        cmocka_unit_test_setup_teardown(what_waits_leaves_before_the_bus_is_closed, open_postgres,
                                        close_b),
        test(a_bus_whose_database_never_comes_can_be_closed),
    };

    return cmocka_run_group_tests_name("bus/bus", tests, open_all, close_all);
}
