#include "pg/pg_pipeline.h"

#include <assert.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "pg/pg_error.h"

enum {
    MOST_CALLS = 4096, /* gathered and under way */
};

static const int all_binary[PG_PARAMS] = {[0 ... PG_PARAMS - 1] = 1};

void pg_pipeline_init(struct pg_pipeline *p, struct loop *l, struct turn_hook *flush,
                      const struct pg_statement *statements, size_t n_statements)
{
    *p = (struct pg_pipeline){
        .loop = l, .flush = flush, .statements = statements, .n_statements = n_statements};
    list_init(&p->gathered);
    list_init(&p->sent);
    p->durations = mem_zalloc(n_statements * sizeof(*p->durations));
}

void pg_pipeline_done(struct pg_pipeline *p)
{
    mem_free(p->durations);
}

/* --- sending */

static void gather(struct pg_pipeline *p, struct pg_call *call)
{
    list_append(&p->gathered, &call->link);
    loop_at_turn_end(p->loop, p->flush);
}

bool pg_pipeline_add(struct pg_pipeline *p, struct pg_call *call)
{
    if (p->n_calls >= MOST_CALLS)
        return false;
    assert(call->on_done && !call->result);
    p->n_calls++;
    gather(p, call);
    return true;
}

static bool send_sync(struct pg_pipeline *p, PGconn *pq)
{
    p->syncs++;
    return PQpipelineSync(pq) == 1;
}

static const char *statement_name(const struct pg_pipeline *p, const struct pg_call *call)
{
    assert(call->statement < p->n_statements);
    return p->statements[call->statement].name;
}

static bool send_call(struct pg_pipeline *p, PGconn *pq, struct pg_call *call)
{
    const struct pg_params *params = &call->params;

    list_remove(&call->link);
    list_append(&p->sent, &call->link);
    return PQsendQueryPrepared(pq, statement_name(p, call), params->n, params->values,
                               params->lengths, all_binary, 1) == 1;
}

bool pg_pipeline_send(struct pg_pipeline *p, PGconn *pq)
{
    bool sharing = false; /* reads were sent whose sync was not */
    int64_t now_us = clock_mono_us();

    while (!list_empty(&p->gathered)) {
        struct pg_call *call = list_first(&p->gathered, struct pg_call, link);
        bool alone = call->alone;

        call->sent_us = now_us;
        if ((alone && sharing && !send_sync(p, pq)) || !send_call(p, pq, call) ||
            (alone && !send_sync(p, pq)))
            return false;
        sharing = !alone;
    }
    return !sharing || send_sync(p, pq);
}

bool pg_pipeline_under_way(const struct pg_pipeline *p)
{
    return !list_empty(&p->sent);
}

/* --- receiving */

static void finish_call(struct pg_pipeline *p, struct pg_call *call, enum status status)
{
    PGresult *result = call->result;

    call->result = NULL;
    list_remove(&call->link);
    p->n_calls--;
    if (status != ST_OK) {
        PQclear(result);
        result = NULL;
    }
    call->on_done(call, status, result);
}

static enum status result_status(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        return ST_OK;
    return pg_error_status(PQresultErrorField(result, PG_DIAG_SQLSTATE));
}

/* What nobody expected is the operator's to know, without PostgreSQL's words: they may hold what a
 * client sent. Nor are its details told where they are. */
static void log_failure(const struct pg_pipeline *p, const struct pg_call *call, enum status status)
{
    struct str statement = str_c(statement_name(p, call));
    struct str sqlstate = str_c(PQresultErrorField(call->result, PG_DIAG_SQLSTATE));

    if (status == ST_FAULT)
        log_error("database.failed", LOG_STR("statement", statement),
                  LOG_STR("sqlstate", sqlstate));
    log_debug("database.failed", LOG_STR("statement", statement), LOG_STR("sqlstate", sqlstate),
              LOG_STR("why", str_c(PQresultErrorField(call->result, PG_DIAG_MESSAGE_PRIMARY))));
}

/* Everything of the call has come. */
static void settle(struct pg_pipeline *p, struct pg_call *call)
{
    enum status status = result_status(call->result);

    if (PQresultStatus(call->result) == PGRES_PIPELINE_ABORTED) {
        /* Not its own failure: it shared the sync of one that failed. */
        PQclear(call->result);
        call->result = NULL;
        call->alone = true;
        list_remove(&call->link);
        gather(p, call);
        return;
    }
    if (status != ST_OK)
        log_failure(p, call, status);
    metric_observe(&p->durations[call->statement], &metric_durations,
                   (uint64_t)(clock_mono_us() - call->sent_us));
    finish_call(p, call, status);
}

static struct pg_call *oldest(struct pg_pipeline *p)
{
    return list_empty(&p->sent) ? NULL : list_first(&p->sent, struct pg_call, link);
}

/* result is NULL where the results of one statement end. */
static void take_result(struct pg_pipeline *p, PGresult *result)
{
    struct pg_call *call = oldest(p);

    if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
        PQclear(result);
        p->syncs--;
        if (call && call->alone && call->result)
            settle(p, call);
    } else if (result && call) {
        PQclear(call->result);
        call->result = result;
    } else if (call && call->result && !call->alone) {
        settle(p, call);
    } else {
        PQclear(result);
    }
}

void pg_pipeline_take(struct pg_pipeline *p, PGconn *pq)
{
    while (p->syncs && !PQisBusy(pq))
        take_result(p, PQgetResult(pq));
}

/* --- the end of a connection */

void pg_pipeline_reset(struct pg_pipeline *p)
{
    turn_hook_cancel(p->flush);
    p->syncs = 0;
}

/* Takes the calls aside first: those who are told may come with new ones. */
size_t pg_pipeline_fail(struct pg_pipeline *p)
{
    struct list *from[] = {&p->sent, &p->gathered};
    struct list failed;
    size_t n = p->n_calls;

    list_init(&failed);
    for (size_t i = 0; i < array_size(from); i++)
        list_move_all(from[i], &failed);
    while (!list_empty(&failed))
        finish_call(p, list_first(&failed, struct pg_call, link), ST_UNAVAILABLE);
    return n;
}
