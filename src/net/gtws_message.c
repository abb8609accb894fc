#include "net/gtws_message.h"

#include <stdio.h>

enum {
    TYPE_ECHO_MAX = 64 /* bytes of a type that we do not know, to be said back */
};

static const struct {
    const char *name;
    enum gtws_type type;
} types[] = {
    {"subscribe", GTWS_SUBSCRIBE},
    {"complete", GTWS_COMPLETE},
    {"ping", GTWS_PING},
    {"pong", GTWS_PONG},
    {"connection_init", GTWS_CONNECTION_INIT},
};

static bool wrong(struct gtws_reason *ret, const char *format, ...) printf_like(2, 3);

static bool wrong(struct gtws_reason *ret, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(ret->text, sizeof(ret->text), format, args);
    va_end(args);
    return false;
}

static bool take_type(struct gtws_message *m, struct gtws_reason *ret_reason)
{
    const json_t *type = json_object_get(m->json, "type");

    if (!json_is_string(type))
        return wrong(ret_reason, "Message \"type\" must be a string");
    for (size_t i = 0; i < array_size(types); i++) {
        if (str_eq_c(call_json_str(type), types[i].name)) {
            m->type = types[i].type;
            return true;
        }
    }
    if (json_string_length(type) > TYPE_ECHO_MAX)
        return wrong(ret_reason, "Unexpected message type");
    return wrong(ret_reason, "Unexpected message type \"%s\"", json_string_value(type));
}

static bool take_id(struct gtws_message *m, struct gtws_reason *ret_reason)
{
    const json_t *id = json_object_get(m->json, "id");

    if (!json_is_string(id) || json_string_length(id) == 0)
        return wrong(ret_reason, "Message \"id\" must be a string that is not empty");
    if (json_string_length(id) > GTWS_ID_MAX)
        return wrong(ret_reason, "Message \"id\" must not be longer than %d bytes", GTWS_ID_MAX);
    m->id = call_json_str(id);
    return true;
}

static bool take_call(struct gtws_message *m, struct gtws_reason *ret_reason)
{
    const json_t *payload = json_object_get(m->json, "payload");
    const char *member, *expected;

    if (!json_is_object(payload))
        return wrong(ret_reason, "Message \"payload\" must be an object");
    if (!call_from_json(payload, &m->call, &member, &expected))
        return wrong(ret_reason, "Message \"payload.%s\" %s", member, expected);
    return true;
}

static bool take_payload(struct gtws_message *m, struct gtws_reason *ret_reason)
{
    const json_t *payload = json_object_get(m->json, "payload");

    if (payload && !json_is_null(payload) && !json_is_object(payload))
        return wrong(ret_reason, "Message \"payload\" must be an object, null or left out");
    m->payload = json_is_object(payload) ? payload : NULL;
    return true;
}

static bool take_fields(struct gtws_message *m, struct gtws_reason *ret_reason)
{
    if (!json_is_object(m->json))
        return wrong(ret_reason, "Message must be a JSON object");
    if (!take_type(m, ret_reason))
        return false;
    switch (m->type) {
    case GTWS_CONNECTION_INIT:
    case GTWS_PING:
    case GTWS_PONG:
        return take_payload(m, ret_reason);
    case GTWS_SUBSCRIBE:
        return take_id(m, ret_reason) && take_call(m, ret_reason);
    case GTWS_COMPLETE:
        return take_id(m, ret_reason);
    }
    return false;
}

bool gtws_message_parse(struct str text, struct gtws_message *ret_message,
                        struct gtws_reason *ret_reason)
{
    struct gtws_message m = {0};
    json_error_t error;

    m.json = call_json(text, &error);
    if (!m.json)
        return wrong(ret_reason, "Message is not well-formed JSON at line %d, column %d",
                     error.line, error.column);
    if (!take_fields(&m, ret_reason)) {
        gtws_message_done(&m);
        return false;
    }
    *ret_message = m;
    return true;
}

void gtws_message_done(struct gtws_message *m)
{
    json_decref(m->json);
    *m = (struct gtws_message){0};
}
