#include "tools/bench/wire.h"

#include "tests/lib/test.h"

#define ID "6d1f0c52-7b0e-4c8a-9f3e-000000000042"

static void an_acknowledgement_is_known_by_its_type(void **state)
{
    struct wire_message m;

    assert_true(wire_read(STR("{\"type\":\"connection_ack\"}"), &m));
    assert_int_equal(m.type, WIRE_ACK);
    assert_true(wire_read(STR("{\"type\":\"connection_ack\",\"payload\":{\"a\":1}}"), &m));
    assert_str(m.payload, "{\"a\":1}");
}

static void a_result_gives_its_number_and_payload(void **state)
{
    struct wire_message m;

    assert_true(wire_read(
        STR("{\"id\":\"" ID "\",\"type\":\"next\",\"payload\":{\"data\":{\"x\":1}}}"), &m));
    assert_int_equal(m.type, WIRE_NEXT);
    assert_int_equal(m.id, 42);
    assert_str(m.payload, "{\"data\":{\"x\":1}}");
}

static void the_type_may_stand_before_the_number(void **state)
{
    struct wire_message m;

    assert_true(
        wire_read(STR("{\"type\":\"next\",\"id\":\"" ID "\",\"payload\":{\"data\":1}}"), &m));
    assert_int_equal(m.type, WIRE_NEXT);
    assert_int_equal(m.id, 42);
    assert_str(m.payload, "{\"data\":1}");
    assert_false(wire_read(STR("{\"type\":\"next\",\"payload\":{\"data\":1}}"), &m));
}

static void a_completion_has_no_payload(void **state)
{
    struct wire_message m;

    assert_true(wire_read(STR("{\"id\":\"" ID "\",\"type\":\"complete\"}"), &m));
    assert_int_equal(m.type, WIRE_COMPLETE);
    assert_null(m.payload.p);
}

static void what_is_laid_out_otherwise_is_refused(void **state)
{
    struct wire_message m;

    assert_false(wire_read(STR(""), &m));
    assert_false(wire_read(STR("{\"id\":\"42\",\"type\":\"next\"}"), &m));
    assert_false(wire_read(STR("{\"id\":\"6d1f0c52-7b0e-4c8a-9f3e-00000"), &m));
    assert_false(wire_read(STR("{\"type\":\"ka\"}"), &m));
    assert_false(wire_read(STR("{ \"type\":\"connection_ack\"}"), &m));
}

static void a_subscription_is_read_back_by_the_number_it_was_given(void **state)
{
    struct buf out;

    buf_init(&out, 1000);
    wire_subscribe(&out, 42, STR("{ a(b: \"c\") }"), STR("{\"d\":1}"));
    assert_str(buf_str(&out), "{\"id\":\"" ID "\",\"type\":\"subscribe\",\"payload\":"
                              "{\"query\":\"{ a(b: \\\"c\\\") }\",\"variables\":{\"d\":1}}}");
    buf_done(&out);
}

static void values_are_found_behind_what_announces_them(void **state)
{
    struct str json = STR("{\"text\":\"hello\",\"seq\":12,\"end\":");
    struct str text;
    int64_t number;

    assert_true(wire_find_text(json, STR("\"text\":\""), &text));
    assert_str(text, "hello");
    assert_true(wire_find_number(json, STR("\"seq\":"), &number));
    assert_int_equal(number, 12);
    assert_false(wire_find_number(json, STR("\"end\":"), &number));
    assert_false(wire_find_number(json, STR("\"none\":"), &number));
    assert_false(wire_find_text(json, STR("\"none\":\""), &text));
}

int main(void)
{
    return RUN(test(an_acknowledgement_is_known_by_its_type),
               test(a_result_gives_its_number_and_payload),
               test(the_type_may_stand_before_the_number), test(a_completion_has_no_payload),
               test(what_is_laid_out_otherwise_is_refused),
               test(a_subscription_is_read_back_by_the_number_it_was_given),
               test(values_are_found_behind_what_announces_them));
}
