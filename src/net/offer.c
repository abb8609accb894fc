#include "net/offer.h"

#include <libwebsockets.h>

#include "base/arena.h"
#include "net/http_request.h"
#include "net/upgrade.h"

static const struct str graphql_path = STR_INIT("/graphql");
static const struct str realtime_path = STR_INIT("/graphql/realtime");
static const struct str rooms_path = STR_INIT("/ws/rooms/");
static const struct str header_prefix = STR_INIT("header-");
static const struct str bearer_prefix = STR_INIT("bearer.");

bool offer_is_made(const struct http1_head *head)
{
    if (str_eq(head->request.path, graphql_path))
        return upgrade_asked(head);
    return str_eq(head->request.path, realtime_path) || str_starts(head->request.path, rooms_path);
}

/* What is shown, as it gathers. */
struct showing {
    struct arena *arena;
    struct json_value *shown; /* an object; NULL while nothing is */
};

static void show(struct showing *s, struct str name, struct str value)
{
    /* What is not UTF-8 is no member. */
    if (!value.p || !str_is_utf8(value))
        return;
    if (!s->shown)
        s->shown = json_value_object(s->arena);
    json_value_put_text(s->arena, s->shown, name, value);
}

/* Names of headers and their values, as JSON in base64 of either alphabet. In a query that nobody
 * encoded a plus sign has become a space. */
static void show_encoded(struct showing *s, struct str encoded)
{
    char *text = arena_alloc(s->arena, encoded.n + 1), *json = arena_alloc(s->arena, encoded.n + 1);
    const struct json_value *object;
    struct json_in_error error;
    int n;

    for (size_t i = 0; i < encoded.n; i++)
        text[i] = encoded.p[i] == ' ' ? '+' : encoded.p[i];
    n = lws_b64_decode_string_len(text, (int)encoded.n, json, (int)encoded.n + 1);
    object = json_in_read(s->arena, str_of(json, n > 0 ? (size_t)n : 0), &error);
    show(s, STR("Authorization"), call_json_member(object, STR("Authorization")));
    show(s, STR("x-api-key"), call_json_member(object, STR("x-api-key")));
}

static bool is_appsync(const struct http1_head *head)
{
    return upgrade_offered(head, header_prefix).p ||
           (http_request_has_param(head->request.query, STR("header")) &&
            http_request_has_param(head->request.query, STR("payload")));
}

static void read_appsync(const struct http1_head *head, struct showing *s)
{
    struct str encoded = upgrade_offered(head, header_prefix);

    if (!encoded.p)
        encoded = http_request_param(s->arena, head->request.query, STR("header"));
    if (encoded.n)
        show_encoded(s, encoded);
}

static struct str behind(struct str s, struct str prefix)
{
    return str_of(s.p + prefix.n, s.n - prefix.n);
}

static void read_room(const struct http1_head *head, bool url_token, struct showing *s)
{
    struct str query = head->request.query, room_id, since;

    if (http_request_segment(s->arena, behind(head->request.path, rooms_path), &room_id))
        show(s, STR("roomId"), room_id);
    since = http_request_param(s->arena, query, STR("since"));
    show(s, STR("since"), since.n ? since : STR_NULL);
    show(s, STR("Authorization"), upgrade_offered(head, bearer_prefix));
    if (url_token)
        show(s, STR("Authorization"), http_request_param(s->arena, query, STR("token")));
}

static const struct dialect *dialect_of(const struct http1_head *head)
{
    if (str_starts(head->request.path, rooms_path))
        return &dialect_room;
    if (str_eq(head->request.path, realtime_path))
        return &dialect_appsync;
    if (upgrade_offers(head, dialect_gtws.offered))
        return &dialect_gtws;
    if (upgrade_offers(head, dialect_legacy.offered))
        return is_appsync(head) ? &dialect_appsync : &dialect_legacy;
    return &dialect_gtws;
}

void offer_read(const struct http1_head *head, bool url_token, struct offer *ret_offer)
{
    struct offer offer = {.dialect = dialect_of(head)};
    struct arena a;
    struct showing s = {.arena = &a};

    arena_init(&a);
    if (upgrade_offers(head, offer.dialect->offered))
        offer.chosen = offer.dialect->offered;
    offer.is_spoken = offer.chosen.p;
    show(&s, STR("Authorization"), http_field(&head->request, STR("Authorization")));
    show(&s, STR("x-api-key"), http_field(&head->request, STR("X-Api-Key")));
    if (offer.dialect == &dialect_appsync)
        read_appsync(head, &s);
    if (offer.dialect == &dialect_room) {
        offer.is_spoken |= !http_field(&head->request, STR("Sec-WebSocket-Protocol")).p;
        read_room(head, url_token, &s);
    }
    offer.shown = json_value_keep(s.shown);
    arena_done(&a);
    *ret_offer = offer;
}
