#include "base/status.h"

#include "tests/lib/test.h"

static void every_status_has_a_code_of_the_schema(void **state)
{
    for (int st = ST_OK + 1; st <= ST_FAULT; st++) {
        assert_true(strlen(status_code((enum status)st)) > 0);
        assert_true(strlen(status_type((enum status)st)) > 0);
        assert_true(strlen(status_text((enum status)st)) > 0);
        assert_in_range(status_http((enum status)st), 200, 599);
    }
    assert_string_equal(status_code(ST_PARSE_FAILED), "GRAPHQL_PARSE_FAILED");
    assert_string_equal(status_code(ST_BAD_CURSOR), "INVALID_CURSOR");
    assert_string_equal(status_code(ST_FAULT), "INTERNAL_SERVER_ERROR");
    assert_int_equal(status_http(ST_NOT_PERSISTED), 200);
    assert_int_equal(status_http(ST_HISTORY_EXPIRED), 410);
    assert_int_equal(status_http(ST_TIMEOUT), 504);
}

int main(void)
{
    return RUN(test(every_status_has_a_code_of_the_schema));
}
