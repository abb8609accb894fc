#include "net/deflate.h"

#include <stdio.h>

#include "base/mem.h"
#include "tests/lib/test.h"

static const struct http_head_limits widest = {HTTP_HEAD_MAX, HTTP_FIELDS_MAX};

static char unpacked[64 * 1024];

/* In pieces of so many bytes. */
static enum deflate_got read_all(struct deflate_reader *r, struct str payload, size_t step,
                                 struct buf *out)
{
    deflate_read_begin(r);
    while (payload.n) {
        size_t n = payload.n < step ? payload.n : step;
        enum deflate_got got = deflate_read(r, str_of(payload.p, n), out);

        if (got != DEFLATE_OK)
            return got;
        payload = str_of(payload.p + n, payload.n - n);
    }
    return deflate_read_end(r, out);
}

static enum deflate_got unpack_below(struct str payload, size_t ceiling, size_t step,
                                     struct str *ret_text)
{
    struct deflate_reader *r = deflate_reader_new();
    enum deflate_got got;
    struct buf out;

    buf_init(&out, ceiling);
    got = read_all(r, payload, step, &out);
    if (got == DEFLATE_OK) {
        memcpy(unpacked, buf_str(&out).p, out.n);
        *ret_text = str_of(unpacked, out.n);
    }
    buf_done(&out);
    deflate_reader_free(r);
    return got;
}

static void check_unpacks(struct str payload, const char *expected)
{
    for (size_t step = 1; step <= payload.n + 1; step++) {
        struct str text = STR("");

        assert_int_equal(unpack_below(payload, sizeof(unpacked), step, &text), DEFLATE_OK);
        assert_str(text, expected);
    }
}

static void the_examples_of_the_rfc_are_unpacked(void **state)
{
    check_unpacks(STR("\xf2\x48\xcd\xc9\xc9\x07\x00"), "Hello");
    /* a block that is not compressed */
    check_unpacks(STR("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"), "Hello");
    /* a block with BFINAL set */
    check_unpacks(STR("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), "Hello");
    /* two blocks */
    check_unpacks(STR("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"), "Hello");
    /* an empty message */
    check_unpacks(STR("\x00"), "");
}

static void what_is_packed_is_unpacked_again(void **state)
{
    struct deflate *d = deflate_new();
    struct deflate_reader *r = deflate_reader_new();
    static char text[40 * 1000];

    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)('a' + (i * i / 7) % 26);
    for (size_t n = 0; n <= sizeof(text); n = 3 * n + 1) {
        struct buf packed, again;

        buf_init(&packed, 1 << 20);
        buf_init(&again, 1 << 20);
        deflate_pack(d, str_of(text, n), &packed);
        assert_int_equal(read_all(r, buf_str(&packed), 1000, &again), DEFLATE_OK);
        assert_true(str_eq(buf_str(&again), str_of(text, n)));
        buf_done(&packed);
        buf_done(&again);
    }
    deflate_reader_free(r);
    deflate_free(d);
}

static void messages_do_not_lean_on_each_other(void **state)
{
    struct deflate *d = deflate_new();
    struct buf first, second;

    buf_init(&first, 4096);
    buf_init(&second, 4096);
    deflate_pack(d, STR("the same text, the same text"), &first);
    deflate_pack(d, STR("the same text, the same text"), &second);
    assert_true(str_eq(buf_str(&first), buf_str(&second)));
    buf_done(&first);
    buf_done(&second);
    deflate_free(d);
}

/* What many hear is compressed once; what differs from one to the other stands around it. */
static void a_message_is_put_together_from_parts(void **state)
{
    struct deflate *d = deflate_new();
    char head[DEFLATE_STORED_HEAD];
    struct buf message;

    buf_init(&message, 4096);
    deflate_stored_head(7, head);
    buf_add(&message, str_of(head, sizeof(head)));
    buf_add(&message, STR("before "));
    deflate_part(d, STR("shared, shared, shared"), &message);
    deflate_stored_head(0, head);
    buf_add(&message, str_of(head, sizeof(head)));
    deflate_stored_head(7, head);
    buf_add(&message, str_of(head, sizeof(head)));
    buf_add(&message, STR(" behind"));
    buf_add(&message, DEFLATE_END);
    check_unpacks(buf_str(&message), "before shared, shared, shared behind");
    buf_done(&message);
    deflate_free(d);
}

enum {
    ZEROS = 10 * 1000 * 1000,
    CEILING = 64 * 1024,
};

/* Ten million zeros in some ten thousand bytes, whole and in pieces. */
static void a_bomb_is_not_unpacked_beyond_the_ceiling(void **state)
{
    struct deflate *d = deflate_new();
    struct deflate_reader *r = deflate_reader_new();
    char *zeros = mem_zalloc(ZEROS);
    struct buf packed;

    buf_init(&packed, 1 << 20);
    deflate_pack(d, str_of(zeros, ZEROS), &packed);
    assert_true(packed.n < CEILING);
    for (size_t step = 1; step <= CEILING; step *= 16) {
        struct buf out;

        buf_init(&out, CEILING);
        assert_int_equal(read_all(r, buf_str(&packed), step, &out), DEFLATE_TOO_BIG);
        assert_true(out.capacity <= CEILING);
        /* and the next message is read as if nothing had been */
        buf_reset(&out, 64);
        assert_int_equal(read_all(r, STR("\xf2\x48\xcd\xc9\xc9\x07\x00"), 100, &out), DEFLATE_OK);
        assert_str(buf_str(&out), "Hello");
        buf_done(&out);
    }
    buf_done(&packed);
    mem_free(zeros);
    deflate_reader_free(r);
    deflate_free(d);
}

static void what_was_not_compressed_is_refused(void **state)
{
    static const struct str broken[] = {
        STR_INIT(""),
        STR_INIT("Hello"),
        STR_INIT("\x06\xff"),
        /* a distance that reaches in front of the message */
        STR_INIT("\xf2\x00\x11\x00\x00"),
        /* the first example of the RFC, cut off */
        STR_INIT("\xf2\x48\xcd"),
        /* a block that promises more than comes */
        STR_INIT("\x00\x05\x01\xfa\xfe\x48\x65"),
    };

    for (size_t i = 0; i < array_size(broken); i++)
        for (size_t step = 1; step <= broken[i].n + 1; step++) {
            struct str text = STR("");

            assert_int_equal(unpack_below(broken[i], 1000, step, &text), DEFLATE_BROKEN);
        }
}

/* What the offer is answered with; absent when it is not served. */
static struct str answer_to(const char *extensions)
{
    static char request[1024];
    struct http1_head head;
    struct http1_wrong wrong;
    size_t length;
    struct str answer = STR_NULL;
    int n = snprintf(request, sizeof(request), "GET / HTTP/1.1\r\nHost: h\r\n%s\r\n", extensions);

    assert_int_equal(http1_head_parse(str_of(request, (size_t)n), &widest, &head, &length, &wrong),
                     HTTP1_OK);
    return deflate_negotiate(&head, &answer) ? answer : STR_NULL;
}

#define NO_TAKEOVER "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

static bool is_served(const char *extensions)
{
    struct str answer = answer_to(extensions);

    if (answer.p)
        assert_str(answer, NO_TAKEOVER);
    return answer.p;
}

#define OFFER(text) "Sec-WebSocket-Extensions: " text "\r\n"

static void offers_of_browsers_are_served(void **state)
{
    assert_true(is_served(OFFER("permessage-deflate; client_max_window_bits")));
    assert_true(is_served(OFFER("permessage-deflate")));
    assert_true(is_served(OFFER("Permessage-Deflate;client_no_context_takeover;"
                                " server_no_context_takeover")));
    assert_true(is_served(OFFER("permessage-deflate; client_max_window_bits=\"10\"")));
}

/* Section 7.1.2.1: it is accepted by naming it. */
static void a_window_that_is_asked_of_the_server_is_answered(void **state)
{
    assert_str(answer_to(OFFER("permessage-deflate; server_max_window_bits=15")),
               NO_TAKEOVER "; server_max_window_bits=15");
}

static void the_first_offer_that_can_be_served_is_taken(void **state)
{
    assert_true(is_served(OFFER("x-other, permessage-deflate; server_max_window_bits=8,"
                                " permessage-deflate")));
    assert_true(is_served(OFFER("x-other") OFFER("permessage-deflate")));
}

static void an_offer_that_is_not_understood_is_passed_over(void **state)
{
    static const char *const none[] = {
        "",
        OFFER("x-webkit-deflate-frame"),
        OFFER("permessage-deflate; unknown"),
        OFFER("permessage-deflate; server_no_context_takeover=1"),
        OFFER("permessage-deflate; client_no_context_takeover; client_no_context_takeover"),
        OFFER("permessage-deflate; server_max_window_bits"),
        OFFER("permessage-deflate; server_max_window_bits=10"),
        OFFER("permessage-deflate; client_max_window_bits=16"),
        OFFER("permessage-deflate; client_max_window_bits=08"),
        OFFER("permessage-deflate; client_max_window_bits="),
        OFFER("permessage-deflate;"),
    };

    for (size_t i = 0; i < array_size(none); i++)
        if (is_served(none[i]))
            fail_msg("served: %s", none[i]);
}

int main(void)
{
    return RUN(test(the_examples_of_the_rfc_are_unpacked), test(what_is_packed_is_unpacked_again),
               test(messages_do_not_lean_on_each_other), test(a_message_is_put_together_from_parts),
               test(a_bomb_is_not_unpacked_beyond_the_ceiling),
               test(what_was_not_compressed_is_refused), test(offers_of_browsers_are_served),
               test(a_window_that_is_asked_of_the_server_is_answered),
               test(the_first_offer_that_can_be_served_is_taken),
               test(an_offer_that_is_not_understood_is_passed_over));
}
