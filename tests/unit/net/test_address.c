#include "net/address.h"

#include "tests/lib/test.h"

static struct str round_trip(const char *text)
{
    static char scratch[NET_ADDRESS_MAX];
    struct net_address a;

    if (!net_address_parse(str_c(text), &a))
        return STR("none");
    return net_address_format(&a, scratch);
}

static void addresses_of_both_families_are_read_and_written(void **state)
{
    assert_str(round_trip("192.0.2.1"), "192.0.2.1");
    assert_str(round_trip("2001:DB8:0:0::1"), "2001:db8::1");
    assert_str(round_trip("[::1]"), "::1");
}

static void one_address_has_one_form(void **state)
{
    assert_str(round_trip("::ffff:192.0.2.1"), "192.0.2.1");
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const none[] = {
        "",          "1.2.3",
        "1.2.3.4.5", "256.1.1.1",
        "localhost", "::g",
        "1.2.3.4 ",  "[::1",
        "[]",        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001",
    };

    for (size_t i = 0; i < array_size(none); i++)
        assert_str(round_trip(none[i]), "none");
    assert_false(net_address_parse(STR("127.0.0.1\0"), &(struct net_address){{0}}));
}

static void nowhere_is_no_address_on_a_network(void **state)
{
    struct net_address nowhere = {{0}};
    char scratch[NET_ADDRESS_MAX];

    assert_false(net_address_known(&nowhere));
    assert_str(net_address_format(&nowhere, scratch), "unix");
}

static bool is_in(const char *ranges, const char *address)
{
    struct net_ranges r = {0};
    struct net_address a;
    struct arena arena;
    struct str wrong;
    bool found;

    arena_init(&arena);
    assert_true(net_ranges_parse(&arena, str_c(ranges), &r, &wrong));
    assert_true(net_address_parse(str_c(address), &a));
    found = net_ranges_have(&r, &a);
    arena_done(&arena);
    return found;
}

static void a_range_ends_where_its_bits_say(void **state)
{
    assert_true(is_in("10.0.0.0/8", "10.255.255.255"));
    assert_false(is_in("10.0.0.0/8", "11.0.0.0"));
    assert_true(is_in("192.0.2.128/25", "192.0.2.200"));
    assert_false(is_in("192.0.2.128/25", "192.0.2.127"));
    assert_true(is_in("fd00::/8", "fdff::1"));
    assert_false(is_in("fd00::/8", "fe00::1"));
    assert_true(is_in("0.0.0.0/0", "203.0.113.9"));
    assert_false(is_in("0.0.0.0/0", "2001:db8::1"));
}

static void an_address_alone_is_a_range_of_one(void **state)
{
    assert_true(is_in(" 127.0.0.1 , ::1", "::1"));
    assert_true(is_in("127.0.0.1,::1", "127.0.0.1"));
    assert_false(is_in("127.0.0.1,::1", "127.0.0.2"));
    assert_false(is_in("", "127.0.0.1"));
}

static void this_machine_is_known_by_its_loopback(void **state)
{
    static const char *const own[] = {"127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"};
    static const char *const others[] = {"126.0.0.1", "128.0.0.1", "::2", "::ffff:10.0.0.1",
                                         "::7f00:1"};
    struct net_address a = {0};

    assert_true(net_address_is_local(&a)); /* a Unix socket */
    for (size_t i = 0; i < array_size(own); i++) {
        assert_true(net_address_parse(str_c(own[i]), &a));
        assert_true(net_address_is_local(&a));
    }
    for (size_t i = 0; i < array_size(others); i++) {
        assert_true(net_address_parse(str_c(others[i]), &a));
        assert_false(net_address_is_local(&a));
    }
}

static void a_wrong_range_is_named(void **state)
{
    static const char *const wrong[] = {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "ten"};
    struct net_ranges r;
    struct arena arena;
    struct str named;

    arena_init(&arena);
    for (size_t i = 0; i < array_size(wrong); i++) {
        struct str list = arena_printf(&arena, "127.0.0.1,%s,::1", wrong[i]);

        assert_false(net_ranges_parse(&arena, list, &r, &named));
        assert_str(named, wrong[i]);
    }
    arena_done(&arena);
}

int main(void)
{
    return RUN(test(addresses_of_both_families_are_read_and_written),
               test(one_address_has_one_form), test(what_is_no_address_is_refused),
               test(nowhere_is_no_address_on_a_network), test(a_range_ends_where_its_bits_say),
               test(an_address_alone_is_a_range_of_one),
               test(this_machine_is_known_by_its_loopback), test(a_wrong_range_is_named));
}
