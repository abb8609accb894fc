#include "tools/bench/wire.h"

#include "base/json_out.h"

enum {
    ID_DIGITS = 12,
};

static const struct str id_head = STR_INIT("6d1f0c52-7b0e-4c8a-9f3e-");
static const struct str with_id = STR_INIT("{\"id\":\"");
static const struct str with_type = STR_INIT("\",\"type\":\"");
static const struct str with_payload = STR_INIT("\",\"payload\":");

static bool skip(struct str *s, struct str what)
{
    if (!str_starts(*s, what))
        return false;
    *s = str_of(s->p + what.n, s->n - what.n);
    return true;
}

static bool take_digits(struct str s, size_t n, int64_t *ret_number)
{
    return s.n >= n && str_to_i64(str_of(s.p, n), ret_number);
}

static bool take_id(struct str *s, size_t *ret_id)
{
    int64_t id;

    if (!skip(s, id_head) || !take_digits(*s, ID_DIGITS, &id))
        return false;
    *s = str_of(s->p + ID_DIGITS, s->n - ID_DIGITS);
    *ret_id = (size_t)id;
    return true;
}

static bool take_type(struct str *s, enum wire_type *ret_type)
{
    static const struct str names[] = {
        [WIRE_ACK] = STR_INIT("connection_ack"),
        [WIRE_NEXT] = STR_INIT("next"),
        [WIRE_COMPLETE] = STR_INIT("complete"),
        [WIRE_ERROR] = STR_INIT("error"),
    };

    for (size_t i = 0; i < array_size(names); i++)
        if (skip(s, names[i])) {
            *ret_type = (enum wire_type)i;
            return true;
        }
    return false;
}

/* Servers put either first. */
static bool take_id_and_type(struct str *s, struct wire_message *m)
{
    if (skip(s, with_id))
        return take_id(s, &m->id) && skip(s, with_type) && take_type(s, &m->type);
    if (!skip(s, STR("{\"type\":\"")) || !take_type(s, &m->type))
        return false;
    return m->type == WIRE_ACK || (skip(s, STR("\",\"id\":\"")) && take_id(s, &m->id));
}

bool wire_read(struct str text, struct wire_message *ret_message)
{
    struct wire_message m = {.payload = STR_NULL};

    if (!take_id_and_type(&text, &m))
        return false;
    if (skip(&text, with_payload) && text.n > 0)
        m.payload = str_of(text.p, text.n - 1);
    *ret_message = m;
    return true;
}

void wire_init(struct buf *out, struct str token)
{
    buf_add(out, STR("{\"type\":\"connection_init\",\"payload\":{\"Authorization\":\"Bearer "));
    json_out_escape(out, token);
    buf_add(out, STR("\"}}"));
}

void wire_subscribe(struct buf *out, size_t id, struct str query, struct str variables)
{
    buf_add(out, with_id);
    buf_printf(out, "%.*s%0*zu", STR_ARG(id_head), ID_DIGITS, id);
    buf_add(out, with_type);
    buf_add(out, STR("subscribe"));
    buf_add(out, with_payload);
    buf_add(out, STR("{\"query\":\""));
    json_out_escape(out, query);
    buf_add(out, STR("\",\"variables\":"));
    buf_add(out, variables);
    buf_add(out, STR("}}"));
}

static struct str behind(struct str json, struct str before)
{
    const char *at = memmem(json.p, json.n, before.p, before.n);

    if (!at)
        return STR_NULL;
    at += before.n;
    return str_of(at, json.n - (size_t)(at - json.p));
}

bool wire_find_number(struct str json, struct str before, int64_t *ret_number)
{
    struct str rest = behind(json, before);
    size_t n = 0;

    while (n < rest.n && rest.p[n] >= '0' && rest.p[n] <= '9')
        n++;
    return n > 0 && take_digits(rest, n, ret_number);
}

bool wire_find_text(struct str json, struct str before, struct str *ret_text)
{
    struct str rest = behind(json, before);
    size_t n;

    if (!rest.p)
        return false;
    n = str_find(rest, '"');
    if (n == rest.n)
        return false;
    *ret_text = str_of(rest.p, n);
    return true;
}
