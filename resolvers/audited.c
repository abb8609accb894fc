#include "resolvers/audited.h"

#include "store/membership.h"

/* An act that is under way; in the request's arena. */
struct audited {
    struct context *context;
    struct audited_act act;
    struct wait *told; /* the engine's */
};

static bool is_send(const struct audited_act *act)
{
    return strcmp(act->event, "sendMessage") == 0;
}

static void write_send(struct context *c, enum status st, const struct audited_act *act,
                       const struct message *m)
{
    audit_write(
        c->audit, act->event, st,
        LOG_FIELDS(LOG_STR("tenantId", c->caller.tenant), LOG_STR("userId", c->caller.user),
                   LOG_STR("roomId", act->room_id), LOG_STR("messageId", m ? m->id : STR_NULL),
                   LOG_INT("seq", m ? m->seq : 0), LOG_BOOL("repeated", m && m->repeated),
                   LOG_HEX("requestId", c->request_id), LOG_INT("connId", (int64_t)c->conn_id)));
}

/* Of what got its id only now, too. */
static void write_change(struct context *c, enum status st, const struct audited_act *act,
                         const struct membership_change *change)
{
    bool is_guilds = strstr(act->event, "Guild") != NULL;
    struct str id = change ? change->id : STR_NULL;

    audit_write(c->audit, act->event, st,
                LOG_FIELDS(LOG_STR("tenantId", c->caller.tenant), LOG_STR("userId", c->caller.user),
                           LOG_STR("roomId", !is_guilds && id.p ? id : act->room_id),
                           LOG_STR("guildId", is_guilds && id.p ? id : act->guild_id),
                           LOG_LIST("put", act->put, act->n_put),
                           LOG_LIST("removed", act->removed, act->n_removed),
                           LOG_HEX("requestId", c->request_id),
                           LOG_INT("connId", (int64_t)c->conn_id)));
}

static void write_act(struct context *c, const struct audited_act *act, enum status st,
                      const void *value)
{
    if (is_send(act))
        write_send(c, st, act, value);
    else
        write_change(c, st, act, value);
}

static void on_answer(void *user, struct wait *w)
{
    struct audited *a = user;

    write_act(a->context, &a->act, w->status, w->status == ST_OK ? w->value : NULL);
    if (w->status == ST_OK)
        wait_answer(a->told, ST_OK, w->value);
    else
        wait_fail(a->told, w->status, w->detail);
}

static void resolve_and_write(struct gql_field *f, struct wait *w, const struct audited_act *act)
{
    struct context *c = context_of(f);
    struct audited *a;

    if (w->answered) {
        write_act(c, act, w->status, w->status == ST_OK ? w->value : NULL);
        gql_resolve_later(f, w);
        return;
    }
    a = arena_new(f->arena, struct audited);
    a->context = c;
    a->act = *act;
    a->told = wait_new(f->arena);
    wait_on(w, on_answer, a);
    gql_resolve_later(f, a->told);
}

void audited_resolve_later(struct gql_field *f, struct wait *w, const struct audited_act *act)
{
    if (context_of(f)->audit)
        resolve_and_write(f, w, act);
    else
        gql_resolve_later(f, w);
}

void audited_refused(struct gql_field *f, enum status st, const struct audited_act *act)
{
    if (context_of(f)->audit)
        write_act(context_of(f), act, st, NULL);
}
