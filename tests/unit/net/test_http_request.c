#include "net/http_request.h"

#include <stdio.h>

#include "net/http1.h"
#include "tests/lib/test.h"

static const struct http_head_limits widest = {HTTP_HEAD_MAX, HTTP_FIELDS_MAX};

static struct http1_head head;
static char head_text[8192];

/* A request with these fields behind Host. */
static const struct http_head *with(const char *fields)
{
    struct http1_wrong wrong;
    size_t length;
    int n = snprintf(head_text, sizeof(head_text), "POST /graphql HTTP/1.1\r\nHost: h\r\n%s\r\n",
                     fields);

    assert_int_equal(
        http1_head_parse(str_of(head_text, (size_t)n), &widest, &head, &length, &wrong), HTTP1_OK);
    return &head.request;
}

static enum http_media accept_is(const char *accept)
{
    char field[512];

    snprintf(field, sizeof(field), "Accept: %s\r\n", accept);
    return http_request_media(with(field));
}

static void without_a_wish_json_is_given(void **state)
{
    assert_int_equal(http_request_media(with("")), MEDIA_JSON);
    assert_int_equal(accept_is(""), MEDIA_JSON);
    assert_int_equal(accept_is("*/*"), MEDIA_JSON);
    assert_int_equal(accept_is("application/*"), MEDIA_JSON);
}

static void the_higher_q_wins(void **state)
{
    assert_int_equal(accept_is("application/graphql-response+json"), MEDIA_GRAPHQL_RESPONSE);
    assert_int_equal(accept_is("application/json, application/graphql-response+json"),
                     MEDIA_GRAPHQL_RESPONSE);
    assert_int_equal(accept_is("application/json, application/graphql-response+json;q=0.9"),
                     MEDIA_JSON);
    assert_int_equal(accept_is("application/json;q=0.001,application/graphql-response+json;q=0"),
                     MEDIA_JSON);
    assert_int_equal(accept_is("text/event-stream, application/json;q=0.5"), MEDIA_JSON);
}

static void the_closest_range_decides(void **state)
{
    assert_int_equal(accept_is("*/*, application/json;q=0"), MEDIA_GRAPHQL_RESPONSE);
    assert_int_equal(accept_is("application/*;q=0, application/graphql-response+json"),
                     MEDIA_GRAPHQL_RESPONSE);
    assert_int_equal(accept_is("*/*;q=0, application/json;q=0.1"), MEDIA_JSON);
}

static void what_we_do_not_have_is_not_acceptable(void **state)
{
    assert_int_equal(accept_is("text/plain"), MEDIA_NONE);
    assert_int_equal(accept_is("*/*;q=0"), MEDIA_NONE);
    assert_int_equal(accept_is("application/json;charset=latin1"), MEDIA_NONE);
    assert_int_equal(accept_is("application/json;q=nonsense"), MEDIA_NONE);
    assert_int_equal(accept_is("application/json;q=1.5"), MEDIA_NONE);
}

static void case_and_quotes_do_not_matter(void **state)
{
    assert_int_equal(accept_is("Application/GraphQL-Response+JSON; Charset=\"UTF-8\""),
                     MEDIA_GRAPHQL_RESPONSE);
}

static void several_accept_fields_are_one_list(void **state)
{
    assert_int_equal(http_request_media(with("Accept: text/plain\r\nAccept: "
                                             "application/graphql-response+json\r\n")),
                     MEDIA_GRAPHQL_RESPONSE);
}

static enum http_stream stream_is(const char *accept, bool *first)
{
    char field[512];

    snprintf(field, sizeof(field), "Accept: %s\r\n", accept);
    return http_request_stream(with(field), first);
}

static void a_stream_is_given_only_to_who_names_its_form(void **state)
{
    bool first;

    assert_int_equal(http_request_stream(with(""), &first), STREAM_NONE);
    assert_int_equal(stream_is("*/*", &first), STREAM_NONE);
    assert_int_equal(stream_is("text/*, multipart/*", &first), STREAM_NONE);
    assert_int_equal(stream_is("text/event-stream;q=0", &first), STREAM_NONE);
    assert_int_equal(stream_is("Text/Event-Stream; charset=UTF-8", &first), STREAM_EVENTS);
    assert_int_equal(stream_is("text/event-stream; charset=latin1", &first), STREAM_NONE);
    assert_int_equal(stream_is("multipart/mixed", &first), STREAM_NONE);
    assert_int_equal(stream_is("multipart/mixed;deferSpec=20220824", &first), STREAM_NONE);
    assert_int_equal(stream_is("multipart/mixed;subscriptionSpec=2.0", &first), STREAM_NONE);
    assert_int_equal(stream_is("application/json;subscriptionSpec=1.0", &first), STREAM_NONE);
    assert_int_equal(stream_is("multipart/mixed;boundary=graphql;subscriptionSpec=1.0", &first),
                     STREAM_PARTS);
    assert_int_equal(stream_is("multipart/mixed ; SubscriptionSpec=\"1.0\"", &first), STREAM_PARTS);
}

static void of_two_forms_of_a_stream_the_wanted_one_is_given(void **state)
{
    bool first;

    assert_int_equal(
        stream_is("multipart/mixed;subscriptionSpec=1.0, text/event-stream;q=0.9", &first),
        STREAM_PARTS);
    assert_int_equal(stream_is("multipart/mixed;subscriptionSpec=1.0, text/event-stream", &first),
                     STREAM_EVENTS);
}

static void a_single_result_is_a_stream_only_where_that_is_wanted_more(void **state)
{
    bool first;

    stream_is("text/event-stream", &first);
    assert_true(first);
    stream_is("text/event-stream, application/json;q=0.9", &first);
    assert_true(first);
    stream_is("text/event-stream, application/json", &first);
    assert_false(first);
    stream_is("text/event-stream, application/json;q=0, application/graphql-response+json", &first);
    assert_false(first);
    stream_is("text/event-stream, */*", &first);
    assert_false(first);
    assert_int_equal(stream_is("text/event-stream;q=0", &first), STREAM_NONE);
    assert_false(first);
}

/* Behind so many others. */
static enum http_media json_behind(size_t others)
{
    char accept[256];
    size_t n = 0;

    for (; n < 2 * others; n += 2)
        memcpy(accept + n, "a,", 2);
    memcpy(accept + n, "application/json", sizeof("application/json"));
    return accept_is(accept);
}

static void of_very_many_ranges_only_the_first_are_looked_at(void **state)
{
    assert_int_equal(json_behind(63), MEDIA_JSON);
    assert_int_equal(json_behind(64), MEDIA_NONE);
}

static void a_browser_wants_html_and_a_client_does_not(void **state)
{
    assert_true(
        http_request_wants_html(with("Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n")));
    assert_false(http_request_wants_html(with("Accept: */*\r\n")));
    assert_false(http_request_wants_html(with("Accept: text/html, application/json\r\n")));
    assert_false(http_request_wants_html(with("Accept: text/html;q=0\r\n")));
}

static void only_json_is_read(void **state)
{
    assert_true(http_request_is_json(STR("application/json")));
    assert_true(http_request_is_json(STR("Application/JSON ; charset=UTF-8")));
    assert_false(http_request_is_json(STR("application/json; charset=latin1")));
    assert_false(http_request_is_json(STR("text/plain")));
    assert_false(http_request_is_json(STR("application/jsonp")));
    assert_false(http_request_is_json(STR("")));
    assert_false(http_request_is_json(STR_NULL));
}

static void check_wrong(bool from_body, const char *text, const char *expected)
{
    struct net_call call;
    struct arena a;
    struct str wrong;

    arena_init(&a);
    if (from_body)
        assert_false(http_request_from_body(&a, str_c(text), &call, &wrong));
    else
        assert_false(http_request_from_query(&a, str_c(text), &call, &wrong));
    if (!str_starts(wrong, str_c(expected)))
        assert_str(wrong, expected);
    arena_done(&a);
}

static void a_body_of_a_wrong_shape_is_refused_by_name(void **state)
{
    check_wrong(true, "", "The body is not well-formed JSON: line 1, column");
    check_wrong(true, "{\"query\":\"a\"", "The body is not well-formed JSON: line 1, column 12");
    check_wrong(true, "[]", "The body must be a JSON object");
    check_wrong(true, "{}", "\"query\" must be a string.");
    check_wrong(true, "{\"query\":null}", "\"query\" must be a string.");
    check_wrong(true, "{\"query\":\"\",\"operationName\":1}",
                "\"operationName\" must be a string or null.");
    check_wrong(true, "{\"query\":\"\",\"variables\":[]}",
                "\"variables\" must be an object or null.");
    check_wrong(true, "{\"query\":\"\",\"extensions\":\"\"}",
                "\"extensions\" must be an object or null.");
    check_wrong(true, "{\"query\":\"a\",\"query\":\"b\"}", "The body is not well-formed JSON");
}

static void a_body_may_leave_out_and_null_all_but_the_query(void **state)
{
    struct net_call call;
    struct arena a;
    struct str wrong;

    arena_init(&a);
    assert_true(http_request_from_body(
        &a, STR("{\"query\":\"a\\u0000b\",\"operationName\":null,\"variables\":null,\"x\":1}"),
        &call, &wrong));
    assert_int_equal(call.query.n, 3);
    assert_null(call.operation_name.p);
    assert_null(call.variables);
    assert_null(call.extensions);
    arena_done(&a);
}

static void a_query_string_is_decoded(void **state)
{
    struct net_call call;
    struct arena a;
    struct str wrong;

    arena_init(&a);
    assert_true(http_request_from_query(
        &a, STR("x=%zz&query=%7Ba+%c3%A4%7d&operationName=A&variables=%7B%22v%22%3A1%7D&y"), &call,
        &wrong));
    assert_str(call.query, "{a \xc3\xa4}");
    assert_str(call.operation_name, "A");
    assert_int_equal(json_value_get(call.variables, STR("v"))->integer, 1);
    arena_done(&a);
}

static void a_wrong_query_string_is_refused_by_name(void **state)
{
    check_wrong(false, "", "The parameter \"query\" is missing.");
    check_wrong(false, "query=%", "\"query\" is not percent-encoded UTF-8.");
    check_wrong(false, "query=%4", "\"query\" is not percent-encoded UTF-8.");
    check_wrong(false, "query=%ff", "\"query\" is not percent-encoded UTF-8.");
    check_wrong(false, "query=a&query=b", "\"query\" is given twice.");
    check_wrong(false, "query=a&variables={", "variables is not well-formed JSON");
    check_wrong(false, "query=a&variables=1", "\"variables\" must be an object or null.");
    check_wrong(false, "query=a&variables=[]", "\"variables\" must be an object or null.");
    check_wrong(false, "query=a&variables={}&variables={}", "\"variables\" is given twice.");
    check_wrong(false, "query=a&variables=null&variables={}", "\"variables\" is given twice.");
}

int main(void)
{
    return RUN(test(without_a_wish_json_is_given), test(the_higher_q_wins),
               test(the_closest_range_decides), test(what_we_do_not_have_is_not_acceptable),
               test(case_and_quotes_do_not_matter), test(several_accept_fields_are_one_list),
               test(a_stream_is_given_only_to_who_names_its_form),
               test(of_two_forms_of_a_stream_the_wanted_one_is_given),
               test(a_single_result_is_a_stream_only_where_that_is_wanted_more),
               test(of_very_many_ranges_only_the_first_are_looked_at),
               test(a_browser_wants_html_and_a_client_does_not), test(only_json_is_read),
               test(a_body_of_a_wrong_shape_is_refused_by_name),
               test(a_body_may_leave_out_and_null_all_but_the_query),
               test(a_query_string_is_decoded), test(a_wrong_query_string_is_refused_by_name));
}
