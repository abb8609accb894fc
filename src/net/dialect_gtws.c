#include "net/dialect.h"

static const struct dialect_name names[] = {
    {"subscribe", DIALECT_START}, {"complete", DIALECT_STOP},        {"ping", DIALECT_PING},
    {"pong", DIALECT_PONG},       {"connection_init", DIALECT_INIT},
};

static bool read_message(const struct subprotocol *s, struct str text, struct dialect_message *m,
                         struct dialect_wrong *ret_wrong)
{
    return dialect_take(m, text, "id", names, array_size(names), ret_wrong) &&
           (m->verb != DIALECT_START || dialect_take_call(m, ret_wrong));
}

const struct dialect dialect_gtws = {
    .name = "graphql-transport-ws",
    .kind = NET_KIND_GTWS,
    .offered = STR_INIT("graphql-transport-ws"),
    .result =
        {
            .framing = OUTQ_MESSAGE,
            .before_id = STR_INIT("{\"id\":\""),
            .before_payload = STR_INIT("\",\"type\":\"next\",\"payload\":"),
            .behind_payload = STR_INIT("}"),
        },
    .ack = STR_INIT("connection_ack"),
    .pong = STR_INIT("pong"),
    .error = STR_INIT("error"),
    .complete = STR_INIT("complete"),
    .close_malformed = 4400,
    .close_unacknowledged = 4401,
    .close_init_late = 4408,
    .close_init_twice = 4429,
    .close_id_in_use = 4409,
    .read = read_message,
};
