#include "net/ws_message.h"

#include "tests/lib/test.h"

enum {
    MAX = 100,
};

/* What comes of a message in frames of `frame` bytes, each in pieces of `step`; code 0: a message.
 */
struct outcome {
    unsigned code;
    size_t taken; /* bytes, when that was known */
    char text[MAX];
    size_t n;
};

static struct outcome failed(const struct ws_wrong *wrong, size_t taken)
{
    return (struct outcome){.code = wrong->code, .taken = taken};
}

static struct outcome whole(struct str message, size_t taken)
{
    struct outcome o = {.taken = taken, .n = message.n};

    assert_true(message.n <= MAX);
    memcpy(o.text, message.p, message.n);
    return o;
}

static struct outcome take(struct ws_message *m, enum ws_opcode opcode, struct str s, size_t frame,
                           size_t step)
{
    struct ws_wrong wrong;
    struct str message = STR_NULL;
    size_t at = 0;

    do {
        size_t end = s.n - at < frame ? s.n : at + frame;
        const struct ws_frame f = {
            .opcode = at ? WS_CONTINUATION : opcode, .final = end == s.n, .n = end - at};

        if (!ws_message_frame(m, &f, &wrong))
            return failed(&wrong, at);
        do {
            size_t n = end - at < step ? end - at : step;
            enum ws_parse got = ws_message_piece(m, str_of(s.p + at, n), at + n == end && f.final,
                                                 &message, &wrong);
            at += n;
            if (got == WS_BROKEN)
                return failed(&wrong, at);
            assert_int_equal(got, at == s.n ? WS_WHOLE : WS_MORE);
        } while (at < end);
    } while (at < s.n);
    return whole(message, at);
}

static struct outcome take_alone(enum ws_opcode opcode, struct str s, size_t frame, size_t step)
{
    struct ws_message m;
    struct outcome o;

    ws_message_init(&m, MAX);
    o = take(&m, opcode, s, frame, step);
    ws_message_done(&m);
    return o;
}

static void a_message_is_the_same_in_frames_and_pieces_of_any_size(void **state)
{
    const struct str s = STR("{\"text\":\"\xce\xba\xe1\xbd\xb9\xf0\x9f\x98\x80\"}");

    for (size_t frame = 1; frame <= s.n; frame++)
        for (size_t step = 1; step <= frame; step++) {
            struct outcome o = take_alone(WS_TEXT, s, frame, step);

            assert_int_equal(o.code, 0);
            assert_true(str_eq(str_of(o.text, o.n), s));
        }
    assert_int_equal(take_alone(WS_TEXT, STR(""), 1, 1).code, 0);
}

static void a_message_in_one_piece_stays_where_it_is(void **state)
{
    const struct ws_frame f = {.opcode = WS_TEXT, .final = true, .n = 5};
    const struct str hello = STR("Hello");
    struct ws_message m;
    struct ws_wrong wrong;
    struct str message;

    ws_message_init(&m, MAX);
    assert_true(ws_message_frame(&m, &f, &wrong));
    assert_int_equal(ws_message_piece(&m, hello, true, &message, &wrong), WS_WHOLE);
    assert_ptr_equal(message.p, hello.p);
    assert_null(m.bytes.p);
    ws_message_done(&m);
}

static void the_first_wrong_byte_of_a_text_fails_it(void **state)
{
    const struct str s = STR("so far so good \xf4\x90\x80\x80 and no more");

    for (size_t frame = 1; frame <= s.n; frame++) {
        struct outcome o = take_alone(WS_TEXT, s, frame, 1);

        assert_int_equal(o.code, WS_BAD_TEXT);
        assert_int_equal(o.taken, 17);
    }
}

static void a_text_that_ends_in_a_character_is_failed(void **state)
{
    for (size_t frame = 1; frame <= 6; frame++)
        assert_int_equal(take_alone(WS_TEXT, STR("text\xe2\x82"), frame, 1).code, WS_BAD_TEXT);
}

static void bytes_that_are_no_text_may_be_any(void **state)
{
    const struct str s = STR("\xff\xfe\x80");

    for (size_t frame = 1; frame <= s.n; frame++)
        assert_int_equal(take_alone(WS_BINARY, s, frame, 1).code, 0);
}

static void too_many_bytes_are_failed_when_they_are_announced(void **state)
{
    char text[MAX + 1];
    struct outcome o;

    memset(text, 'a', sizeof(text));
    assert_int_equal(take_alone(WS_TEXT, str_of(text, MAX), MAX, 7).code, 0);
    o = take_alone(WS_TEXT, str_of(text, MAX + 1), MAX + 1, 7);
    assert_int_equal(o.code, WS_TOO_BIG);
    assert_int_equal(o.taken, 0);
    o = take_alone(WS_TEXT, str_of(text, MAX + 1), 60, 7);
    assert_int_equal(o.code, WS_TOO_BIG);
    assert_int_equal(o.taken, 60);
}

static bool frame(struct ws_message *m, enum ws_opcode opcode)
{
    const struct ws_frame f = {.opcode = opcode, .n = 1};
    struct ws_wrong wrong = {WS_PROTOCOL_ERROR, STR("")};
    bool taken = ws_message_frame(m, &f, &wrong);

    assert_int_equal(wrong.code, WS_PROTOCOL_ERROR);
    return taken;
}

static void a_message_begins_once_and_then_goes_on(void **state)
{
    struct ws_message m;

    ws_message_init(&m, MAX);
    assert_false(frame(&m, WS_CONTINUATION));
    assert_true(frame(&m, WS_TEXT));
    assert_false(frame(&m, WS_TEXT));
    assert_false(frame(&m, WS_BINARY));
    assert_true(frame(&m, WS_CONTINUATION));
    ws_message_next(&m);
    assert_false(frame(&m, WS_CONTINUATION));
    assert_true(frame(&m, WS_BINARY));
    ws_message_done(&m);
}

static void nothing_of_a_message_is_left_for_the_next(void **state)
{
    struct ws_message m;

    ws_message_init(&m, MAX);
    for (int i = 0; i < 3; i++) {
        struct outcome o =
            take(&m, WS_TEXT, STR("sixty bytes are more than a half of a hundred, twice"), 10, 3);

        assert_int_equal(o.code, 0);
        ws_message_next(&m);
        assert_null(m.bytes.p);
    }
    ws_message_done(&m);
}

int main(void)
{
    return RUN(test(a_message_is_the_same_in_frames_and_pieces_of_any_size),
               test(a_message_in_one_piece_stays_where_it_is),
               test(the_first_wrong_byte_of_a_text_fails_it),
               test(a_text_that_ends_in_a_character_is_failed),
               test(bytes_that_are_no_text_may_be_any),
               test(too_many_bytes_are_failed_when_they_are_announced),
               test(a_message_begins_once_and_then_goes_on),
               test(nothing_of_a_message_is_left_for_the_next));
}
