#include "server/trusted.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "base/map.h"
#include "base/mem.h"

enum {
    LARGEST_MANIFEST = 64 * 1024 * 1024,
};

struct trusted {
    struct map by_id;   /* struct document */
    struct map by_text; /* the same */
    struct arena arena;
};

struct document {
    struct str text;
};

/* A manifest on its way in. */
struct reading {
    struct trusted *trusted;
    struct str path;
    const struct gql_schema *schema;
    const struct gql_limits *limits;
    struct trusted_error *error;
};

static bool fail(const struct reading *r, const char *format, ...) printf_like(2, 3);

static bool fail(const struct reading *r, const char *format, ...)
{
    int n = snprintf(r->error->text, sizeof(r->error->text), "%.*s: ", STR_ARG(r->path));
    va_list args;

    va_start(args, format);
    if (n >= 0 && (size_t)n < sizeof(r->error->text))
        vsnprintf(r->error->text + n, sizeof(r->error->text) - (size_t)n, format, args);
    va_end(args);
    return false;
}

/* The first error, with its place in the document. */
static bool check(const struct reading *r, struct str id, struct str text)
{
    struct gql_errors errors;
    struct gql_plan *plan;
    struct arena arena;
    bool valid;

    arena_init(&arena);
    gql_errors_init(&errors, &arena);
    plan = gql_plan_new(r->schema, text, r->limits, &errors);
    valid = plan;
    if (!valid) {
        const struct gql_error *e = errors.first;
        const struct gql_location *at = e->n_locations ? &e->locations[0] : NULL;

        fail(r, "the document \"%.*s\" is not valid: %.*s (line %u, column %u of it)", STR_ARG(id),
             STR_ARG(e->message), at ? at->line : 1, at ? at->column : 1);
    }
    gql_plan_unref(plan);
    arena_done(&arena);
    return valid;
}

static bool add(const struct reading *r, struct str id, const json_t *body)
{
    struct trusted *t = r->trusted;
    struct document *d;

    if (id.n == 0 || !json_is_string(body))
        return fail(r, "the document \"%.*s\" must have an id and be a string", STR_ARG(id));
    d = arena_new(&t->arena, struct document);
    d->text = arena_str(&t->arena, str_of(json_string_value(body), json_string_length(body)));
    if (!check(r, id, d->text))
        return false;
    if (map_put(&t->by_id, id, d))
        return fail(r, "the id \"%.*s\" stands for two documents", STR_ARG(id));
    map_put(&t->by_text, d->text, d);
    return true;
}

static bool add_of_apollo(const struct reading *r, const json_t *manifest)
{
    const json_t *operations = json_object_get(manifest, "operations"), *each;
    size_t i;

    if (json_integer_value(json_object_get(manifest, "version")) != 1 || !json_is_array(operations))
        return fail(r, "of Apollo's manifests only version 1, with an array of operations, is "
                       "understood");
    json_array_foreach(operations, i, each)
    {
        const json_t *id = json_object_get(each, "id");

        if (!add(r, str_of(json_string_value(id), json_string_length(id)),
                 json_object_get(each, "body")))
            return false;
    }
    return true;
}

static bool add_all(const struct reading *r, json_t *manifest)
{
    const char *id;
    json_t *body;

    if (!json_is_object(manifest))
        return fail(r, "a manifest is a JSON object of ids and documents, or Apollo's");
    if (json_object_get(manifest, "format"))
        return add_of_apollo(r, manifest);
    json_object_foreach(manifest, id, body) if (!add(r, str_c(id), body)) return false;
    return true;
}

static void close_json(json_t **json)
{
    json_decref(*json);
}

static void close_file(FILE **file)
{
    if (*file)
        fclose(*file);
}

static bool read_manifest(const struct reading *r)
{
    __attribute__((cleanup(close_file))) FILE *file =
        fopen(arena_str(&r->trusted->arena, r->path).p, "re");
    __attribute__((cleanup(close_json))) json_t *manifest = NULL;
    json_error_t error;

    if (!file)
        return fail(r, "cannot be opened: %s", strerror(errno));
    if (fseek(file, 0, SEEK_END) == 0 && ftell(file) > LARGEST_MANIFEST)
        return fail(r, "is larger than %d bytes", LARGEST_MANIFEST);
    rewind(file);
    manifest = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    if (!manifest)
        return fail(r, "is not well-formed JSON: line %d, column %d: %s", error.line, error.column,
                    error.text);
    return add_all(r, manifest);
}

enum status trusted_read(struct str path, const struct gql_schema *schema,
                         const struct gql_limits *limits, struct trusted **ret_trusted,
                         struct trusted_error *ret_error)
{
    struct trusted *t = mem_new(struct trusted);
    const struct reading r = {
        .trusted = t, .path = path, .schema = schema, .limits = limits, .error = ret_error};

    arena_init(&t->arena);
    if (!read_manifest(&r)) {
        trusted_free(t);
        return ST_BAD_INPUT;
    }
    *ret_trusted = t;
    return ST_OK;
}

void trusted_free(struct trusted *t)
{
    if (!t)
        return;
    map_done(&t->by_id);
    map_done(&t->by_text);
    arena_done(&t->arena);
    mem_free(t);
}

struct str trusted_find(const struct trusted *t, struct str id)
{
    static const struct str prefix = STR_INIT("sha256:");
    const struct document *d = t ? map_get(&t->by_id, id) : NULL;

    if (t && !d && str_starts(id, prefix))
        d = map_get(&t->by_id, str_of(id.p + prefix.n, id.n - prefix.n));
    return d ? d->text : STR_NULL;
}

bool trusted_has(const struct trusted *t, struct str document)
{
    return t && map_get(&t->by_text, document);
}

size_t trusted_count(const struct trusted *t)
{
    return t ? map_count(&t->by_id) : 0;
}
