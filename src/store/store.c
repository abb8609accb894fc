#include "store/store.h"

#include <assert.h>
#include <fnmatch.h>

#include "base/hash.h"
#include "base/mem.h"
#include "store/inside.h"
#include "store/room.h"
#include "store/send.h"
#include "store/sql.h"
#include "store/writer.h"

enum {
    LOOK_EVERY_MS = 5,
    HANDLES = 4, /* two connections, the writer, the closer */
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

bool store_admits(const struct store *s, const struct store_caller *caller, struct str room_id)
{
    return caller->tenant_admin || store_guild_is_vouched(caller, room_guild_id(room_id)) ||
           store_room_is_open(s, room_id);
}

/* --- reading */

static void clear_result(void *result)
{
    PQclear(result);
}

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

static void on_rows(struct pg_call *call, enum status status, PGresult *result)
{
    struct store_read *r = container_of(call, struct store_read, call);
    const void *value = NULL;

    r->store->unanswered--;
    if (status == ST_OK) {
        arena_on_done(r->arena, clear_result, result);
        status = r->decode(r, result, &value);
    }
    if (status == ST_OK)
        wait_answer(r->wait, ST_OK, value);
    else
        wait_fail(r->wait, status, store_refusal(r->arena, status, r->what, r->id));
}

struct wait *store_read(struct store *s, struct arena *a, struct store_read *r, enum sql statement,
                        store_decode_fn *decode)
{
    r->call.statement = statement;
    r->call.on_done = on_rows;
    r->store = s;
    r->arena = a;
    r->decode = decode;
    if (atomic_load(&s->closing) || !pg_conn_call(s->reader, &r->call))
        return wait_done(a, ST_UNAVAILABLE, NULL);
    s->unanswered++;
    r->wait = wait_new(a);
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

static struct pg_conn *connection_new(struct store *s, const char *name)
{
    struct pg_conn_config config = {
        .conninfo = s->config.conninfo,
        .name = name,
        .statement_timeout_ms = s->config.statement_timeout_ms,
        .statements = sql_statements,
        .n_statements = SQL_STATEMENTS,
        .session = sql_statements[SQL_SESSION].text,
    };

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
    s->reader = connection_new(s, "guildhall reader");
    s->writing = connection_new(s, "guildhall writer");
    s->writer = writer_new(l, s->writing, &s->config, send_on_written);
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
    writer_close(s->writer, on_handle_closed, s);
    pg_conn_close(s->reader, on_handle_closed, s);
    pg_conn_close(s->writing, on_handle_closed, s);
    timer_close(&s->closer, on_closer_closed);
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

void store_free(struct store *s)
{
    if (!s)
        return;
    cursor_done(s);
    arena_done(&s->arena);
    mem_free(s);
}
