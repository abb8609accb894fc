#include "store/batch.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/room.h"
#include "store/sql.h"

/* The columns that each of the statements returns. */
enum {
    OUTCOME,
    SEQ,
    TS,
    ID,
};

static const struct {
    struct str outcome;
    enum status status;
} outcomes[] = {
    {STR_INIT("SENT"), ST_OK},
    {STR_INIT("REPEATED"), ST_OK},
    {STR_INIT("KEY_REUSED"), ST_KEY_REUSED},
    {STR_INIT("NO_ROOM"), ST_NOT_FOUND},
    {STR_INIT("NO_MEMBER"), ST_FORBIDDEN},
    {STR_INIT("BUSY"), ST_TIMEOUT},
};

static struct writer_call *call_of(struct list *link)
{
    return list_entry(link, struct writer_call, link);
}

/* --- parameters */

enum column {
    TENANT,
    ROOM,
    SENDER,
    MESSAGE_ID,
    TEXT,
    KEY,
};

enum flag {
    OPEN,
    VOUCHED,
    ADMIN,
};

static struct str text_of(const struct writer_call *call, enum column column)
{
    switch (column) {
    case TENANT:
        return call->row.tenant_id;
    case ROOM:
        return call->row.room_id;
    case SENDER:
        return call->row.sender_id;
    case MESSAGE_ID:
        return str_of(call->id, sizeof(call->id));
    case TEXT:
        return call->row.text;
    case KEY:
        return call->row.idempotency_key;
    }
    return STR_NULL;
}

static bool flag_of(const struct writer_call *call, enum flag flag)
{
    switch (flag) {
    case OPEN:
        return call->open;
    case VOUCHED:
        return call->vouched;
    case ADMIN:
        return call->admin;
    }
    return false;
}

static void put_texts(struct pg_params *p, struct arena *a, const struct writer_call *const *calls,
                      size_t n, enum column column)
{
    struct str *texts = arena_array(a, struct str, n);

    for (size_t i = 0; i < n; i++)
        texts[i] = text_of(calls[i], column);
    pg_put_texts(p, a, texts, n);
}

static void put_flags(struct pg_params *p, struct arena *a, const struct writer_call *const *calls,
                      size_t n, enum flag flag)
{
    bool *flags = arena_array(a, bool, n);

    for (size_t i = 0; i < n; i++)
        flags[i] = flag_of(calls[i], flag);
    pg_put_bools(p, a, flags, n);
}

static const struct writer_call *const *in_a_row(struct arena *a, const struct list *calls,
                                                 size_t n)
{
    const struct writer_call **row = arena_array(a, const struct writer_call *, n);
    size_t i = 0;

    list_each (link, calls)
        row[i++] = call_of(link);
    assert(i == n);
    return row;
}

static void put_many(struct pg_params *p, struct arena *a, const struct list *list, size_t n)
{
    const struct writer_call *const *calls = in_a_row(a, list, n);

    for (enum column column = TENANT; column <= KEY; column++)
        put_texts(p, a, calls, n, column);
    for (enum flag flag = OPEN; flag <= ADMIN; flag++)
        put_flags(p, a, calls, n, flag);
}

/* Where a call stands in its batch. */
struct standing {
    const struct writer_call *call;
    size_t at;
};

/* The order of the keys of rooms, in which they are locked; calls for one stay in theirs. */
static int compare_rooms(const struct writer_call *x, const struct writer_call *y)
{
    int order = str_cmp(x->row.tenant_id, y->row.tenant_id);

    return order ? order : str_cmp(x->row.room_id, y->row.room_id);
}

static int compare_standings(const void *x, const void *y)
{
    const struct standing *left = x, *right = y;
    int order = compare_rooms(left->call, right->call);

    return order ? order : (left->at > right->at) - (left->at < right->at);
}

static const struct standing *by_room(struct arena *a, const struct writer_call *const *calls,
                                      size_t n)
{
    struct standing *sorted = arena_array(a, struct standing, n);

    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct standing){calls[i], i};
    qsort(sorted, n, sizeof(*sorted), compare_standings);
    return sorted;
}

/* The rooms, each once; which of them each call is for, and the how manieth for it. */
static void put_quick(struct pg_params *p, struct arena *a, const struct list *list, size_t n)
{
    const struct writer_call *const *calls = in_a_row(a, list, n);
    const struct standing *sorted = by_room(a, calls, n);
    const struct writer_call **rooms = arena_array(a, const struct writer_call *, n);
    int64_t *amounts = arena_array(a, int64_t, n);
    int64_t *places = arena_array(a, int64_t, n);
    int64_t *nths = arena_array(a, int64_t, n);
    size_t n_rooms = 0;

    for (size_t i = 0; i < n; i++) {
        if (i == 0 || compare_rooms(sorted[i].call, rooms[n_rooms - 1]) != 0) {
            rooms[n_rooms] = sorted[i].call;
            amounts[n_rooms++] = 0;
        }
        places[sorted[i].at] = (int64_t)n_rooms;
        nths[sorted[i].at] = ++amounts[n_rooms - 1];
    }
    put_texts(p, a, rooms, n_rooms, TENANT);
    put_texts(p, a, rooms, n_rooms, ROOM);
    pg_put_i64s(p, a, amounts, n_rooms);
    put_flags(p, a, rooms, n_rooms, OPEN);
    pg_put_i64s(p, a, places, n);
    pg_put_i64s(p, a, nths, n);
    for (enum column column = SENDER; column <= KEY; column++)
        put_texts(p, a, calls, n, column);
    put_flags(p, a, calls, n, VOUCHED);
    put_flags(p, a, calls, n, ADMIN);
}

static void put_one(struct pg_params *p, struct arena *a, const struct writer_call *call)
{
    pg_put_text(p, a, call->row.tenant_id);
    pg_put_text(p, a, call->row.room_id);
    pg_put_text(p, a, call->row.sender_id);
    pg_put_text(p, a, str_of(call->id, sizeof(call->id)));
    pg_put_text(p, a, call->row.text);
    pg_put_text(p, a, call->row.idempotency_key);
    pg_put_bool(p, a, call->open);
    pg_put_bool(p, a, call->vouched);
    pg_put_bool(p, a, call->admin);
}

/* Nearly every message that is sent alone: no key, and never sent before. */
static bool is_plain(const struct writer_call *call)
{
    return !call->row.idempotency_key.p && !call->in_doubt && !call->undecided;
}

static void put_plain(struct pg_call *pg, struct arena *a, const struct writer_call *call)
{
    struct pg_params *p = &pg->params;

    pg->statement = room_table(call->row.room_id) == ROOM_TABLE_GUILD ? SQL_MESSAGE_SEND_PLAIN_GUILD
                                                                      : SQL_MESSAGE_SEND_PLAIN;
    pg_put_text(p, a, call->row.tenant_id);
    pg_put_text(p, a, call->row.room_id);
    pg_put_text(p, a, call->row.sender_id);
    pg_put_text(p, a, str_of(call->id, sizeof(call->id)));
    pg_put_text(p, a, call->row.text);
    pg_put_bool(p, a, call->open || call->vouched);
    pg_put_bool(p, a, call->admin);
    pg_put_i64(p, a, clock_unix_ms());
}

static enum sql statement_for(size_t n, bool again, bool skips)
{
    if (skips)
        return SQL_MESSAGE_SEND_FREE;
    if (n == 1)
        return SQL_MESSAGE_SEND_ONE;
    return again ? SQL_MESSAGE_SEND : SQL_MESSAGE_SEND_QUICK;
}

void batch_put(struct pg_call *pg, struct arena *a, const struct list *calls, size_t n, bool again,
               bool skips)
{
    enum sql statement = statement_for(n, again, skips);

    if (statement == SQL_MESSAGE_SEND_ONE && is_plain(call_of(calls->next))) {
        put_plain(pg, a, call_of(calls->next));
        return;
    }
    pg->statement = statement;
    if (statement == SQL_MESSAGE_SEND_QUICK)
        put_quick(&pg->params, a, calls, n);
    else if (statement == SQL_MESSAGE_SEND_ONE)
        put_one(&pg->params, a, call_of(calls->next));
    else
        put_many(&pg->params, a, calls, n);
    pg_put_i64(&pg->params, a, clock_unix_ms());
    if (statement != SQL_MESSAGE_SEND_QUICK)
        pg_put_bool(&pg->params, a, again);
}

/* --- and what came of them */

/* An earlier message may have been imported: its id need not be as long as ours are. */
static struct str keep_id(struct writer_call *call, struct str id)
{
    struct str own = str_of(call->id, sizeof(call->id));

    if (str_eq(id, own))
        return own;
    call->earlier_id = mem_zalloc(id.n);
    memcpy(call->earlier_id, id.p, id.n);
    return str_of(call->earlier_id, id.n);
}

static void take_row(struct writer_call *call, const PGresult *result, int row)
{
    struct str outcome = pg_text(result, row, OUTCOME);

    call->status = ST_FAULT;
    for (size_t i = 0; i < array_size(outcomes); i++) {
        if (str_eq(outcome, outcomes[i].outcome))
            call->status = outcomes[i].status;
    }
    if (call->status != ST_OK)
        return;
    call->row.seq = pg_i64(result, row, SEQ);
    call->row.ts = pg_i64(result, row, TS);
    call->row.id = keep_id(call, pg_text(result, row, ID));
}

bool batch_is_undecided(const struct list *calls, const PGresult *result)
{
    struct writer_call *first = call_of(calls->next);

    if (PQntuples(result) > 0 || first->undecided)
        return false;
    first->undecided = true;
    return true;
}

void batch_take(const struct list *calls, const PGresult *result)
{
    int row = 0;

    list_each (link, calls) {
        assert(row < PQntuples(result));
        take_row(call_of(link), result, row++);
    }
}

const struct message *batch_rows(struct arena *a, const struct list *calls, size_t n, size_t *ret_n)
{
    struct message *rows = arena_array(a, struct message, n);
    size_t n_rows = 0;

    list_each (link, calls) {
        const struct writer_call *call = call_of(link);
        if (call->status == ST_OK)
            rows[n_rows++] = call->row;
    }
    *ret_n = n_rows;
    return rows;
}
