#include "net/refusal.h"

#include "tests/lib/test.h"

static void a_refusal_has_a_code_and_says_why(void **state)
{
    struct buf out;

    buf_init(&out, 1024);
    refusal_body(&out, 400, ST_BAD_REQUEST, STR("Not \"this\"."), false);
    assert_str(buf_str(&out),
               "{\"errors\":[{\"message\":\"Not \\\"this\\\".\","
               "\"extensions\":{\"code\":\"BAD_REQUEST\",\"http\":{\"status\":400}}}]}");
    buf_done(&out);
}

static void a_refusal_names_the_status_that_its_response_has(void **state)
{
    struct buf out;

    buf_init(&out, 1024);
    refusal_body(&out, 431, ST_BAD_REQUEST, STR("Too long."), true);
    assert_str(buf_str(&out),
               "{\"errors\":[{\"message\":\"Too long.\",\"errorType\":\"BadRequestException\","
               "\"errorCode\":431,\"extensions\":{\"code\":\"BAD_REQUEST\","
               "\"http\":{\"status\":431}}}]}");
    buf_done(&out);
}

static void who_is_away_says_when_to_come_back(void **state)
{
    struct buf out;

    buf_init(&out, 1024);
    refusal_errors(&out, ST_UNAVAILABLE, STR("Restarting."), false);
    assert_str(buf_str(&out),
               "[{\"message\":\"Restarting.\",\"extensions\":"
               "{\"code\":\"UNAVAILABLE\",\"http\":{\"status\":503},\"retryAfterMs\":1000}}]");
    buf_done(&out);
}

static void a_typed_one_is_called_as_appsync_calls_it(void **state)
{
    struct buf out;

    buf_init(&out, 1024);
    refusal_errors(&out, ST_UNAUTHENTICATED, STR("Forbidden"), true);
    assert_str(buf_str(&out), "[{\"message\":\"Forbidden\",\"errorType\":\"UnauthorizedException\","
                              "\"errorCode\":401,\"extensions\":{\"code\":\"UNAUTHENTICATED\","
                              "\"http\":{\"status\":401}}}]");
    buf_done(&out);
}

int main(void)
{
    return RUN(test(a_typed_one_is_called_as_appsync_calls_it),
               test(a_refusal_has_a_code_and_says_why),
               test(a_refusal_names_the_status_that_its_response_has),
               test(who_is_away_says_when_to_come_back));
}
