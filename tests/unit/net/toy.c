#include "tests/unit/net/toy.h"

#include "base/json_out.h"
#include "base/mem.h"
#include "loop/timer.h"

enum {
    TEXT_MAX = 8 * 1024 * 1024,
    SIZE_MOST = 1024 * 1024, /* of a result */
    MOST = 100000            /* results */
};

struct toy_op {
    struct list link;
    struct toy *toy;
    struct net_operation *op;
    struct timer timer;
    bool follows;
    bool refused;
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

static int64_t variable(const struct net_call *call, const char *name, int64_t otherwise,
                        int64_t most)
{
    const struct json_value *v = json_value_get(call->variables, str_c(name));
    int64_t n = json_value_is(v, JSON_VALUE_INTEGER) ? v->integer : otherwise;

    return n < 0 ? 0 : n < most ? n : most;
}

static void on_slow(struct timer *t)
{
    struct toy_op *o = container_of(t, struct toy_op, timer);
    struct net_operation *op = o->op;
    bool refused = o->refused;

    toy_op_end(o);
    if (refused)
        finish_with(op, NET_REFUSED, 401, "{\"errors\":[{\"message\":\"late\"}]}",
                    "[{\"message\":\"late\"}]");
    else
        finish_with(op, NET_RESULT, 200, "{\"data\":{\"slow\":true}}", NULL);
}

static void become_stream(struct net_operation *op)
{
    op->is_stream = true;
    if (op->transport->begin)
        op->transport->begin(op);
}

static void on_late(struct timer *t)
{
    struct toy_op *o = container_of(t, struct toy_op, timer);

    o->follows = true;
    become_stream(o->op);
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
    int64_t n = variable(call, "n", 1, MOST);
    size_t size = (size_t)variable(call, "size", 10, SIZE_MOST);

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

static void expire_all(struct toy *toy)
{
    list_each_safe (at, &toy->running) {
        struct toy_op *o = list_entry(at, struct toy_op, link);
        if (o->follows)
            o->op->client->ops->close(o->op->client, 4403, STR("Token expired"));
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

static bool is_later(struct str query)
{
    return str_eq(query, STR("slow")) || str_starts(query, STR("late "));
}

static void start(struct toy *toy, struct net_operation *op, const struct net_call *call)
{
    struct toy_op *o = mem_new(struct toy_op);

    o->toy = toy;
    o->op = op;
    op->owner = o;
    list_append(&toy->running, &o->link);
    if (is_later(call->query)) {
        bool streams = str_eq(call->query, STR("late follow"));

        o->refused = str_eq(call->query, STR("late refused"));
        timer_init(&o->timer, &toy->loop, streams ? on_late : on_slow);
        timer_start(&o->timer, (uint64_t)variable(call, "ms", 100, INT32_MAX));
        return;
    }
    become_stream(op);
    o->left = variable(call, "n", 1, MOST);
    o->size = (size_t)variable(call, "size", 10, SIZE_MOST);
    o->follows = str_eq(call->query, STR("follow"));
    timer_init(&o->timer, &toy->loop, on_count);
    if (!o->follows)
        timer_start(&o->timer, 0);
}

static void on_operation(void *user, struct net_operation *op, const struct net_call *call)
{
    struct toy *toy = user;
    struct str q = call->query;

    if (is_later(q) ||
        (call->can_stream && (str_eq(q, STR("follow")) || str_eq(q, STR("count"))))) {
        start(toy, op, call);
        return;
    }
    if (str_eq(q, STR("publish")))
        publish(toy, call);
    if (str_eq(q, STR("end")) || str_eq(q, STR("fail")))
        end_all(toy, str_eq(q, STR("fail")));
    if (str_eq(q, STR("expire")))
        expire_all(toy);
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

static void on_init(void *user, struct net_client *c, const struct net_opening *opening)
{
    const struct json_value *payload = opening->payload;

    c->session = user;
    if (json_value_get(payload, STR("wait")))
        return;
    if (json_value_get(payload, STR("reject")))
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

/* Everybody is who they say they are; nobody is nobody. */
static int on_caller(void *user, const struct net_call *shown, struct net_caller *ret_caller,
                     struct buf *refusal)
{
    struct str authorization = shown->authorization;

    if (!authorization.n || authorization.n > sizeof(ret_caller->bytes)) {
        buf_add(refusal, STR("{\"errors\":[{\"message\":\"who?\"}]}"));
        return 401;
    }
    *ret_caller = (struct net_caller){0};
    memcpy(ret_caller->bytes, authorization.p, authorization.n);
    return 0;
}

static bool on_page(void *user, const struct net_address *client, const struct http_head *head,
                    struct buf *scratch, struct net_page *ret_page)
{
    struct toy *toy = user;

    if (str_eq(head->path, STR("/healthz"))) {
        *ret_page = (struct net_page){
            .status = 200, .content_type = "text/plain; charset=utf-8", .body = STR("ok\n")};
        return true;
    }
    if (str_eq(head->path, STR("/counts"))) {
        buf_printf(scratch, "{\"connections\":%zu,\"cancelled\":%u,\"gone\":%u}\n",
                   net_connections(toy->net), toy->cancelled, toy->gone);
        *ret_page = (struct net_page){
            .status = 200, .content_type = "application/json", .body = buf_str(scratch)};
        return true;
    }
    return false;
}

void toy_init(struct toy *toy)
{
    *toy = (struct toy){0};
    loop_init(&toy->loop, 0);
    list_init(&toy->running);
}

bool toy_listen(struct toy *toy, const struct net_config *config, struct net_endpoint *endpoint,
                struct net_error *ret_error)
{
    const struct net_service service = {.user = toy,
                                        .on_init = on_init,
                                        .on_operation = on_operation,
                                        .on_cancel = on_cancel,
                                        .on_drained = on_drained,
                                        .on_gone = on_gone,
                                        .on_caller = on_caller,
                                        .on_page = on_page};

    if (net_new(&toy->loop, config, &service, endpoint, &toy->net, ret_error) != ST_OK)
        return false;
    net_introduce(&toy->net, 1);
    net_accept(toy->net);
    return true;
}

void toy_done(struct toy *toy)
{
    net_free(toy->net);
    loop_done(&toy->loop);
}
