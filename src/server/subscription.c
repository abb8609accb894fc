#include "server/subscription.h"

#include <assert.h>

#include "audit/audit.h"
#include "base/clock.h"
#include "base/mem.h"
#include "hub/subscriber.h"
#include "resolvers/message.h"
#include "server/authorize.h"
#include "server/feed.h"

enum {
    RETRY_MS = 500,                /* after a reading that failed because the database is away */
    LARGEST_PAYLOAD = 1024 * 1024, /* of one event: a message is far smaller */
};

/* What the viewer's right to read rests on, by the latest answer to a question about the log. */
enum right {
    RIGHT_UNKNOWN, /* no answer holds for the viewer of now: PostgreSQL has to be asked */
    RIGHT_MEMBER,  /* the room's members: a removal since is among the events */
    RIGHT_TOKEN,   /* the room is open, or the token says so, whoever its members are */
};

/* Rare: the database is away. */
struct retry {
    struct timer timer;
    struct subscription *subscription;
};

struct subscription {
    struct operation_owner owner;
    struct session_follower follower;
    struct worker *worker;
    /* What a delivery touches, side by side with the first members of the subscriber. */
    struct session *session;  /* op's; for the viewer as of its latest token */
    struct net_operation *op; /* NULL once it has ended */
    struct subscriber subscriber;
    /* The same over HTTP, where the stream has one of its own, and on a socket that is another
     * user's; else NULL. */
    struct session *own;
    struct gql_plan *plan;
    const struct gql_operation *operation;
    const struct gql_field_def *field; /* the root field */
    struct str key;                    /* its response name; the plan's */
    struct json_value *variables;      /* of the heap; NULL when its events need none */
    enum right right;
    enum right asked;      /* what a good answer to the reading will show the right to rest on */
    struct wait *reading;  /* NULL when nothing is awaited: the subscription ends only then */
    struct arena arena;    /* the reading's; reset before each */
    struct retry *retry;   /* NULL while none is to come */
    struct trace *trace;   /* until it has begun, or failed to; NULL: it is not sampled */
    struct turn_hook read; /* at the end of the turn in which the log was asked for */
    struct message_place since;
    int64_t asked_us; /* when it was asked for, by clock_mono_us(); 0 once it has begun */
    bool typed_errors;
    bool bare_field;    /* payloads are the root field's values */
    struct str room_id; /* in bytes */
    struct grave grave;
    char bytes[];
};

static void free_subscription(struct grave *grave)
{
    struct subscription *s = container_of(grave, struct subscription, grave);

    gql_plan_unref(s->plan);
    mem_free(s->variables);
    arena_done(&s->arena);
    mem_free(s);
}

static void forget_retry(struct subscription *s)
{
    if (s->retry)
        timer_stop(&s->retry->timer);
    mem_free(s->retry);
    s->retry = NULL;
}

/* A stream may last for days: its operation is done once it has begun. */
static void finish_trace(struct subscription *s, enum status st)
{
    trace_finish(s->trace, st);
    mem_free(s->trace);
    s->trace = NULL;
}

/* For the audit log. */
static void told(const struct subscription *s, const char *event, enum status st)
{
    const struct viewer *v = s->session->viewer;

    if (s->worker->audit)
        audit_write(s->worker->audit, event, st,
                    LOG_FIELDS(LOG_STR("tenantId", v->tenant_id), LOG_STR("userId", v->user_id),
                               LOG_STR("roomId", s->room_id),
                               LOG_INT("connId", (int64_t)s->session->client->id)));
}

static bool has_begun(const struct subscription *s)
{
    return s->asked_us == 0;
}

/* Nothing is delivered behind this. Its memory goes when nobody can call back any more. */
static void end(struct subscription *s)
{
    finish_trace(s, ST_OK); /* it was cancelled before it had begun */
    s->op = NULL;
    s->session = NULL;
    list_remove(&s->follower.link);
    session_free(s->own);
    s->own = NULL;
    subscriber_end(&s->subscriber);
    forget_retry(s);
    turn_hook_cancel(&s->read);
    if (!s->reading)
        loop_bury(&s->worker->loop, &s->grave, free_subscription);
}

/* Tells the client why it ends: an error of the root field. */
static void fail(struct subscription *s, enum status st, struct str why, struct str extensions)
{
    struct net_operation *op = s->op;
    struct net_response response = {.outcome = NET_REQUEST_ERROR, .http_status = status_http(st)};
    struct gql_path path = {.key = s->key};
    struct gql_errors errors;
    struct gql_error *error;
    struct buf body;

    finish_trace(s, st);
    told(s, has_begun(s) ? "unsubscribe" : "subscribe", st);
    counts_operation(&s->worker->counts, GQL_SUBSCRIPTION, st, s->asked_us);
    gql_errors_init(&errors, &s->arena);
    errors.typed = s->typed_errors;
    why = why.p ? why : str_c(status_text(st));
    error = gql_error_add(&errors, st, "%.*s", STR_ARG(why));
    error->path = &path;
    error->extensions = extensions;
    buf_init(&body, LARGEST_PAYLOAD);
    request_errors_body(&errors, &body, &response.errors);
    response.body = buf_str(&body);
    op->transport->complete(op, &response);
    buf_done(&body);
    end(s);
}

static void on_cancel(struct operation_owner *owner)
{
    struct subscription *s = container_of(owner, struct subscription, owner);

    if (has_begun(s))
        told(s, "unsubscribe", ST_OK);
    end(s);
}

static void on_drained(struct operation_owner *owner)
{
    subscriber_drained(&container_of(owner, struct subscription, owner)->subscriber);
}

/* `{"guildhall":{"seq":…,"cursor":…,"replayed":…}}` */
static struct str extensions_of(struct subscription *s, const struct context *c,
                                const struct message *m, bool replayed)
{
    struct str cursor = message_cursor(&s->worker->scratch, c, m->room_id, m->seq);

    return arena_printf(&s->worker->scratch,
                        "{\"guildhall\":{\"seq\":%lld,\"cursor\":\"%.*s\",\"replayed\":%s}}",
                        (long long)m->seq, STR_ARG(cursor), replayed ? "true" : "false");
}

static struct context context_for(struct subscription *s)
{
    const struct viewer *viewer = s->session->viewer;

    return (struct context){
        .viewer = viewer,
        .store = s->worker->store,
        .facts = &s->worker->facts,
        .introspection = ST_FORBIDDEN, /* no event has it below */
        .now_ms = clock_unix_ms(),
        .caller = session_caller(viewer),
    };
}

/* The root field's value alone, of a response without extensions; null where it is not to be had.
 */
static struct str bare_field_of(const struct subscription *s, const struct gql_request *gql)
{
    static const struct str before_key = STR_INIT("{\"data\":{\""), behind_key = STR_INIT("\":"),
                            behind_value = STR_INIT("}}");
    struct str response = buf_str(gql->out);
    size_t before = before_key.n + s->key.n + behind_key.n;

    if (gql->errors.count)
        return STR("null");
    return str_of(response.p + before, response.n - before - behind_value.n);
}

static struct frame *render(struct subscriber *subscriber, const void *row, bool replayed)
{
    struct subscription *s = container_of(subscriber, struct subscription, subscriber);
    struct context context = context_for(s);
    struct buf out;
    struct gql_request gql = {
        .arena = &s->worker->scratch,
        .operation = s->operation,
        .variables = s->variables,
        .context = &context,
        .authorize = authorize_field,
        .extensions = s->bare_field ? STR_NULL : extensions_of(s, &context, row, replayed),
        .errors.typed = s->typed_errors,
        .out = &out,
    };
    struct frame *frame;
    bool answered;

    buf_init(&out, LARGEST_PAYLOAD);
    answered = gql_execute_event(&gql, row);
    /* All that can be selected below an event is there with the row. */
    assert(answered && !buf_overflowed(&out));
    frame = frame_new(s->bare_field ? bare_field_of(s, &gql) : buf_str(&out));
    buf_done(&out);
    arena_reset(&s->worker->scratch);
    return frame;
}

static enum subscriber_concern concern(const struct subscriber *subscriber, const void *row)
{
    const struct subscription *s = container_of(subscriber, struct subscription, subscriber);
    const struct message *m = row;

    switch (m->kind) {
    case MESSAGE_TEXT:
        return SUBSCRIBER_WANTS;
    case MESSAGE_MEMBER_REMOVED:
        return str_eq(m->text, s->session->viewer->user_id) ? SUBSCRIBER_REVIEWS
                                                            : SUBSCRIBER_PASSES;
    }
    return SUBSCRIBER_PASSES;
}

static bool push(struct subscriber *subscriber, struct frame *payload)
{
    struct subscription *s = container_of(subscriber, struct subscription, subscriber);

    /* It is cancelled at the end of the turn; until then it need not know. */
    if (session_is_over(s->session))
        return true;
    return s->op->transport->next(s->op, payload) == NET_TOOK;
}

/* --- the right to read */

static enum right right_to_ask_by(const struct subscription *s)
{
    struct store_caller caller = session_caller(s->session->viewer);

    return store_admits(s->worker->store, &caller, s->room_id) ? RIGHT_TOKEN : RIGHT_MEMBER;
}

/* An answer that was asked for by another right than the viewer's of now says nothing. */
static bool is_outdated(const struct subscription *s)
{
    return s->asked != right_to_ask_by(s);
}

/* A token that allows no less changes nothing. */
static void on_renewed(struct session_follower *f)
{
    struct subscription *s = container_of(f, struct subscription, follower);
    struct context context = context_for(s);
    enum status st = authorize_field(&context, s->field);

    if (st != ST_OK) {
        fail(s, st, STR_NULL, STR_NULL);
        return;
    }
    if (s->right != RIGHT_TOKEN || right_to_ask_by(s) == RIGHT_TOKEN)
        return;
    s->right = RIGHT_UNKNOWN;
    subscriber_review(&s->subscriber);
}

/* --- reading the log */

/* True when the answer is still wanted; else the subscription, which has ended, is let go. */
static bool still_wanted(struct subscription *s)
{
    s->reading = NULL;
    if (s->op)
        return true;
    loop_bury(&s->worker->loop, &s->grave, free_subscription);
    return false;
}

static bool is_passing(enum status st)
{
    return st == ST_UNAVAILABLE || st == ST_TIMEOUT;
}

/* What comes next for it is no longer kept: says from where on all is. */
static void fail_expired(struct subscription *s, int64_t first_kept_seq)
{
    struct context context = context_for(s);
    struct str cursor = message_cursor(&s->arena, &context, s->room_id, first_kept_seq - 1);

    fail(s, ST_HISTORY_EXPIRED, STR_NULL,
         arena_printf(&s->arena, "\"earliestCursor\":\"%.*s\"", STR_ARG(cursor)));
}

static void read_log(struct subscription *s);

static void on_retry(struct timer *t)
{
    struct subscription *s = container_of(t, struct retry, timer)->subscription;

    forget_retry(s);
    read_log(s);
}

static void retry_later(struct subscription *s)
{
    assert(!s->retry);
    s->retry = mem_new(struct retry);
    s->retry->subscription = s;
    timer_init(&s->retry->timer, &s->worker->loop, on_retry);
    timer_start(&s->retry->timer, RETRY_MS);
}

static void take_run(struct subscription *s, const struct wait *w)
{
    const struct message_run *run = w->value;
    struct subscriber_row *rows;

    if (is_passing(w->status)) {
        retry_later(s);
        return;
    }
    if (w->status != ST_OK) {
        fail(s, w->status, w->detail, STR_NULL);
        return;
    }
    s->right = s->asked;
    /* It was dropped while the subscription was on its way there, or stood still. */
    if (s->subscriber.delivered + 1 < run->first_kept_seq) {
        fail_expired(s, run->first_kept_seq);
        return;
    }
    rows = arena_array(&s->arena, struct subscriber_row, run->n);
    for (size_t i = 0; i < run->n; i++)
        rows[i] = (struct subscriber_row){.seq = run->rows[i].seq, .row = &run->rows[i]};
    subscriber_run(&s->subscriber, rows, run->n, run->through, run->last_seq);
}

/* What was read is let go of: a subscription that waits for the next message holds none of it. */
static void forget_reading(struct subscription *s)
{
    if (!s->reading)
        arena_done(&s->arena);
}

static wait_answer_fn on_run;

static void read_log(struct subscription *s)
{
    struct store_caller caller = session_caller(s->session->viewer);
    struct message_run_query query = {
        .room_id = s->room_id,
        .after = s->subscriber.delivered,
        .limit = SUBSCRIBER_RUN,
        .was_member = s->right == RIGHT_MEMBER,
    };
    struct wait *reading;

    arena_reset(&s->arena);
    s->asked = right_to_ask_by(s);
    reading = store_message_read_on(s->worker->store, &s->arena, &caller, &query);
    if (reading->answered) {
        /* The store takes no calls now. A fan-out may be on the stack: nothing ends here. */
        retry_later(s);
        return;
    }
    s->reading = reading;
    wait_on(reading, on_run, s);
}

static void on_run(void *user, struct wait *w)
{
    struct subscription *s = user;

    if (!still_wanted(s))
        return;
    if (is_outdated(s))
        read_log(s);
    else
        take_run(s, w);
    forget_reading(s);
}

static void on_read(struct turn_hook *hook)
{
    read_log(container_of(hook, struct subscription, read));
}

static void read_on(struct subscriber *subscriber, int64_t after)
{
    struct subscription *s = container_of(subscriber, struct subscription, subscriber);

    loop_at_turn_end(&s->worker->loop, &s->read);
}

static const void *keep(struct arena *a, const void *row)
{
    return message_copy(a, row);
}

static bool has_right(const struct subscriber *subscriber)
{
    return container_of(subscriber, struct subscription, subscriber)->right != RIGHT_UNKNOWN;
}

static const struct subscriber_ops ops = {
    .concern = concern,
    .render = render,
    .push = push,
    .read_on = read_on,
    .keep = keep,
    .has_right = has_right,
};

/* Tells the client first: what is pushed comes behind it. */
static void begin(struct subscription *s, const struct message_start *start)
{
    const struct net_transport *transport = s->op->transport;
    struct context context = context_for(s);

    counts_operation(&s->worker->counts, GQL_SUBSCRIPTION, ST_OK, s->asked_us);
    s->asked_us = 0;
    if (transport->started)
        transport->started(s->op,
                           message_cursor(&s->arena, &context, s->room_id, start->since_seq));
    finish_trace(s, ST_OK);
    told(s, "subscribe", ST_OK);
    subscriber_begin(&s->subscriber, start->since_seq, start->last_seq);
}

static void take_start(struct subscription *s, const struct wait *w)
{
    const struct message_start *start = w->value;

    if (w->status != ST_OK) {
        fail(s, w->status, w->detail, STR_NULL);
        return;
    }
    s->right = s->asked;
    if (s->since.kind != MESSAGE_PLACE_NONE && start->since_seq + 1 < start->first_kept_seq)
        fail_expired(s, start->first_kept_seq);
    else
        begin(s, start);
}

static wait_answer_fn on_start;

static void ask_start(struct subscription *s)
{
    struct store_caller caller = session_caller(s->session->viewer);
    struct wait *start;

    caller.trace = s->trace;
    arena_reset(&s->arena);
    s->asked = right_to_ask_by(s);
    start = store_message_start(s->worker->store, &s->arena, &caller, s->room_id, s->since);
    if (start->answered) {
        take_start(s, start);
        return;
    }
    s->reading = start;
    wait_on(start, on_start, s);
}

static void on_start(void *user, struct wait *w)
{
    struct subscription *s = user;

    if (!still_wanted(s))
        return;
    if (is_outdated(s))
        ask_start(s);
    else
        take_start(s, w);
    forget_reading(s);
}

/* Equal keys render equal bytes: the operation, the variables its selection uses, what it looks
 * like, and the viewer where the selection depends on it. */
static struct str group_key(struct arena *a, const struct subscription *s)
{
    const struct viewer *v = s->session->viewer;
    struct str variables = gql_event_key(a, s->operation, s->variables);
    struct str viewer = gql_operation_per_viewer(s->operation) ? v->user_id : STR("");

    return arena_printf(a, "%p\x1f%d%d\x1f%.*s\x1f%.*s", (const void *)s->operation,
                        s->typed_errors, s->bare_field, STR_ARG(variables), STR_ARG(viewer));
}

static void join(struct subscription *s)
{
    struct arena *scratch = &s->worker->scratch;

    subscriber_join(&s->subscriber, &ops, hub_topics(s->worker->hub),
                    feed_topic_key(scratch, s->session->viewer->tenant_id, s->room_id),
                    group_key(scratch, s));
    arena_reset(scratch);
}

void subscription_begin(struct worker *w, struct net_operation *op, struct session *session,
                        struct gql_plan *plan, const struct gql_request *subscribed,
                        const struct net_call *call, const struct trace *trace, int64_t asked_us)
{
    const struct source *source = subscribed->source;
    struct subscription *s = mem_zalloc(sizeof(*s) + source->room_id.n);

    s->owner = (struct operation_owner){.on_cancel = on_cancel, .on_drained = on_drained};
    s->worker = w;
    s->asked_us = asked_us;
    s->op = op;
    op->owner = &s->owner;
    op->is_stream = true;
    if (op->transport->begin)
        op->transport->begin(op);
    s->session = session;
    if (session != op->client->session)
        s->own = session;
    s->typed_errors = call->typed_errors;
    s->bare_field = call->bare_field;
    s->follower.on_renewed = on_renewed;
    session_follow(s->session, &s->follower);
    s->plan = gql_plan_ref(plan);
    s->operation = subscribed->operation;
    s->field = subscribed->source_field;
    s->key = subscribed->source_key;
    if (gql_event_uses_variables(s->operation))
        s->variables = json_value_keep(subscribed->variables);
    s->since = source->since;
    memcpy(s->bytes, source->room_id.p, source->room_id.n);
    s->room_id = str_of(s->bytes, source->room_id.n);
    if (trace) {
        s->trace = mem_new(struct trace);
        *s->trace = *trace;
    }
    arena_init(&s->arena);
    turn_hook_init(&s->read, on_read);
    /* First the topic, then the position: what commits in between is in one of the two. */
    join(s);
    ask_start(s);
}
