#include "store/batch.h"

#include <assert.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/room.h"
#include "store/sql.h"

/* The columns of message_send_batch(). */
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

static void put_many(struct pg_params *p, struct arena *a, const struct list *calls, size_t n)
{
    enum {
        TENANT,
        ROOM,
        SENDER,
        MESSAGE_ID,
        TEXT,
        KEY,
        TEXTS
    };
    struct str *texts[TEXTS];
    bool *open = arena_array(a, bool, n);
    bool *vouched = arena_array(a, bool, n);
    bool *admin = arena_array(a, bool, n);
    size_t i = 0;

    for (size_t column = 0; column < TEXTS; column++)
        texts[column] = arena_array(a, struct str, n);
    list_each (link, calls) {
        const struct writer_call *call = call_of(link);
        texts[TENANT][i] = call->row.tenant_id;
        texts[ROOM][i] = call->row.room_id;
        texts[SENDER][i] = call->row.sender_id;
        texts[MESSAGE_ID][i] = str_of(call->id, sizeof(call->id));
        texts[TEXT][i] = call->row.text;
        texts[KEY][i] = call->row.idempotency_key;
        open[i] = call->open;
        vouched[i] = call->vouched;
        admin[i] = call->admin;
        i++;
    }
    for (size_t column = 0; column < TEXTS; column++)
        pg_put_texts(p, a, texts[column], n);
    pg_put_bools(p, a, open, n);
    pg_put_bools(p, a, vouched, n);
    pg_put_bools(p, a, admin, n);
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

void batch_put(struct pg_call *pg, struct arena *a, const struct list *calls, size_t n, bool again,
               bool skips)
{
    bool one = n == 1 && !skips;

    if (one && is_plain(call_of(calls->next))) {
        put_plain(pg, a, call_of(calls->next));
        return;
    }
    if (skips)
        pg->statement = SQL_MESSAGE_SEND_FREE;
    else
        pg->statement = one ? SQL_MESSAGE_SEND_ONE : SQL_MESSAGE_SEND;
    if (one)
        put_one(&pg->params, a, call_of(calls->next));
    else
        put_many(&pg->params, a, calls, n);
    pg_put_i64(&pg->params, a, clock_unix_ms());
    pg_put_bool(&pg->params, a, again);
}

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
