#include <stdio.h>

#include "graphql/plan.h"
#include "tests/lib/graphql_rooms.h"
#include "tests/lib/json_text.h"

static struct arena arena;
static struct gql_schema *schema;
static struct gql_plan *plan;
static struct gql_errors errors;

static int set_up(void **state)
{
    arena_init(&arena);
    schema = rooms_schema(&arena);
    plan = NULL;
    gql_errors_init(&errors, &arena);
    return 0;
}

static int tear_down(void **state)
{
    gql_plan_unref(plan);
    gql_schema_free(schema);
    arena_done(&arena);
    return 0;
}

static const struct gql_operation *only_operation(const char *document)
{
    plan = gql_plan_unref(plan);
    plan = gql_plan_new(schema, str_c(document), NULL, &errors);
    assert_non_null(plan);
    return gql_plan_operation(plan, STR_NULL, &errors);
}

static struct str event_key(const char *document, const char *variables)
{
    const struct gql_operation *operation = only_operation(document);

    return gql_event_key(&arena, operation, json_text(&arena, variables));
}

static void a_wrong_document_makes_no_plan(void **state)
{
    assert_null(gql_plan_new(schema, STR("{ nothing }"), NULL, &errors));
    assert_int_equal(errors.count, 1);
    assert_null(gql_plan_new(schema, STR("{"), NULL, &errors));
    assert_int_equal(errors.count, 2);
}

static void a_plan_keeps_its_own_copy_of_the_text(void **state)
{
    char text[] = "query Name { room(id: \"kept\") { id } }";

    assert_non_null(only_operation(text));
    memset(text, 'x', sizeof(text) - 1);
    assert_str(gql_operation_name(plan->operations), "Name");
}

static void a_plan_lives_as_long_as_somebody_holds_it(void **state)
{
    struct gql_plan *held;

    assert_non_null(only_operation("{ __typename }"));
    held = gql_plan_ref(plan);
    plan = gql_plan_unref(plan);
    assert_int_equal(gql_operation_type(held->operations), GQL_QUERY);
    assert_true(gql_plan_size(held) > sizeof(*held));
    gql_plan_unref(held);
}

static void fields_are_collected_once_unless_a_variable_decides(void **state)
{
    assert_non_null(only_operation("query ($i: ID!) { room(id: $i) { id } }")->fields);
    assert_non_null(only_operation("{ room(id: 1) { id @skip(if: true) } }")->fields);
    assert_null(
        only_operation("query ($y: Boolean!) { room(id: 1) { id @skip(if: $y) } }")->fields);
    assert_null(
        only_operation("query ($y: Boolean!) { ...F }"
                       " fragment F on Query { room(id: 1) { ... @include(if: $y) { id } } }")
            ->fields);
}

static void a_selection_per_viewer_is_found_in_fragments_too(void **state)
{
    assert_false(gql_operation_per_viewer(only_operation("subscription { onRoom(id: 1) { id } }")));
    assert_true(
        gql_operation_per_viewer(only_operation("subscription { onRoom(id: 1) { mine } }")));
    assert_true(gql_operation_per_viewer(only_operation(
        "subscription { onRoom(id: 1) { ...A } } fragment A on Room { self { ...B } }"
        " fragment B on Room { ... { m: mine } }")));
}

static void a_field_that_needs_a_scope_makes_a_selection_per_viewer(void **state)
{
    assert_true(
        gql_operation_per_viewer(only_operation("subscription { onRoom(id: 1) { secret } }")));
}

static void an_event_key_holds_what_is_used_below_the_root_field(void **state)
{
    static const char document[] = "subscription ($i: ID!, $t: String, $y: Boolean!, $u: String) {"
                                   " onRoom(id: $i) { echo(text: $t) ...F } }"
                                   " fragment F on Room { id @skip(if: $y) e: echo(text: $u) }";

    assert_str(event_key(document, "{\"u\": \"é\", \"y\": true, \"i\": 1, \"t\": \"x\"}"),
               "{\"t\":\"x\",\"y\":true,\"u\":\"é\"}");
    assert_str(event_key(document, "{\"i\": 2, \"y\": true}"), "{\"y\":true}");
}

static void an_event_key_does_not_depend_on_the_order_of_members(void **state)
{
    static const char document[] =
        "subscription ($i: ID!, $t: String) { onRoom(id: $i) { echo(text: $t) } }";

    assert_str(event_key(document, "{\"t\": {\"b\": [1, 2], \"a\": null}}"),
               "{\"t\":{\"a\":null,\"b\":[1,2]}}");
}

static void without_variables_the_key_is_an_empty_object(void **state)
{
    assert_str(gql_event_key(&arena, only_operation("subscription { onRoom(id: 1) { id } }"), NULL),
               "{}");
}

/* F0 asks for two rooms with F1 in them, F1 for two with F2, …: 2^30 fields in forty lines. */
static void fragments_that_multiply_are_too_complex_and_cost_little(void **state)
{
    const struct gql_operation *operation;
    struct gql_request r = {.arena = &arena};
    struct buf text, out;

    buf_init(&text, 100000);
    buf_init(&out, 100000);
    buf_printf(&text, "query ($y: Boolean = false) { room(id: 1) { ...F0 @skip(if: $y) } }\n");
    for (int i = 0; i < 30; i++)
        buf_printf(&text, "fragment F%d on Room { a: self { ...F%d } b: self { ...F%d } }\n", i,
                   i + 1, i + 1);
    buf_printf(&text, "fragment F30 on Room { id }");
    buf_add_char(&text, '\0');
    operation = only_operation(text.p);
    r.operation = operation;
    r.out = &out;
    assert_true(gql_execute(&r));
    assert_true(r.failed);
    assert_int_equal(r.errors.first->status, ST_TOO_COMPLEX);
    assert_true(arena.size < (size_t)64 * 1024 * 1024);
    buf_done(&text);
    buf_done(&out);
}

static void a_chain_of_fragments_is_followed_so_far_and_no_further(void **state)
{
    struct gql_request r = {.arena = &arena};
    struct buf text, out;

    buf_init(&text, (size_t)4 * 1024 * 1024);
    buf_init(&out, 100000);
    buf_printf(&text, "{ ...F0 }\n");
    for (int i = 0; i < 20000; i++)
        buf_printf(&text, "fragment F%d on Query { ...F%d }\n", i, i + 1);
    buf_printf(&text, "fragment F20000 on Query { __typename }");
    buf_add_char(&text, '\0');
    r.operation = only_operation(text.p);
    r.out = &out;
    assert_true(gql_execute(&r));
    assert_int_equal(r.errors.first->status, ST_TOO_COMPLEX);
    buf_done(&text);
    buf_done(&out);
}

static void thousands_of_aliases_are_collected_in_order(void **state)
{
    const struct gql_collected *field;
    char key[32];
    struct buf text;
    int i;

    buf_init(&text, (size_t)4 * 1024 * 1024);
    buf_printf(&text, "{");
    for (i = 0; i < 10000; i++)
        buf_printf(&text, " a%d: __typename", i);
    buf_add(&text, str_of("}", 2));
    field = only_operation(text.p)->fields->first;
    for (i = 0; i < 10000; i++, field = field->next) {
        snprintf(key, sizeof(key), "a%d", i);
        assert_str(field->key, key);
    }
    assert_null(field);
    buf_done(&text);
}

#define planned(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    return RUN(planned(a_wrong_document_makes_no_plan),
               planned(a_plan_keeps_its_own_copy_of_the_text),
               planned(a_plan_lives_as_long_as_somebody_holds_it),
               planned(fields_are_collected_once_unless_a_variable_decides),
               planned(a_selection_per_viewer_is_found_in_fragments_too),
               planned(a_field_that_needs_a_scope_makes_a_selection_per_viewer),
               planned(an_event_key_holds_what_is_used_below_the_root_field),
               planned(an_event_key_does_not_depend_on_the_order_of_members),
               planned(without_variables_the_key_is_an_empty_object),
               planned(fragments_that_multiply_are_too_complex_and_cost_little),
               planned(a_chain_of_fragments_is_followed_so_far_and_no_further),
               planned(thousands_of_aliases_are_collected_in_order));
}
