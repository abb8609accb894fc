#include "cli/schema_source.h"

#include "base/json_in.h"
#include "base/url.h"
#include "cli/cmd.h"
#include "cli/http_fetch.h"
#include "cli/input.h"
#include "cli/schema_url.h"
#include "gen/schema_gen.h"
#include "graphql/introspection_sdl.h"

static struct str without_bom(struct str text)
{
    static const struct str bom = STR_INIT("\xEF\xBB\xBF");

    return str_starts(text, bom) ? str_of(text.p + bom.n, text.n - bom.n) : text;
}

/* SDL never begins with a brace. */
static bool looks_like_json(struct str text)
{
    text = without_bom(text);
    for (size_t i = 0; i < text.n; i++)
        if (!strchr(" \t\r\n", text.p[i]))
            return text.p[i] == '{';
    return false;
}

static enum status sdl_of_json(struct arena *arena, const struct json_value *json,
                               struct schema_source *s, struct str *ret_why)
{
    struct str message = schema_url_first_message(json), why;

    s->has_places = false;
    if (gql_introspection_sdl(arena, json, &s->sdl.body, &why))
        return ST_OK;
    if (message.p &&
        !json_value_is(json_value_get(json_value_get(json, STR("data")), STR("__schema")),
                       JSON_VALUE_OBJECT))
        why = arena_printf(arena, "no introspection result; it says: %.*s", STR_ARG(message));
    *ret_why = arena_printf(arena, "%.*s: %.*s", STR_ARG(s->sdl.name), STR_ARG(why));
    return ST_UNAVAILABLE;
}

static enum status sdl_of_text(struct arena *arena, struct str text, struct schema_source *s,
                               struct str *ret_why)
{
    struct json_in_error error;
    const struct json_value *json;

    if (!looks_like_json(text)) {
        s->sdl.body = text;
        return ST_OK;
    }
    text = without_bom(text);
    json = json_in_read(arena, text, &error);
    if (!json) {
        *ret_why = arena_printf(arena, "%.*s:%d:%d: malformed JSON: %.*s", STR_ARG(s->sdl.name),
                                error.line, error.column, STR_ARG(error.what));
        return ST_UNAVAILABLE;
    }
    return sdl_of_json(arena, json, s, ret_why);
}

static enum status sdl_of_url(struct arena *arena, const char *url,
                              const struct schema_access *access, struct schema_source *s,
                              struct str *ret_why)
{
    const struct json_value *json;
    struct str text;
    enum status st;

    s->sdl.name = url_shown(arena, str_c(url));
    if (schema_url_is_file(str_c(url))) {
        st = schema_url_fetch(arena, url, access, &text, ret_why);
        return st == ST_OK ? sdl_of_text(arena, text, s, ret_why) : st;
    }
    st = schema_url_introspect(arena, url, access, &json, ret_why);
    if (st != ST_OK)
        return st;
    return sdl_of_json(arena, json, s, ret_why);
}

/* Looked at for a file as well: a mistake shows before it matters. */
static bool are_headers(const struct schema_access *access)
{
    for (size_t i = 0; i < access->headers.n; i++)
        if (!http_is_header(access->headers.items[i]))
            return false;
    return true;
}

static enum status find_sdl(struct arena *arena, const char *where,
                            const struct schema_access *access, struct schema_source *s,
                            struct str *ret_why)
{
    struct str text;

    *s = (struct schema_source){.has_places = true};
    if (!are_headers(access)) {
        /* What it says may be secret. */
        *ret_why = STR("a --header is not of the form \"Name: value\"");
        return ST_UNAVAILABLE;
    }
    if (!where) {
        s->sdl = (struct gql_source){.name = STR("schema.graphql"), .body = schema_sdl};
        return ST_OK;
    }
    if (url_is_http(str_c(where)))
        return sdl_of_url(arena, where, access, s, ret_why);
    s->sdl.name = str_c(where);
    if (!input_read(arena, where, &text, ret_why))
        return ST_UNAVAILABLE;
    s->is_file = !looks_like_json(text) && !str_eq_c(s->sdl.name, "-");
    return sdl_of_text(arena, text, s, ret_why);
}

static void free_schema(void *schema)
{
    gql_schema_free(schema);
}

enum status schema_source_load(struct arena *arena, const char *where,
                               const struct schema_access *access, struct schema_source *ret_source,
                               struct str *ret_why)
{
    struct schema_source source;
    enum status st = find_sdl(arena, where, access, &source, ret_why);

    if (st != ST_OK)
        return st;
    gql_errors_init(&source.errors, arena);
    source.schema = where ? gql_schema_new_foreign(source.sdl, &source.errors)
                          : gql_schema_new(source.sdl, &source.errors);
    if (source.schema) {
        source.schema->introspected = !source.has_places;
        arena_on_done(arena, free_schema, source.schema);
    }
    *ret_source = source;
    return source.schema ? ST_OK : ST_INVALID;
}

bool schema_source_open(struct arena *arena, const char *where, const struct schema_access *access,
                        struct report *report, struct schema_source *ret_source)
{
    struct str why = STR_NULL;
    enum status st = schema_source_load(arena, where, access, ret_source, &why);

    if (st == ST_INVALID)
        report_errors(report, &ret_source->sdl, ret_source->has_places, &ret_source->errors);
    if (st == ST_INVALID)
        cmd_fail(CMD_NOT_JUDGED, "%.*s is no valid schema", STR_ARG(ret_source->sdl.name));
    else if (st != ST_OK)
        report_unread(report, where ? url_shown(arena, str_c(where)) : STR("-"), why);
    return st == ST_OK;
}
