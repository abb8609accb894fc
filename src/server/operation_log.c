#include "server/operation_log.h"

#include "base/log.h"

/* Of a trace's operation, as text; absent without one. */
struct trace_words {
    struct str trace;
    struct str span;
    char bytes[TRACE_ID_HEX + SPAN_ID_HEX];
};

static void put_words(struct trace_words *words, const struct trace *t)
{
    words->trace = words->span = STR_NULL;
    if (!t)
        return;
    trace_id_write(&t->root.trace, words->bytes);
    span_id_write(&t->root.id, words->bytes + TRACE_ID_HEX);
    words->trace = str_of(words->bytes, TRACE_ID_HEX);
    words->span = str_of(words->bytes + TRACE_ID_HEX, SPAN_ID_HEX);
}

static struct str name_of(const struct gql_operation *op)
{
    return op ? gql_operation_name(op) : STR_NULL;
}

static struct str type_of(const struct gql_operation *op)
{
    return op ? str_c(gql_operation_type_name(gql_operation_type(op))) : STR_NULL;
}

static struct str user_of(const struct viewer *v)
{
    return v ? v->user_id : STR_NULL;
}

static struct str tenant_of(const struct viewer *v)
{
    return v ? v->tenant_id : STR_NULL;
}

/* What both lines have. */
#define FACTS(f, words)                                                                            \
    LOG_HEX("requestId", (f)->request_id), LOG_INT("connId", (int64_t)(f)->conn_id),               \
        LOG_STR("userId", user_of((f)->viewer)), LOG_STR("tenantId", tenant_of((f)->viewer)),      \
        LOG_STR("operationName", name_of((f)->operation)), LOG_STR("traceId", (words).trace),      \
        LOG_STR("spanId", (words).span)

void operation_log_end(const struct operation_facts *facts, enum status status, int64_t dur_ms)
{
    struct trace_words words;

    put_words(&words, facts->trace);
    log_debug("operation", FACTS(facts, words), LOG_STR("operationType", type_of(facts->operation)),
              LOG_STR("code", str_c(status_outcome(status))), LOG_INT("durMs", dur_ms));
}

void operation_log_fault(const struct operation_facts *facts, struct str cause)
{
    struct trace_words words;

    put_words(&words, facts->trace);
    log_error("fault", FACTS(facts, words), LOG_STR("code", str_c(status_outcome(ST_FAULT))),
              LOG_STR("cause", cause));
}
