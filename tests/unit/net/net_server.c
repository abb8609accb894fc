/*
 * The transports alone, with a toy in place of the server: for transcripts against src/net/.
 *
 *     net_server [port [option=value…]]      prints "port N", ends on SIGTERM or SIGINT
 *
 * Its operations, by the query's text:
 *     echo …     the query, as {"data":{"echo":…}}
 *     invalid    is not executed; refused: with 401; mutation: not over GET
 *     slow       is answered after variables.ms
 *     follow     streams what publish sends
 *     publish    sends variables.n results of variables.size bytes to all who follow
 *     count      streams variables.n results of variables.size bytes, as fast as they are taken
 *     end        ends all streams; fail: ends them with an error
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_out.h"
#include "base/log.h"
#include "base/mem.h"
#include "loop/timer.h"
#include "net/net.h"

enum {
    TEXT_MAX = 8 * 1024 * 1024
};

struct toy {
    struct loop loop;
    struct net *net;
    struct list running; /* toy_op.link */
    uv_signal_t signals[2];
    unsigned cancelled;
    unsigned gone;
};

struct toy_op {
    struct list link;
    struct toy *toy;
    struct net_operation *op;
    struct timer timer;
    bool follows;
    bool timed;
    bool ended;
    int64_t left;
    int64_t sent;
    size_t size;
};

static void toy_op_freed(struct timer *t)
{
    mem_free(container_of(t, struct toy_op, timer));
}

static void toy_op_end(struct toy_op *o)
{
    list_remove(&o->link);
    o->ended = true;
    timer_stop(&o->timer);
    timer_close(&o->timer, toy_op_freed);
}

static void finish_with(struct net_operation *op, enum net_outcome outcome, int status,
                        const char *body, const char *errors)
{
    const struct net_response r = {
        .outcome = outcome, .http_status = status, .body = str_c(body), .errors = str_c(errors)};

    op->transport->finish(op, &r);
}

static struct frame *make_payload(int64_t number, size_t size)
{
    struct buf text;
    struct frame *f;

    buf_init(&text, TEXT_MAX);
    buf_printf(&text, "{\"data\":{\"n\":%lld,\"text\":\"", (long long)number);
    for (size_t i = 0; i < size; i++)
        buf_add_char(&text, 'x');
    buf_add(&text, STR("\"}}"));
    f = frame_new(buf_str(&text));
    buf_done(&text);
    return f;
}

static int64_t variable(const struct net_call *call, const char *name, int64_t otherwise)
{
    const json_t *v = json_object_get(call->variables, name);

    return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

static void on_slow(struct timer *t)
{
    struct toy_op *o = container_of(t, struct toy_op, timer);
    struct net_operation *op = o->op;

    toy_op_end(o);
    finish_with(op, NET_RESULT, 200, "{\"data\":{\"slow\":true}}", NULL);
}

static void count_on(struct toy_op *o)
{
    while (o->left > 0) {
        struct frame *f = make_payload(o->sent, o->size);
        enum net_push got = o->op->transport->next(o->op, f);

        frame_unref(f);
        if (got == NET_FULL)
            return;
        o->sent++;
        o->left--;
    }
    {
        struct net_operation *op = o->op;
        toy_op_end(o);
        op->transport->complete(op, NULL);
    }
}

static void on_count(struct timer *t)
{
    count_on(container_of(t, struct toy_op, timer));
}

static void publish(struct toy *toy, const struct net_call *call)
{
    int64_t n = variable(call, "n", 1);
    size_t size = (size_t)variable(call, "size", 10);

    for (int64_t i = 0; i < n; i++) {
        struct frame *f = make_payload(i, size);
        list_each_safe (at, &toy->running) {
            struct toy_op *o = list_entry(at, struct toy_op, link);
            if (o->follows)
                (void)!o->op->transport->next(o->op, f);
        }
        frame_unref(f);
    }
}

static void end_all(struct toy *toy, bool fail)
{
    const struct net_response why = {.outcome = NET_RESULT,
                                     .errors = STR("[{\"message\":\"it ended\"}]"),
                                     .body = STR("{\"errors\":[{\"message\":\"it ended\"}]}")};

    list_each_safe (at, &toy->running) {
        struct toy_op *o = list_entry(at, struct toy_op, link);
        struct net_operation *op = o->op;
        if (!o->follows)
            continue;
        toy_op_end(o);
        op->transport->complete(op, fail ? &why : NULL);
    }
}

static void echo(struct net_operation *op, const struct net_call *call)
{
    struct buf text;
    struct json_out j = {.out = &text};

    buf_init(&text, TEXT_MAX);
    buf_add(&text, STR("{\"data\":{\"echo\":"));
    json_out_str(&j, call->query);
    if (call->authorization.p) {
        buf_add(&text, STR(",\"auth\":"));
        j.comma = false;
        json_out_str(&j, call->authorization);
    }
    buf_add(&text, STR("}}"));
    {
        const struct net_response r = {
            .outcome = NET_RESULT, .http_status = 200, .body = buf_str(&text)};
        op->transport->finish(op, &r);
    }
    buf_done(&text);
}

static void start(struct toy *toy, struct net_operation *op, const struct net_call *call)
{
    struct toy_op *o = mem_new(struct toy_op);

    o->toy = toy;
    o->op = op;
    op->owner = o;
    list_append(&toy->running, &o->link);
    if (str_eq(call->query, STR("slow"))) {
        timer_init(&o->timer, &toy->loop, on_slow);
        timer_start(&o->timer, (uint64_t)variable(call, "ms", 100));
        return;
    }
    op->is_stream = true;
    o->left = variable(call, "n", 1);
    o->size = (size_t)variable(call, "size", 10);
    o->follows = str_eq(call->query, STR("follow"));
    timer_init(&o->timer, &toy->loop, on_count);
    if (!o->follows)
        timer_start(&o->timer, 0);
}

static void on_operation(void *user, struct net_operation *op, const struct net_call *call)
{
    struct toy *toy = user;
    struct str q = call->query;

    if (str_eq(q, STR("slow")) ||
        (call->can_stream && (str_eq(q, STR("follow")) || str_eq(q, STR("count"))))) {
        start(toy, op, call);
        return;
    }
    if (str_eq(q, STR("publish")))
        publish(toy, call);
    if (str_eq(q, STR("end")) || str_eq(q, STR("fail")))
        end_all(toy, str_eq(q, STR("fail")));
    if (str_eq(q, STR("invalid")))
        finish_with(op, NET_REQUEST_ERROR, 400, "{\"errors\":[{\"message\":\"invalid\"}]}",
                    "[{\"message\":\"invalid\"}]");
    else if (str_eq(q, STR("refused")))
        finish_with(op, NET_REFUSED, 401, "{\"errors\":[{\"message\":\"refused\"}]}",
                    "[{\"message\":\"refused\"}]");
    else if (call->safe_method && str_starts(q, STR("mutation")))
        finish_with(op, NET_REFUSED, 405, "{\"errors\":[{\"message\":\"use POST\"}]}",
                    "[{\"message\":\"use POST\"}]");
    else
        echo(op, call);
}

static void on_init(void *user, struct net_client *c, const json_t *payload)
{
    c->session = user;
    if (json_is_true(json_object_get(payload, "wait")))
        return;
    if (json_is_true(json_object_get(payload, "reject")))
        c->ops->close(c, 4403, STR("Forbidden"));
    else
        c->ops->accept(c, STR_NULL);
}

static void on_cancel(struct net_operation *op)
{
    struct toy_op *o = op->owner;

    o->toy->cancelled++;
    toy_op_end(o);
}

static void on_drained(struct net_operation *op)
{
    struct toy_op *o = op->owner;

    if (!o->follows)
        count_on(o);
}

static void on_gone(void *user, struct net_client *c)
{
    struct toy *toy = user;

    toy->gone++;
}

static bool on_page(void *user, struct str path, struct buf *scratch, struct net_page *ret_page)
{
    struct toy *toy = user;

    if (str_eq(path, STR("/healthz"))) {
        *ret_page = (struct net_page){200, "text/plain; charset=utf-8", STR("ok\n")};
        return true;
    }
    if (str_eq(path, STR("/counts"))) {
        buf_printf(scratch, "{\"connections\":%zu,\"cancelled\":%u,\"gone\":%u}\n",
                   net_connections(toy->net), toy->cancelled, toy->gone);
        *ret_page = (struct net_page){200, "application/json", buf_str(scratch)};
        return true;
    }
    return false;
}

static void on_closed(void *user)
{
    struct toy *toy = user;

    for (size_t i = 0; i < array_size(toy->signals); i++)
        uv_close((uv_handle_t *)&toy->signals[i], NULL);
    loop_stop(&toy->loop);
}

static void on_signal(uv_signal_t *handle, int signum)
{
    struct toy *toy = handle->data;

    for (size_t i = 0; i < array_size(toy->signals); i++)
        uv_signal_stop(&toy->signals[i]);
    net_close(toy->net, 2000, on_closed, toy);
}

static void configure(struct net_config *config, const char *option)
{
    struct str value = str_c(option), name = str_split(&value, '=');
    int64_t n = 0;
    bool number = str_to_i64(value, &n);

    if (str_eq(name, STR("origins")))
        config->allowed_origins = value;
    else if (!number)
        exit(2);
    else if (str_eq(name, STR("connections")))
        config->max_connections = (size_t)n;
    else if (str_eq(name, STR("bytes")))
        config->max_request_bytes = (size_t)n;
    else if (str_eq(name, STR("subscriptions")))
        config->max_subscriptions = (size_t)n;
    else if (str_eq(name, STR("high")))
        config->high_water = (size_t)n;
    else if (str_eq(name, STR("init")))
        config->init_timeout_ms = (uint64_t)n;
    else if (str_eq(name, STR("ping")))
        config->ping_interval_ms = (uint64_t)n;
    else if (str_eq(name, STR("pong")))
        config->pong_timeout_ms = (uint64_t)n;
    else
        exit(2);
}

int main(int argc, char **argv)
{
    struct toy toy = {0};
    struct net_config config = {.max_connections = 20000,
                                .max_request_bytes = 262144,
                                .max_subscriptions = 256,
                                .high_water = 65536,
                                .init_timeout_ms = 10000,
                                .ping_interval_ms = 25000,
                                .pong_timeout_ms = 10000};
    const struct net_service service = {.user = &toy,
                                        .on_init = on_init,
                                        .on_operation = on_operation,
                                        .on_cancel = on_cancel,
                                        .on_drained = on_drained,
                                        .on_gone = on_gone,
                                        .on_page = on_page};
    struct net_error error;
    int64_t wanted = 0;
    struct net_endpoint endpoint;

    if (argc > 1 && (!str_to_i64(str_c(argv[1]), &wanted) || wanted < 0 || wanted > UINT16_MAX))
        return 2;
    for (int i = 2; i < argc; i++)
        configure(&config, argv[i]);
    signal(SIGPIPE, SIG_IGN);
    if (getenv("NET_SERVER_DEBUG"))
        log_set_level(LOG_DEBUG);
    endpoint = (struct net_endpoint){.host = STR("127.0.0.1"), .port = (uint16_t)wanted};
    loop_init(&toy.loop, 0);
    list_init(&toy.running);
    if (net_new(&toy.loop, &config, &service, &endpoint, &toy.net, &error) != ST_OK) {
        fprintf(stderr, "%s\n", error.text);
        loop_done(&toy.loop);
        return 1;
    }
    net_accept(toy.net);
    for (size_t i = 0; i < array_size(toy.signals); i++) {
        uv_signal_init(&toy.loop.uv, &toy.signals[i]);
        toy.signals[i].data = &toy;
        uv_signal_start(&toy.signals[i], on_signal, i ? SIGINT : SIGTERM);
    }
    printf("port %u\n", endpoint.port);
    fflush(stdout);
    loop_run(&toy.loop);
    net_free(toy.net);
    loop_done(&toy.loop);
    return 0;
}
