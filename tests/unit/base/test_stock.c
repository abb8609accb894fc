#include "base/stock.h"

#include "base/mem.h"
#include "tests/lib/test.h"

static void what_was_left_serves_again_the_latest_first(void **state)
{
    struct stock s;
    char *a, *b;

    stock_init(&s, 100, 2);
    a = stock_take(&s);
    b = stock_take(&s);
    assert_ptr_not_equal(a, b);
    memset(a, 'a', 100);
    memset(b, 'b', 100);
    stock_leave(&s, a);
    stock_leave(&s, b);
    assert_ptr_equal(stock_take(&s), b);
    assert_ptr_equal(stock_take(&s), a);
    stock_leave(&s, a);
    stock_leave(&s, b);
    stock_done(&s);
    assert_int_equal(s.n, 0);
}

static void no_more_is_kept_than_was_said(void **state)
{
    struct stock s;
    void *blocks[4];

    stock_init(&s, sizeof(void *), 3);
    for (size_t i = 0; i < array_size(blocks); i++)
        blocks[i] = stock_take(&s);
    for (size_t i = 0; i < array_size(blocks); i++)
        stock_leave(&s, blocks[i]);
    assert_int_equal(s.n, 3);
    stock_done(&s);
}

static void a_stock_of_none_keeps_none(void **state)
{
    struct stock s;

    stock_init(&s, 64, 0);
    stock_leave(&s, stock_take(&s));
    assert_null(s.first);
    stock_done(&s);
}

int main(void)
{
    return RUN(test(what_was_left_serves_again_the_latest_first),
               test(no_more_is_kept_than_was_said), test(a_stock_of_none_keeps_none));
}
