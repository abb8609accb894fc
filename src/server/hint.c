#include "server/hint.h"

#include <assert.h>

#include "base/json_in.h"

enum {
    MOST_ROWS = 256, /* a row of an empty text is larger than thirty bytes */
};

/* No log has a later place: clients take it as a JSON number. */
static const int64_t latest_seq = (INT64_C(1) << 53) - 1;

static const char removed_type[] = "MemberRemoved";

/* --- writing */

static void put_str(struct json_out *j, const char *key, struct str value)
{
    json_out_key(j, str_c(key));
    json_out_str(j, value);
}

static void put_int(struct json_out *j, const char *key, int64_t value)
{
    json_out_key(j, str_c(key));
    json_out_int(j, value);
}

static void put_type(struct json_out *j, const struct message *row)
{
    switch (row->kind) {
    case MESSAGE_TEXT:
        break;
    case MESSAGE_MEMBER_REMOVED:
        put_str(j, "type", str_c(removed_type));
        break;
    }
}

static void put_row(struct json_out *j, const struct message *row)
{
    json_out_begin_object(j);
    put_int(j, "seq", row->seq);
    put_int(j, "ts", row->ts);
    put_str(j, "id", row->id);
    put_str(j, "sender", row->sender_id);
    put_str(j, "text", row->text);
    if (row->idempotency_key.p)
        put_str(j, "key", row->idempotency_key);
    put_type(j, row);
    json_out_end_object(j);
}

static bool same_room(const struct message *a, const struct message *b)
{
    return str_eq(a->room_id, b->room_id) && str_eq(a->tenant_id, b->tenant_id);
}

/* May fit. What escaping makes of it is at most six times as long, which is never much. */
static bool is_small(const struct message *row, size_t most)
{
    return row->id.n + row->sender_id.n + row->text.n + row->idempotency_key.n < most;
}

/* The rows stand first, because how many fit decides on the seq. */
size_t hint_write(struct buf *out, size_t most, const struct message *rows, size_t n)
{
    struct json_out j = {.out = out};
    struct json_out_mark before_rows;
    size_t begin = out->n, tail = sizeof("],\"seq\":-9223372036854775808}"), told = 0;

    assert(n > 0);
    json_out_begin_object(&j);
    put_str(&j, "tenant", rows[0].tenant_id);
    put_str(&j, "room", rows[0].room_id);
    before_rows = json_out_mark(&j);
    json_out_key(&j, STR("rows"));
    json_out_begin_array(&j);
    while (told < n && told < MOST_ROWS && same_room(&rows[0], &rows[told]) &&
           is_small(&rows[told], most)) {
        struct json_out_mark before = json_out_mark(&j);

        put_row(&j, &rows[told]);
        if (out->n - begin + tail > most) {
            json_out_rewind(&j, before);
            break;
        }
        told++;
    }
    if (told > 0) {
        json_out_end_array(&j);
    } else {
        json_out_rewind(&j, before_rows);
        told = 1;
    }
    put_int(&j, "seq", rows[told - 1].seq);
    json_out_end_object(&j);
    return told;
}

/* --- reading */

/* No column of a row holds NUL. */
static bool get_str(const struct json_value *object, struct str key, struct str *ret_value)
{
    struct str value = json_value_text(json_value_get(object, key));

    if (!value.p || str_find(value, '\0') < value.n)
        return false;
    *ret_value = value;
    return true;
}

static bool get_int(const struct json_value *object, struct str key, int64_t *ret_value)
{
    const struct json_value *value = json_value_get(object, key);

    if (!json_value_is(value, JSON_VALUE_INTEGER))
        return false;
    *ret_value = value->integer;
    return true;
}

/* A type that a later version may have is none of ours. */
static bool get_kind(const struct json_value *object, enum message_kind *ret_kind)
{
    const struct json_value *type = json_value_get(object, STR("type"));

    if (type && !str_eq_c(json_value_text(type), removed_type))
        return false;
    *ret_kind = type ? MESSAGE_MEMBER_REMOVED : MESSAGE_TEXT;
    return true;
}

static bool read_row(const struct json_value *object, const struct hint *hint,
                     struct message *ret_row)
{
    struct message row = {.tenant_id = hint->tenant_id, .room_id = hint->room_id};

    if (!get_int(object, STR("seq"), &row.seq) || !get_int(object, STR("ts"), &row.ts) ||
        !get_str(object, STR("id"), &row.id) || !get_str(object, STR("sender"), &row.sender_id) ||
        !get_str(object, STR("text"), &row.text) || !get_kind(object, &row.kind))
        return false;
    if (json_value_get(object, STR("key")) && !get_str(object, STR("key"), &row.idempotency_key))
        return false;
    *ret_row = row;
    return true;
}

/* As many as are understood, in order, and not behind the hint's own seq. */
static void read_rows(struct arena *a, const struct json_value *list, struct hint *hint)
{
    struct message *rows;
    int64_t last = 0;
    size_t n;

    if (!json_value_is(list, JSON_VALUE_LIST))
        return;
    n = list->n < MOST_ROWS ? list->n : MOST_ROWS;
    hint->rows = rows = arena_array(a, struct message, n);
    for (const struct json_value *at = list->first; hint->n < n; at = at->next, hint->n++) {
        struct message *row = &rows[hint->n];

        if (!read_row(at, hint, row) || row->seq <= last || row->seq > hint->seq)
            return;
        last = row->seq;
    }
}

enum status hint_read(struct arena *a, struct str text, struct hint *ret_hint)
{
    struct json_in_error error;
    const struct json_value *json = json_in_read(a, text, &error);
    struct hint hint = {.n = 0};

    if (!get_str(json, STR("tenant"), &hint.tenant_id) ||
        !get_str(json, STR("room"), &hint.room_id) || !get_int(json, STR("seq"), &hint.seq) ||
        hint.seq < 1 || hint.seq > latest_seq)
        return ST_BAD_INPUT;
    read_rows(a, json_value_get(json, STR("rows")), &hint);
    *ret_hint = hint;
    return ST_OK;
}
