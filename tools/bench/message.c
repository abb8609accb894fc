#include "tools/bench/message.h"

#include <stdio.h>

#include "tools/bench/wire.h"

enum {
    NUMBER_DIGITS = 9,
    TIME_DIGITS = 16,
    EXTENSIONS_MAX = 192, /* they stand last */
};

/* The text stands first and is found first. */
const struct str message_send =
    STR_INIT("mutation Send($roomId: ID!, $text: String!) { sendMessage(roomId: $roomId, text: "
             "$text) { id seq ts } }");
const struct str message_follow =
    STR_INIT("subscription Follow($roomId: ID!, $since: String) { onMessage(roomId: $roomId, "
             "since: $since) { text seq id senderId ts } }");
const struct str message_resume =
    STR_INIT("query Resume($roomId: ID!) { messages(roomId: $roomId, first: 1) { resume } }");

void message_write(struct buf *out, struct str room, size_t number, int64_t now_us, size_t length)
{
    struct json_out j = {.out = out};
    char text[NUMBER_DIGITS + TIME_DIGITS + 3];

    snprintf(text, sizeof(text), "%0*zu %0*lld ", NUMBER_DIGITS, number, TIME_DIGITS,
             (long long)now_us);
    json_out_begin_object(&j);
    json_out_key(&j, STR("roomId"));
    json_out_str(&j, room);
    json_out_key(&j, STR("text"));
    buf_add_char(out, '"');
    buf_add(out, str_c(text));
    for (size_t n = strlen(text); n < length; n++)
        buf_add_char(out, 'x');
    buf_add(out, STR("\"}"));
}

void message_write_selection(struct buf *out, size_t number)
{
    struct str end = STR(" } }");

    if (number == 0) {
        buf_add(out, message_follow);
        return;
    }
    buf_add(out, str_of(message_follow.p, message_follow.n - end.n));
    buf_printf(out, " type%zu: type", number);
    buf_add(out, end);
}

void message_write_follow(struct buf *out, struct str room, struct str cursor)
{
    struct json_out j = {.out = out};

    json_out_begin_object(&j);
    json_out_key(&j, STR("roomId"));
    json_out_str(&j, room);
    json_out_key(&j, STR("since"));
    json_out_str(&j, cursor);
    json_out_end_object(&j);
}

bool message_read(struct str payload, struct message_seen *ret_seen)
{
    struct message_seen seen;
    struct str text;

    if (!wire_find_text(payload, STR("{\"text\":\""), &text) ||
        text.n < NUMBER_DIGITS + TIME_DIGITS + 1 ||
        !str_to_i64(str_of(text.p, NUMBER_DIGITS), &seen.number) ||
        !str_to_i64(str_of(text.p + NUMBER_DIGITS + 1, TIME_DIGITS), &seen.sent_us) ||
        !wire_find_number(str_of(text.p, payload.n - (size_t)(text.p - payload.p)), STR("\"seq\":"),
                          &seen.seq))
        return false;
    *ret_seen = seen;
    return true;
}

bool message_read_place(struct str payload, struct message_place *ret_place)
{
    size_t n = payload.n < EXTENSIONS_MAX ? payload.n : EXTENSIONS_MAX;
    struct str end = str_of(payload.p + payload.n - n, n), cursor;

    if (!wire_find_text(end, STR("\"cursor\":\""), &cursor) || cursor.n > MESSAGE_CURSOR_MAX)
        return false;
    *ret_place = (struct message_place){
        .cursor = cursor,
        .is_replayed = memmem(end.p, end.n, "\"replayed\":true", 15) != NULL,
    };
    return true;
}
