#include "net/upgrade.h"

#include <stdio.h>

#include "net/origin.h"
#include "tests/lib/test.h"

static const struct http_head_limits widest = {HTTP_HEAD_MAX, HTTP_FIELDS_MAX};

static struct http1_head head;
static char text[1024];

static int check(const char *line, const char *fields)
{
    struct http1_wrong wrong = {0};
    size_t length;
    int n = snprintf(text, sizeof(text), "%s\r\nHost: h\r\n%s\r\n", line, fields);

    assert_int_equal(http1_head_parse(str_of(text, (size_t)n), &widest, &head, &length, &wrong),
                     HTTP1_OK);
    assert_true(upgrade_asked(&head));
    return upgrade_check(&head, &wrong) ? 101 : wrong.status;
}

#define GET     "GET /graphql HTTP/1.1"
#define UPGRADE "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
#define KEY     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define V13     "Sec-WebSocket-Version: 13\r\n"

static void the_handshake_of_the_rfc_is_answered(void **state)
{
    struct buf out;

    assert_int_equal(check(GET, UPGRADE KEY V13 "Sec-WebSocket-Protocol: chat, superchat\r\n"),
                     101);
    assert_true(upgrade_offers(&head, STR("superchat")));
    assert_false(upgrade_offers(&head, STR("super")));
    assert_false(upgrade_offers(&head, STR("Chat")));
    buf_init(&out, 1024);
    upgrade_response(&out, &head, STR("chat"), STR("permessage-deflate"));
    assert_str(buf_str(&out), "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                              "Connection: Upgrade\r\n"
                              "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                              "Sec-WebSocket-Protocol: chat\r\n"
                              "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
    buf_done(&out);
}

static void a_wrong_handshake_is_refused(void **state)
{
    assert_int_equal(check("POST /graphql HTTP/1.1", UPGRADE KEY V13), 400);
    assert_int_equal(check("GET /graphql HTTP/1.0", UPGRADE KEY V13), 400);
    assert_int_equal(check(GET, UPGRADE KEY V13 "Content-Length: 1\r\n"), 400);
    assert_int_equal(check(GET, "Upgrade: websocket\r\n" KEY V13), 400);
    assert_int_equal(check(GET, "Connection: Upgrade\r\n" KEY V13), 400);
    assert_int_equal(check(GET, UPGRADE V13), 400);
    assert_int_equal(check(GET, UPGRADE V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\n"), 400);
    assert_int_equal(check(GET, UPGRADE V13 "Sec-WebSocket-Key: dGhlIHNhbXBs*SBub25jZQ==\r\n"),
                     400);
    assert_int_equal(check(GET, UPGRADE KEY), 426);
    assert_int_equal(check(GET, UPGRADE KEY "Sec-WebSocket-Version: 8\r\n"), 426);
}

static void a_page_of_the_same_server_is_allowed(void **state)
{
    assert_true(origin_allowed(STR_NULL, STR_NULL, STR("h")));
    assert_true(origin_allowed(STR_NULL, STR("http://h:8080"), STR("H:8080")));
    assert_true(origin_allowed(STR_NULL, STR("https://h"), STR("h:443")));
    assert_true(origin_allowed(STR_NULL, STR("http://h:80"), STR("h")));
    assert_false(origin_allowed(STR_NULL, STR("http://h"), STR("h:8080")));
    assert_false(origin_allowed(STR_NULL, STR("http://h.evil"), STR("h")));
    assert_false(origin_allowed(STR_NULL, STR("null"), STR("null")));
    assert_false(origin_allowed(STR_NULL, STR(""), STR("")));
    assert_false(origin_allowed(STR_NULL, STR("http://"), STR("")));
}

static void other_pages_are_allowed_by_name(void **state)
{
    assert_true(origin_allowed(STR("https://a, https://b"), STR("https://b"), STR("h")));
    assert_false(origin_allowed(STR("https://a, https://b"), STR("http://b"), STR("h")));
    assert_false(origin_allowed(STR("https://a,,"), STR(""), STR("h")));
    assert_true(origin_allowed(STR("*"), STR("null"), STR("h")));
}

static void an_origin_longer_than_any_is_not_echoed(void **state)
{
    char origin[600];
    struct str long_one = str_of(origin, sizeof(origin));

    memset(origin, 'a', sizeof(origin));
    memcpy(origin, "https://", 8);
    assert_true(origin_allowed(STR("*"), str_of(origin, 512), STR("h")));
    assert_false(origin_allowed(STR("*"), long_one, STR("h")));
    assert_false(origin_allowed(STR_NULL, long_one, str_of(origin + 8, sizeof(origin) - 8)));
}

int main(void)
{
    return RUN(test(the_handshake_of_the_rfc_is_answered), test(a_wrong_handshake_is_refused),
               test(a_page_of_the_same_server_is_allowed), test(other_pages_are_allowed_by_name),
               test(an_origin_longer_than_any_is_not_echoed));
}
