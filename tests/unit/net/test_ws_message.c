#include "net/ws_message.h"

#include "base/mem.h"
#include "tests/lib/test.h"

enum {
    MAX = 100,
    ZEROS = 50000,
};

static struct packing *packing;
static bool packed; /* the messages that come */

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
        const struct ws_frame f = {.opcode = at ? WS_CONTINUATION : opcode,
                                   .final = end == s.n,
                                   .packed = packed && at == 0,
                                   .n = end - at};

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

    ws_message_init(&m, MAX, packing);
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

static struct outcome take_packed(struct str payload, size_t frame, size_t step)
{
    struct outcome o;

    packing = packing_new();
    packed = true;
    o = take_alone(WS_TEXT, payload, frame, step);
    packed = false;
    packing_free(packing);
    packing = NULL;
    return o;
}

static void a_compressed_message_is_the_same_in_frames_and_pieces_of_any_size(void **state)
{
    const struct str hello = STR("\xf2\x48\xcd\xc9\xc9\x07\x00");

    for (size_t frame = 1; frame <= hello.n; frame++)
        for (size_t step = 1; step <= frame; step++) {
            struct outcome o = take_packed(hello, frame, step);

            assert_int_equal(o.code, 0);
            assert_str(str_of(o.text, o.n), "Hello");
        }
}

/* Packs `s`, and takes it in frames of so many bytes. */
static struct outcome pack_and_take(struct str s, size_t frame, size_t *ret_length)
{
    struct deflate *d = deflate_new();
    struct outcome o;
    struct buf out;

    buf_init(&out, 1 << 20);
    deflate_pack(d, s, &out);
    *ret_length = out.n;
    o = take_packed(buf_str(&out), frame, 1);
    buf_done(&out);
    deflate_free(d);
    return o;
}

static void a_compressed_message_that_unpacks_to_too_much_is_failed_before_it_has_come(void **state)
{
    char *zeros = mem_zalloc(ZEROS);
    size_t length;
    struct outcome o;

    memset(zeros, 'a', ZEROS);
    assert_int_equal(pack_and_take(str_of(zeros, MAX), 7, &length).code, 0);
    for (size_t frame = 1; frame < MAX; frame *= 3) {
        o = pack_and_take(str_of(zeros, MAX + 1), frame, &length);
        assert_int_equal(o.code, WS_TOO_BIG);
        o = pack_and_take(str_of(zeros, ZEROS), frame, &length);
        assert_int_equal(o.code, WS_TOO_BIG);
        assert_true(length > 50 && o.taken < 20);
    }
    mem_free(zeros);
}

/* How many messages that all unpack to n bytes are taken, of a hundred. */
static unsigned count_taken(struct str text)
{
    struct deflate *d = deflate_new();
    struct ws_message m;
    struct buf payload;
    unsigned n = 0;

    buf_init(&payload, text.n);
    deflate_pack(d, text, &payload);
    packing = packing_new();
    ws_message_init(&m, ZEROS, packing);
    for (; n < 100; n++) {
        const struct ws_frame f = {
            .opcode = WS_TEXT, .final = true, .packed = true, .n = payload.n};
        struct ws_wrong wrong;
        struct str message;

        assert_true(ws_message_frame(&m, &f, &wrong));
        if (ws_message_piece(&m, buf_str(&payload), true, &message, &wrong) == WS_BROKEN) {
            assert_int_equal(wrong.code, WS_TOO_BIG);
            break;
        }
        assert_int_equal(message.n, text.n);
        ws_message_next(&m);
    }
    ws_message_done(&m);
    packing_free(packing);
    packing = NULL;
    buf_done(&payload);
    deflate_free(d);
    return n;
}

static void a_connection_does_not_go_on_unpacking_much_from_little(void **state)
{
    static const char *const words[] = {"one ", "more ", "word, ", "and ", "another "};
    char *zeros = mem_zalloc(ZEROS);
    uint32_t x = 1;
    struct buf text;

    /* two hundred times as much as came: four of the longest, and what those have earned */
    assert_int_equal(count_taken(str_of(zeros, ZEROS)), 4);
    /* what is written by people is taken for ever */
    buf_init(&text, ZEROS);
    while (text.n < 40000) {
        x = x * 1664525u + 1013904223u;
        buf_add(&text, str_c(words[(x >> 16) % array_size(words)]));
    }
    assert_int_equal(count_taken(buf_str(&text)), 100);
    buf_done(&text);
    mem_free(zeros);
}

static void compressed_text_is_failed_at_its_first_wrong_byte(void **state)
{
    /* a block that is not compressed: a head of five bytes, fourteen of text, a wrong one */
    const struct str s = STR("\x00\x17\x00\xe8\xff"
                             "so far so good\xff, no more\x00");

    for (size_t frame = 1; frame <= s.n; frame++) {
        struct outcome o = take_packed(s, frame, 1);

        assert_int_equal(o.code, WS_BAD_TEXT);
        assert_true(o.taken <= 21);
    }
    assert_int_equal(take_packed(STR("\x00\x02\x00\xfd\xff\xe2\x82\x00"), 1, 1).code, WS_BAD_TEXT);
}

static void what_is_not_compressed_as_it_says_is_failed(void **state)
{
    assert_int_equal(take_packed(STR("Hello"), 1, 1).code, WS_BAD_TEXT);
    assert_int_equal(take_packed(STR("\xf2\x48\xcd"), 1, 1).code, WS_BAD_TEXT);
}

static void a_message_in_one_piece_stays_where_it_is(void **state)
{
    const struct ws_frame f = {.opcode = WS_TEXT, .final = true, .n = 5};
    const struct str hello = STR("Hello");
    struct ws_message m;
    struct ws_wrong wrong;
    struct str message;

    ws_message_init(&m, MAX, NULL);
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

    ws_message_init(&m, MAX, NULL);
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

    ws_message_init(&m, MAX, NULL);
    for (int i = 0; i < 3; i++) {
        struct outcome o =
            take(&m, WS_TEXT, STR("a text of which each half is more than a third of it"), 10, 3);

        assert_int_equal(o.code, 0);
        ws_message_next(&m);
        assert_null(m.bytes.p);
    }
    ws_message_done(&m);
}

static void once_it_may_be_longer_the_next_message_is(void **state)
{
    const struct str s = STR("a text of which each half is more than a third of it");
    struct ws_message m;

    ws_message_init(&m, s.n - 1, NULL);
    assert_int_equal(take(&m, WS_TEXT, s, 100, 100).code, WS_TOO_BIG);
    ws_message_next(&m);
    ws_message_limit(&m, s.n);
    assert_int_equal(take(&m, WS_TEXT, s, 10, 3).code, 0);
    ws_message_next(&m);
    assert_int_equal(m.max, s.n);
    ws_message_done(&m);
}

static void once_it_has_to_be_shorter_the_next_message_is_and_unpacks_to_less(void **state)
{
    const struct str s = STR("a text of which each half is more than a third of it");
    struct ws_message m;
    size_t credit;

    ws_message_init(&m, s.n, NULL);
    credit = m.credit;
    assert_int_equal(take(&m, WS_TEXT, s, 10, 3).code, 0);
    ws_message_next(&m);
    ws_message_limit(&m, s.n / 2);
    assert_int_equal(m.credit, credit / 2);
    assert_int_equal(take(&m, WS_TEXT, s, 100, 100).code, WS_TOO_BIG);
    ws_message_next(&m);
    ws_message_limit(&m, s.n);
    assert_int_equal(m.credit, credit);
    assert_int_equal(take(&m, WS_TEXT, s, 10, 3).code, 0);
    ws_message_done(&m);
}

int main(void)
{
    return RUN(test(a_message_is_the_same_in_frames_and_pieces_of_any_size),
               test(a_compressed_message_is_the_same_in_frames_and_pieces_of_any_size),
               test(a_compressed_message_that_unpacks_to_too_much_is_failed_before_it_has_come),
               test(a_connection_does_not_go_on_unpacking_much_from_little),
               test(compressed_text_is_failed_at_its_first_wrong_byte),
               test(what_is_not_compressed_as_it_says_is_failed),
               test(a_message_in_one_piece_stays_where_it_is),
               test(the_first_wrong_byte_of_a_text_fails_it),
               test(a_text_that_ends_in_a_character_is_failed),
               test(bytes_that_are_no_text_may_be_any),
               test(too_many_bytes_are_failed_when_they_are_announced),
               test(a_message_begins_once_and_then_goes_on),
               test(nothing_of_a_message_is_left_for_the_next),
               test(once_it_may_be_longer_the_next_message_is),
               test(once_it_has_to_be_shorter_the_next_message_is_and_unpacks_to_less));
}
