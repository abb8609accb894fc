#include "store/room.h"

#include "store/inside.h"
#include "store/room_words.h"

enum {
    ROWS_A_MESSAGE = 32 /* of a list: they are short */
};

/* What the calls about rooms, guilds and members remember. */
struct list_read {
    struct store_read read;
    size_t limit;
    size_t at_offset;   /* the page's */
    bool behind;        /* a place was given */
    struct str user_id; /* the caller */
    bool may_be_missing;
};

static struct list_read *list_read_new(struct arena *a, const struct store_caller *caller)
{
    struct list_read *r = arena_new(a, struct list_read);

    r->user_id = arena_str(a, caller->user);
    r->read.trace = caller->trace;
    pg_put_text(&r->read.call.params, a, caller->tenant);
    return r;
}

/* Rows behind a place, one more than asked for: it shows whether there are more. */
static void put_page(struct list_read *r, struct arena *a, const struct list_place *after,
                     size_t limit)
{
    r->limit = limit;
    r->behind = after != NULL;
    r->read.most_rows = limit / ROWS_A_MESSAGE + 1;
    pg_put_text(&r->read.call.params, a, after ? after->id : STR(""));
    pg_put_i64(&r->read.call.params, a, (int64_t)limit + 1);
}

/* The same in a list that is ordered by a time, which is before_all in front of its first row. */
static void put_timed_page(struct list_read *r, struct arena *a, const struct list_place *after,
                           int64_t before_all, size_t at_offset, size_t limit)
{
    r->at_offset = at_offset;
    pg_put_i64(&r->read.call.params, a, after ? after->at : before_all);
    put_page(r, a, after, limit);
}

/* A lone row without a key stands for the container. */
static size_t count_rows(const struct list_read *r, const PGresult *result, bool *ret_has_next)
{
    size_t n = (size_t)r->read.n_rows;

    if (n > 0 && pg_is_null(result, r->read.first, 0))
        n = 0;
    *ret_has_next = n > r->limit;
    return *ret_has_next ? r->limit : n;
}

/* --- rooms */

static void take_room(struct list_read *r, const PGresult *result, int row, struct room *ret_room)
{
    enum {
        ID,
        GUILD_ID,
        KIND,
        VISIBILITY,
        NAME,
        LAST_SEQ,
        CREATED_AT,
        MEMBERS,
        ROLE,
        JOINED_AT,
        ACTIVE_AT
    };

    *ret_room = (struct room){
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
    if (r->at_offset)
        ret_room->active_at = pg_i64(result, row, ACTIVE_AT);
    if (!pg_is_null(result, row, ROLE)) {
        struct member *me = arena_new(r->read.arena, struct member);
        me->user_id = r->user_id;
        me->role = room_word_place(pg_text(result, row, ROLE), member_roles, MEMBER_ROLES);
        me->joined_at = pg_i64(result, row, JOINED_AT);
        ret_room->membership = me;
    }
}

static enum status decode_room(struct store_read *read, const PGresult *result,
                               const void **ret_value)
{
    struct list_read *r = container_of(read, struct list_read, read);
    struct room *room = arena_new(read->arena, struct room);

    if (read->n_rows == 0)
        return ST_NOT_FOUND;
    take_room(r, result, read->first, room);
    *ret_value = room;
    return ST_OK;
}

static enum status decode_rooms(struct store_read *read, const PGresult *result,
                                const void **ret_value)
{
    struct list_read *r = container_of(read, struct list_read, read);
    struct key_page *page = arena_new(read->arena, struct key_page);
    struct room *rows;

    if (read->n_rows == 0 && !r->may_be_missing)
        return ST_NOT_FOUND;
    page->n = count_rows(r, result, &page->has_next);
    rows = arena_array(read->arena, struct room, page->n);
    for (size_t i = 0; i < page->n; i++)
        take_room(r, result, read->first + (int)i, &rows[i]);
    page->rows = rows;
    page->row_size = sizeof(*rows);
    page->at_offset = r->at_offset;
    page->has_previous = r->behind;
    *ret_value = page;
    return ST_OK;
}

/* What stands in front of every statement about one room or guild: $1 to $4. */
static struct list_read *door_read_new(struct arena *a, const struct store_caller *caller,
                                       const char *what, struct str id, bool admits)
{
    struct list_read *r = list_read_new(a, caller);

    r->read.what = what;
    r->read.id = arena_str(a, id);
    pg_put_text(&r->read.call.params, a, id);
    pg_put_text(&r->read.call.params, a, caller->user);
    pg_put_bool(&r->read.call.params, a, admits);
    return r;
}

struct wait *store_room_get(struct store *s, struct arena *a, const struct store_caller *caller,
                            struct str id)
{
    struct list_read *r;

    if (!room_id_is_valid(id))
        return store_no_such(a, "room", id);
    r = door_read_new(a, caller, "room", id, store_admits(s, caller, id));
    return store_read(s, a, &r->read, SQL_ROOM_GET, decode_room);
}

static bool guild_admits(const struct store_caller *caller, struct str guild_id)
{
    return caller->tenant_admin || store_guild_is_vouched(caller, guild_id);
}

struct wait *store_guild_rooms(struct store *s, struct arena *a, const struct store_caller *caller,
                               struct str guild_id, const struct list_place *after, size_t limit)
{
    struct list_read *r;

    if (!guild_id_is_valid(guild_id))
        return store_no_such(a, "guild", guild_id);
    r = door_read_new(a, caller, "guild", guild_id, guild_admits(caller, guild_id));
    put_page(r, a, after, limit);
    return store_read(s, a, &r->read, SQL_GUILD_ROOMS, decode_rooms);
}

struct wait *store_viewer_rooms(struct store *s, struct arena *a, const struct store_caller *caller,
                                const struct list_place *after, size_t limit)
{
    struct list_read *r = list_read_new(a, caller);

    r->may_be_missing = true;
    pg_put_text(&r->read.call.params, a, caller->user);
    store_put_guilds(&r->read.call.params, a, caller);
    put_timed_page(r, a, after, INT64_MAX, offsetof(struct room, active_at), limit);
    return store_read(s, a, &r->read, SQL_VIEWER_ROOMS, decode_rooms);
}

/* --- guilds */

static enum status decode_guild(struct store_read *read, const PGresult *result,
                                const void **ret_value)
{
    struct guild *guild = arena_new(read->arena, struct guild);

    if (read->n_rows == 0)
        return ST_NOT_FOUND;
    guild->id = pg_text(result, read->first, 0);
    guild->name = pg_text(result, read->first, 1);
    guild->member_count = pg_i64(result, read->first, 2);
    *ret_value = guild;
    return ST_OK;
}

struct wait *store_guild_get(struct store *s, struct arena *a, const struct store_caller *caller,
                             struct str id)
{
    struct list_read *r;

    if (!guild_id_is_valid(id))
        return store_no_such(a, "guild", id);
    r = door_read_new(a, caller, "guild", id, guild_admits(caller, id));
    return store_read(s, a, &r->read, SQL_GUILD_GET, decode_guild);
}

/* --- members */

static enum status decode_members(struct store_read *read, const PGresult *result,
                                  const void **ret_value)
{
    enum {
        USER_ID,
        ROLE,
        JOINED_AT
    };
    struct list_read *r = container_of(read, struct list_read, read);
    struct key_page *page = arena_new(read->arena, struct key_page);
    struct member *rows;

    if (read->n_rows == 0)
        return ST_NOT_FOUND;
    page->n = count_rows(r, result, &page->has_next);
    rows = arena_array(read->arena, struct member, page->n);
    for (size_t i = 0; i < page->n; i++) {
        int row = read->first + (int)i;
        rows[i].user_id = pg_text(result, row, USER_ID);
        rows[i].role = room_word_place(pg_text(result, row, ROLE), member_roles, MEMBER_ROLES);
        rows[i].joined_at = pg_i64(result, row, JOINED_AT);
    }
    page->rows = rows;
    page->row_size = sizeof(*rows);
    page->at_offset = r->at_offset;
    page->has_previous = r->behind;
    *ret_value = page;
    return ST_OK;
}

struct wait *store_room_members(struct store *s, struct arena *a, const struct store_caller *caller,
                                struct str room_id, const struct list_place *after, size_t limit)
{
    struct list_read *r;

    if (!room_id_is_valid(room_id))
        return store_no_such(a, "room", room_id);
    r = door_read_new(a, caller, "room", room_id, store_admits(s, caller, room_id));
    put_timed_page(r, a, after, -1, offsetof(struct member, joined_at), limit);
    return store_read(s, a, &r->read, SQL_ROOM_MEMBERS, decode_members);
}

struct wait *store_guild_members(struct store *s, struct arena *a,
                                 const struct store_caller *caller, struct str guild_id,
                                 const struct list_place *after, size_t limit)
{
    struct list_read *r;

    if (!guild_id_is_valid(guild_id))
        return store_no_such(a, "guild", guild_id);
    r = door_read_new(a, caller, "guild", guild_id, guild_admits(caller, guild_id));
    put_timed_page(r, a, after, -1, offsetof(struct member, joined_at), limit);
    return store_read(s, a, &r->read, SQL_GUILD_MEMBERS, decode_members);
}
