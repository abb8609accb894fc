#include "tools/bench/engine_world.h"

#include <stdio.h>

#include "graphql/scalar.h"

enum {
    PAGE = 50, /* messages, as many as a page has when nobody says */
    LARGEST_RESPONSE = 1 << 24,
    GENERAL = 1, /* RoomType's second value */
};

struct message {
    struct str id;
    struct str room_id;
    struct str sender_id;
    struct str text;
    int64_t ts;
    struct str type;
    int room_type;
    int64_t seq;
    struct str cursor;
};

struct page_info {
    bool has_next;
    bool has_previous;
    struct str start;
    struct str end;
};

struct messages_args {
    struct str room_id;
    int64_t first;
    bool first_given;
    struct str after;
    int64_t last;
    bool last_given;
    struct str before;
    int64_t limit;
    bool limit_given;
    struct str next_token;
    int order;
};

struct send_args {
    struct str room_id;
    struct str text;
    struct str idempotency_key;
};

struct on_message_args {
    struct str room_id;
    struct str since;
};

static const struct message message = {
    .id = STR_INIT("019a2b4c-5d6e-7f80-91a2-b3c4d5e6f708"),
    .room_id = STR_INIT("club"),
    .sender_id = STR_INIT("ann"),
    .text = STR_INIT("Shall we meet at eight, in front of the \"old\" station?"),
    .ts = 1795252000000,
    .type = STR_INIT("Message"),
    .room_type = GENERAL,
    .seq = 4711,
    .cursor = STR_INIT("AQAAAAAAABJnCZ2rN1o4eTd6"),
};

static const void *of_page[PAGE];
static const struct gql_list page = {.n = PAGE, .items = of_page};

static const struct page_info page_info = {
    .has_next = true,
    .start = STR_INIT("AQAAAAAAABJnCZ2rN1o4eTd6"),
    .end = STR_INIT("AQAAAAAAABI2CZ2rN1o4eTd6"),
};

static void resolve_message(struct gql_field *f, const void *args)
{
    gql_resolve(f, &message);
}

/* The connection is its list: it has nothing else. */
static void resolve_page(struct gql_field *f, const void *args)
{
    gql_resolve(f, &page);
}

static void resolve_parent(struct gql_field *f, const void *args)
{
    gql_resolve(f, f->parent);
}

static void resolve_page_info(struct gql_field *f, const void *args)
{
    gql_resolve(f, &page_info);
}

/* What no measured document asks for. */
static void resolve_nothing(struct gql_field *f, const void *args)
{
    gql_resolve(f, NULL);
}

#define ARG(n, k, s, m)                                                                            \
    {                                                                                              \
        .name = (n), .kind = (k), .offset = offsetof(s, m)                                         \
    }
#define ARG_OPTIONAL(n, k, s, m)                                                                   \
    {                                                                                              \
        .name = (n), .kind = (k), .offset = offsetof(s, m), .given_offset = offsetof(s, m##_given) \
    }

static const struct gql_arg_layout messages_layout[] = {
    ARG("roomId", GQL_C_STR, struct messages_args, room_id),
    ARG_OPTIONAL("first", GQL_C_INT, struct messages_args, first),
    ARG("after", GQL_C_STR, struct messages_args, after),
    ARG_OPTIONAL("last", GQL_C_INT, struct messages_args, last),
    ARG("before", GQL_C_STR, struct messages_args, before),
    ARG_OPTIONAL("limit", GQL_C_INT, struct messages_args, limit),
    ARG("nextToken", GQL_C_STR, struct messages_args, next_token),
    ARG("order", GQL_C_ENUM, struct messages_args, order),
    {.name = NULL},
};

static const struct gql_arg_layout send_layout[] = {
    ARG("roomId", GQL_C_STR, struct send_args, room_id),
    ARG("text", GQL_C_STR, struct send_args, text),
    ARG("idempotencyKey", GQL_C_STR, struct send_args, idempotency_key),
    {.name = NULL},
};

static const struct gql_arg_layout on_message_layout[] = {
    ARG("roomId", GQL_C_STR, struct on_message_args, room_id),
    ARG("since", GQL_C_STR, struct on_message_args, since),
    {.name = NULL},
};

static const struct gql_arg_layout message_layout[] = {
    {.name = "id", .kind = GQL_C_STR},
    {.name = NULL},
};

static const struct gql_resolver resolvers[] = {
    {"Query", "messages", resolve_page, messages_layout, sizeof(struct messages_args)},
    {"Query", "message", resolve_message, message_layout, sizeof(struct str)},
    {"Mutation", "sendMessage", resolve_message, send_layout, sizeof(struct send_args)},
    {"Subscription", "onMessage", resolve_message, on_message_layout,
     sizeof(struct on_message_args)},
    {"MessageConnection", "edges", resolve_parent, NULL, 0},
    {"MessageConnection", "pageInfo", resolve_page_info, NULL, 0},
    {"MessageEdge", "node", resolve_parent, NULL, 0},
};

static const struct gql_leaf message_leaves[] = {
    GQL_LEAF("id", struct message, id),
    GQL_LEAF("roomId", struct message, room_id),
    GQL_LEAF("senderId", struct message, sender_id),
    GQL_LEAF("text", struct message, text),
    GQL_LEAF("ts", struct message, ts),
    GQL_LEAF("type", struct message, type),
    GQL_LEAF("roomType", struct message, room_type),
    GQL_LEAF("seq", struct message, seq),
    GQL_LEAF("cursor", struct message, cursor),
    GQL_LEAVES_END,
};

static const struct gql_leaf edge_leaves[] = {
    GQL_LEAF("cursor", struct message, cursor),
    GQL_LEAVES_END,
};

static const struct gql_leaf page_info_leaves[] = {
    GQL_LEAF("hasNextPage", struct page_info, has_next),
    GQL_LEAF("hasPreviousPage", struct page_info, has_previous),
    GQL_LEAF("startCursor", struct page_info, start),
    GQL_LEAF("endCursor", struct page_info, end),
    GQL_LEAVES_END,
};

static const struct gql_leaves leaves[] = {
    {.type = "Message", .leaves = message_leaves},
    {.type = "MessageEdge", .leaves = edge_leaves},
    {.type = "PageInfo", .leaves = page_info_leaves},
    {.type = NULL},
};

static bool has_leaf(struct str type, struct str field)
{
    for (const struct gql_leaves *of = leaves; of->type; of++)
        for (const struct gql_leaf *leaf = of->leaves; leaf->field; leaf++)
            if (str_eq_c(type, of->type) && str_eq_c(field, leaf->field))
                return true;
    return false;
}

/* Every field that no leaf table has gets a resolver, ours come last and take their places. */
static const struct gql_resolver *bind_all(struct engine_world *w)
{
    const struct gql_schema *schema = w->schema;
    struct gql_resolver *all, *end;
    size_t n = array_size(resolvers) + 1;

    for (size_t i = 0; i < schema->n_types; i++)
        n += schema->types[i]->n_fields;
    all = end = arena_array(&w->arena, struct gql_resolver, n);
    for (size_t i = 0; i < schema->n_types; i++) {
        const struct gql_type *type = schema->types[i];
        for (size_t k = 0; k < type->n_fields && !type->built_in; k++)
            if (!has_leaf(type->name, type->fields[k].name))
                *end++ =
                    (struct gql_resolver){.type = arena_str(&w->arena, type->name).p,
                                          .field = arena_str(&w->arena, type->fields[k].name).p,
                                          .fn = resolve_nothing};
    }
    memcpy(end, resolvers, sizeof(resolvers));
    return all;
}

void engine_say_error(const char *what, const struct gql_errors *errors)
{
    const struct gql_error *first = errors->first;

    fprintf(stderr, "bench: %s: %.*s", what, STR_ARG(first->message));
    if (first->n_locations)
        fprintf(stderr, " (%u:%u)", first->locations->line, first->locations->column);
    fputc('\n', stderr);
}

bool engine_world_init(struct engine_world *w, struct str sdl)
{
    struct gql_source source = {.name = STR("schema.graphql"), .body = sdl};
    struct gql_binding binding = {.leaves = leaves, .scalars = gql_scalars};
    struct gql_errors errors;

    *w = (struct engine_world){0};
    arena_init(&w->arena);
    gql_errors_init(&errors, &w->arena);
    for (size_t i = 0; i < PAGE; i++)
        of_page[i] = &message;
    w->schema = gql_schema_new(source, &errors);
    if (w->schema) {
        struct gql_binding *kept = arena_new(&w->arena, struct gql_binding);
        *kept = binding;
        kept->resolvers = bind_all(w);
        if (gql_schema_bind(w->schema, kept, &errors))
            return true;
    }
    engine_say_error("schema.graphql", &errors);
    return false;
}

void engine_world_done(struct engine_world *w)
{
    gql_schema_free(w->schema);
    arena_done(&w->arena);
}

/* As on the server: fields with @requires and those of introspection are asked for. */
static enum status authorize(void *context, const struct gql_field_def *field)
{
    return ST_OK;
}

static void on_done(struct gql_request *r)
{
}

bool engine_execute(const struct gql_plan *plan, const struct json_value *variables,
                    struct buf *out)
{
    struct arena arena;
    struct gql_request r = {.arena = &arena,
                            .variables = variables,
                            .authorize = authorize,
                            .out = out,
                            .on_done = on_done};
    bool done = false, is_whole;

    arena_init(&arena);
    gql_errors_init(&r.errors, &arena);
    buf_reset(out, LARGEST_RESPONSE);
    r.operation = gql_plan_operation(plan, STR_NULL, &r.errors);
    if (r.operation && gql_operation_type(r.operation) == GQL_SUBSCRIPTION)
        done = gql_execute_event(&r, &message);
    else if (r.operation)
        done = gql_execute(&r);
    is_whole = done && r.errors.count == 0 && !buf_overflowed(out);
    arena_done(&arena);
    return is_whole;
}
