#include "graphql/coerce.h"
#include "graphql/graphql.h"
#include "graphql/plan.h"
#include "tests/lib/graphql_rooms.h"
#include "tests/lib/json_text.h"

static struct arena arena;
static struct gql_schema *schema;
static struct gql_errors errors;

static int set_up(void **state)
{
    arena_init(&arena);
    schema = rooms_schema(&arena);
    gql_errors_init(&errors, &arena);
    return 0;
}

static int tear_down(void **state)
{
    gql_schema_free(schema);
    arena_done(&arena);
    return 0;
}

/* Coerces one variable $v, which is given as JSON; the first error's message, or an absent string.
 */
static struct str coerce(const char *type, const char *given, struct gql_value *ret_values)
{
    const struct json_value *json = json_text(&arena, arena_printf(&arena, "{'v': %s}", given).p);
    struct str text = arena_printf(&arena, "query ($v: %s) { __typename @skip(if: $v) }", type);
    struct gql_source source = {.name = STR("test"), .body = text};
    const struct gql_document *document = gql_parse(&arena, source, NULL, &errors);
    const struct gql_variable_definition *node = document->definitions->variables;
    struct gql_input_def def = {.name = node->name.text, .length_max = -1};
    struct gql_variables variables = {.source = &source, .defs = &def, .nodes = node, .n = 1};
    bool coerced;

    def.type = gql_schema_type_of_node(schema, &arena, node->type);
    assert_non_null(def.type);
    gql_errors_init(&errors, &arena);
    coerced = gql_coerce_variables(&arena, &variables, json, &errors, ret_values);
    assert_int_equal(coerced, errors.count == 0);
    return coerced ? STR_NULL : errors.first->message;
}

static struct gql_value value_of(const char *type, const char *given)
{
    struct gql_value values;
    const struct gql_value *value;

    assert_null(coerce(type, given, &values).p);
    value = gql_value_member(&values, STR("v"));
    assert_non_null(value);
    return *value;
}

static struct str refusal_of(const char *type, const char *given)
{
    struct gql_value values;

    return coerce(type, given, &values);
}

static void a_time_becomes_milliseconds(void **state)
{
    struct gql_value value = value_of("DateTime", "'1970-01-01T01:00:01.5+01:00'");

    assert_int_equal(value.kind, GQL_VALUE_INT);
    assert_int_equal(value.integer, 1500);
}

static void a_time_that_is_none_is_refused_in_words(void **state)
{
    assert_str(refusal_of("DateTime", "'yesterday'"),
               "Variable \"$v\" got invalid value \"yesterday\"; Expected type \"DateTime\". It "
               "must be an RFC 3339 time, for example 2026-11-19T21:52:23.248Z.");
    assert_non_null(refusal_of("DateTime", "5").p);
}

static void a_safe_int_goes_as_far_as_a_double_is_exact(void **state)
{
    int64_t most = (INT64_C(1) << 53) - 1;

    assert_int_equal(value_of("SafeInt", "9007199254740991").integer, most);
    assert_int_equal(value_of("SafeInt", "-9007199254740991").integer, -most);
    assert_int_equal(value_of("SafeInt", "3.0").integer, 3);
    assert_non_null(refusal_of("SafeInt", "9007199254740992").p);
    assert_non_null(refusal_of("SafeInt", "0.5").p);
    assert_non_null(refusal_of("SafeInt", "'5'").p);
}

static void an_int_has_32_bits(void **state)
{
    assert_int_equal(value_of("Int", "-2147483648").integer, INT32_MIN);
    assert_non_null(refusal_of("Int", "-2147483649").p);
    assert_non_null(refusal_of("Int", "1e300").p);
}

static void json_that_nests_without_end_is_refused(void **state)
{
    struct buf text;

    buf_init(&text, 100000);
    for (int i = 0; i < 1000; i++)
        buf_add(&text, STR("{'x':1,'next':"));
    buf_add(&text, STR("{'x':1}"));
    for (int i = 0; i < 1000; i++)
        buf_add_char(&text, '}');
    assert_non_null(refusal_of("Point", arena_str(&arena, buf_str(&text)).p).p);
    buf_done(&text);
    assert_true(errors.first->message.n < 10000);
}

static void a_value_is_not_repeated_without_bound(void **state)
{
    struct str message;
    char *text = arena_alloc(&arena, 100003);

    memset(text, 'x', 100002);
    text[0] = text[100001] = '\'';
    message = refusal_of("Int", text);
    assert_true(message.n < 5000);
    assert_true(str_is_utf8(message));
}

/* A list of so many of them. */
static const char *list_of(size_t n, const char *item)
{
    struct buf text;
    struct str list;

    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < n; i++)
        buf_printf(&text, "%c%s", i ? ',' : '[', item);
    buf_add_char(&text, ']');
    list = arena_str(&arena, buf_str(&text));
    buf_done(&text);
    return list.p;
}

static void errors_stop_where_they_should(void **state)
{
    refusal_of("[Int]", list_of(5000, "'x'"));
    assert_int_equal(errors.count,
                     50 + 1); /* as many as graphql-js tells, and that there are more */
}

static void a_list_of_a_hundred_thousand_is_no_trouble(void **state)
{
    assert_int_equal(value_of("[Int!]", list_of(100000, "7")).n, 100000);
}

#define coercing(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    return RUN(
        coercing(a_time_becomes_milliseconds), coercing(a_time_that_is_none_is_refused_in_words),
        coercing(a_safe_int_goes_as_far_as_a_double_is_exact), coercing(an_int_has_32_bits),
        coercing(json_that_nests_without_end_is_refused),
        coercing(a_value_is_not_repeated_without_bound), coercing(errors_stop_where_they_should),
        coercing(a_list_of_a_hundred_thousand_is_no_trouble));
}
