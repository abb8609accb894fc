#pragma once

/*
 * A small schema with a binding of the kind that is generated, for tests of execution: rooms.
 */

#include "base/clock.h"
#include "graphql/field.h"
#include "graphql/graphql.h"
#include "graphql/scalar.h"
#include "tests/lib/test.h"

#define ROOMS_SDL                                                                                  \
    "enum Scope { CHAT }\n"                                                                        \
    "directive @requires(scope: Scope!) on FIELD_DEFINITION\n"                                     \
    "scalar DateTime\n"                                                                            \
    "scalar SafeInt\n"                                                                             \
    "enum Order { UP DOWN }\n"                                                                     \
    "input Point { x: Int! label: String next: Point }\n"                                          \
    "type Query {\n"                                                                               \
    "  room(id: ID!, order: Order = DOWN, tags: [String!], at: DateTime, near: Point,\n"           \
    "       many: [Point!], ratio: Float, limit: Int, open: Boolean): Room\n"                      \
    "  rooms(n: Int!): [Room]\n"                                                                   \
    "  slow: Room\n"                                                                               \
    "  failing: Room\n"                                                                            \
    "}\n"                                                                                          \
    "type Mutation { touch: Room }\n"                                                              \
    "type Subscription { onRoom(id: ID!): Room @requires(scope: CHAT) }\n"                         \
    "type Room {\n"                                                                                \
    "  id: ID! name: String count: Int ratio: Float open: Boolean! order: Order\n"                 \
    "  at: DateTime big: SafeInt mine: String secret: String @requires(scope: CHAT)\n"             \
    "  self: Room! echo(text: String): String\n"                                                   \
    "}\n"

struct room {
    struct str id;
    struct str name;
    int64_t count;
    double ratio;
    bool open;
    int order;
    int64_t at;
    int64_t big;
};

struct point {
    int64_t x;
    struct str label;
    const struct point *next;
};

struct room_args {
    struct str id;
    int order;
    bool order_given;
    struct {
        size_t n;
        const struct str *items;
    } tags;
    bool tags_given;
    int64_t at;
    bool at_given;
    const struct point *near;
    bool near_given;
    struct {
        size_t n;
        const struct point *const *items;
    } many;
    double ratio;
    int64_t limit;
    bool limit_given;
    bool open;
    bool open_given;
};

struct rooms_args {
    int64_t n;
};

/* The server's side of a request. */
struct rooms {
    struct room room;
    const struct room_args *args; /* that room() was called with last */
    struct wait *slow;            /* what slow() waits for */
    enum status failure;          /* of failing() */
    enum status allowed;          /* what authorize() says */
    unsigned n_authorized;
    unsigned n_resolved;
};

static inline struct rooms *rooms_of(struct gql_field *f)
{
    struct rooms *rooms = f->context;

    rooms->n_resolved++;
    return rooms;
}

static inline void rooms_room(struct gql_field *f, const void *args)
{
    struct rooms *rooms = rooms_of(f);

    rooms->args = args;
    gql_resolve(f, &rooms->room);
}

static inline void rooms_rooms(struct gql_field *f, const void *args)
{
    const struct rooms_args *a = args;
    struct gql_list *list = arena_new(f->arena, struct gql_list);
    const void **items = arena_array(f->arena, const void *, (size_t)a->n);

    for (list->n = 0; list->n < (size_t)a->n; list->n++)
        items[list->n] = &rooms_of(f)->room;
    list->items = items;
    gql_resolve(f, list);
}

static inline void rooms_slow(struct gql_field *f, const void *args)
{
    struct rooms *rooms = rooms_of(f);

    if (!rooms->slow)
        rooms->slow = wait_new(f->arena);
    gql_resolve_later(f, rooms->slow);
}

static inline void rooms_failing(struct gql_field *f, const void *args)
{
    gql_reject_with(f, rooms_of(f)->failure, "in words of %s own", "its");
}

static inline void rooms_self(struct gql_field *f, const void *args)
{
    rooms_of(f);
    gql_resolve(f, f->parent);
}

static inline void rooms_echo(struct gql_field *f, const void *args)
{
    const struct gql_value *value = args;
    const struct gql_value *text = gql_value_member(value, STR("text"));

    gql_resolve(f, text && text->kind == GQL_VALUE_STRING ? &text->text : NULL);
}

static inline const void *rooms_mine(struct arena *a, void *context, const void *parent)
{
    return &((const struct room *)parent)->name;
}

static inline enum status rooms_authorize(void *context, const struct gql_field_def *field)
{
    struct rooms *rooms = context;

    rooms->n_authorized++;
    return rooms->allowed;
}

static const struct gql_arg_layout point_layout[] = {
    {.name = "x", .kind = GQL_C_INT, .offset = offsetof(struct point, x)},
    {.name = "label", .kind = GQL_C_STR, .offset = offsetof(struct point, label)},
    {.name = "next",
     .kind = GQL_C_OBJECT,
     .offset = offsetof(struct point, next),
     .members = point_layout,
     .size = sizeof(struct point)},
    {.name = NULL},
};

static const struct gql_arg_layout room_layout[] = {
    {.name = "id", .kind = GQL_C_STR, .offset = offsetof(struct room_args, id)},
    {.name = "order",
     .kind = GQL_C_ENUM,
     .offset = offsetof(struct room_args, order),
     .given_offset = offsetof(struct room_args, order_given)},
    {.name = "tags",
     .kind = GQL_C_LIST,
     .item = GQL_C_STR,
     .offset = offsetof(struct room_args, tags),
     .given_offset = offsetof(struct room_args, tags_given)},
    {.name = "at",
     .kind = GQL_C_TIME,
     .offset = offsetof(struct room_args, at),
     .given_offset = offsetof(struct room_args, at_given)},
    {.name = "near",
     .kind = GQL_C_OBJECT,
     .offset = offsetof(struct room_args, near),
     .given_offset = offsetof(struct room_args, near_given),
     .members = point_layout,
     .size = sizeof(struct point)},
    {.name = "many",
     .kind = GQL_C_LIST,
     .item = GQL_C_OBJECT,
     .offset = offsetof(struct room_args, many),
     .members = point_layout,
     .size = sizeof(struct point)},
    {.name = "ratio", .kind = GQL_C_DOUBLE, .offset = offsetof(struct room_args, ratio)},
    {.name = "limit",
     .kind = GQL_C_INT,
     .offset = offsetof(struct room_args, limit),
     .given_offset = offsetof(struct room_args, limit_given)},
    {.name = "open",
     .kind = GQL_C_BOOL,
     .offset = offsetof(struct room_args, open),
     .given_offset = offsetof(struct room_args, open_given)},
    {.name = NULL},
};

static const struct gql_arg_layout rooms_layout[] = {
    {.name = "n", .kind = GQL_C_INT, .offset = offsetof(struct rooms_args, n)},
    {.name = NULL},
};

static const struct gql_resolver rooms_resolvers[] = {
    {"Query", "room", rooms_room, room_layout, sizeof(struct room_args)},
    {"Query", "rooms", rooms_rooms, rooms_layout, sizeof(struct rooms_args)},
    {"Query", "slow", rooms_slow, NULL, 0},
    {"Query", "failing", rooms_failing, NULL, 0},
    {"Mutation", "touch", rooms_slow, NULL, 0},
    {"Subscription", "onRoom", rooms_slow, NULL, 0},
    {"Room", "self", rooms_self, NULL, 0},
    {"Room", "echo", rooms_echo, NULL, 0},
    {.type = NULL},
};

static const struct gql_leaf room_leaves[] = {
    GQL_LEAF("id", struct room, id),
    GQL_LEAF("name", struct room, name),
    GQL_LEAF("count", struct room, count),
    GQL_LEAF("ratio", struct room, ratio),
    GQL_LEAF("open", struct room, open),
    GQL_LEAF("order", struct room, order),
    GQL_LEAF("at", struct room, at),
    GQL_LEAF("big", struct room, big),
    GQL_LEAF_PER_VIEWER("mine", GQL_C_STR, rooms_mine),
    GQL_LEAF("secret", struct room, name),
    GQL_LEAVES_END,
};

static const struct gql_leaves rooms_leaves[] = {
    {.type = "Room", .leaves = room_leaves},
    {.type = NULL},
};

static const struct gql_binding rooms_binding = {
    .resolvers = rooms_resolvers, .leaves = rooms_leaves, .scalars = gql_scalars};

static inline struct gql_schema *rooms_schema(struct arena *a)
{
    struct gql_source sdl = {.name = STR("rooms"), .body = STR(ROOMS_SDL)};
    struct gql_errors errors;
    struct gql_schema *schema;
    bool bound;

    gql_errors_init(&errors, a);
    schema = gql_schema_new(sdl, &errors);
    assert_non_null(schema);
    bound = gql_schema_bind(schema, &rooms_binding, &errors);
    if (!bound)
        print_error("%.*s\n", STR_ARG(errors.first->message));
    assert_true(bound);
    return schema;
}
