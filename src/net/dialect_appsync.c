#include "net/dialect.h"

static const struct dialect_name names[] = {
    {"start", DIALECT_START},
    {"stop", DIALECT_STOP},
    {"connection_init", DIALECT_INIT},
};

/* The request stands as JSON in a string. */
static bool take_data(struct dialect_message *m, const struct json_value *data,
                      struct dialect_wrong *ret_wrong)
{
    const struct json_value *request;
    const char *member, *expected;
    struct json_in_error error;

    if (!json_value_is(data, JSON_VALUE_STRING))
        return dialect_refuse(ret_wrong,
                              "Message \"payload.data\" must be a string that holds JSON");
    request = json_in_read(m->arena, data->text, &error);
    if (!request)
        return dialect_refuse(
            ret_wrong, "Message \"payload.data\" is not well-formed JSON at line %d, column %d",
            error.line, error.column);
    if (request->kind != JSON_VALUE_OBJECT)
        return dialect_refuse(ret_wrong, "Message \"payload.data\" must hold a JSON object");
    if (!call_from_json(request, &m->call, &member, &expected))
        return dialect_refuse(ret_wrong, "Message \"payload.data.%s\" %s", member, expected);
    return true;
}

/* Each operation may show who it is for; if it does not, it is the connection's. */
static void take_authorization(struct dialect_message *m, const struct json_value *extensions)
{
    const struct json_value *shown = json_value_get(extensions, STR("authorization"));

    m->call.authorization = call_json_member(shown, STR("Authorization"));
    m->call.api_key = call_json_member(shown, STR("x-api-key"));
}

static bool take_start(struct dialect_message *m, struct dialect_wrong *ret_wrong)
{
    const struct json_value *payload = json_value_get(m->json, STR("payload"));

    if (!json_value_is(payload, JSON_VALUE_OBJECT))
        return dialect_refuse(ret_wrong, "Message \"payload\" must be an object");
    if (!take_data(m, json_value_get(payload, STR("data")), ret_wrong))
        return false;
    take_authorization(m, json_value_get(payload, STR("extensions")));
    return true;
}

static bool read_message(const struct subprotocol *s, struct str text, struct dialect_message *m,
                         struct dialect_wrong *ret_wrong)
{
    return dialect_take(m, text, "id", names, array_size(names), ret_wrong) &&
           (m->verb != DIALECT_START || take_start(m, ret_wrong));
}

static void write_errors(struct buf *out, struct str errors)
{
    buf_add(out, STR("{\"errors\":"));
    buf_add(out, errors);
    buf_add_char(out, '}');
}

const struct dialect dialect_appsync = {
    .name = "appsync",
    .kind = NET_KIND_APPSYNC,
    .offered = STR_INIT("graphql-ws"),
    .result =
        {
            .framing = OUTQ_MESSAGE,
            .before_id = STR_INIT("{\"id\":\""),
            .before_payload = STR_INIT("\",\"type\":\"data\",\"payload\":"),
            .behind_payload = STR_INIT("}"),
        },
    .ack = STR_INIT("connection_ack"),
    /* How long a client waits for a ka. */
    .ack_payload = STR_INIT("{\"connectionTimeoutMs\":300000}"),
    .started = STR_INIT("start_ack"),
    .connection_error = STR_INIT("connection_error"),
    .keep_alive = STR_INIT("ka"),
    .error = STR_INIT("error"),
    .complete = STR_INIT("complete"),
    .close_init_late = 4408,
    .start_begins = true,
    .start_waits = true,
    .stop_answered = true,
    .typed_errors = true,
    .read = read_message,
    .write_errors = write_errors,
};
