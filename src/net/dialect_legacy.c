#include "net/dialect.h"

static const struct dialect_name names[] = {
    {"start", DIALECT_START},
    {"stop", DIALECT_STOP},
    {"connection_init", DIALECT_INIT},
    {"connection_terminate", DIALECT_TERMINATE},
};

static bool read_message(const struct subprotocol *s, struct str text, struct dialect_message *m,
                         struct dialect_wrong *ret_wrong)
{
    return dialect_take(m, text, "id", names, array_size(names), ret_wrong) &&
           (m->verb != DIALECT_START || dialect_take_call(m, ret_wrong));
}

/* An error is one object here. Clients read its `message`; subscriptions-transport-ws takes the
 * array in `errors` where there is one. */
static void write_errors(struct buf *out, struct str errors)
{
    json_t *array = json_loadb(errors.p, errors.n, JSON_ALLOW_NUL, NULL);
    json_t *first = json_array_get(array, 0);

    if (json_array_size(array) > 1)
        json_object_set_new(first, "errors", json_deep_copy(array));
    call_json_write(out, first);
    json_decref(array);
}

const struct dialect dialect_legacy = {
    .name = "graphql-ws",
    .offered = STR_INIT("graphql-ws"),
    .result =
        {
            .framing = OUTQ_MESSAGE,
            .before_id = STR_INIT("{\"id\":\""),
            .before_payload = STR_INIT("\",\"type\":\"data\",\"payload\":"),
            .behind_payload = STR_INIT("}"),
        },
    .ack = STR_INIT("connection_ack"),
    .connection_error = STR_INIT("connection_error"),
    .keep_alive = STR_INIT("ka"),
    .error = STR_INIT("error"),
    .complete = STR_INIT("complete"),
    .close_init_late = 4408,
    .start_waits = true,
    .start_replaces = true,
    .stop_answered = true,
    .read = read_message,
    .write_errors = write_errors,
};
