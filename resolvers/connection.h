#pragma once

/*
 * Connections: what Relay's pages of messages, members and rooms have in common.
 */

#include "graphql/field.h"
#include "store/room.h"

/* The object behind PageInfo. */
struct page_info {
    bool has_next_page;
    bool has_previous_page;
    struct str start_cursor; /* absent on an empty page */
    struct str end_cursor;
};

/* A list's items as the engine takes them: pointers to n structs of `size` bytes side by side. */
const struct gql_list *connection_list(struct arena *a, const void *rows, size_t n, size_t size);

/* `name` as a page size: within bounds, or the field is rejected with BAD_USER_INPUT and false is
 * returned. */
must_use bool connection_page_size(struct gql_field *f, const char *name, int64_t value);

/*
 * Lists by key: a struct key_page behind RoomConnection and MemberConnection. A row's cursor is its
 * place, made opaque: it is good whatever becomes of the row.
 */

/* first and after of such a list; false when the field was rejected. *ret_after is NULL without
 * one. */
must_use bool connection_key_arguments(struct gql_field *f, bool first_given, int64_t first,
                                       struct str after, size_t *ret_limit,
                                       const struct list_place **ret_after);

/* What is behind RoomEdge and MemberEdge. */
struct key_edge {
    struct str cursor;
    const void *row;
};

/* items; edges, each a struct key_edge; pageInfo. */
void connection_key_rows(struct gql_field *f);
void connection_key_edges(struct gql_field *f);
void connection_key_page_info(struct gql_field *f);

/* node of an edge. */
void connection_key_node(struct gql_field *f);

/* A leaf: nextToken of the connection. */
gql_leaf_fn connection_key_next_token;
