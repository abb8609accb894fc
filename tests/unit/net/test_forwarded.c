#include "net/forwarded.h"

#include <stdio.h>

#include "net/http1.h"
#include "tests/lib/test.h"

static const struct http_head_limits widest = {HTTP_HEAD_MAX, HTTP_FIELDS_MAX};

static char scratch[NET_ADDRESS_MAX];

/* The client of a request from `peer` with these fields; 10.0.0.0/8 and Unix sockets are trusted.
 */
static struct str client_of(const char *peer, const char *fields)
{
    static char text[1024];
    struct net_ranges trusted;
    struct net_address from = {{0}}, client;
    struct http1_head head;
    struct http1_wrong wrong_head;
    struct arena arena;
    struct str wrong;
    size_t length;
    int n = snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", fields);

    arena_init(&arena);
    assert_true(net_ranges_parse(&arena, STR("10.0.0.0/8,unix"), &trusted, &wrong));
    assert_true(!*peer || net_address_parse(str_c(peer), &from));
    assert_int_equal(
        http1_head_parse(str_of(text, (size_t)n), &widest, &head, &length, &wrong_head), HTTP1_OK);
    client = forwarded_client(&head.request, &from, &trusted);
    arena_done(&arena);
    return net_address_format(&client, scratch);
}

#define XFF "X-Forwarded-For: "

static void a_strangers_word_is_not_believed(void **state)
{
    assert_str(client_of("192.0.2.9", XFF "203.0.113.1\r\n"), "192.0.2.9");
}

static void a_trusted_proxy_names_its_client(void **state)
{
    assert_str(client_of("10.0.0.1", XFF "203.0.113.1\r\n"), "203.0.113.1");
    assert_str(client_of("", XFF "2001:db8::1\r\n"), "2001:db8::1");
    assert_str(client_of("10.0.0.1", ""), "10.0.0.1");
}

static void trusted_proxies_behind_each_other_are_passed_over(void **state)
{
    assert_str(client_of("10.0.0.1", XFF "203.0.113.1, 10.0.0.3,10.0.0.2\r\n"), "203.0.113.1");
    assert_str(client_of("10.0.0.1", XFF "203.0.113.1\r\n" XFF "10.0.0.2\r\n"), "203.0.113.1");
    assert_str(client_of("10.0.0.1", XFF "10.0.0.3, 10.0.0.2\r\n"), "10.0.0.3");
}

static void what_a_client_invents_in_front_does_not_count(void **state)
{
    assert_str(client_of("10.0.0.1", XFF "127.0.0.1, 203.0.113.1\r\n"), "203.0.113.1");
    assert_str(client_of("10.0.0.1", XFF "10.9.9.9\r\n" XFF "203.0.113.1\r\n"), "203.0.113.1");
}

static void what_is_no_address_ends_the_reading(void **state)
{
    assert_str(client_of("10.0.0.1", XFF "203.0.113.1, unknown\r\n"), "10.0.0.1");
    assert_str(client_of("10.0.0.1", XFF "203.0.113.1, unknown, 10.0.0.2\r\n"), "10.0.0.2");
    assert_str(client_of("10.0.0.1", XFF ", ,\r\n"), "10.0.0.1");
}

int main(void)
{
    return RUN(test(a_strangers_word_is_not_believed), test(a_trusted_proxy_names_its_client),
               test(trusted_proxies_behind_each_other_are_passed_over),
               test(what_a_client_invents_in_front_does_not_count),
               test(what_is_no_address_ends_the_reading));
}
