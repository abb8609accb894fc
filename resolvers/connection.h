#pragma once

/*
 * Connections: what Relay's pages of messages, members and rooms have in common.
 */

#include "graphql/field.h"

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

/* The opaque cursor of a row that is ordered by a key (a user's or room's id), and back. */
struct str connection_key_cursor(struct arena *a, struct str key);
must_use bool connection_key_from(struct arena *a, struct str cursor, struct str *ret_key);

/* A page of rows ordered by a key, forward only: the first and last row's keys, absent when it is
 * empty. */
const struct page_info *connection_key_page_info(struct arena *a, struct str first, struct str last,
                                                 bool has_next);

/* The two arguments of a list by key; false when the field was rejected. after is absent without
 * one. */
must_use bool connection_key_arguments(struct gql_field *f, bool first_given, int64_t first,
                                       struct str after, size_t *ret_limit, struct str *ret_after);
