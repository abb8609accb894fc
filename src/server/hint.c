#include "server/hint.h"

#include <assert.h>
#include <jansson.h>

#include "base/json_out.h"

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

static bool get_str(struct arena *a, const json_t *object, const char *key, struct str *ret_value)
{
    const json_t *value = json_object_get(object, key);

    if (!json_is_string(value))
        return false;
    *ret_value = arena_str(a, str_of(json_string_value(value), json_string_length(value)));
    return true;
}

static bool get_int(const json_t *object, const char *key, int64_t *ret_value)
{
    const json_t *value = json_object_get(object, key);

    if (!json_is_integer(value))
        return false;
    *ret_value = json_integer_value(value);
    return true;
}

/* A type that a later version may have is none of ours. */
static bool get_kind(const json_t *object, enum message_kind *ret_kind)
{
    const json_t *type = json_object_get(object, "type");

    if (type && (!json_is_string(type) || strcmp(json_string_value(type), removed_type) != 0))
        return false;
    *ret_kind = type ? MESSAGE_MEMBER_REMOVED : MESSAGE_TEXT;
    return true;
}

static bool read_row(struct arena *a, const json_t *object, const struct hint *hint,
                     struct message *ret_row)
{
    struct message row = {.tenant_id = hint->tenant_id, .room_id = hint->room_id};

    if (!get_int(object, "seq", &row.seq) || !get_int(object, "ts", &row.ts) ||
        !get_str(a, object, "id", &row.id) || !get_str(a, object, "sender", &row.sender_id) ||
        !get_str(a, object, "text", &row.text) || !get_kind(object, &row.kind))
        return false;
    if (json_object_get(object, "key") && !get_str(a, object, "key", &row.idempotency_key))
        return false;
    *ret_row = row;
    return true;
}

/* As many as are understood, in order, and not behind the hint's own seq. */
static void read_rows(struct arena *a, const json_t *array, struct hint *hint)
{
    size_t n = json_array_size(array) < MOST_ROWS ? json_array_size(array) : MOST_ROWS;
    struct message *rows = arena_array(a, struct message, n);
    int64_t last = 0;

    hint->rows = rows;
    for (; hint->n < n; hint->n++) {
        struct message *row = &rows[hint->n];

        if (!read_row(a, json_array_get(array, hint->n), hint, row) || row->seq <= last ||
            row->seq > hint->seq)
            return;
        last = row->seq;
    }
}

static void close_json(json_t **json)
{
    json_decref(*json);
}

enum status hint_read(struct arena *a, struct str text, struct hint *ret_hint)
{
    __attribute__((cleanup(close_json))) json_t *json =
        json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
    struct hint hint = {.n = 0};

    if (!get_str(a, json, "tenant", &hint.tenant_id) || !get_str(a, json, "room", &hint.room_id) ||
        !get_int(json, "seq", &hint.seq) || hint.seq < 1 || hint.seq > latest_seq)
        return ST_BAD_INPUT;
    read_rows(a, json_object_get(json, "rows"), &hint);
    *ret_hint = hint;
    return ST_OK;
}
