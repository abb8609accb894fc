#include "server/subscription.h"

#include "base/clock.h"
#include "base/mem.h"
#include "gen/schema_gen.h"
#include "lib/test.h"
#include "server/documents.h"

/*
 * A client on a worker whose database is away.
 */

static const struct config config = {.introspection = CONFIG_INTROSPECTION_ON};

struct client {
    struct worker worker;
    struct gql_schema *schema;
    struct viewer *viewer;
    struct session session;
    struct net_client net;
    struct rate_state requests;
    struct net_operation op;
    unsigned ends;
    char errors[256];
    unsigned closed; /* with this code; 0: it is open */
};

static void note_end(struct net_operation *op, const struct net_response *why)
{
    struct client *c = container_of(op, struct client, op);

    c->ends++;
    assert_in_range(why->errors.n, 1, sizeof(c->errors) - 1);
    memcpy(c->errors, why->errors.p, why->errors.n);
}

static const struct net_transport transport = {.finish = note_end, .complete = note_end};

static void note_close(struct net_client *net, unsigned code, struct str reason)
{
    container_of(net, struct client, net)->closed = code;
}

static const struct net_client_ops client_ops = {.close = note_close};

static void open_client(struct client *c, int64_t expires_at)
{
    struct viewer ann = {.user_id = STR_INIT("ann"),
                         .tenant_id = STR_INIT("t"),
                         .scopes = {[VIEWER_CHAT] = true},
                         .expires_at = expires_at};
    struct store_config away = {.conninfo = STR("host=/nonexistent")};
    struct loop *loop = &c->worker.loop;
    struct gql_errors errors;
    struct arena a;

    *c = (struct client){.viewer = viewer_new(&ann)};
    arena_init(&a);
    gql_errors_init(&errors, &a);
    c->schema = gql_schema_new(
        (struct gql_source){.name = STR("schema.graphql"), .body = schema_sdl}, &errors);
    assert_true(gql_schema_bind(c->schema, &schema_binding, &errors));
    arena_done(&a);
    loop_init(loop, 0);
    store_new_all(&loop, 1, &away, &c->worker.store);
    c->worker.config = &config;
    c->worker.schema = c->schema;
    c->worker.hub = hub_new(loop);
    c->worker.plans = plan_cache_new(c->schema, &c->worker.limits, (size_t)1024 * 1024);
    arena_init(&c->worker.scratch);
    request_init(&c->worker);
    c->session = (struct session){.worker = &c->worker, .client = &c->net, .viewer = c->viewer};
    c->worker.documents = documents_new(&c->worker, 1, &(struct documents_config){.most_bytes = 1});
    c->net.ops = &client_ops;
    c->net.requests = &c->requests;
    list_init(&c->session.followers);
    c->net.session = &c->session;
    c->op = (struct net_operation){.transport = &transport, .client = &c->net};
}

static void stop(void *worker)
{
    loop_stop(&((struct worker *)worker)->loop);
}

static void close_client(struct client *c)
{
    store_close(c->worker.store, stop, &c->worker);
    loop_run(&c->worker.loop);
    store_free(c->worker.store);
    loop_done(&c->worker.loop);
    hub_free(c->worker.hub);
    plan_cache_free(c->worker.plans);
    documents_free(c->worker.documents);
    request_done(&c->worker);
    arena_done(&c->worker.scratch);
    gql_schema_free(c->schema);
    viewer_unref(c->viewer);
}

static void a_subscription_while_the_database_is_away_is_told_so_at_once(void **state)
{
    struct client c;
    struct net_call call = {.query = STR("subscription { onMessage(roomId: \"lobby\") { id } }"),
                            .can_stream = true};

    open_client(&c, CLOCK_NONE);
    request_begin(&c.worker, &c.op, &call);
    assert_int_equal(c.ends, 1);
    assert_non_null(strstr(c.errors, "\"code\":\"UNAVAILABLE\""));
    assert_int_equal(map_count(&hub_topics(c.worker.hub)->by_key), 0);
    close_client(&c);
}

/* The timer that would close it has not had its turn. */
static void nothing_begins_behind_the_end_of_the_token(void **state)
{
    static const char *const documents[] = {
        "{ viewer { userId } }", "mutation { sendMessage(roomId: \"r\", text: \"x\") { id } }",
        "subscription { onMessage(roomId: \"r\") { id } }"};

    for (size_t i = 0; i < array_size(documents); i++) {
        struct client c;
        struct net_call call = {.query = str_c(documents[i]), .can_stream = true};

        open_client(&c, clock_unix_ms());
        request_begin(&c.worker, &c.op, &call);
        assert_int_equal(c.closed, 4403);
        assert_int_equal(c.ends, 1);
        assert_non_null(strstr(c.errors, "\"code\":\"TOKEN_EXPIRED\""));
        close_client(&c);
    }
}

static void a_token_that_has_not_ended_is_served(void **state)
{
    struct client c;
    struct net_call call = {.query = STR("{ no }"), .can_stream = true};

    open_client(&c, clock_unix_ms() + 3600000);
    request_begin(&c.worker, &c.op, &call);
    assert_int_equal(c.closed, 0);
    assert_int_equal(c.ends, 1);
    assert_non_null(strstr(c.errors, "\"code\":\"GRAPHQL_VALIDATION_FAILED\""));
    close_client(&c);
}

int main(void)
{
    return RUN(test(a_subscription_while_the_database_is_away_is_told_so_at_once),
               test(nothing_begins_behind_the_end_of_the_token),
               test(a_token_that_has_not_ended_is_served));
}
