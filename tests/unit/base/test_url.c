#include "base/url.h"

#include "tests/lib/test.h"

static void http_and_https_stand_before_it(void **state)
{
    assert_true(url_is_http(STR("http://host")));
    assert_true(url_is_http(STR("HTTPS://host/path")));
    assert_false(url_is_http(STR("http://")));
    assert_false(url_is_http(STR("ftp://host")));
    assert_false(url_is_http(STR("file:///etc/passwd")));
    assert_false(url_is_http(STR("host")));
    assert_false(url_is_http(STR_NULL));
}

static void assert_shown(const char *url, const char *shown)
{
    struct arena arena;

    arena_init(&arena);
    assert_str(url_shown(&arena, str_c(url)), shown);
    arena_done(&arena);
}

static void user_and_password_are_not_shown(void **state)
{
    assert_shown("https://host:1/path?q", "https://host:1/path?q");
    assert_shown("https://user:secret@host/path", "https://host/path");
    assert_shown("https://a@b:secret@host", "https://host");
    assert_shown("https://host/@path", "https://host/@path");
    assert_shown("no url", "no url");
}

int main(void)
{
    return RUN(test(http_and_https_stand_before_it), test(user_and_password_are_not_shown));
}
