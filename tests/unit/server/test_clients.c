#include "server/clients.h"

#include <stdio.h>

#include "tests/lib/test.h"

static struct clients *clients;
static struct client_schemas rows[CLIENTS_MOST + 1];

static int begin(void **state)
{
    clients = clients_new(STR("hash"));
    return 0;
}

static int end(void **state)
{
    clients_free(clients);
    return 0;
}

static void who_shows_no_hash_is_not_counted(void **state)
{
    clients_note(clients, STR("web"), STR_NULL);
    assert_int_equal(clients_read(clients, rows), 0);
}

static void same_and_different_are_counted_by_name(void **state)
{
    clients_note(clients, STR("web"), STR("hash"));
    clients_note(clients, STR("web"), STR("older"));
    clients_note(clients, STR("web"), STR("oldest"));
    clients_note(clients, STR_NULL, STR("hash"));
    assert_int_equal(clients_read(clients, rows), 2);
    assert_str(str_c(rows[0].name), "web");
    assert_int_equal(rows[0].same, 1);
    assert_int_equal(rows[0].different, 2);
    assert_str(str_c(rows[1].name), "unnamed");
    assert_int_equal(rows[1].same, 1);
}

static void beyond_so_many_names_all_are_other(void **state)
{
    char name[32];

    for (int i = 0; i < 2 * CLIENTS_MOST; i++) {
        snprintf(name, sizeof(name), "client-%d", i);
        clients_note(clients, str_c(name), STR("older"));
    }
    assert_int_equal(clients_read(clients, rows), CLIENTS_MOST + 1);
    assert_str(str_c(rows[CLIENTS_MOST].name), "other");
    assert_int_equal(rows[CLIENTS_MOST].different, CLIENTS_MOST);
}

static void a_name_that_is_too_long_or_no_text_is_other(void **state)
{
    char name[CLIENTS_NAME_LENGTH + 1];

    memset(name, 'x', sizeof(name));
    clients_note(clients, str_of(name, sizeof(name)), STR("hash"));
    clients_note(clients, STR("bad\xff"), STR("hash"));
    clients_note(clients, STR("nul\0nul"), STR("hash"));
    clients_note(clients, str_of(name, CLIENTS_NAME_LENGTH), STR("hash"));
    assert_int_equal(clients_read(clients, rows), 2);
    assert_int_equal(strlen(rows[0].name), CLIENTS_NAME_LENGTH);
    assert_str(str_c(rows[1].name), "other");
    assert_int_equal(rows[1].same, 3);
}

#define on_clients(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    return RUN(on_clients(who_shows_no_hash_is_not_counted),
               on_clients(same_and_different_are_counted_by_name),
               on_clients(beyond_so_many_names_all_are_other),
               on_clients(a_name_that_is_too_long_or_no_text_is_other));
}
