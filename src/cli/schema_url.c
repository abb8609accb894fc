#include "cli/schema_url.h"

#include "base/json_in.h"
#include "base/url.h"
#include "cli/http_fetch.h"
#include "graphql/introspection_query.h"

enum {
    LONGEST_REQUEST = 64 * 1024,
    LONGEST_SHOWN = 1000, /* bytes of a server's own words */
};

/* A server that is asked. */
struct server {
    struct arena *arena;
    const char *url;
    const struct schema_access *access;
    struct http_answer answer; /* the latest */
};

bool schema_url_is_file(struct str url)
{
    static const char *const ends[] = {".graphql", ".graphqls", ".gql", ".json"};
    struct str path = str_of(url.p, str_find(url, '?'));

    for (size_t i = 0; i < array_size(ends); i++) {
        struct str end = str_c(ends[i]);

        if (path.n > end.n && str_eq_nocase(str_of(path.p + path.n - end.n, end.n), end))
            return true;
    }
    return false;
}

/* json: absent for a plain GET. */
static enum status call(struct server *s, struct str json, struct str *ret_why)
{
    struct http_call http = {
        .url = s->url,
        .json = json,
        .headers = s->access->headers.items,
        .n_headers = s->access->headers.n,
        .timeout_ms = s->access->timeout_ms,
    };

    return http_fetch(s->arena, &http, &s->answer, ret_why) == ST_OK ? ST_OK : ST_UNAVAILABLE;
}

struct str schema_url_first_message(const struct json_value *answer)
{
    const struct json_value *first = json_value_first(json_value_get(answer, STR("errors")));
    struct str words = json_value_text(json_value_get(first, STR("message")));

    if (words.n > LONGEST_SHOWN)
        words.n = LONGEST_SHOWN;
    return words;
}

/* Why the latest answer will not do. */
static enum status refuse(struct server *s, const struct json_value *json, struct str *ret_why)
{
    struct str shown = url_shown(s->arena, str_c(s->url));
    struct str message = schema_url_first_message(json);
    bool asks_who = s->answer.status == 401 || s->answer.status == 403;
    struct str why = STR("with no introspection result");

    if (s->answer.location.p)
        why = arena_printf(s->arena, "and redirects to %.*s: give that URL if you trust it",
                           STR_ARG(url_shown(s->arena, s->answer.location)));
    else if (message.p)
        why = arena_printf(s->arena, "and says: %.*s", STR_ARG(message));
    *ret_why = arena_printf(s->arena, "%.*s answers %ld, %.*s%s", STR_ARG(shown), s->answer.status,
                            STR_ARG(why), asks_who ? " (does it need a --header?)" : "");
    return ST_UNAVAILABLE;
}

enum status schema_url_fetch(struct arena *arena, const char *url,
                             const struct schema_access *access, struct str *ret_text,
                             struct str *ret_why)
{
    struct server s = {.arena = arena, .url = url, .access = access};
    enum status st = call(&s, STR_NULL, ret_why);

    if (st != ST_OK)
        return st;
    if (s.answer.status != 200) {
        *ret_why = arena_printf(arena, "%.*s answers %ld", STR_ARG(url_shown(arena, str_c(url))),
                                s.answer.status);
        return ST_UNAVAILABLE;
    }
    *ret_text = s.answer.body;
    return ST_OK;
}

/* Posts it. ST_OK: there was an answer, and *ret_json is what it is as JSON, or NULL. */
static enum status ask(struct server *s, struct str query, const struct json_value **ret_json,
                       struct str *ret_why)
{
    struct json_in_error malformed;
    struct json_out j = {0};
    struct buf body;
    enum status st;

    buf_init(&body, LONGEST_REQUEST);
    j.out = &body;
    json_out_begin_object(&j);
    json_out_key(&j, STR("query"));
    json_out_str(&j, query);
    json_out_end_object(&j);
    st = call(s, buf_str(&body), ret_why);
    buf_done(&body);
    if (st == ST_OK)
        *ret_json = json_in_read(s->arena, s->answer.body, &malformed);
    return st;
}

static bool has_schema(const struct json_value *answer)
{
    return json_value_is(json_value_get(json_value_get(answer, STR("data")), STR("__schema")),
                         JSON_VALUE_OBJECT);
}

/* Another query may do better: it was one that the server did not like, not who asked. */
static bool may_know_less(const struct server *s, const struct json_value *answer)
{
    return json_value_get(answer, STR("errors")) && s->answer.status != 401 &&
           s->answer.status != 403;
}

/* Asks which parts of introspection the server knows, then for those; true when that has given a
 * schema. One that does not answer the first question is asked for what all servers know. */
static bool ask_for_less(const struct server *first, const struct json_value **ret_json)
{
    struct server s = *first;
    struct str ignored;
    const struct json_value *json = NULL;
    unsigned parts;

    if (ask(&s, gql_introspection_parts_query, &json, &ignored) != ST_OK)
        return false;
    parts = gql_introspection_parts(json_value_get(json, STR("data")));
    if (ask(&s, gql_introspection_query(s.arena, parts), &json, &ignored) == ST_OK &&
        has_schema(json)) {
        *ret_json = json;
        return true;
    }
    return false;
}

enum status schema_url_introspect(struct arena *arena, const char *url,
                                  const struct schema_access *access,
                                  const struct json_value **ret_json, struct str *ret_why)
{
    struct server s = {.arena = arena, .url = url, .access = access};
    struct str query = gql_introspection_query(arena, GQL_INTROSPECT_EVERYTHING);
    const struct json_value *json = NULL;
    enum status st = ask(&s, query, &json, ret_why);

    if (st != ST_OK)
        return st;
    if (has_schema(json)) {
        *ret_json = json;
        return ST_OK;
    }
    if (!may_know_less(&s, json) || !ask_for_less(&s, ret_json))
        st = refuse(&s, json, ret_why);
    return st;
}
