#include "store/membership.h"

#include <assert.h>

#include "base/clock.h"
#include "base/id.h"
#include "store/inside.h"
#include "store/retry.h"
#include "store/room_words.h"

/* The columns of member_change. */
enum {
    OUTCOME,
    ROOM_ID,
    SEQ,
    TS,
    ID,
    USER_ID,
};

/* What each outcome means. The words stand around the room's or guild's id; without any, or with
 * those of store_refusal(), the status says it. */
static const struct outcome {
    struct str name;
    enum status status;
    const char *before;
    const char *after;
} outcomes[] = {
    {STR_INIT("DONE"), ST_OK, NULL, NULL},
    {STR_INIT("THERE"), ST_OK, NULL, NULL},
    {STR_INIT("NO_ROOM"), ST_NOT_FOUND, NULL, NULL},
    {STR_INIT("NO_GUILD"), ST_NOT_FOUND, NULL, NULL},
    {STR_INIT("NO_MEMBER"), ST_FORBIDDEN, NULL, NULL},
    {STR_INIT("NO_MANAGER"), ST_FORBIDDEN, "The caller is neither ADMIN nor OWNER of", "."},
    {STR_INIT("NO_GUILD_MANAGER"), ST_FORBIDDEN, "Only an ADMIN or OWNER of its guild may make",
     "."},
    {STR_INIT("ABOVE"), ST_FORBIDDEN, "Only an OWNER of", " may make an OWNER, or change one."},
    {STR_INIT("IS_DIRECT"), ST_FORBIDDEN, "The members of", ", which is DIRECT, do not change."},
    {STR_INIT("NOT_PUBLIC"), ST_FORBIDDEN, "Nobody joins", " without an invitation."},
    {STR_INIT("NO_SUCH_MEMBER"), ST_NOT_FOUND, "That user is not a member of", "."},
    {STR_INIT("EXISTS"), ST_CONFLICT, "There is already", "."},
    {STR_INIT("LAST_OWNER"), ST_CONFLICT, "Somebody has to be OWNER of",
     ": make another member OWNER first."},
};

static const struct outcome *outcome_of(const PGresult *result)
{
    struct str name = pg_text(result, 0, OUTCOME);

    for (size_t i = 0; i < array_size(outcomes); i++)
        if (str_eq(name, outcomes[i].name))
            return &outcomes[i];
    return NULL;
}

/* A change under way. */
struct change {
    struct retry_call retry;
    struct store *store;
    struct arena *arena;
    struct wait *wait;
    struct trace *trace; /* the caller's */
    struct trace_span *span;
    const char *what; /* "room" or "guild" */
    struct str id;
    struct str tenant;
    struct str caller;
};

static struct change *change_new(struct store *s, struct arena *a,
                                 const struct store_caller *caller, const char *what, struct str id)
{
    struct change *c = arena_new(a, struct change);
    struct pg_params *p = &c->retry.call.params;

    c->store = s;
    c->arena = a;
    c->trace = caller->trace;
    c->what = what;
    c->id = arena_str(a, id);
    c->tenant = arena_str(a, caller->tenant);
    c->caller = arena_str(a, caller->user);
    pg_put_text(p, a, c->tenant);
    pg_put_text(p, a, c->id);
    pg_put_text(p, a, c->caller);
    return c;
}

/* --- the answer */

/* Where nobody here is told of events, PostgreSQL tells the servers. */
static bool wants_hints(const struct store *s)
{
    return !s->config.on_committed;
}

static void announce(const struct change *c, const PGresult *result)
{
    size_t n = (size_t)PQntuples(result);
    struct message *rows;

    if (wants_hints(c->store) || pg_is_null(result, 0, SEQ))
        return;
    rows = arena_array(c->arena, struct message, n);
    for (size_t i = 0; i < n; i++)
        rows[i] = (struct message){
            .kind = MESSAGE_MEMBER_REMOVED,
            .seq = pg_i64(result, (int)i, SEQ),
            .ts = pg_i64(result, (int)i, TS),
            .tenant_id = c->tenant,
            .room_id = pg_text(result, (int)i, ROOM_ID),
            .id = pg_text(result, (int)i, ID),
            .sender_id = c->caller,
            .text = pg_text(result, (int)i, USER_ID),
        };
    c->store->config.on_committed(c->store->config.user, c->store->loop, rows, n);
}

static const struct membership_change *take_change(const struct change *c, const PGresult *result)
{
    struct membership_change *change = arena_new(c->arena, struct membership_change);

    change->created = str_eq(pg_text(result, 0, OUTCOME), STR("DONE"));
    change->id = change->created ? c->id : arena_str(c->arena, pg_text(result, 0, ROOM_ID));
    return change;
}

static void refuse(const struct change *c, const struct outcome *outcome)
{
    struct str why;

    if (str_eq(outcome->name, STR("NO_GUILD")) && room_guild_id(c->id).p)
        why = store_refusal(c->arena, outcome->status, "guild", room_guild_id(c->id));
    else if (outcome->before)
        why = arena_printf(c->arena, "%s the %s \"%.*s\"%s", outcome->before, c->what,
                           STR_ARG(c->id), outcome->after);
    else
        why = store_refusal(c->arena, outcome->status, c->what, c->id);
    wait_fail(c->wait, outcome->status, why);
}

static void fail(const struct change *c, enum status status)
{
    struct str why = STR_NULL;

    if (status == ST_UNAVAILABLE)
        why = STR("Temporarily unavailable: the change may have been made or not; look before "
                  "trying again.");
    else if (status == ST_TIMEOUT)
        why = arena_printf(
            c->arena, "Changing the %s \"%.*s\" took longer than allowed; nothing was changed.",
            c->what, STR_ARG(c->id));
    wait_fail(c->wait, status, why);
}

static void on_changed(struct retry_call *r, enum status status, PGresult *result)
{
    struct change *c = container_of(r, struct change, retry);
    const struct outcome *outcome = status == ST_OK ? outcome_of(result) : NULL;

    c->store->unanswered--;
    trace_end(c->span, outcome ? outcome->status : status == ST_OK ? ST_FAULT : status);
    if (status != ST_OK)
        fail(c, status);
    else if (!outcome)
        wait_fail(c->wait, ST_FAULT, STR_NULL);
    else if (outcome->status != ST_OK)
        refuse(c, outcome);
    else {
        announce(c, result);
        wait_answer(c->wait, ST_OK, take_change(c, result));
    }
    PQclear(result);
}

static struct wait *change_send(struct change *c, enum sql statement)
{
    c->retry.call.statement = statement;
    c->retry.on_done = on_changed;
    if (atomic_load(&c->store->closing) || !retry_send(c->store->retries, &c->retry))
        return wait_done(c->arena, ST_UNAVAILABLE, NULL);
    c->store->unanswered++;
    c->wait = wait_new(c->arena);
    c->span = trace_begin(c->trace, c->arena, TRACE_DATABASE, sql_statements[statement].name);
    return c->wait;
}

/* --- what a client may have written */

static bool are_storable(const struct str *texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!store_is_storable(texts[i]))
            return false;
    return true;
}

static bool members_are_storable(const struct member *members, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!store_is_storable(members[i].user_id))
            return false;
    return true;
}

static void put_members(struct pg_params *p, struct arena *a, const struct member *members,
                        size_t n)
{
    struct str *users = arena_array(a, struct str, n);
    struct str *roles = arena_array(a, struct str, n);

    for (size_t i = 0; i < n; i++) {
        assert(members[i].role >= 0 && members[i].role < MEMBER_ROLES);
        users[i] = members[i].user_id;
        roles[i] = member_roles[members[i].role];
    }
    pg_put_texts(p, a, users, n);
    pg_put_texts(p, a, roles, n);
}

static struct str new_id(struct store *s, struct arena *a)
{
    char *id = arena_alloc(a, ID_UUID_LENGTH);

    id_uuid7(&s->ids, clock_unix_ms(), id);
    return str_of(id, ID_UUID_LENGTH);
}

/* --- rooms */

struct wait *store_room_create(struct store *s, struct arena *a, const struct store_caller *caller,
                               const struct room_draft *draft)
{
    struct str id = draft->id.p ? draft->id : new_id(s, a);
    struct change *c;
    struct pg_params *p;

    assert(room_id_is_valid(id));
    assert(draft->kind != 0 || draft->n_members == 1);
    if (!store_is_storable(draft->name) || !are_storable(draft->member_ids, draft->n_members))
        return wait_done(a, ST_BAD_INPUT, NULL);
    c = change_new(s, a, caller, "room", id);
    p = &c->retry.call.params;
    pg_put_bool(p, a, caller->tenant_admin);
    pg_put_text(p, a, room_kinds[draft->kind]);
    pg_put_text(p, a, room_visibilities[draft->visibility]);
    pg_put_text(p, a, draft->name);
    pg_put_texts(p, a, draft->member_ids, draft->n_members);
    pg_put_i64(p, a, clock_unix_ms());
    return change_send(c, SQL_ROOM_CREATE);
}

struct wait *store_room_join(struct store *s, struct arena *a, const struct store_caller *caller,
                             struct str room_id)
{
    struct change *c;
    struct pg_params *p;

    if (!room_id_is_valid(room_id))
        return store_no_such(a, "room", room_id);
    assert(room_table(room_id) != ROOM_TABLE_GUILD);
    c = change_new(s, a, caller, "room", room_id);
    p = &c->retry.call.params;
    pg_put_bool(p, a, caller->tenant_admin);
    pg_put_bool(p, a, store_room_is_open(s, room_id));
    pg_put_i64(p, a, clock_unix_ms());
    return change_send(c, SQL_ROOM_JOIN);
}

struct wait *store_room_remove_member(struct store *s, struct arena *a,
                                      const struct store_caller *caller, struct str room_id,
                                      struct str user_id)
{
    struct change *c;
    struct pg_params *p;

    if (!room_id_is_valid(room_id))
        return store_no_such(a, "room", room_id);
    assert(room_table(room_id) != ROOM_TABLE_GUILD);
    if (!store_is_storable(user_id))
        return wait_done(a, ST_BAD_INPUT, NULL);
    c = change_new(s, a, caller, "room", room_id);
    p = &c->retry.call.params;
    pg_put_bool(p, a, caller->tenant_admin);
    pg_put_text(p, a, user_id);
    pg_put_i64(p, a, clock_unix_ms());
    pg_put_bool(p, a, wants_hints(s));
    return change_send(c, SQL_ROOM_REMOVE_MEMBER);
}

struct wait *store_room_put_members(struct store *s, struct arena *a,
                                    const struct store_caller *caller, struct str room_id,
                                    const struct member *members, size_t n)
{
    struct change *c;
    struct pg_params *p;

    if (!room_id_is_valid(room_id))
        return store_no_such(a, "room", room_id);
    assert(room_table(room_id) != ROOM_TABLE_GUILD);
    if (!members_are_storable(members, n))
        return wait_done(a, ST_BAD_INPUT, NULL);
    c = change_new(s, a, caller, "room", room_id);
    p = &c->retry.call.params;
    pg_put_bool(p, a, caller->tenant_admin);
    put_members(p, a, members, n);
    pg_put_i64(p, a, clock_unix_ms());
    return change_send(c, SQL_ROOM_PUT_MEMBERS);
}

/* --- guilds */

struct wait *store_guild_create(struct store *s, struct arena *a, const struct store_caller *caller,
                                struct str id, struct str name)
{
    struct change *c;

    if (!store_is_storable(name))
        return wait_done(a, ST_BAD_INPUT, NULL);
    c = change_new(s, a, caller, "guild", id.p ? id : new_id(s, a));
    pg_put_text(&c->retry.call.params, a, name);
    pg_put_i64(&c->retry.call.params, a, clock_unix_ms());
    return change_send(c, SQL_GUILD_CREATE);
}

struct wait *store_guild_put_members(struct store *s, struct arena *a,
                                     const struct store_caller *caller, struct str guild_id,
                                     const struct guild_members_draft *draft)
{
    struct change *c;
    struct pg_params *p;

    if (!guild_id_is_valid(guild_id))
        return store_no_such(a, "guild", guild_id);
    if (!members_are_storable(draft->put, draft->n_put) ||
        !are_storable(draft->removed, draft->n_removed))
        return wait_done(a, ST_BAD_INPUT, NULL);
    c = change_new(s, a, caller, "guild", guild_id);
    p = &c->retry.call.params;
    pg_put_bool(p, a, caller->tenant_admin);
    put_members(p, a, draft->put, draft->n_put);
    pg_put_texts(p, a, draft->removed, draft->n_removed);
    pg_put_i64(p, a, clock_unix_ms());
    pg_put_bool(p, a, wants_hints(s));
    return change_send(c, SQL_GUILD_PUT_MEMBERS);
}
