#include "store/pg_conn.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/test.h"
#include "tests/unit/store/fixture.h"

static struct fixture f;

static int open_fixture(void **state)
{
    fixture_open(&f, NULL);
    return 0;
}

static int close_fixture(void **state)
{
    fixture_close(&f);
    return 0;
}

/* Both connections end and come back while stderr goes into a file; returns its length. */
static off_t said_on_stderr_by_new_connections(void)
{
    FILE *said = tmpfile();
    int before = dup(STDERR_FILENO);
    struct stat about;

    assert_non_null(said);
    dup2(fileno(said), STDERR_FILENO);
    fixture_sql(&f, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name LIKE 'guildhall %%' AND pid <> pg_backend_pid()");
    while (store_ready(f.store))
        uv_run(&f.loop.uv, UV_RUN_ONCE);
    fixture_await_ready(&f);
    dup2(before, STDERR_FILENO);
    close(before);
    assert_int_equal(fstat(fileno(said), &about), 0);
    fclose(said);
    return about.st_size;
}

static void what_postgresql_notes_is_not_printed(void **state)
{
    off_t said;

    fixture_sql(&f, "ALTER ROLE CURRENT_USER SET client_min_messages = debug5");
    said = said_on_stderr_by_new_connections();
    fixture_sql(&f, "ALTER ROLE CURRENT_USER RESET client_min_messages");
    assert_int_equal(said, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(what_postgresql_notes_is_not_printed),
    };

    return cmocka_run_group_tests_name("store/pg_conn", tests, open_fixture, close_fixture);
}
