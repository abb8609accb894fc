#include "store/tenant.h"

#include "store/inside.h"
#include "store/room_words.h"

struct tenant_read {
    struct store_read read;
    size_t limit;
    bool behind; /* a place was given */
};

/* One row more than asked for is read: it shows that there are more. */
static struct key_page *page_new(const struct tenant_read *r)
{
    struct key_page *page = arena_new(r->read.arena, struct key_page);
    size_t n = (size_t)r->read.n_rows;

    page->has_next = n > r->limit;
    page->n = page->has_next ? r->limit : n;
    page->has_previous = r->behind;
    return page;
}

static struct room take_room(const PGresult *result, int row)
{
    enum {
        ID,
        GUILD_ID,
        KIND,
        VISIBILITY,
        NAME,
        LAST_SEQ,
        CREATED_AT,
        MEMBERS
    };

    return (struct room){
        .id = pg_text(result, row, ID),
        .guild_id = pg_text(result, row, GUILD_ID),
        .kind = room_word_place(pg_text(result, row, KIND), room_kinds, ROOM_KINDS),
        .visibility =
            room_word_place(pg_text(result, row, VISIBILITY), room_visibilities, ROOM_VISIBILITIES),
        .name = pg_text(result, row, NAME),
        .last_seq = pg_i64(result, row, LAST_SEQ),
        .created_at = pg_i64(result, row, CREATED_AT),
        .member_count = pg_i64(result, row, MEMBERS),
    };
}

static enum status decode_rooms(struct store_read *read, const PGresult *result,
                                const void **ret_value)
{
    struct key_page *page = page_new(container_of(read, struct tenant_read, read));
    struct room *rows = arena_array(read->arena, struct room, page->n);

    for (size_t i = 0; i < page->n; i++)
        rows[i] = take_room(result, read->first + (int)i);
    page->rows = rows;
    page->row_size = sizeof(*rows);
    *ret_value = page;
    return ST_OK;
}

static enum status decode_guilds(struct store_read *read, const PGresult *result,
                                 const void **ret_value)
{
    struct key_page *page = page_new(container_of(read, struct tenant_read, read));
    struct guild *rows = arena_array(read->arena, struct guild, page->n);

    for (size_t i = 0; i < page->n; i++) {
        int row = read->first + (int)i;
        rows[i] = (struct guild){
            .id = pg_text(result, row, 0),
            .name = pg_text(result, row, 1),
            .member_count = pg_i64(result, row, 2),
        };
    }
    page->rows = rows;
    page->row_size = sizeof(*rows);
    *ret_value = page;
    return ST_OK;
}

static struct tenant_read *tenant_read_new(struct arena *a, struct str tenant,
                                           const struct list_place *after, size_t limit)
{
    struct tenant_read *r = arena_new(a, struct tenant_read);
    struct pg_params *p = &r->read.call.params;

    r->limit = limit;
    r->read.most_rows = limit + 1;
    r->behind = after != NULL;
    pg_put_text(p, a, tenant);
    pg_put_text(p, a, after ? after->id : STR(""));
    pg_put_i64(p, a, (int64_t)limit + 1);
    return r;
}

struct wait *store_tenant_rooms(struct store *s, struct arena *a, struct str tenant,
                                const struct list_place *after, size_t limit)
{
    return store_read(s, a, &tenant_read_new(a, tenant, after, limit)->read, SQL_TENANT_ROOMS,
                      decode_rooms);
}

struct wait *store_tenant_guilds(struct store *s, struct arena *a, struct str tenant,
                                 const struct list_place *after, size_t limit)
{
    return store_read(s, a, &tenant_read_new(a, tenant, after, limit)->read, SQL_TENANT_GUILDS,
                      decode_guilds);
}
