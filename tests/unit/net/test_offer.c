#include "net/offer.h"

#include <stdio.h>

#include "base/mem.h"
#include "tests/lib/test.h"

static const struct http_head_limits widest = {HTTP_HEAD_MAX, HTTP_FIELDS_MAX};

/* {"host":"h","Authorization":"t?>~"}: its base64 has a plus sign, a slash and padding. */
#define ENCODED_URL "eyJob3N0IjoiaCIsIkF1dGhvcml6YXRpb24iOiJ0Pz5-In0"
#define ENCODED     "eyJob3N0IjoiaCIsIkF1dGhvcml6YXRpb24iOiJ0Pz5+In0="

static bool url_token;

static void check(const char *target, const char *fields, const struct dialect *dialect,
                  const char *chosen, const char *shown)
{
    char text[1024];
    struct http1_head head;
    struct http1_wrong wrong;
    struct offer offer;
    size_t length;
    struct buf got;
    int n = snprintf(text, sizeof(text),
                     "GET %s HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n%s\r\n", target, fields);

    assert_int_equal(http1_head_parse(str_of(text, (size_t)n), &widest, &head, &length, &wrong),
                     HTTP1_OK);
    assert_true(offer_is_made(&head));
    offer_read(&head, url_token, &offer);
    assert_ptr_equal(offer.dialect, dialect);
    assert_str(offer.chosen, chosen);
    buf_init(&got, sizeof(text));
    json_value_write(&(struct json_out){.out = &got}, offer.shown);
    assert_str(buf_str(&got), shown ? shown : "null");
    buf_done(&got);
    mem_free(offer.shown);
}

#define NAMES(list) "Sec-WebSocket-Protocol: " list "\r\n"

static void the_newer_sub_protocol_is_spoken_where_both_are_offered(void **state)
{
    check("/graphql", NAMES("graphql-transport-ws"), &dialect_gtws, "graphql-transport-ws", NULL);
    check("/graphql", NAMES("graphql-ws, graphql-transport-ws"), &dialect_gtws,
          "graphql-transport-ws", NULL);
    check("/graphql", NAMES("graphql-ws"), &dialect_legacy, "graphql-ws", NULL);
    check("/graphql", NAMES("soap"), &dialect_gtws, "", NULL);
    check("/graphql", "", &dialect_gtws, "", NULL);
}

static void appsync_is_told_by_path_parameters_or_second_name(void **state)
{
    check("/graphql/realtime", NAMES("graphql-ws"), &dialect_appsync, "graphql-ws", NULL);
    check("/graphql/realtime", NAMES("graphql-transport-ws"), &dialect_appsync, "", NULL);
    check("/graphql", NAMES("graphql-ws, header-" ENCODED_URL), &dialect_appsync, "graphql-ws",
          "{\"Authorization\":\"t?>~\"}");
    check("/graphql?header=" ENCODED "&payload=e30=", NAMES("graphql-ws"), &dialect_appsync,
          "graphql-ws", "{\"Authorization\":\"t?>~\"}");
    check("/graphql?header=" ENCODED, NAMES("graphql-ws"), &dialect_legacy, "graphql-ws", NULL);
}

static void what_is_shown_is_found_in_either_alphabet_encoded_or_not(void **state)
{
    const char *shown = "{\"Authorization\":\"t?>~\"}";

    check("/graphql/realtime?payload=e30=&header=" ENCODED_URL, NAMES("graphql-ws"),
          &dialect_appsync, "graphql-ws", shown);
    check("/graphql/realtime?header=eyJob3N0IjoiaCIsIkF1dGhvcml6YXRpb24iOiJ0Pz5%2BIn0%3D",
          NAMES("graphql-ws"), &dialect_appsync, "graphql-ws", shown);
    /* {"x-API-key":"k","AUTHORIZATION":7} */
    check("/graphql/realtime",
          NAMES("graphql-ws, header-eyJ4LUFQSS1rZXkiOiJrIiwiQVVUSE9SSVpBVElPTiI6N30"),
          &dialect_appsync, "graphql-ws", "{\"x-api-key\":\"k\"}");
}

static void headers_of_the_handshake_are_shown_in_every_sub_protocol(void **state)
{
    check("/graphql", NAMES("graphql-transport-ws") "Authorization: Bearer t\r\nX-API-Key: k\r\n",
          &dialect_gtws, "graphql-transport-ws",
          "{\"Authorization\":\"Bearer t\",\"x-api-key\":\"k\"}");
    check("/graphql/realtime", NAMES("graphql-ws") "authorization: t\r\n", &dialect_appsync,
          "graphql-ws", "{\"Authorization\":\"t\"}");
}

static void what_is_no_json_shows_nothing(void **state)
{
    check("/graphql/realtime?header=%7B%7D&payload=", NAMES("graphql-ws"), &dialect_appsync,
          "graphql-ws", NULL);
    check("/graphql/realtime?header=%zz", NAMES("graphql-ws"), &dialect_appsync, "graphql-ws",
          NULL);
    check("/graphql/realtime", NAMES("graphql-ws, header-"), &dialect_appsync, "graphql-ws", NULL);
    check("/graphql/realtime", NAMES("graphql-ws, header-WzFd"), &dialect_appsync, "graphql-ws",
          NULL);
}

static bool is_made(const char *target, const char *fields)
{
    char text[1024];
    struct http1_head head;
    struct http1_wrong wrong;
    size_t length;
    int n = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: h\r\n%s\r\n", target, fields);

    assert_int_equal(http1_head_parse(str_of(text, (size_t)n), &widest, &head, &length, &wrong),
                     HTTP1_OK);
    return offer_is_made(&head);
}

static void at_graphql_only_a_handshake_is_an_offer(void **state)
{
    assert_true(is_made("/graphql", "Upgrade: websocket\r\n"));
    assert_false(is_made("/graphql", ""));
    assert_true(is_made("/graphql/realtime", ""));
    assert_true(is_made("/ws/rooms/club", ""));
}

static void there_is_no_socket_elsewhere(void **state)
{
    assert_false(is_made("/", "Upgrade: websocket\r\n"));
    assert_false(is_made("/graphql/", "Upgrade: websocket\r\n"));
    assert_false(is_made("/graphql/realtime/", "Upgrade: websocket\r\n"));
    assert_false(is_made("/ws/rooms", "Upgrade: websocket\r\n"));
}

static void a_rooms_socket_is_told_by_its_path_and_needs_no_name(void **state)
{
    check("/ws/rooms/club", "", &dialect_room, "", "{\"roomId\":\"club\"}");
    check("/ws/rooms/club?since=", NAMES("guildhall-room"), &dialect_room, "guildhall-room",
          "{\"roomId\":\"club\"}");
    check("/ws/rooms/GUILD%23r%C3%A9+d?since=a%2Bb&since=c", "Authorization: Bearer t\r\n",
          &dialect_room, "",
          "{\"Authorization\":\"Bearer t\",\"roomId\":\"GUILD#ré+d\",\"since\":\"a+b\"}");
}

static void a_browser_may_show_its_token_among_the_names(void **state)
{
    check("/ws/rooms/club", NAMES("guildhall-room, bearer.a.b-c.d_e"), &dialect_room,
          "guildhall-room", "{\"roomId\":\"club\",\"Authorization\":\"a.b-c.d_e\"}");
}

static void a_token_in_the_url_is_seen_only_where_that_was_asked_for(void **state)
{
    check("/ws/rooms/club?token=t", "", &dialect_room, "", "{\"roomId\":\"club\"}");
    url_token = true;
    check("/ws/rooms/club?token=t", "", &dialect_room, "",
          "{\"roomId\":\"club\",\"Authorization\":\"t\"}");
    url_token = false;
}

static void a_path_that_holds_no_id_shows_none(void **state)
{
    check("/ws/rooms/", "", &dialect_room, "", NULL);
    check("/ws/rooms/a/b", "", &dialect_room, "", NULL);
    check("/ws/rooms/a%", "", &dialect_room, "", NULL);
    check("/ws/rooms/%ff", "", &dialect_room, "", NULL);
}

static void names_that_are_not_spoken_are_told(void **state)
{
    struct http1_head head;
    struct http1_wrong wrong;
    struct offer offer;
    size_t length;

    assert_int_equal(
        http1_head_parse(STR("GET /ws/rooms/club HTTP/1.1\r\nHost: h\r\n" NAMES("soap") "\r\n"),
                         &widest, &head, &length, &wrong),
        HTTP1_OK);
    offer_read(&head, false, &offer);
    assert_false(offer.is_spoken);
    mem_free(offer.shown);
}

int main(void)
{
    return RUN(test(the_newer_sub_protocol_is_spoken_where_both_are_offered),
               test(appsync_is_told_by_path_parameters_or_second_name),
               test(what_is_shown_is_found_in_either_alphabet_encoded_or_not),
               test(headers_of_the_handshake_are_shown_in_every_sub_protocol),
               test(what_is_no_json_shows_nothing), test(at_graphql_only_a_handshake_is_an_offer),
               test(there_is_no_socket_elsewhere),
               test(a_rooms_socket_is_told_by_its_path_and_needs_no_name),
               test(a_browser_may_show_its_token_among_the_names),
               test(a_token_in_the_url_is_seen_only_where_that_was_asked_for),
               test(a_path_that_holds_no_id_shows_none), test(names_that_are_not_spoken_are_told));
}
