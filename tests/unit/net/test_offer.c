#include "net/offer.h"

#include <stdio.h>

#include "tests/lib/test.h"

/* {"host":"h","Authorization":"t?>~"}: its base64 has a plus sign, a slash and padding. */
#define ENCODED_URL "eyJob3N0IjoiaCIsIkF1dGhvcml6YXRpb24iOiJ0Pz5-In0"
#define ENCODED     "eyJob3N0IjoiaCIsIkF1dGhvcml6YXRpb24iOiJ0Pz5+In0="

static void check(const char *target, const char *fields, const struct dialect *dialect,
                  const char *chosen, const char *shown)
{
    char text[1024];
    struct http1_head head;
    struct http1_wrong wrong;
    struct offer offer;
    size_t length;
    char *got;
    int n = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: h\r\n%s\r\n", target, fields);

    assert_int_equal(http1_head_parse(str_of(text, (size_t)n), &head, &length, &wrong), HTTP1_OK);
    assert_true(offer_is_path(head.request.path));
    offer_read(&head, &offer);
    assert_ptr_equal(offer.dialect, dialect);
    assert_str(offer.chosen, chosen);
    got = json_dumps(offer.shown, JSON_COMPACT);
    if (shown)
        assert_string_equal(got, shown);
    else
        assert_null(got);
    free(got);
    json_decref(offer.shown);
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

static void there_is_no_socket_elsewhere(void **state)
{
    assert_false(offer_is_path(STR("/")));
    assert_false(offer_is_path(STR("/graphql/")));
    assert_false(offer_is_path(STR("/graphql/realtime/")));
}

int main(void)
{
    return RUN(test(the_newer_sub_protocol_is_spoken_where_both_are_offered),
               test(appsync_is_told_by_path_parameters_or_second_name),
               test(what_is_shown_is_found_in_either_alphabet_encoded_or_not),
               test(headers_of_the_handshake_are_shown_in_every_sub_protocol),
               test(what_is_no_json_shows_nothing), test(there_is_no_socket_elsewhere));
}
