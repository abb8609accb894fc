#include "net/dialect.h"

#include <stdio.h>

enum {
    TYPE_ECHO_MAX = 64 /* bytes of a type that we do not know, to be said back */
};

bool dialect_refuse(struct dialect_wrong *wrong, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(wrong->text, sizeof(wrong->text), format, args);
    va_end(args);
    return false;
}

static bool take_json(struct dialect_message *m, struct str text, const char *id_name,
                      struct dialect_wrong *ret_wrong)
{
    json_error_t error;
    const json_t *id;

    m->size = text.n;
    m->json = call_json(text, &error);
    if (!m->json)
        return dialect_refuse(ret_wrong, "Message is not well-formed JSON at line %d, column %d",
                              error.line, error.column);
    if (!json_is_object(m->json))
        return dialect_refuse(ret_wrong, "Message must be a JSON object");
    id = json_object_get(m->json, id_name);
    if (json_is_string(id) && json_string_length(id) <= DIALECT_ID_MAX)
        m->id = call_json_str(id);
    return true;
}

static bool take_type(struct dialect_message *m, const struct dialect_name *names, size_t n_names,
                      struct dialect_wrong *ret_wrong)
{
    const json_t *type = json_object_get(m->json, "type");

    if (!json_is_string(type))
        return dialect_refuse(ret_wrong, "Message \"type\" must be a string");
    for (size_t i = 0; i < n_names; i++) {
        if (str_eq_c(call_json_str(type), names[i].name)) {
            m->verb = names[i].verb;
            return true;
        }
    }
    if (json_string_length(type) > TYPE_ECHO_MAX)
        return dialect_refuse(ret_wrong, "Unexpected message type");
    return dialect_refuse(ret_wrong, "Unexpected message type \"%s\"", json_string_value(type));
}

static bool take_id(struct dialect_message *m, const char *id_name, struct dialect_wrong *ret_wrong)
{
    const json_t *id = json_object_get(m->json, id_name);

    if (!json_is_string(id) || json_string_length(id) == 0)
        return dialect_refuse(ret_wrong, "Message \"%s\" must be a string that is not empty",
                              id_name);
    if (json_string_length(id) > DIALECT_ID_MAX)
        return dialect_refuse(ret_wrong, "Message \"%s\" must not be longer than %d bytes", id_name,
                              DIALECT_ID_MAX);
    return true;
}

static bool take_payload(struct dialect_message *m, struct dialect_wrong *ret_wrong)
{
    const json_t *payload = json_object_get(m->json, "payload");

    if (payload && !json_is_null(payload) && !json_is_object(payload))
        return dialect_refuse(ret_wrong, "Message \"payload\" must be an object, null or left out");
    m->payload = json_is_object(payload) ? payload : NULL;
    return true;
}

bool dialect_take(struct dialect_message *m, struct str text, const char *id_name,
                  const struct dialect_name *names, size_t n_names, struct dialect_wrong *ret_wrong)
{
    if (!take_json(m, text, id_name, ret_wrong) || !take_type(m, names, n_names, ret_wrong))
        return false;
    switch (m->verb) {
    case DIALECT_INIT:
    case DIALECT_PING:
    case DIALECT_PONG:
        return take_payload(m, ret_wrong);
    case DIALECT_START:
    case DIALECT_STOP:
        return take_id(m, id_name, ret_wrong);
    case DIALECT_TERMINATE:
        return true;
    }
    return true;
}

bool dialect_take_call(struct dialect_message *m, struct dialect_wrong *ret_wrong)
{
    const json_t *payload = json_object_get(m->json, "payload");
    const char *member, *expected;

    if (!json_is_object(payload))
        return dialect_refuse(ret_wrong, "Message \"payload\" must be an object");
    if (!call_from_json(payload, &m->call, &member, &expected))
        return dialect_refuse(ret_wrong, "Message \"payload.%s\" %s", member, expected);
    return true;
}

void dialect_message_done(struct dialect_message *m)
{
    json_decref(m->json);
    json_decref(m->inner);
    *m = (struct dialect_message){0};
}

void dialect_write(struct buf *out, const struct outq_id *id, struct str type, struct str payload)
{
    buf_add_char(out, '{');
    if (id) {
        buf_add(out, STR("\"id\":\""));
        buf_add(out, str_of(id->json, id->n));
        buf_add(out, STR("\","));
    }
    buf_add(out, STR("\"type\":\""));
    buf_add(out, type);
    buf_add_char(out, '"');
    if (payload.p) {
        buf_add(out, STR(",\"payload\":"));
        buf_add(out, payload);
    }
    buf_add_char(out, '}');
}
