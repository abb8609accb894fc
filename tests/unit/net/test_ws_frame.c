#include "net/ws_frame.h"

#include "tests/lib/test.h"

static enum ws_parse parse(const char *p, size_t n, struct ws_frame *f, struct ws_wrong *wrong)
{
    *wrong = (struct ws_wrong){0};
    return ws_frame_parse(str_of(p, n), false, 1000, f, wrong);
}

#define BYTES(literal) literal, sizeof(literal) - 1

static void the_masked_hello_of_the_rfc_is_read(void **state)
{
    char hello[] = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
    struct ws_frame f;
    struct ws_wrong wrong;

    for (size_t n = 0; n < 6; n++)
        assert_int_equal(parse(hello, n, &f, &wrong), WS_MORE);
    assert_int_equal(parse(hello, 6, &f, &wrong), WS_WHOLE);
    assert_int_equal(f.opcode, WS_TEXT);
    assert_true(f.final);
    assert_int_equal(f.head, 6);
    assert_int_equal(f.n, 5);
    ws_unmask(f.mask, hello + f.head, f.n);
    assert_str(str_of(hello + f.head, f.n), "Hello");
}

static void a_mask_turns_with_every_byte(void **state)
{
    char bytes[23];

    for (size_t n = 0; n <= sizeof(bytes); n++) {
        unsigned char mask[4] = {1, 2, 3, 4};

        memset(bytes, 0x50, sizeof(bytes));
        ws_unmask(mask, bytes, n);
        for (size_t i = 0; i < sizeof(bytes); i++)
            assert_int_equal(bytes[i], i < n ? 0x50 ^ (1 + i % 4) : 0x50);
    }
}

static void a_payload_in_pieces_goes_on_in_the_mask(void **state)
{
    const unsigned char mask[4] = {1, 2, 3, 4};
    char whole[23] = "a payload in two pieces";

    for (size_t n = 0; n <= sizeof(whole); n++) {
        char pieces[sizeof(whole)];
        unsigned char turning[4], again[4];

        memcpy(turning, mask, 4);
        memcpy(again, mask, 4);
        memcpy(pieces, whole, sizeof(whole));
        ws_unmask(turning, pieces, n);
        ws_unmask(turning, pieces + n, sizeof(whole) - n);
        ws_unmask(again, pieces, sizeof(whole));
        assert_memory_equal(pieces, whole, sizeof(whole));
    }
}

static void check_broken(const char *p, size_t n, enum ws_close_code code)
{
    struct ws_frame f;
    struct ws_wrong wrong;

    assert_int_equal(parse(p, n, &f, &wrong), WS_BROKEN);
    assert_int_equal(wrong.code, code);
}

static void what_a_client_must_not_send_is_broken_at_once(void **state)
{
    check_broken(BYTES("\x81\x00"), WS_PROTOCOL_ERROR);         /* not masked */
    check_broken(BYTES("\xc1\x80"), WS_PROTOCOL_ERROR);         /* a reserved bit */
    check_broken(BYTES("\x83\x80"), WS_PROTOCOL_ERROR);         /* an opcode of nobody's */
    check_broken(BYTES("\x8b\x80"), WS_PROTOCOL_ERROR);         /* a control one */
    check_broken(BYTES("\x09\x80"), WS_PROTOCOL_ERROR);         /* a ping in pieces */
    check_broken(BYTES("\x89\xfe"), WS_PROTOCOL_ERROR);         /* a ping too long */
    check_broken(BYTES("\x81\xfe\x00\x7d"), WS_PROTOCOL_ERROR); /* 125 in two bytes */
    check_broken(BYTES("\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff"), WS_PROTOCOL_ERROR);
}

/* Where messages may be compressed; the first byte of a frame. */
static enum ws_parse parse_packing(unsigned char first, struct ws_frame *f)
{
    const char bytes[] = {(char)first, (char)0x80, 1, 2, 3, 4};
    struct ws_wrong wrong = {WS_PROTOCOL_ERROR, STR_NULL};
    enum ws_parse got = ws_frame_parse(str_of(bytes, sizeof(bytes)), true, 1000, f, &wrong);

    assert_int_equal(wrong.code, WS_PROTOCOL_ERROR);
    return got;
}

static void that_a_message_is_compressed_stands_in_its_first_frame_only(void **state)
{
    struct ws_frame f;

    assert_int_equal(parse_packing(0xc1, &f), WS_WHOLE);
    assert_true(f.packed && f.final && f.opcode == WS_TEXT);
    assert_int_equal(parse_packing(0x42, &f), WS_WHOLE);
    assert_true(f.packed && !f.final && f.opcode == WS_BINARY);
    assert_int_equal(parse_packing(0x81, &f), WS_WHOLE);
    assert_false(f.packed);
    assert_int_equal(parse_packing(0xc0, &f), WS_BROKEN); /* a continuation */
    assert_int_equal(parse_packing(0xc8, &f), WS_BROKEN); /* control frames */
    assert_int_equal(parse_packing(0xc9, &f), WS_BROKEN);
    assert_int_equal(parse_packing(0xca, &f), WS_BROKEN);
    assert_int_equal(parse_packing(0xe1, &f), WS_BROKEN); /* the other bits */
    assert_int_equal(parse_packing(0x91, &f), WS_BROKEN);
    assert_int_equal(parse_packing(0xa1, &f), WS_BROKEN);
}

static void a_length_over_the_limit_is_too_big_before_it_comes(void **state)
{
    struct ws_frame f;
    struct ws_wrong wrong;

    assert_int_equal(parse(BYTES("\x81\xfe\x03\xe8"), &f, &wrong), WS_MORE);
    check_broken(BYTES("\x81\xfe\x03\xe9"), WS_TOO_BIG);
    check_broken(BYTES("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff"), WS_TOO_BIG);
}

static void a_close_reason_is_cut_at_a_character(void **state)
{
    char reason[200], out[WS_CONTROL_MAX];

    for (size_t i = 0; i + 1 < sizeof(reason); i += 2)
        memcpy(reason + i, "\xc3\xa4", 2);
    assert_int_equal(ws_close_payload(4400, str_of(reason, 122), out), 124);
    assert_int_equal(ws_close_payload(4400, str_of(reason, 124), out), 124);
    assert_int_equal(ws_close_payload(4400, str_of(reason, 200), out), 124);
    assert_memory_equal(out, "\x11\x30", 2);
    memset(reason, 'a', sizeof(reason));
    assert_int_equal(ws_close_payload(4400, str_of(reason, 200), out), 125);
}

static unsigned close_code(const char *p, size_t n)
{
    struct ws_wrong wrong;
    unsigned code;

    return ws_close_parse(str_of(p, n), &code, &wrong) ? code : 10000 + wrong.code;
}

static void a_close_from_a_client_is_checked(void **state)
{
    assert_int_equal(close_code("", 0), WS_NO_CODE);
    assert_int_equal(close_code(BYTES("\x03\xe8")), 1000);
    assert_int_equal(close_code(BYTES("\x13\x87why")), 4999);
    assert_int_equal(close_code(BYTES("\x03")), 11002);
    assert_int_equal(close_code(BYTES("\x03\xe7")), 11002); /* 999 */
    assert_int_equal(close_code(BYTES("\x03\xec")), 11002); /* 1004 */
    assert_int_equal(close_code(BYTES("\x03\xee")), 11002); /* 1006 */
    assert_int_equal(close_code(BYTES("\x03\xf7")), 11002); /* 1015 */
    assert_int_equal(close_code(BYTES("\x0b\xb7")), 11002); /* 2999 */
    assert_int_equal(close_code(BYTES("\x13\x88")), 11002); /* 5000 */
    assert_int_equal(close_code(BYTES("\x03\xe8\xff")), 11007);
}

int main(void)
{
    return RUN(test(the_masked_hello_of_the_rfc_is_read), test(a_mask_turns_with_every_byte),
               test(a_payload_in_pieces_goes_on_in_the_mask),
               test(what_a_client_must_not_send_is_broken_at_once),
               test(that_a_message_is_compressed_stands_in_its_first_frame_only),
               test(a_length_over_the_limit_is_too_big_before_it_comes),
               test(a_close_reason_is_cut_at_a_character), test(a_close_from_a_client_is_checked));
}
