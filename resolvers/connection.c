#include "resolvers/connection.h"

#include "resolvers/limits.h"

const struct gql_list *connection_list(struct arena *a, const void *rows, size_t n, size_t size)
{
    struct gql_list *list = arena_new(a, struct gql_list);
    const void **items = arena_array(a, const void *, n);

    for (size_t i = 0; i < n; i++)
        items[i] = (const char *)rows + i * size;
    *list = (struct gql_list){.n = n, .items = items};
    return list;
}

bool connection_page_size(struct gql_field *f, const char *name, int64_t value)
{
    if (value >= 1 && value <= LIMIT_PAGE)
        return true;
    gql_reject_argument(f, ST_BAD_INPUT, name, "%s must be between 1 and %d, not %lld.", name,
                        LIMIT_PAGE, (long long)value);
    return false;
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* base64url without padding (RFC 4648, section 5). */
static struct str opaque(struct arena *a, struct str key)
{
    char *out = arena_alloc(a, key.n * 2 + 2);
    size_t n = 0;
    unsigned gathered = 0, bits = 0;

    for (size_t i = 0; i < key.n; i++) {
        gathered = gathered << 8 | (unsigned char)key.p[i];
        for (bits += 8; bits >= 6; bits -= 6)
            out[n++] = digits[gathered >> (bits - 6) & 63];
    }
    if (bits > 0)
        out[n++] = digits[gathered << (6 - bits) & 63];
    return str_of(out, n);
}

static bool transparent(struct arena *a, struct str cursor, struct str *ret_key)
{
    char *out = arena_alloc(a, cursor.n + 1);
    size_t n = 0;
    unsigned gathered = 0, bits = 0;

    for (size_t i = 0; i < cursor.n; i++) {
        const char *digit = cursor.p[i] ? strchr(digits, cursor.p[i]) : NULL;

        if (!digit)
            return false;
        gathered = gathered << 6 | (unsigned)(digit - digits);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[n++] = (char)(gathered >> bits & 255);
        }
    }
    *ret_key = str_of(out, n);
    /* PostgreSQL can hold it. */
    return str_is_utf8(*ret_key) && str_find(*ret_key, '\0') == n;
}

static struct str cursor_of(struct arena *a, const struct list_place *place)
{
    return opaque(a, arena_printf(a, "%lld %.*s", (long long)place->at, STR_ARG(place->id)));
}

/* One place has one cursor. */
static bool place_of(struct arena *a, struct str cursor, struct list_place *ret_place)
{
    struct str rest;

    if (!transparent(a, cursor, &rest) || !str_to_i64(str_split(&rest, ' '), &ret_place->at) ||
        rest.n == 0)
        return false;
    ret_place->id = rest;
    return str_eq(cursor_of(a, ret_place), cursor);
}

bool connection_key_arguments(struct gql_field *f, bool first_given, int64_t first,
                              struct str after, size_t *ret_limit,
                              const struct list_place **ret_after)
{
    int64_t limit = first_given ? first : LIMIT_PAGE_DEFAULT;
    struct list_place *place = after.p ? arena_new(f->arena, struct list_place) : NULL;

    if (!connection_page_size(f, "first", limit))
        return false;
    if (place && !place_of(f->arena, after, place)) {
        gql_reject_argument(f, ST_BAD_CURSOR, "after", "after is not a cursor of this list.");
        return false;
    }
    *ret_limit = (size_t)limit;
    *ret_after = place;
    return true;
}

void connection_key_rows(struct gql_field *f)
{
    const struct key_page *page = f->parent;

    gql_resolve(f, connection_list(f->arena, page->rows, page->n, page->row_size));
}

static struct str cursor_at(struct arena *a, const struct key_page *page, size_t i)
{
    struct list_place place = key_page_place(page, i);

    return cursor_of(a, &place);
}

void connection_key_edges(struct gql_field *f)
{
    const struct key_page *page = f->parent;
    struct key_edge *edges = arena_array(f->arena, struct key_edge, page->n);

    for (size_t i = 0; i < page->n; i++)
        edges[i] = (struct key_edge){cursor_at(f->arena, page, i), key_page_row(page, i)};
    gql_resolve(f, connection_list(f->arena, edges, page->n, sizeof(*edges)));
}

void connection_key_node(struct gql_field *f)
{
    gql_resolve(f, ((const struct key_edge *)f->parent)->row);
}

const void *connection_key_next_token(struct arena *a, void *context, const void *parent)
{
    const struct key_page *page = parent;
    struct str *token = arena_new(a, struct str);

    if (page->has_next && page->n > 0)
        *token = cursor_at(a, page, page->n - 1);
    return token;
}

void connection_key_page_info(struct gql_field *f)
{
    const struct key_page *page = f->parent;
    struct page_info *info = arena_new(f->arena, struct page_info);

    info->has_next_page = page->has_next;
    info->has_previous_page = page->has_previous;
    if (page->n > 0) {
        info->start_cursor = cursor_at(f->arena, page, 0);
        info->end_cursor = cursor_at(f->arena, page, page->n - 1);
    }
    gql_resolve(f, info);
}
