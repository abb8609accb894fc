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
static json_t *variables_of(const struct subprotocol *s)
{
    json_t *variables = json_object();

    json_object_set(variables, "roomId", s->own);
    return variables;
}

static bool take_send(const struct subprotocol *s, struct dialect_message *m,
                      struct dialect_wrong *ret_wrong)
{
    json_t *text = json_object_get(m->json, "text");
    json_t *key = json_object_get(m->json, "idempotencyKey");

    if (!json_is_string(text))
        return dialect_refuse(ret_wrong, "Message \"text\" must be a string");
    if (key && !json_is_null(key) && !json_is_string(key))
        return dialect_refuse(ret_wrong, "Message \"idempotencyKey\" must be a string");
    m->inner = variables_of(s);
    json_object_set(m->inner, "text", text);
    if (json_is_string(key))
        json_object_set(m->inner, "key", key);
    m->call.query = send_document;
    m->call.built_in = true;
    m->call.variables = m->inner;
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

static json_t *first_of(struct str errors)
{
    json_t *array = json_loadb(errors.p, errors.n, JSON_ALLOW_NUL, NULL);
    json_t *first = json_incref(json_array_get(array, 0));

    json_decref(array);
    return first;
}

/* What a plain client can act on. */
static void write_errors(struct buf *out, struct str errors)
{
    static const char *const told[] = {"code", "retryAfterMs", "earliestCursor"};
    json_t *error = first_of(errors), *extensions = json_object_get(error, "extensions");
    json_t *plain = json_object();

    json_object_set(plain, "message", json_object_get(error, "message"));
    for (size_t i = 0; i < array_size(told); i++)
        json_object_set(plain, told[i], json_object_get(extensions, told[i]));
    call_json_write(out, plain);
    json_decref(plain);
    json_decref(error);
}

static void write_started(const struct subprotocol *s, struct buf *out, struct str cursor)
{
    json_t *hello = json_pack("{s:O, s:s%}", "roomId", s->own, "cursor", cursor.p, cursor.n);

    call_json_write(out, hello);
    json_decref(hello);
}

/* Nothing has to be asked for: who comes says so in the handshake. */
static void on_opened(struct subprotocol *s)
{
    s->own = json_incref(json_object_get(s->shown, "roomId"));
    if (s->own)
        subprotocol_initialise(s, NULL);
    else
        subprotocol_close(s, CLOSE_MALFORMED, STR("The path holds no room id"));
}

static void on_ready(struct subprotocol *s)
{
    json_t *variables = variables_of(s), *since = json_object_get(s->shown, "since");
    struct dialect_message follow = {.verb = DIALECT_START, .id = STR(""), .inner = variables};

    if (since)
        json_object_set(variables, "since", since);
    follow.call = (struct net_call){
        .query = follow_document, .variables = variables, .bare_field = true, .built_in = true};
    subprotocol_add_op(s, &follow);
    dialect_message_done(&follow);
}

/* Of a message that was sent. */
static void on_result(struct subprotocol *s, struct outq_id *id, struct str response)
{
    json_t *json = json_loadb(response.p, response.n, JSON_ALLOW_NUL, NULL);
    json_t *message = json_object_get(json_object_get(json, "data"), "sendMessage");
    json_t *errors = json_object_get(json, "errors");
    struct buf payload;

    buf_init(&payload, response.n * 2);
    if (json_is_object(message)) {
        buf_add(&payload, STR("{\"message\":"));
        call_json_write(&payload, message);
        buf_add_char(&payload, '}');
        subprotocol_send(s, id, STR("sent"), buf_str(&payload));
    } else {
        call_json_write(&payload, errors);
        subprotocol_send_errors(s, id, s->dialect->error, buf_str(&payload));
    }
    buf_done(&payload);
    json_decref(json);
}

/* Without its room a socket is good for nothing. */
static void on_failed(struct subprotocol *s, const struct outq_id *id, struct str errors)
{
    json_t *error, *extensions;
    const char *code;
    json_int_t status;

    if (id->n)
        return;
    error = first_of(errors);
    extensions = json_object_get(error, "extensions");
    code = json_string_value(json_object_get(extensions, "code"));
    status = json_integer_value(json_object_get(json_object_get(extensions, "http"), "status"));
    subprotocol_close(s, CLOSE_BASE + (unsigned)(status ? status : FAULT),
                      code ? str_c(code) : STR(""));
    json_decref(error);
}

const struct dialect dialect_room = {
    .name = "room",
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
