#include "store/store.h"

#include <assert.h>
#include <fnmatch.h>
#include <inttypes.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/gather.h"
#include "store/inside.h"
#include "store/retry.h"
#include "store/room.h"
#include "store/send.h"
#include "store/sql.h"
#include "store/writer.h"

enum {
    LOOK_EVERY_MS = 5,
    LONGEST_PAUSE_MS = 400, /* between attempts to connect, more or less a quarter */
    SILENCE_MS = 4000,      /* for which a batch waits for a PostgreSQL that says nothing */
    HANDLES = 6,            /* two connections, what stands on each, the closer */
};

/* --- what a caller may do without a row that says so */

bool store_room_is_open(const struct store *s, struct str room_id)
{
    char name[ROOM_ID_LONGEST + 1];

    if (room_id.n > ROOM_ID_LONGEST)
        return false;
    memcpy(name, room_id.p, room_id.n);
    name[room_id.n] = '\0';
    for (size_t i = 0; i < s->n_open_patterns; i++)
        if (fnmatch(s->open_patterns[i], name, FNM_NOESCAPE) == 0)
            return true;
    return false;
}

bool store_guild_is_vouched(const struct store_caller *caller, struct str guild_id)
{
    if (!guild_id.p)
        return false;
    for (size_t i = 0; i < caller->n_guilds; i++)
        if (str_eq(caller->guilds[i], guild_id))
            return true;
    return false;
}

void store_put_guilds(struct pg_params *p, struct arena *a, const struct store_caller *caller)
{
    size_t most = 2;
    char *text, *at;

    for (size_t i = 0; i < caller->n_guilds; i++)
        most += 3 + 2 * caller->guilds[i].n;
    at = text = arena_alloc(a, most);
    *at++ = '{';
    for (size_t i = 0; i < caller->n_guilds; i++) {
        if (i > 0)
            *at++ = ',';
        *at++ = '"';
        for (size_t k = 0; k < caller->guilds[i].n; k++) {
            char c = caller->guilds[i].p[k];
            if (c == '"' || c == '\\')
                *at++ = '\\';
            *at++ = c;
        }
        *at++ = '"';
    }
    *at++ = '}';
    pg_put_text(p, a, str_of(text, (size_t)(at - text)));
}

bool store_admits(const struct store *s, const struct store_caller *caller, struct str room_id)
{
    return caller->tenant_admin || store_guild_is_vouched(caller, room_guild_id(room_id)) ||
           store_room_is_open(s, room_id);
}

/* --- reading */

struct str store_refusal(struct arena *a, enum status status, const char *what, struct str id)
{
    if (what && status == ST_NOT_FOUND)
        return arena_printf(a, "There is no %s \"%.*s\" that the caller may know of.", what,
                            STR_ARG(id));
    if (what && status == ST_FORBIDDEN)
        return arena_printf(a, "The caller is not a member of the %s \"%.*s\".", what, STR_ARG(id));
    return STR_NULL;
}

struct wait *store_no_such(struct arena *a, const char *what, struct str id)
{
    struct wait *w = wait_new(a);

    wait_fail(w, ST_NOT_FOUND, store_refusal(a, ST_NOT_FOUND, what, id));
    return w;
}

static void on_rows(struct store_read *r, enum status status, const PGresult *result)
{
    const void *value = NULL;

    r->store->unanswered--;
    if (status == ST_OK)
        status = r->decode(r, result, &value);
    trace_end(r->span, status);
    if (status == ST_OK)
        wait_answer(r->wait, ST_OK, value);
    else
        wait_fail(r->wait, status, store_refusal(r->arena, status, r->what, r->id));
}

struct wait *store_read(struct store *s, struct arena *a, struct store_read *r, enum sql statement,
                        store_decode_fn *decode)
{
    r->call.statement = statement;
    r->store = s;
    r->arena = a;
    r->decode = decode;
    if (atomic_load(&s->closing) || !gather_add(s->gather, r))
        return wait_done(a, ST_UNAVAILABLE, NULL);
    s->unanswered++;
    r->wait = wait_new(a);
    r->span = trace_begin(r->trace, a, TRACE_DATABASE, sql_statements[statement].name);
    return r->wait;
}

/* --- from begin to end */

static void read_open_rooms(struct store *s)
{
    struct str rest = s->config.open_rooms;
    size_t most = 1;

    for (size_t i = 0; i < rest.n; i++)
        most += rest.p[i] == ',';
    s->open_patterns = arena_array(&s->arena, const char *, most);
    while (rest.p) {
        struct str pattern = str_trim(str_split(&rest, ','));
        if (pattern.n)
            s->open_patterns[s->n_open_patterns++] = arena_str(&s->arena, pattern).p;
    }
}

static void on_reader_ready(void *user)
{
    struct store *s = user;

    if (s->config.on_connected)
        s->config.on_connected(s->config.user, s->loop);
}

static void on_lock_timeout(struct pg_call *call, enum status status, PGresult *result)
{
    struct lock_timeout *timeout = container_of(call, struct lock_timeout, call);

    timeout->under_way = false;
    PQclear(result);
    if (status != ST_OK)
        log_debug("database.no_lock_timeout", LOG_INT("status", status));
}

static void init_lock_timeout(struct store *s)
{
    struct pg_call *call = &s->lock_timeout.call;

    call->statement = SQL_LOCK_TIMEOUT;
    call->alone = true;
    call->on_done = on_lock_timeout;
    pg_put_text(&call->params, &s->arena,
                arena_printf(&s->arena, "%" PRIu64, s->config.lock_timeout_ms));
}

/* Before anything else is asked there. */
static void on_writing_ready(void *user)
{
    struct store *s = user;
    struct lock_timeout *timeout = &s->lock_timeout;

    if (!timeout->under_way)
        timeout->under_way = pg_conn_call(s->writing, &timeout->call);
}

static void on_writing_silent(void *user)
{
    writer_fail_unsent(((struct store *)user)->writer);
}

static struct pg_conn_config common_config(struct store *s)
{
    return (struct pg_conn_config){
        .conninfo = s->config.conninfo,
        .statement_timeout_ms = s->config.statement_timeout_ms,
        .longest_pause_ms = LONGEST_PAUSE_MS,
        .statements = sql_statements,
        .n_statements = SQL_STATEMENTS,
        .session = sql_statements[SQL_SESSION].text,
        .user = s,
    };
}

static struct pg_conn *reader_new(struct store *s)
{
    struct pg_conn_config config = common_config(s);

    config.name = "guildhall reader";
    config.on_ready = on_reader_ready;
    return pg_conn_new(s->loop, &config);
}

/* Of what it is asked, nobody knows afterwards whether it was done: an answer is worth waiting for.
 */
static struct pg_conn *writing_new(struct store *s)
{
    struct pg_conn_config config = common_config(s);

    config.name = "guildhall writer";
    config.silence_ms = SILENCE_MS;
    config.on_ready = on_writing_ready;
    config.on_silent = on_writing_silent;
    return pg_conn_new(s->loop, &config);
}

static struct store *store_new(struct loop *l, const struct store_config *config)
{
    struct store *s = mem_new(struct store);

    s->loop = l;
    arena_init(&s->arena);
    s->config = *config;
    s->config.conninfo = arena_str(&s->arena, config->conninfo);
    if (config->open_rooms.p)
        s->config.open_rooms = arena_str(&s->arena, config->open_rooms);
    read_open_rooms(s);
    cursor_init(s);
    s->reader = reader_new(s);
    init_lock_timeout(s);
    s->writing = writing_new(s);
    s->gather = gather_new(l, s->reader, config->most_result_bytes, on_rows);
    s->writer = writer_new(l, s->writing, &s->config, send_on_written);
    s->retries = retries_new(l, s->writing, s->config.statement_timeout_ms);
    return s;
}

void store_new_all(struct loop *const *loops, size_t n, const struct store_config *config,
                   struct store **ret_stores)
{
    for (size_t i = 0; i < n; i++)
        ret_stores[i] = store_new(loops[i], config);
    for (size_t i = 0; i < n; i++) {
        struct store *s = ret_stores[i];
        s->n_all = n;
        s->all = arena_array(&s->arena, struct store *, n);
        memcpy(s->all, ret_stores, n * sizeof(struct store *));
    }
}

bool store_ready(const struct store *s)
{
    return !atomic_load(&s->closing) && pg_conn_ready(s->reader) && pg_conn_ready(s->writing);
}

void store_look(const struct store *s, struct store_counts *ret_counts)
{
    *ret_counts = (struct store_counts){
        .accepted = s->accepted,
        .batch_sizes = writer_batch_sizes(s->writer),
        .breakers = {pg_conn_breaker(s->reader), pg_conn_breaker(s->writing)},
        .durations = {pg_conn_durations(s->reader), pg_conn_durations(s->writing)},
    };
}

size_t store_statements(void)
{
    return SQL_STATEMENTS;
}

const char *store_statement_name(size_t i)
{
    return sql_statements[i].name;
}

static void on_handle_closed(void *user)
{
    struct store *s = user;

    if (++s->closed == HANDLES && s->on_closed)
        s->on_closed(s->user);
}

static void on_closer_closed(struct timer *t)
{
    on_handle_closed(container_of(t, struct store, closer));
}

/* Callers of other loops may have messages on their way to this one; they look at `closing` after
 * they have counted themselves, so nobody comes once none is counted. */
static void on_look(struct timer *t)
{
    struct store *s = container_of(t, struct store, closer);

    if (s->unanswered > 0 || atomic_load(&s->inward) > 0) {
        timer_start(&s->closer, LOOK_EVERY_MS);
        return;
    }
    gather_close(s->gather, on_handle_closed, s);
    writer_close(s->writer, on_handle_closed, s);
    retries_close(s->retries, on_handle_closed, s);
    pg_conn_close(s->reader, on_handle_closed, s);
    pg_conn_close(s->writing, on_handle_closed, s);
    timer_close(&s->closer, on_closer_closed);
    s->reader = s->writing = NULL;
}

void store_close(struct store *s, store_closed_fn *on_closed, void *user)
{
    assert(!atomic_load(&s->closing));
    s->on_closed = on_closed;
    s->user = user;
    atomic_store(&s->closing, true);
    timer_init(&s->closer, s->loop, on_look);
    timer_start(&s->closer, 0);
}

void store_hurry(struct store *s)
{
    if (!s || !s->reader)
        return;
    pg_conn_abandon(s->reader);
    pg_conn_abandon(s->writing);
    writer_hurry(s->writer);
    retries_hurry(s->retries);
}

void store_free(struct store *s)
{
    if (!s)
        return;
    cursor_done(s);
    arena_done(&s->arena);
    mem_free(s);
}
