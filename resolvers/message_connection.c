#include "gen/schema_gen.h"

#include "resolvers/connection.h"
#include "resolvers/message.h"

/* MessageConnection and MessageEdge: a struct message_page, and each of its struct message. */

/* Of a page with rows. */
static const struct message *last_row(const struct message_page *page)
{
    return message_page_row(page, page->n - 1);
}

void message_connection_edges(struct gql_field *f)
{
    const struct message_page *page = f->parent;
    struct gql_list *list = arena_new(f->arena, struct gql_list);

    *list = (struct gql_list){.n = page->n, .items = page->rows};
    gql_resolve(f, list);
}

void message_connection_items(struct gql_field *f)
{
    message_connection_edges(f);
}

void message_connection_page_info(struct gql_field *f)
{
    const struct context *c = context_of(f);
    const struct message_page *page = f->parent;
    struct page_info *info = arena_new(f->arena, struct page_info);

    info->has_next_page = page->has_next;
    info->has_previous_page = page->has_previous;
    if (page->n) {
        info->start_cursor =
            message_cursor(f->arena, c, page->room_id, message_page_row(page, 0)->seq);
        info->end_cursor = message_cursor(f->arena, c, page->room_id, last_row(page)->seq);
    }
    gql_resolve(f, info);
}

static const void *next_token_of(struct arena *a, void *context, const void *parent)
{
    const struct message_page *page = parent;
    struct str *token = arena_new(a, struct str);

    if (page->has_next && page->n)
        *token = message_cursor(a, context, page->room_id, last_row(page)->seq);
    return token;
}

static const void *resume_of(struct arena *a, void *context, const void *parent)
{
    const struct message_page *page = parent;
    struct str *resume = arena_new(a, struct str);

    *resume = message_cursor(a, context, page->room_id, page->last_seq);
    return resume;
}

const struct gql_leaf message_connection_leaves[] = {
    GQL_LEAF_COMPUTED("nextToken", GQL_C_STR, next_token_of),
    GQL_LEAF_COMPUTED("resume", GQL_C_STR, resume_of),
    GQL_LEAVES_END,
};

static const void *edge_cursor_of(struct arena *a, void *context, const void *parent)
{
    const struct message *m = parent;
    struct str *cursor = arena_new(a, struct str);

    *cursor = message_cursor(a, context, m->room_id, m->seq);
    return cursor;
}

const struct gql_leaf message_edge_leaves[] = {
    GQL_LEAF_COMPUTED("cursor", GQL_C_STR, edge_cursor_of),
    GQL_LEAVES_END,
};

void message_edge_node(struct gql_field *f)
{
    gql_resolve(f, f->parent);
}
