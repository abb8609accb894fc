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
    struct json_in_error error;
    struct str id;

    m->text = text;
    m->json = json_in_read(m->arena, text, &error);
    if (!m->json)
        return dialect_refuse(ret_wrong, "Message is not well-formed JSON at line %d, column %d",
                              error.line, error.column);
    if (m->json->kind != JSON_VALUE_OBJECT)
        return dialect_refuse(ret_wrong, "Message must be a JSON object");
    id = json_value_text(json_value_get(m->json, str_c(id_name)));
    if (id.n <= DIALECT_ID_MAX)
        m->id = id;
    return true;
}

static bool take_type(struct dialect_message *m, const struct dialect_name *names, size_t n_names,
                      struct dialect_wrong *ret_wrong)
{
    struct str type = json_value_text(json_value_get(m->json, STR("type")));

    if (!type.p)
        return dialect_refuse(ret_wrong, "Message \"type\" must be a string");
    for (size_t i = 0; i < n_names; i++) {
        if (str_eq_c(type, names[i].name)) {
            m->verb = names[i].verb;
            return true;
        }
    }
    if (type.n > TYPE_ECHO_MAX)
        return dialect_refuse(ret_wrong, "Unexpected message type");
    return dialect_refuse(ret_wrong, "Unexpected message type \"%.*s\"", STR_ARG(type));
}

static bool take_id(struct dialect_message *m, const char *id_name, struct dialect_wrong *ret_wrong)
{
    struct str id = json_value_text(json_value_get(m->json, str_c(id_name)));

    if (id.n == 0)
        return dialect_refuse(ret_wrong, "Message \"%s\" must be a string that is not empty",
                              id_name);
    if (id.n > DIALECT_ID_MAX)
        return dialect_refuse(ret_wrong, "Message \"%s\" must not be longer than %d bytes", id_name,
                              DIALECT_ID_MAX);
    return true;
}

static bool take_payload(struct dialect_message *m, struct dialect_wrong *ret_wrong)
{
    const struct json_value *payload = json_value_get(m->json, STR("payload"));

    if (!json_value_is_nothing(payload) && payload->kind != JSON_VALUE_OBJECT)
        return dialect_refuse(ret_wrong, "Message \"payload\" must be an object, null or left out");
    m->payload = json_value_is_nothing(payload) ? NULL : payload;
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
    const struct json_value *payload = json_value_get(m->json, STR("payload"));
    const char *member, *expected;

    if (!json_value_is(payload, JSON_VALUE_OBJECT))
        return dialect_refuse(ret_wrong, "Message \"payload\" must be an object");
    if (!call_from_json(payload, &m->call, &member, &expected))
        return dialect_refuse(ret_wrong, "Message \"payload.%s\" %s", member, expected);
    return true;
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
