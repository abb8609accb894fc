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

/* MemberConnection and MemberEdge: a struct key_page, and a struct key_edge. */

void member_connection_edges(struct gql_field *f)
{
    connection_key_edges(f);
}

void member_connection_items(struct gql_field *f)
{
    connection_key_rows(f);
}

void member_connection_page_info(struct gql_field *f)
{
    connection_key_page_info(f);
}

const struct gql_leaf member_connection_leaves[] = {
    GQL_LEAF_COMPUTED("nextToken", GQL_C_STR, connection_key_next_token),
    GQL_LEAVES_END,
};

const struct gql_leaf member_edge_leaves[] = {
    GQL_LEAF("cursor", struct key_edge, cursor),
    GQL_LEAVES_END,
};

void member_edge_node(struct gql_field *f)
{
    connection_key_node(f);
}
