#include "trace/traceparent.h"

#include "tests/lib/test.h"

/* The recommendation's own example. */
#define EXAMPLE "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

static void the_example_is_read_and_written(void **state)
{
    struct traceparent p;
    char text[TRACEPARENT_LENGTH];

    assert_true(traceparent_read(STR(EXAMPLE), &p));
    assert_true(p.sampled);
    assert_int_equal(p.trace.bytes[0], 0x0a);
    assert_int_equal(p.span.bytes[7], 0x31);
    traceparent_write(&p, text);
    assert_memory_equal(text, EXAMPLE, TRACEPARENT_LENGTH);
}

static void of_the_flags_only_the_lowest_is_looked_at(void **state)
{
    struct traceparent p;

    assert_true(
        traceparent_read(STR("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-fe"), &p));
    assert_false(p.sampled);
    assert_true(
        traceparent_read(STR("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03"), &p));
    assert_true(p.sampled);
}

static void a_later_version_may_have_more_behind(void **state)
{
    struct traceparent p;

    assert_true(traceparent_read(
        STR("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-else"), &p));
    assert_true(
        traceparent_read(STR("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), &p));
}

static void what_is_malformed_is_none(void **state)
{
    static const char *const wrong[] = {
        "",
        "00",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
        EXAMPLE "-more",
        EXAMPLE "0",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01",
    };
    struct traceparent p;

    for (size_t i = 0; i < array_size(wrong); i++)
        if (traceparent_read(str_c(wrong[i]), &p))
            fail_msg("\"%s\" was read", wrong[i]);
    assert_false(traceparent_read(STR_NULL, &p));
}

int main(void)
{
    return RUN(test(the_example_is_read_and_written),
               test(of_the_flags_only_the_lowest_is_looked_at),
               test(a_later_version_may_have_more_behind), test(what_is_malformed_is_none));
}
