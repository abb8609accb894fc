/*
 * Against a server of the test's own that says, byte for byte, what is to be said.
 */

#include "http/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "tests/lib/test.h"
#include "tests/unit/http/http_stub.h"

static struct http_stub stub;
static struct loop loop;

/* What came of a fetch. */
static unsigned answers;
static bool arrived;
static char body[256], why[512];
static size_t body_n;
static int64_t fresh_ms, retry_after_ms;
static int status_told;

static void on_done(void *user, const struct fetch_answer *answer)
{
    answers++;
    arrived = answer->arrived;
    body_n = answer->body.n;
    snprintf(body, sizeof(body), "%.*s", (int)(body_n < 200 ? body_n : 200), answer->body.p);
    snprintf(why, sizeof(why), "%.*s", STR_ARG(answer->why));
    fresh_ms = answer->fresh_ms;
    retry_after_ms = answer->retry_after_ms;
    status_told = answer->status;
    loop_stop(&loop);
}

static uint64_t timeout_ms;

static int set_up(void **state)
{
    setenv("no_proxy", "*", 1);
    answers = 0;
    timeout_ms = 60000;
    http_stub_start(&stub);
    loop_init(&loop, 0);
    return 0;
}

static int tear_down(void **state)
{
    loop_done(&loop);
    http_stub_stop(&stub);
    return 0;
}

static void await(unsigned n)
{
    while (answers < n)
        loop_run(&loop);
}

static struct fetch *new_fetch(struct str url)
{
    static const struct str headers[] = {STR_INIT("Accept: application/json"), STR_INIT("X-A: b")};

    return fetch_new(&loop, &(struct fetch_config){.url = url,
                                                   .headers = headers,
                                                   .n_headers = array_size(headers),
                                                   .timeout_ms = timeout_ms,
                                                   .on_done = on_done});
}

static void get(struct str url)
{
    struct fetch *f = new_fetch(url);

    fetch_start(f);
    assert_int_equal(answers, 0); /* no call answers inside itself */
    await(1);
    fetch_close(f);
}

static void get_from_stub(struct str answer)
{
    http_stub_say(&stub, answer);
    get(http_stub_url(&stub));
    http_stub_await(&stub);
}

static void fails(const char *words)
{
    assert_int_equal(answers, 1);
    assert_false(arrived);
    if (!strstr(why, words))
        fail_msg("said \"%s\", not \"%s\"", why, words);
}

static void a_document_arrives_with_its_freshness(void **state)
{
    get_from_stub(http_stub_ok("Cache-Control: public, max-age=600\r\nAge: 100\r\n", STR("hello")));
    assert_true(arrived);
    assert_string_equal(body, "hello");
    assert_int_equal(fresh_ms, 500000);
    assert_true(str_starts(str_c(stub.request), STR("GET /jwks HTTP/1.1\r\n")));
    assert_non_null(strstr(stub.request, "Accept: application/json"));
}

static void what_is_posted_is_told_how_it_was_taken(void **state)
{
    struct fetch *f = new_fetch(http_stub_url(&stub));

    http_stub_say(&stub, STR("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"));
    fetch_post(f, STR("{\"what\":\"is told\"}"));
    await(1);
    fails("status 503");
    assert_int_equal(status_told, 503);
    assert_int_equal(retry_after_ms, 7000);
    assert_true(str_starts(str_c(stub.request), STR("POST /jwks HTTP/1.1\r\n")));
    assert_non_null(strstr(stub.request, "X-A: b\r\n"));
    assert_non_null(strstr(stub.request, "Content-Length: 18\r\n"));
    fetch_start(f);
    await(2);
    assert_true(str_starts(str_c(stub.request), STR("GET /jwks HTTP/1.1\r\n")));
    fetch_close(f);
}

static void several_headers_of_a_name_count_together(void **state)
{
    get_from_stub(http_stub_ok("Cache-Control: public\r\nX: y\r\ncache-control: max-age=60\r\n",
                               STR("hello")));
    assert_int_equal(fresh_ms, 60000);
}

static void expires_is_a_date(void **state)
{
    get_from_stub(http_stub_ok("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                               "Expires: Sun, 06 Nov 1994 08:59:37 GMT\r\n",
                               STR("hello")));
    assert_int_equal(fresh_ms, 600000);
}

static void an_expires_that_is_none_means_old(void **state)
{
    get_from_stub(
        http_stub_ok("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nExpires: 0\r\n", STR("hello")));
    assert_true(arrived);
    assert_int_equal(fresh_ms, 0);
}

static void without_headers_nothing_is_said(void **state)
{
    get_from_stub(http_stub_ok("", STR("")));
    assert_true(arrived);
    assert_int_equal(body_n, 0);
    assert_int_equal(fresh_ms, -1);
}

static void chunks_are_put_together(void **state)
{
    get_from_stub(STR("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"));
    assert_true(arrived);
    assert_string_equal(body, "hello");
}

static void another_status_is_a_failure(void **state)
{
    get_from_stub(STR("HTTP/1.1 503 Away\r\nContent-Length: 2\r\n\r\n{}"));
    fails("status 503");
}

static void a_redirect_is_not_followed(void **state)
{
    char answer[256];

    snprintf(
        answer, sizeof(answer),
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%u/other\r\nContent-Length: 0\r\n\r\n",
        stub.port);
    get_from_stub(str_c(answer));
    fails("redirect");
    assert_int_equal(http_stub_requests(&stub), 1);
}

static void a_whole_mebibyte_arrives_and_no_more(void **state)
{
    size_t n = FETCH_LARGEST_BODY + 1;
    char *large = mem_zalloc(n);

    memset(large, ' ', n);
    get_from_stub(http_stub_ok("", str_of(large, n - 1)));
    assert_true(arrived);
    assert_int_equal(body_n, FETCH_LARGEST_BODY);
    answers = 0;
    get_from_stub(http_stub_ok("", str_of(large, n)));
    fails("larger than 1 MiB");
    mem_free(large);
}

/* Without a length that could be looked at before. */
static void an_answer_without_end_is_cut_off(void **state)
{
    size_t n = 2 << 20;
    char *large = mem_zalloc(n);
    int head = snprintf(large, n, "HTTP/1.1 200 OK\r\n\r\n");

    memset(large + head, ' ', n - (size_t)head);
    get_from_stub(str_of(large, n));
    fails("larger than 1 MiB");
    mem_free(large);
}

/* One by one they are of a size that curl takes. */
static void more_headers_than_64_kib_are_refused(void **state)
{
    size_t n = 1 << 20, at = 0;
    char *headers = mem_zalloc(n);

    for (int i = 0; i < 100; i++)
        at += (size_t)snprintf(headers + at, n - at, "X-%d: %0900d\r\n", i, 0);
    get_from_stub(http_stub_ok(headers, STR("{}")));
    fails("headers are larger");
    mem_free(headers);
}

static void a_server_that_says_nothing_is_given_up(void **state)
{
    http_stub_keep_silent(&stub);
    timeout_ms = 50;
    get(http_stub_url(&stub));
    fails("timed out");
}

static void an_answer_that_breaks_off_is_a_failure(void **state)
{
    get_from_stub(STR("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhel"));
    fails("");
    assert_string_not_equal(why, "");
}

static void nonsense_is_a_failure(void **state)
{
    get_from_stub(STR("hello"));
    assert_false(arrived);
}

static void nobody_there_is_a_failure(void **state)
{
    struct http_stub gone;

    http_stub_start(&gone);
    http_stub_stop(&gone);
    get(http_stub_url(&gone));
    fails("onnect");
}

static void a_name_that_is_none_is_a_failure(void **state)
{
    get(STR("http://guildhall.invalid/"));
    fails("");
    assert_string_not_equal(why, "");
}

static void other_protocols_are_not_spoken(void **state)
{
    get(STR("file:///etc/hostname"));
    fails("rotocol");
}

static void one_fetch_follows_another(void **state)
{
    struct fetch *f = new_fetch(http_stub_url(&stub));

    for (unsigned i = 1; i <= 5; i++) {
        http_stub_say(&stub, i % 2 ? http_stub_ok("", STR("odd"))
                                   : STR("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"));
        fetch_start(f);
        await(i);
        http_stub_await(&stub);
        assert_int_equal(arrived, i % 2);
    }
    fetch_close(f);
}

static void what_is_under_way_can_be_dropped(void **state)
{
    struct fetch *f = new_fetch(http_stub_url(&stub));

    http_stub_keep_silent(&stub);
    fetch_start(f);
    while (http_stub_requests(&stub) == 0)
        uv_run(&loop.uv, UV_RUN_NOWAIT);
    fetch_close(f);
    fetch_close(NULL);
    f = new_fetch(http_stub_url(&stub));
    fetch_start(f);
    fetch_close(f);
    uv_run(&loop.uv, UV_RUN_NOWAIT);
    assert_int_equal(answers, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    return RUN(T(a_document_arrives_with_its_freshness), T(what_is_posted_is_told_how_it_was_taken),
               T(several_headers_of_a_name_count_together), T(expires_is_a_date),
               T(an_expires_that_is_none_means_old), T(without_headers_nothing_is_said),
               T(chunks_are_put_together), T(another_status_is_a_failure),
               T(a_redirect_is_not_followed), T(a_whole_mebibyte_arrives_and_no_more),
               T(an_answer_without_end_is_cut_off), T(more_headers_than_64_kib_are_refused),
               T(a_server_that_says_nothing_is_given_up), T(an_answer_that_breaks_off_is_a_failure),
               T(nonsense_is_a_failure), T(nobody_there_is_a_failure),
               T(a_name_that_is_none_is_a_failure), T(other_protocols_are_not_spoken),
               T(one_fetch_follows_another), T(what_is_under_way_can_be_dropped));
}
