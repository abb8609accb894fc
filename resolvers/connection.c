#include "resolvers/connection.h"

#include "resolvers/limits.h"
#include "store/room.h"

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
static struct str cursor_of_key(struct arena *a, struct str key)
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

static bool key_of_cursor(struct arena *a, struct str cursor, struct str *ret_key)
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
    /* One key has one cursor, and a key is text that PostgreSQL can hold. */
    return n > 0 && str_eq(cursor_of_key(a, *ret_key), cursor) && str_is_utf8(*ret_key) &&
           str_find(*ret_key, '\0') == n;
}

bool connection_key_arguments(struct gql_field *f, bool first_given, int64_t first,
                              struct str after, size_t *ret_limit, struct str *ret_after)
{
    int64_t limit = first_given ? first : LIMIT_PAGE_DEFAULT;
    struct str key = STR_NULL;

    if (!connection_page_size(f, "first", limit))
        return false;
    if (after.p && !key_of_cursor(f->arena, after, &key)) {
        gql_reject_argument(f, ST_BAD_CURSOR, "after", "after is not a cursor of this list.");
        return false;
    }
    *ret_limit = (size_t)limit;
    *ret_after = key;
    return true;
}

void connection_key_rows(struct gql_field *f)
{
    const struct key_page *page = f->parent;

    gql_resolve(f, connection_list(f->arena, page->rows, page->n, page->row_size));
}

static const void *row_at(const struct key_page *page, size_t i)
{
    return (const char *)page->rows + i * page->row_size;
}

const void *connection_key_cursor(struct arena *a, void *context, const void *parent)
{
    const struct str *key = parent; /* a row begins with it */
    struct str *cursor = arena_new(a, struct str);

    *cursor = cursor_of_key(a, *key);
    return cursor;
}

const void *connection_key_next_token(struct arena *a, void *context, const void *parent)
{
    const struct key_page *page = parent;

    if (!page->has_next || page->n == 0)
        return NULL;
    return connection_key_cursor(a, context, row_at(page, page->n - 1));
}

void connection_key_page_info(struct gql_field *f)
{
    const struct key_page *page = f->parent;
    struct page_info *info = arena_new(f->arena, struct page_info);

    info->has_next_page = page->has_next;
    info->has_previous_page = page->has_previous;
    if (page->n > 0) {
        info->start_cursor =
            *(const struct str *)connection_key_cursor(f->arena, NULL, row_at(page, 0));
        info->end_cursor =
            *(const struct str *)connection_key_cursor(f->arena, NULL, row_at(page, page->n - 1));
    }
    gql_resolve(f, info);
}
