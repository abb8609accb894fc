#include "net/batch.h"

#include <stdio.h>

#include "tests/lib/test.h"
#include "tests/unit/net/line.h"

static const struct net_config five = {
    .max_request_bytes = 20000, .high_water = 65536, .batching = 5};

/* In static memory. */
static const char *post(const char *body)
{
    static char text[4096];

    snprintf(text, sizeof(text),
             "POST /graphql HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
             "Authorization: Bearer x\r\nContent-Length: %zu\r\n\r\n%s",
             strlen(body), body);
    return text;
}

static void check(const struct net_config *config, const char *body, const char *status,
                  const char *answer)
{
    struct toy toy;
    struct line l;

    line_toy(&toy, config);
    line_open(&l, &toy);
    line_say(&l, str_c(post(body)));
    assert_true(line_until(&l, answer));
    assert_true(str_starts(line_take(&l), str_c(status)));
    line_close(&l);
    assert_int_equal(toy.cancelled, 0);
    line_toy_done(&toy);
}

#define ECHOED(what) "{\"data\":{\"echo\":\"echo " what "\",\"auth\":\"Bearer x\"}}"

static void the_results_stand_in_the_order_of_the_operations(void **state)
{
    check(&five,
          " \r\n[{\"query\":\"echo 1\"},{\"query\":\"slow\",\"variables\":{\"ms\":30}},"
          "{\"query\":\"slow\"},{\"query\":\"echo 2\"}]",
          "HTTP/1.1 200 ",
          "\r\n\r\n[" ECHOED("1") ",{\"data\":{\"slow\":true}},{\"data\":{\"slow\":true}}," ECHOED(
              "2") "]");
    check(&five, "[{\"query\":\"echo 1\"}]", "HTTP/1.1 200 ", "\r\n\r\n[" ECHOED("1") "]");
}

static void a_status_that_all_would_have_is_that_of_the_response(void **state)
{
    check(&five, "[{\"query\":\"refused\"},{\"query\":\"late refused\"}]", "HTTP/1.1 401 ", "]}]");
    check(&five, "[{\"query\":\"refused\"},{\"query\":\"echo 1\"}]", "HTTP/1.1 200 ",
          ECHOED("1") "]");
}

static void an_array_that_cannot_be_run_is_refused_and_told_why(void **state)
{
    check(&five, "[]", "HTTP/1.1 400 ", "The batch is empty");
    check(&five, "[1,2,3,4,5,6]", "HTTP/1.1 400 ", "The batch has 6 operations; the limit is 5.");
    check(&five, "[{\"query\":\"echo\"},7]", "HTTP/1.1 400 ", "[1] must be an object");
    check(&five, "[{\"query\":\"echo\"},{\"query\":7}]", "HTTP/1.1 400 ",
          "[1]: \\\"query\\\" must be a string.");
    check(&five, "[{\"query\":\"echo\"}", "HTTP/1.1 400 ", "is not well-formed JSON");
}

static void without_batching_an_array_is_refused_and_told_how_to_get_it(void **state)
{
    check(NULL, "[{\"query\":\"echo\"}]", "HTTP/1.1 400 ", "turns them on with --batching");
}

static void the_connection_serves_on_behind_a_batch(void **state)
{
    struct toy toy;
    struct line l;

    line_toy(&toy, &five);
    line_open(&l, &toy);
    for (int i = 0; i < 3; i++) {
        line_say(&l, str_c(post("[{\"query\":\"slow\"},{\"query\":\"echo 1\"}]")));
        line_say(&l, str_c(post("{\"query\":\"echo 2\"}")));
        assert_true(line_until(&l, "\r\n\r\n" ECHOED("2")));
        line_take(&l);
    }
    line_close(&l);
    line_toy_done(&toy);
}

static void who_goes_while_waiting_cancels_what_is_not_answered(void **state)
{
    struct toy toy;
    struct line l;

    line_toy(&toy, &five);
    line_open(&l, &toy);
    line_ask(&l, post("[{\"query\":\"slow\",\"variables\":{\"ms\":1000000}},{\"query\":\"echo 1\"},"
                      "{\"query\":\"slow\",\"variables\":{\"ms\":1000000}}]"));
    line_close(&l);
    assert_int_equal(toy.cancelled, 2);
    line_toy_done(&toy);
}

int main(void)
{
    return RUN(test(the_results_stand_in_the_order_of_the_operations),
               test(a_status_that_all_would_have_is_that_of_the_response),
               test(an_array_that_cannot_be_run_is_refused_and_told_why),
               test(without_batching_an_array_is_refused_and_told_how_to_get_it),
               test(the_connection_serves_on_behind_a_batch),
               test(who_goes_while_waiting_cancels_what_is_not_answered));
}
