#include "store/message.h"

#include <assert.h>

#include "store/inside.h"
#include "store/room.h"

enum {
    LARGEST_PAGE = 200
};

const struct message *message_copy(struct arena *a, const struct message *m)
{
    struct message *copy = arena_new(a, struct message);

    *copy = (struct message){
        .kind = m->kind,
        .seq = m->seq,
        .ts = m->ts,
        .tenant_id = arena_str(a, m->tenant_id),
        .room_id = arena_str(a, m->room_id),
        .id = arena_str(a, m->id),
        .sender_id = arena_str(a, m->sender_id),
        .text = arena_str(a, m->text),
        .idempotency_key = arena_str(a, m->idempotency_key),
        .number = m->number,
        .repeated = m->repeated,
    };
    return copy;
}

/* Statements over a log come in pairs, the core's first. */
static enum sql in_table_of(struct str room_id, enum sql of_core)
{
    return room_table(room_id) == ROOM_TABLE_GUILD ? of_core + 1 : of_core;
}

/* Who is admitted without being a member asks the same as all others who are. */
static void put_door(struct pg_params *p, struct arena *a, const struct store *s,
                     const struct store_caller *caller, struct str room_id)
{
    bool admits = store_admits(s, caller, room_id);

    pg_put_text(p, a, caller->tenant);
    pg_put_text(p, a, room_id);
    pg_put_text(p, a, admits ? STR_NULL : caller->user);
    pg_put_bool(p, a, admits);
}

/* seq, ts, id, sender_id, text, idempotency_key from column on. */
static struct message take_message(const PGresult *result, int row, int column)
{
    return (struct message){
        .seq = pg_i64(result, row, column),
        .ts = pg_i64(result, row, column + 1),
        .id = pg_text(result, row, column + 2),
        .sender_id = pg_text(result, row, column + 3),
        .text = pg_text(result, row, column + 4),
        .idempotency_key = pg_text(result, row, column + 5),
    };
}

/* What the calls about one room's log remember. */
struct log_read {
    struct store_read read;
    struct str tenant;
    struct str room_id;
    bool is_open;
    const struct message_page_query *query; /* of a page */
    struct message_place since;             /* of a start */
};

static struct log_read *log_read_new(struct store *s, struct arena *a,
                                     const struct store_caller *caller, struct str room_id)
{
    struct log_read *r = arena_new(a, struct log_read);

    r->tenant = arena_str(a, caller->tenant);
    r->room_id = arena_str(a, room_id);
    r->is_open = store_room_is_open(s, room_id);
    r->read.what = "room";
    r->read.id = r->room_id;
    r->read.trace = caller->trace;
    put_door(&r->read.call.params, a, s, caller, room_id);
    return r;
}

/* What room_gate() said, in column 0. An open room may be missing: nobody has used it yet. */
static enum status door_status(const struct log_read *r, const PGresult *result)
{
    if (r->read.n_rows == 0)
        return r->is_open ? ST_OK : ST_NOT_FOUND;
    return pg_bool(result, r->read.first, 0) ? ST_OK : ST_FORBIDDEN;
}

static int64_t last_seq_of(const struct log_read *r, const PGresult *result)
{
    return r->read.n_rows ? pg_i64(result, r->read.first, 1) : 0;
}

/* The messages of n rows. */
static struct message *take_messages(struct log_read *r, const PGresult *result, int first,
                                     int column, size_t n)
{
    struct message *rows = arena_take(r->read.arena, n * sizeof(*rows));

    for (size_t i = 0; i < n; i++) {
        rows[i] = take_message(result, first + (int)i, column);
        rows[i].tenant_id = r->tenant;
        rows[i].room_id = r->room_id;
    }
    return rows;
}

/* --- a page */

/* Low and high, both exclusive, whatever the list's order. A time's place is between two rows. */
static void put_place(struct pg_params *p, struct arena *a, const struct message_place *place,
                      int64_t nowhere)
{
    pg_put_i64(p, a, place->kind == MESSAGE_PLACE_SEQ ? place->seq : nowhere);
    if (place->kind == MESSAGE_PLACE_TIME)
        pg_put_i64(p, a, place->ts);
    else
        pg_put_null(p);
}

static void reverse(const void **rows, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        const void *other = rows[i];
        rows[i] = rows[n - 1 - i];
        rows[n - 1 - i] = other;
    }
}

bool message_page_is_upward(const struct message_page_query *query)
{
    return query->oldest_first != query->from_end;
}

const struct message_place *message_page_low(const struct message_page_query *query)
{
    return query->oldest_first ? &query->after : &query->before;
}

const struct message_place *message_page_high(const struct message_page_query *query)
{
    return query->oldest_first ? &query->before : &query->after;
}

void message_page_fill(struct message_page *page, const struct message_page_query *query,
                       const void **rows, size_t n, bool below, bool above)
{
    bool more = n > query->limit, upward = message_page_is_upward(query);
    bool older = below || (more && !upward), newer = above || (more && upward);

    page->n = more ? query->limit : n;
    if (query->from_end)
        reverse(rows, page->n);
    page->rows = rows;
    page->has_next = query->oldest_first ? newer : older;
    page->has_previous = query->oldest_first ? older : newer;
}

/* All rows but the room's, which is the first. */
static size_t messages_of_page(const struct store_read *read)
{
    return read->n_rows > 0 ? (size_t)read->n_rows - 1 : 0;
}

static enum status decode_page(struct store_read *read, const PGresult *result,
                               const void **ret_value)
{
    enum {
        BELOW = 2,
        ABOVE,
        MESSAGE
    };
    struct log_read *r = container_of(read, struct log_read, read);
    size_t n = messages_of_page(read);
    struct message_page *page = arena_new(read->arena, struct message_page);
    enum status status = door_status(r, result);
    const struct message *rows;
    const void **listed;

    if (status != ST_OK)
        return status;
    rows = take_messages(r, result, read->first + 1, MESSAGE, n);
    listed = arena_array(read->arena, const void *, n);
    for (size_t i = 0; i < n; i++)
        listed[i] = &rows[i];
    message_page_fill(page, r->query, listed, n,
                      read->n_rows > 0 && pg_bool(result, read->first, BELOW),
                      read->n_rows > 0 && pg_bool(result, read->first, ABOVE));
    page->room_id = r->room_id;
    page->last_seq = last_seq_of(r, result);
    *ret_value = page;
    return ST_OK;
}

struct wait *store_message_page(struct store *s, struct arena *a, const struct store_caller *caller,
                                const struct message_page_query *query)
{
    struct log_read *r;
    struct message_page_query *kept = arena_new(a, struct message_page_query);
    bool upward = message_page_is_upward(query);

    assert(query->limit >= 1 && query->limit <= LARGEST_PAGE);
    if (!room_id_is_valid(query->room_id))
        return store_no_such(a, "room", query->room_id);
    *kept = *query;
    r = log_read_new(s, a, caller, query->room_id);
    r->query = kept;
    r->read.most_rows = query->limit + 1;
    put_place(&r->read.call.params, a, message_page_low(query), -1);
    put_place(&r->read.call.params, a, message_page_high(query), INT64_MAX);
    pg_put_i64(&r->read.call.params, a, (int64_t)query->limit + 1);
    return store_read(
        s, a, &r->read,
        in_table_of(query->room_id, upward ? SQL_MESSAGE_PAGE_UP_CORE : SQL_MESSAGE_PAGE_DOWN_CORE),
        decode_page);
}

/* --- for whoever has the rows */

static enum status decode_door(struct store_read *read, const PGresult *result,
                               const void **ret_value)
{
    enum {
        FIRST_KEPT = 2,
        NEWEST_ID,
    };
    struct log_read *r = container_of(read, struct log_read, read);
    struct message_door *door = arena_new(read->arena, struct message_door);
    enum status status = door_status(r, result);

    if (status != ST_OK)
        return status;
    door->last_seq = last_seq_of(r, result);
    if (read->n_rows > 0) {
        door->first_kept_seq = pg_i64(result, read->first, FIRST_KEPT);
        door->newest_id = pg_text(result, read->first, NEWEST_ID);
    }
    *ret_value = door;
    return ST_OK;
}

struct wait *store_message_door(struct store *s, struct arena *a, const struct store_caller *caller,
                                struct str room_id)
{
    struct log_read *r;

    if (!room_id_is_valid(room_id))
        return store_no_such(a, "room", room_id);
    r = log_read_new(s, a, caller, room_id);
    r->read.most_rows = 1;
    return store_read(s, a, &r->read, in_table_of(room_id, SQL_MESSAGE_DOOR_CORE), decode_door);
}

/* --- the newest one */

static enum status decode_newest(struct store_read *read, const PGresult *result,
                                 const void **ret_value)
{
    enum {
        MESSAGE = 4
    };
    struct log_read *r = container_of(read, struct log_read, read);
    enum status status = door_status(r, result);

    if (status != ST_OK)
        return status;
    *ret_value =
        messages_of_page(read) ? take_messages(r, result, read->first + 1, MESSAGE, 1) : NULL;
    return ST_OK;
}

struct wait *store_room_last_message(struct store *s, struct arena *a,
                                     const struct store_caller *caller, struct str room_id)
{
    static const struct message_place nowhere = {MESSAGE_PLACE_NONE, 0, 0};
    struct log_read *r;

    if (!room_id_is_valid(room_id))
        return store_no_such(a, "room", room_id);
    r = log_read_new(s, a, caller, room_id);
    put_place(&r->read.call.params, a, &nowhere, -1);
    put_place(&r->read.call.params, a, &nowhere, INT64_MAX);
    pg_put_i64(&r->read.call.params, a, 1);
    return store_read(s, a, &r->read, in_table_of(room_id, SQL_MESSAGE_PAGE_DOWN_CORE),
                      decode_newest);
}

/* --- one by its id */

struct message_get {
    struct store_read read;
    struct str tenant;
};

static enum status decode_get(struct store_read *read, const PGresult *result,
                              const void **ret_value)
{
    enum {
        MAY_READ,
        MESSAGE,
        ROOM = 7
    };
    struct message_get *g = container_of(read, struct message_get, read);
    struct message *row = arena_new(read->arena, struct message);

    if (read->n_rows == 0)
        return ST_NOT_FOUND;
    *row = take_message(result, read->first, MESSAGE);
    row->tenant_id = g->tenant;
    row->room_id = pg_text(result, read->first, ROOM);
    if (!pg_bool(result, read->first, MAY_READ) && !store_room_is_open(read->store, row->room_id))
        return ST_NOT_FOUND;
    *ret_value = row;
    return ST_OK;
}

struct wait *store_message_get(struct store *s, struct arena *a, const struct store_caller *caller,
                               struct str id)
{
    struct message_get *g = arena_new(a, struct message_get);
    struct pg_params *p = &g->read.call.params;

    g->tenant = arena_str(a, caller->tenant);
    g->read.what = "message";
    g->read.id = arena_str(a, id);
    g->read.trace = caller->trace;
    pg_put_text(p, a, caller->tenant);
    pg_put_text(p, a, id);
    pg_put_text(p, a, caller->user);
    store_put_guilds(p, a, caller);
    pg_put_bool(p, a, caller->tenant_admin);
    return store_read(s, a, &g->read, SQL_MESSAGE_GET, decode_get);
}

/* --- following */

static int64_t since_seq(const struct log_read *r, const PGresult *result, int64_t last_seq)
{
    enum {
        PLACE_OF_TIME = 3
    };

    switch (r->since.kind) {
    case MESSAGE_PLACE_NONE:
        return last_seq;
    case MESSAGE_PLACE_SEQ:
        /* A log that was restored from a backup may end before the place. */
        return r->since.seq < last_seq ? r->since.seq : last_seq;
    case MESSAGE_PLACE_TIME:
        return r->read.n_rows ? pg_i64(result, r->read.first, PLACE_OF_TIME) : 0;
    }
    return last_seq;
}

static enum status decode_start(struct store_read *read, const PGresult *result,
                                const void **ret_value)
{
    enum {
        FIRST_KEPT = 2
    };
    struct log_read *r = container_of(read, struct log_read, read);
    struct message_start *start = arena_new(read->arena, struct message_start);
    enum status status = door_status(r, result);

    if (status != ST_OK)
        return status;
    start->last_seq = last_seq_of(r, result);
    start->since_seq = since_seq(r, result, start->last_seq);
    start->first_kept_seq = read->n_rows ? pg_i64(result, read->first, FIRST_KEPT) : 0;
    *ret_value = start;
    return ST_OK;
}

struct wait *store_message_start(struct store *s, struct arena *a,
                                 const struct store_caller *caller, struct str room_id,
                                 struct message_place since)
{
    struct log_read *r;

    if (!room_id_is_valid(room_id))
        return store_no_such(a, "room", room_id);
    r = log_read_new(s, a, caller, room_id);
    r->since = since;
    if (since.kind == MESSAGE_PLACE_TIME)
        pg_put_i64(&r->read.call.params, a, since.ts);
    else
        pg_put_null(&r->read.call.params);
    return store_read(s, a, &r->read, SQL_MESSAGE_START, decode_start);
}

static enum status decode_run(struct store_read *read, const PGresult *result,
                              const void **ret_value)
{
    enum {
        REACH = 2,
        MESSAGE,
        FIRST_KEPT = 9
    };
    struct log_read *r = container_of(read, struct log_read, read);
    struct message_run *run = arena_new(read->arena, struct message_run);
    enum status status = door_status(r, result);

    if (status != ST_OK)
        return status;
    /* A lone row without a message stands for the room. */
    if (read->n_rows > 0 && !pg_is_null(result, read->first, MESSAGE))
        run->n = (size_t)read->n_rows;
    run->rows = take_messages(r, result, read->first, MESSAGE, run->n);
    run->last_seq = last_seq_of(r, result);
    run->first_kept_seq = read->n_rows ? pg_i64(result, read->first, FIRST_KEPT) : 0;
    /* There may be more behind as many rows as were asked for. */
    if (run->n == read->most_rows)
        run->through = run->rows[run->n - 1].seq;
    else
        run->through = read->n_rows ? pg_i64(result, read->first, REACH) : 0;
    *ret_value = run;
    return ST_OK;
}

struct wait *store_message_read_on(struct store *s, struct arena *a,
                                   const struct store_caller *caller,
                                   const struct message_run_query *query)
{
    struct log_read *r;

    assert(query->limit >= 1);
    if (!room_id_is_valid(query->room_id))
        return store_no_such(a, "room", query->room_id);
    r = log_read_new(s, a, caller, query->room_id);
    pg_put_i64(&r->read.call.params, a, query->after);
    pg_put_i64(&r->read.call.params, a, (int64_t)query->limit);
    pg_put_bool(&r->read.call.params, a, query->was_member);
    r->read.most_rows = query->limit;
    return store_read(s, a, &r->read, in_table_of(query->room_id, SQL_MESSAGE_READ_ON_CORE),
                      decode_run);
}
