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
    const struct json_value *list;
    struct json_in_error error;
    struct json_value *first;
    struct arena a;

    arena_init(&a);
    list = json_in_read(&a, errors, &error);
    first = json_value_copy(&a, json_value_first(list));
    if (json_value_is(list, JSON_VALUE_LIST) && list->n > 1)
        json_value_put(&a, first, STR("errors"), list);
    json_value_write(&(struct json_out){.out = out}, first);
    arena_done(&a);
}

const struct dialect dialect_legacy = {
    .name = "graphql-ws",
    .kind = NET_KIND_LEGACY,
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
