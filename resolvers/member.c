#include "gen/schema_gen.h"

#include "resolvers/connection.h"
#include "resolvers/context.h"
#include "store/room.h"

const struct gql_leaf member_leaves[] = {
    GQL_LEAF("userId", struct member, user_id),
    GQL_LEAF("role", struct member, role),
    GQL_LEAF("joinedAt", struct member, joined_at),
    GQL_LEAVES_END,
};

/* MemberConnection and MemberEdge: a struct member_page, and each of its struct member. */

void member_connection_edges(struct gql_field *f)
{
    const struct member_page *page = f->parent;

    gql_resolve(f, connection_list(f->arena, page->rows, page->n, sizeof(*page->rows)));
}

void member_connection_items(struct gql_field *f)
{
    member_connection_edges(f);
}

void member_connection_page_info(struct gql_field *f)
{
    const struct member_page *page = f->parent;

    gql_resolve(f, connection_key_page_info(f->arena, page->n ? page->rows[0].user_id : STR_NULL,
                                            page->n ? page->rows[page->n - 1].user_id : STR_NULL,
                                            page->has_next));
}

static const void *next_token_of(struct arena *a, void *context, const void *parent)
{
    const struct member_page *page = parent;
    struct str *token = arena_new(a, struct str);

    if (page->has_next && page->n)
        *token = connection_key_cursor(a, page->rows[page->n - 1].user_id);
    return token;
}

const struct gql_leaf member_connection_leaves[] = {
    GQL_LEAF_COMPUTED("nextToken", GQL_C_STR, next_token_of),
    GQL_LEAVES_END,
};

static const void *edge_cursor_of(struct arena *a, void *context, const void *parent)
{
    struct str *cursor = arena_new(a, struct str);

    *cursor = connection_key_cursor(a, ((const struct member *)parent)->user_id);
    return cursor;
}

const struct gql_leaf member_edge_leaves[] = {
    GQL_LEAF_COMPUTED("cursor", GQL_C_STR, edge_cursor_of),
    GQL_LEAVES_END,
};

void member_edge_node(struct gql_field *f)
{
    gql_resolve(f, f->parent);
}
