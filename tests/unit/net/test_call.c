#include "net/call.h"

#include "tests/lib/arena.h"
#include "tests/lib/json_text.h"

static void a_member_is_found_as_a_header_is(void **state)
{
    const struct json_value *v = json_text(&arena, "{'host': 1, 'AUTHORIZATION': 'x'}");

    assert_str(call_json_member(v, STR("Authorization")), "x");
    assert_null(call_json_member(v, STR("Host")).p); /* no string */
    assert_null(call_json_member(v, STR("Accept")).p);
    assert_null(call_json_member(json_text(&arena, "['Authorization']"), STR("Authorization")).p);
    assert_null(call_json_member(NULL, STR("Authorization")).p);
}

static void a_request_is_taken_member_by_member(void **state)
{
    const struct json_value *v =
        json_text(&arena, "{'query': '{a}', 'operationName': 'A', 'documentId': 'd', "
                          "'variables': {'v': 1}, 'extensions': {'e': 2}, 'more': []}");
    const char *member, *expected;
    struct net_call call = {.can_stream = true};

    assert_true(call_from_json(v, &call, &member, &expected));
    assert_str(call.query, "{a}");
    assert_str(call.operation_name, "A");
    assert_str(call.document_id, "d");
    assert_int_equal(json_value_get(call.variables, STR("v"))->integer, 1);
    assert_int_equal(json_value_get(call.extensions, STR("e"))->integer, 2);
    assert_true(call.can_stream);
}

static void a_document_may_be_named_in_three_ways(void **state)
{
    static const char *const texts[] = {"{'query': ''}", "{'documentId': 'd'}",
                                        "{'extensions': {'persistedQuery': {}}}"};
    const char *member, *expected;

    for (size_t i = 0; i < array_size(texts); i++) {
        struct net_call call = {.goes_on = false};
        assert_true(call_from_json(json_text(&arena, texts[i]), &call, &member, &expected));
    }
}

static void what_is_not_of_its_type_is_named(void **state)
{
    static const struct {
        const char *text, *member, *expected;
    } wrong[] = {
        {"{}", "query", "must be a string"},
        {"{'query': null}", "query", "must be a string"},
        {"{'query': 1}", "query", "must be a string"},
        {"{'query': '', 'documentId': {}}", "documentId", "must be a string or null"},
        {"{'query': '', 'operationName': []}", "operationName", "must be a string or null"},
        {"{'query': '', 'variables': []}", "variables", "must be an object or null"},
        {"{'query': '', 'variables': 'x'}", "variables", "must be an object or null"},
        {"{'query': '', 'extensions': false}", "extensions", "must be an object or null"},
    };

    for (size_t i = 0; i < array_size(wrong); i++) {
        struct net_call call = {.goes_on = false};
        const char *member, *expected;

        assert_false(call_from_json(json_text(&arena, wrong[i].text), &call, &member, &expected));
        assert_string_equal(member, wrong[i].member);
        assert_string_equal(expected, wrong[i].expected);
    }
}

int main(void)
{
    return RUN(in_arena(a_member_is_found_as_a_header_is),
               in_arena(a_request_is_taken_member_by_member),
               in_arena(a_document_may_be_named_in_three_ways),
               in_arena(what_is_not_of_its_type_is_named));
}
