#include "net/subprotocol_inside.h"

/*
 * A room's socket is GraphQL inside: it follows the room by a subscription and sends by a mutation,
 * both of fixed words, so that the log and everybody's rights are the same as everywhere. The
 * subscription's id is empty, those of mutations are the client's refs.
 */

#define MESSAGE "{ id roomId seq senderId text ts cursor }"

static const struct str follow_document =
    STR_INIT("subscription ($roomId: ID!, $since: String) "
             "{ onMessage(roomId: $roomId, since: $since) " MESSAGE " }");
static const struct str send_document =
    STR_INIT("mutation ($roomId: ID!, $text: String!, $key: ID) "
             "{ sendMessage(roomId: $roomId, text: $text, idempotencyKey: $key) " MESSAGE " }");

enum {
    CLOSE_BASE = 4000,      /* with the HTTP status of the error added, 4403 and so on */
    CLOSE_MALFORMED = 4400, /* the path */
    FAULT = 500,            /* the status of an error that has none */
};

static const struct dialect_name names[] = {
    {"send", DIALECT_START},
    {"ping", DIALECT_PING},
    {"pong", DIALECT_PONG},
};

/* s->own is the room's id. */
static struct json_value *variables_of(struct arena *a, const struct subprotocol *s)
{
    struct json_value *variables = json_value_object(a);

    json_value_put(a, variables, STR("roomId"), s->own);
    return variables;
}

static bool take_send(const struct subprotocol *s, struct dialect_message *m,
                      struct dialect_wrong *ret_wrong)
{
    const struct json_value *text = json_value_get(m->json, STR("text"));
    const struct json_value *key = json_value_get(m->json, STR("idempotencyKey"));
    struct json_value *variables = variables_of(m->arena, s);

    if (!json_value_is(text, JSON_VALUE_STRING))
        return dialect_refuse(ret_wrong, "Message \"text\" must be a string");
    if (!json_value_is_nothing(key) && key->kind != JSON_VALUE_STRING)
        return dialect_refuse(ret_wrong, "Message \"idempotencyKey\" must be a string");
    json_value_put(m->arena, variables, STR("text"), text);
    if (!json_value_is_nothing(key))
        json_value_put(m->arena, variables, STR("key"), key);
    m->call.query = send_document;
    m->call.built_in = true;
    m->call.variables = variables;
    return true;
}

static bool read_message(const struct subprotocol *s, struct str text, struct dialect_message *m,
                         struct dialect_wrong *ret_wrong)
{
    return dialect_take(m, text, "ref", names, array_size(names), ret_wrong) &&
           (m->verb != DIALECT_START || take_send(s, m, ret_wrong));
}

/* {"type":…,"ref":…, and the payload's members} */
static void write_message(struct buf *out, const struct outq_id *id, struct str type,
                          struct str payload)
{
    buf_add(out, STR("{\"type\":\""));
    buf_add(out, type);
    buf_add_char(out, '"');
    if (id && id->n) {
        buf_add(out, STR(",\"ref\":\""));
        buf_add(out, str_of(id->json, id->n));
        buf_add_char(out, '"');
    }
    if (payload.n > 2) {
        buf_add_char(out, ',');
        buf_add(out, str_of(payload.p + 1, payload.n - 1));
    } else {
        buf_add_char(out, '}');
    }
}

/* JSON of our own. */
static const struct json_value *read_own(struct arena *a, struct str text)
{
    struct json_in_error error;

    return json_in_read(a, text, &error);
}

/* As it is in the object, where it has it. */
static void write_member(struct json_out *j, const struct json_value *object, const char *name)
{
    const struct json_value *member = json_value_get(object, str_c(name));

    if (!member)
        return;
    json_out_key(j, member->name);
    json_value_write(j, member);
}

/* What a plain client can act on. */
static void write_errors(struct buf *out, struct str errors)
{
    static const char *const told[] = {"code", "retryAfterMs", "earliestCursor"};
    const struct json_value *error, *extensions;
    struct json_out j = {.out = out};
    struct arena a;

    arena_init(&a);
    error = json_value_first(read_own(&a, errors));
    extensions = json_value_get(error, STR("extensions"));
    json_out_begin_object(&j);
    write_member(&j, error, "message");
    for (size_t i = 0; i < array_size(told); i++)
        write_member(&j, extensions, told[i]);
    json_out_end_object(&j);
    arena_done(&a);
}

static void write_started(const struct subprotocol *s, struct buf *out, struct str cursor)
{
    struct json_out j = {.out = out};

    json_out_begin_object(&j);
    json_out_key(&j, STR("roomId"));
    json_value_write(&j, s->own);
    json_out_key(&j, STR("cursor"));
    json_out_str(&j, cursor);
    json_out_end_object(&j);
}

/* Nothing has to be asked for: who comes says so in the handshake. */
static void on_opened(struct subprotocol *s)
{
    s->own = json_value_keep(json_value_get(s->shown, STR("roomId")));
    if (s->own)
        subprotocol_initialise(s, NULL);
    else
        subprotocol_close(s, CLOSE_MALFORMED, STR("The path holds no room id"));
}

static void on_ready(struct subprotocol *s)
{
    const struct json_value *since = json_value_get(s->shown, STR("since"));
    struct dialect_message follow = {.verb = DIALECT_START, .id = STR("")};
    struct json_value *variables;
    struct arena a;

    arena_init(&a);
    variables = variables_of(&a, s);
    if (since)
        json_value_put(&a, variables, STR("since"), since);
    follow.call = (struct net_call){
        .query = follow_document, .variables = variables, .bare_field = true, .built_in = true};
    subprotocol_add_op(s, &follow);
    arena_done(&a);
}

/* Of a message that was sent. */
static void on_result(struct subprotocol *s, struct outq_id *id, struct str response)
{
    const struct json_value *json, *message;
    struct json_out j;
    struct buf payload;
    struct arena a;

    arena_init(&a);
    json = read_own(&a, response);
    message = json_value_get(json_value_get(json, STR("data")), STR("sendMessage"));
    buf_init(&payload, response.n * 2);
    j = (struct json_out){.out = &payload};
    if (json_value_is(message, JSON_VALUE_OBJECT)) {
        buf_add(&payload, STR("{\"message\":"));
        json_value_write(&j, message);
        buf_add_char(&payload, '}');
        subprotocol_send(s, id, STR("sent"), buf_str(&payload));
    } else {
        json_value_write(&j, json_value_get(json, STR("errors")));
        subprotocol_send_errors(s, id, s->dialect->error, buf_str(&payload));
    }
    buf_done(&payload);
    arena_done(&a);
}

/* Without its room a socket is good for nothing. */
static void on_failed(struct subprotocol *s, const struct outq_id *id, struct str errors)
{
    const struct json_value *extensions, *status;
    struct str code;
    struct arena a;

    if (id->n)
        return;
    arena_init(&a);
    extensions = json_value_get(json_value_first(read_own(&a, errors)), STR("extensions"));
    code = json_value_text(json_value_get(extensions, STR("code")));
    status = json_value_get(json_value_get(extensions, STR("http")), STR("status"));
    subprotocol_close(s,
                      CLOSE_BASE + (unsigned)(json_value_is(status, JSON_VALUE_INTEGER)
                                                  ? status->integer
                                                  : FAULT),
                      code.p ? code : STR(""));
    arena_done(&a);
}

const struct dialect dialect_room = {
    .name = "room",
    .kind = NET_KIND_ROOM,
    .offered = STR_INIT("guildhall-room"),
    .result =
        {
            .framing = OUTQ_MESSAGE,
            .before_id = STR_INIT("{\"type\":\"message\",\"message\":"),
            .behind_payload = STR_INIT("}"),
        },
    .started = STR_INIT("hello"),
    .connection_error = STR_INIT("error"),
    .pong = STR_INIT("pong"),
    .error = STR_INIT("error"),
    .close_init_late = 4408,
    .start_waits = true,
    .read = read_message,
    .write = write_message,
    .write_errors = write_errors,
    .write_started = write_started,
    .on_opened = on_opened,
    .on_ready = on_ready,
    .on_result = on_result,
    .on_failed = on_failed,
};
