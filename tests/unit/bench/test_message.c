#include "tools/bench/message.h"

#include "tests/lib/test.h"

static void what_is_written_is_read_back_from_an_event(void **state)
{
    struct message_seen seen;
    struct str text = STR("000000042 0000000000001234 xx");
    struct buf out;

    buf_init(&out, 1000);
    message_write(&out, STR("club"), 42, 1234, text.n);
    assert_str(buf_str(&out), "{\"roomId\":\"club\",\"text\":\"000000042 0000000000001234 xx\"}");
    assert_true(message_read(
        STR("{\"data\":{\"onMessage\":{\"text\":\"000000042 0000000000001234 xx\",\"seq\":7}}}"),
        &seen));
    assert_int_equal(seen.number, 42);
    assert_int_equal(seen.sent_us, 1234);
    assert_int_equal(seen.seq, 7);
    buf_done(&out);
}

static void the_first_selection_is_the_plain_document(void **state)
{
    struct buf out;

    buf_init(&out, 1000);
    message_write_selection(&out, 0);
    assert_true(str_eq(buf_str(&out), message_follow));
    buf_done(&out);
}

static void another_selection_has_one_field_more_at_the_end(void **state)
{
    struct buf out;

    buf_init(&out, 1000);
    message_write_selection(&out, 12);
    assert_str(buf_str(&out),
               "subscription Follow($roomId: ID!, $since: String) { onMessage(roomId: $roomId, "
               "since: $since) { text seq id senderId ts type12: type } }");
    buf_done(&out);
}

int main(void)
{
    return RUN(test(what_is_written_is_read_back_from_an_event),
               test(the_first_selection_is_the_plain_document),
               test(another_selection_has_one_field_more_at_the_end));
}
