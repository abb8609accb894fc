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

static void show(json_t **shown, const char *name, struct str value)
{
    if (!value.p)
        return;
    if (!*shown)
        *shown = json_object();
    /* What is not UTF-8 is no member. */
    json_object_set_new(*shown, name, json_stringn(value.p, value.n));
}

static void show_member(json_t **shown, const json_t *object, const char *name)
{
    show(shown, name, call_json_member(object, str_c(name)));
}

/* Names of headers and their values, as JSON in base64 of either alphabet. In a query that nobody
 * encoded a plus sign has become a space. */
static void show_encoded(json_t **shown, struct arena *a, struct str encoded)
{
    char *text = arena_alloc(a, encoded.n + 1), *json = arena_alloc(a, encoded.n + 1);
    json_error_t error;
    json_t *object;
    int n;

    for (size_t i = 0; i < encoded.n; i++)
        text[i] = encoded.p[i] == ' ' ? '+' : encoded.p[i];
    n = lws_b64_decode_string_len(text, (int)encoded.n, json, (int)encoded.n + 1);
    object = call_json(str_of(json, n > 0 ? (size_t)n : 0), &error);
    if (json_is_object(object)) {
        show_member(shown, object, "Authorization");
        show_member(shown, object, "x-api-key");
    }
    json_decref(object);
}

static bool is_appsync(const struct http1_head *head)
{
    return upgrade_offered(head, header_prefix).p ||
           (http_request_has_param(head->request.query, STR("header")) &&
            http_request_has_param(head->request.query, STR("payload")));
}

static void read_appsync(const struct http1_head *head, struct offer *offer)
{
    struct str encoded = upgrade_offered(head, header_prefix);
    struct arena a;

    arena_init(&a);
    if (!encoded.p)
        encoded = http_request_param(&a, head->request.query, STR("header"));
    if (encoded.n)
        show_encoded(&offer->shown, &a, encoded);
    arena_done(&a);
}

static struct str behind(struct str s, struct str prefix)
{
    return str_of(s.p + prefix.n, s.n - prefix.n);
}

static void read_room(const struct http1_head *head, bool url_token, struct offer *offer)
{
    struct str room_id, since;
    struct arena a;

    arena_init(&a);
    if (http_request_segment(&a, behind(head->request.path, rooms_path), &room_id))
        show(&offer->shown, "roomId", room_id);
    since = http_request_param(&a, head->request.query, STR("since"));
    show(&offer->shown, "since", since.n ? since : STR_NULL);
    show(&offer->shown, "Authorization", upgrade_offered(head, bearer_prefix));
    if (url_token)
        show(&offer->shown, "Authorization",
             http_request_param(&a, head->request.query, STR("token")));
    arena_done(&a);
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

    if (upgrade_offers(head, offer.dialect->offered))
        offer.chosen = offer.dialect->offered;
    offer.is_spoken = offer.chosen.p;
    show(&offer.shown, "Authorization", http_field(&head->request, STR("Authorization")));
    show(&offer.shown, "x-api-key", http_field(&head->request, STR("X-Api-Key")));
    if (offer.dialect == &dialect_appsync)
        read_appsync(head, &offer);
    if (offer.dialect == &dialect_room) {
        offer.is_spoken |= !http_field(&head->request, STR("Sec-WebSocket-Protocol")).p;
        read_room(head, url_token, &offer);
    }
    *ret_offer = offer;
}
