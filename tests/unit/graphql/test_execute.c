#include "base/buf.h"
#include "graphql/execute.h"
#include "tests/lib/graphql_rooms.h"
#include "tests/lib/json_text.h"

/* One request after another, against the schema of rooms. */
struct stage {
    struct arena arena; /* of the test */
    struct arena request_arena;
    struct gql_schema *schema;
    struct gql_plan *plan;
    struct gql_request request;
    struct buf out;
    struct rooms rooms;
    unsigned n_done;
};

static struct stage stage;

static int set_up(void **state)
{
    stage = (struct stage){0};
    arena_init(&stage.arena);
    arena_init(&stage.request_arena);
    buf_init(&stage.out, (size_t)64 * 1024 * 1024);
    stage.schema = rooms_schema(&stage.arena);
    stage.rooms.room = (struct room){.id = STR("lobby"),
                                     .name = STR("Lobby"),
                                     .count = 7,
                                     .ratio = 0.5,
                                     .open = true,
                                     .order = 1,
                                     .at = 0,
                                     .big = (INT64_C(1) << 53) - 1};
    return 0;
}

static int tear_down(void **state)
{
    gql_plan_unref(stage.plan);
    gql_schema_free(stage.schema);
    buf_done(&stage.out);
    arena_done(&stage.request_arena);
    arena_done(&stage.arena);
    return 0;
}

static void on_done(struct gql_request *r)
{
    stage.n_done++;
}

static struct gql_request *ask(const char *document)
{
    struct gql_errors errors;

    gql_errors_init(&errors, &stage.arena);
    stage.plan = gql_plan_unref(stage.plan);
    stage.plan = gql_plan_new(stage.schema, str_c(document), NULL, &errors);
    if (!stage.plan)
        print_error("%.*s\n", STR_ARG(errors.first->message));
    assert_non_null(stage.plan);
    stage.request =
        (struct gql_request){.arena = &stage.request_arena,
                             .operation = gql_plan_operation(stage.plan, STR_NULL, &errors),
                             .context = &stage.rooms,
                             .authorize = rooms_authorize,
                             .out = &stage.out,
                             .on_done = on_done};
    assert_non_null(stage.request.operation);
    return &stage.request;
}

static void assert_response(const char *document, const char *expected)
{
    assert_true(gql_execute(ask(document)));
    assert_str(buf_str(&stage.out), expected);
    assert_int_equal(stage.n_done, 0);
}

static void leaves_are_read_from_the_parents_struct(void **state)
{
    assert_response("{ room(id: 1) { id name count ratio open order at big mine } }",
                    "{\"data\":{\"room\":{\"id\":\"lobby\",\"name\":\"Lobby\",\"count\":7,"
                    "\"ratio\":0.5,\"open\":true,\"order\":\"DOWN\","
                    "\"at\":\"1970-01-01T00:00:00.000Z\",\"big\":9007199254740991,"
                    "\"mine\":\"Lobby\"}}}");
}

static void every_c_type_has_a_null(void **state)
{
    stage.rooms.room = (struct room){.id = STR(""),
                                     .count = GQL_NO_INT,
                                     .ratio = __builtin_nan(""),
                                     .order = -1,
                                     .at = CLOCK_NONE,
                                     .big = GQL_NO_INT};
    assert_response("{ room(id: 1) { id name count ratio open order at big mine } }",
                    "{\"data\":{\"room\":{\"id\":\"\",\"name\":null,\"count\":null,"
                    "\"ratio\":null,\"open\":false,\"order\":null,\"at\":null,\"big\":null,"
                    "\"mine\":null}}}");
}

static void a_leaf_costs_no_call(void **state)
{
    assert_response("{ room(id: 1) { self { name } } }",
                    "{\"data\":{\"room\":{\"self\":{\"name\":\"Lobby\"}}}}");
    assert_int_equal(stage.rooms.n_resolved, 2);
}

static void an_int_beyond_32_bits_is_our_fault_and_says_no_more(void **state)
{
    stage.rooms.room.count = INT64_C(1) << 31;
    assert_response("{ room(id: 1) { count } }",
                    "{\"errors\":[{\"message\":\"Internal server error.\",\"locations\":[{"
                    "\"line\":1,\"column\":17}],\"path\":[\"room\",\"count\"],\"extensions\":{"
                    "\"code\":\"INTERNAL_SERVER_ERROR\",\"http\":{\"status\":500}}}],"
                    "\"data\":{\"room\":{\"count\":null}}}");
}

static void an_enum_index_that_the_type_lacks_is_our_fault(void **state)
{
    stage.rooms.room.order = 2;
    assert_true(gql_execute(ask("{ room(id: 1) { order } }")));
    assert_int_equal(stage.request.errors.count, 1);
    assert_int_equal(stage.request.errors.first->status, ST_FAULT);
}

static void arguments_come_in_the_resolvers_struct(void **state)
{
    const struct room_args *args;

    assert_true(gql_execute(ask("{ room(id: \"a\", order: UP, tags: [\"x\", \"y\"],"
                                " at: \"1970-01-01T00:00:01Z\", near: {x: 1, next: {x: 2,"
                                " label: \"l\"}}, many: [{x: 3}, {x: 4}], ratio: 2, limit: 9,"
                                " open: true) { id } }")));
    args = stage.rooms.args;
    assert_str(args->id, "a");
    assert_true(args->order_given && args->order == 0);
    assert_int_equal(args->tags.n, 2);
    assert_str(args->tags.items[1], "y");
    assert_int_equal(args->at, 1000);
    assert_int_equal(args->near->x, 1);
    assert_null(args->near->label.p);
    assert_str(args->near->next->label, "l");
    assert_null(args->near->next->next);
    assert_int_equal(args->many.n, 2);
    assert_int_equal(args->many.items[1]->x, 4);
    assert_true(args->ratio == 2.0);
    assert_true(args->limit_given && args->limit == 9);
    assert_true(args->open_given && args->open);
}

static void what_is_left_out_is_null_and_not_given(void **state)
{
    const struct room_args *args;

    assert_true(gql_execute(ask("{ room(id: 5, tags: null) { id } }")));
    args = stage.rooms.args;
    assert_str(args->id, "5");
    assert_true(args->order_given && args->order == 1); /* by its default */
    assert_false(args->tags_given || args->at_given || args->near_given || args->limit_given ||
                 args->open_given);
    assert_int_equal(args->tags.n, 0);
    assert_int_equal(args->at, CLOCK_NONE);
    assert_null(args->near);
    assert_true(args->ratio != args->ratio);
    assert_int_equal(args->limit, GQL_NO_INT);
}

static void a_resolver_without_a_struct_gets_the_value_itself(void **state)
{
    assert_response("{ room(id: 1) { a: echo(text: \"hi\") b: echo } }",
                    "{\"data\":{\"room\":{\"a\":\"hi\",\"b\":null}}}");
}

static void a_wait_ends_the_call_and_its_answer_the_request(void **state)
{
    assert_false(gql_execute(ask("{ slow { name } }")));
    assert_int_equal(stage.out.n, 0);
    assert_int_equal(stage.n_done, 0);
    wait_answer(stage.rooms.slow, ST_OK, &stage.rooms.room);
    assert_int_equal(stage.n_done, 1);
    assert_str(buf_str(&stage.out), "{\"data\":{\"slow\":{\"name\":\"Lobby\"}}}");
}

static void a_wait_that_is_answered_already_is_taken_at_once(void **state)
{
    stage.rooms.slow = wait_done(&stage.request_arena, ST_OK, &stage.rooms.room);
    assert_response("{ slow { name } }", "{\"data\":{\"slow\":{\"name\":\"Lobby\"}}}");
}

static void a_failed_wait_tells_its_detail(void **state)
{
    assert_false(gql_execute(ask("{ slow { name } }")));
    wait_fail(stage.rooms.slow, ST_NOT_FOUND, STR("There is no such room."));
    assert_str(buf_str(&stage.out),
               "{\"errors\":[{\"message\":\"There is no such room.\",\"locations\":[{\"line\":1,"
               "\"column\":3}],\"path\":[\"slow\"],\"extensions\":{\"code\":\"NOT_FOUND\","
               "\"http\":{\"status\":404}}}],\"data\":{\"slow\":null}}");
}

static void free_request(struct gql_request *r)
{
    stage.n_done++;
    arena_reset(&stage.request_arena);
}

static void the_request_may_be_freed_when_it_is_done(void **state)
{
    struct gql_request *r = ask("{ slow { self { self { name } } } }");

    r->on_done = free_request;
    assert_false(gql_execute(r));
    wait_answer(stage.rooms.slow, ST_OK, &stage.rooms.room);
    assert_int_equal(stage.n_done, 1);
}

static void a_resolver_may_fail_in_words_of_its_own(void **state)
{
    stage.rooms.failure = ST_FORBIDDEN;
    assert_true(gql_execute(ask("{ failing { name } }")));
    assert_str(stage.request.errors.first->message, "in words of its own");
}

static void but_a_fault_of_ours_never_shows_its_words(void **state)
{
    stage.rooms.failure = ST_FAULT;
    assert_true(gql_execute(ask("{ failing { name } }")));
    assert_str(stage.request.errors.first->message, "Internal server error.");
}

static void fields_with_a_scope_are_authorised_leaves_too(void **state)
{
    stage.rooms.allowed = ST_FORBIDDEN;
    assert_response("{ room(id: 1) { name secret } }",
                    "{\"errors\":[{\"message\":\"Not allowed.\",\"locations\":[{\"line\":1,"
                    "\"column\":22}],\"path\":[\"room\",\"secret\"],\"extensions\":{\"code\":"
                    "\"FORBIDDEN\",\"http\":{\"status\":403}}}],"
                    "\"data\":{\"room\":{\"name\":\"Lobby\",\"secret\":null}}}");
    assert_int_equal(stage.rooms.n_authorized, 1);
}

static void introspection_is_authorised_and_typename_is_not(void **state)
{
    stage.rooms.allowed = ST_UNAUTHENTICATED;
    assert_true(gql_execute(ask("{ __typename __schema { description } }")));
    assert_int_equal(stage.rooms.n_authorized, 1);
    assert_int_equal(stage.request.errors.count, 1);
}

static void extensions_stand_at_the_end(void **state)
{
    struct gql_request *r = ask("{ __typename }");

    r->extensions = STR("{\"seq\":1}");
    assert_true(gql_execute(r));
    assert_str(buf_str(&stage.out),
               "{\"data\":{\"__typename\":\"Query\"},\"extensions\":{\"seq\":1}}");
}

static void the_response_is_put_behind_what_is_in_the_buffer(void **state)
{
    buf_add(&stage.out, STR("before "));
    stage.rooms.failure = ST_CONFLICT;
    assert_true(gql_execute(ask("{ failing { id } }")));
    assert_true(str_starts(buf_str(&stage.out), STR("before {\"errors\":[{")));
    assert_true(memmem(stage.out.p, stage.out.n, "\"data\":{\"failing\":null}}", 24));
}

static void a_hundred_thousand_items_are_no_trouble(void **state)
{
    assert_true(gql_execute(ask("{ rooms(n: 100000) { count } }")));
    assert_int_equal(stage.request.errors.count, 0);
    assert_int_equal(stage.out.n, strlen("{\"data\":{\"rooms\":[]}}") + (size_t)100000 * 12 - 1);
}

static void nor_are_as_many_calls(void **state)
{
    assert_true(gql_execute(ask("{ rooms(n: 100000) { self { count } } }")));
    assert_int_equal(stage.request.errors.count, 0);
    assert_int_equal(stage.rooms.n_resolved, 200000);
}

static void calls_without_end_are_too_complex(void **state)
{
    assert_true(gql_execute(ask("{ rooms(n: 100000) { self { self { self { count } } } } }")));
    assert_int_equal(stage.request.errors.first->status, ST_TOO_COMPLEX);
    assert_true(stage.rooms.n_resolved < 100000 + GQL_CALLS_MOST + 1);
}

static void a_trusted_request_calls_as_often_as_it_must(void **state)
{
    struct gql_request *r = ask("{ rooms(n: 100000) { self { self { self { count } } } } }");

    r->trusted = true;
    assert_true(gql_execute(r));
    assert_int_equal(r->errors.count, 0);
    assert_int_equal(stage.rooms.n_resolved, 400000);
}

static void errors_end_at_a_hundred(void **state)
{
    stage.rooms.allowed = ST_FORBIDDEN;
    assert_true(gql_execute(ask("{ rooms(n: 1000) { secret } }")));
    assert_int_equal(stage.request.errors.count, GQL_ERRORS_MOST + 1);
}

static void a_response_that_does_not_fit_is_an_error_of_its_own(void **state)
{
    buf_reset(&stage.out, 400);
    buf_add(&stage.out, STR("before "));
    assert_true(gql_execute(ask("{ rooms(n: 1000) { name } }")));
    assert_false(buf_overflowed(&stage.out));
    assert_true(stage.request.failed);
    assert_str(buf_str(&stage.out),
               "before {\"errors\":[{\"message\":\"The response is larger than allowed.\","
               "\"extensions\":{\"code\":\"PAYLOAD_TOO_LARGE\",\"http\":{\"status\":413}}}]}");
}

static void a_source_is_handed_over_and_nothing_written(void **state)
{
    int source = 0;

    assert_false(gql_subscribe(ask("subscription { onRoom(id: 1) { name } }")));
    wait_answer(stage.rooms.slow, ST_OK, &source);
    assert_int_equal(stage.n_done, 1);
    assert_ptr_equal(stage.request.source, &source);
    assert_int_equal(stage.out.n, 0);
}

static void a_source_that_is_refused_is_a_response_without_data(void **state)
{
    stage.rooms.allowed = ST_FORBIDDEN;
    assert_true(gql_subscribe(ask("subscription { onRoom(id: 1) { name } }")));
    assert_null(stage.request.source);
    assert_true(stage.request.failed);
    assert_int_equal(stage.rooms.n_resolved, 0);
    assert_false(memmem(stage.out.p, stage.out.n, "\"data\"", 6));
}

static void an_event_takes_the_place_of_the_root_field(void **state)
{
    assert_true(gql_execute_event(ask("subscription { r: onRoom(id: 1) { self { name } } }"),
                                  &stage.rooms.room));
    assert_str(buf_str(&stage.out), "{\"data\":{\"r\":{\"self\":{\"name\":\"Lobby\"}}}}");
    assert_int_equal(stage.rooms.n_authorized, 1);
}

static void an_event_needs_no_variables_of_the_root_field(void **state)
{
    struct gql_request *r = ask("subscription ($i: ID!) { onRoom(id: $i) { name } }");

    assert_false(gql_event_uses_variables(r->operation));
    assert_true(gql_execute_event(r, &stage.rooms.room));
    assert_str(buf_str(&stage.out), "{\"data\":{\"onRoom\":{\"name\":\"Lobby\"}}}");
}

static void an_event_needs_the_variables_below_the_root_field(void **state)
{
    struct gql_request *r =
        ask("subscription ($y: Boolean!) { onRoom(id: 1) { id name @skip(if: $y) } }");
    const struct json_value *variables = json_text(&stage.arena, "{'y': true}");

    assert_true(gql_event_uses_variables(r->operation));
    assert_true(gql_execute_event(r, &stage.rooms.room));
    assert_true(r->failed);
    buf_reset(&stage.out, SIZE_MAX);
    r->variables = variables;
    assert_true(gql_execute_event(r, &stage.rooms.room));
    assert_str(buf_str(&stage.out), "{\"data\":{\"onRoom\":{\"id\":\"lobby\"}}}");
}

static void an_event_is_authorised_anew(void **state)
{
    stage.rooms.allowed = ST_FORBIDDEN;
    assert_true(
        gql_execute_event(ask("subscription { onRoom(id: 1) { name } }"), &stage.rooms.room));
    assert_int_equal(stage.request.errors.first->status, ST_FORBIDDEN);
    assert_int_equal(stage.rooms.n_resolved, 0);
}

static void a_mutation_waits_for_each_of_its_fields(void **state)
{
    struct wait *first;

    assert_false(gql_execute(ask("mutation { a: touch { id } b: touch { name } }")));
    assert_int_equal(stage.rooms.n_resolved, 1);
    first = stage.rooms.slow;
    stage.rooms.slow = NULL;
    wait_answer(first, ST_OK, &stage.rooms.room);
    assert_int_equal(stage.rooms.n_resolved, 2);
    assert_int_equal(stage.n_done, 0);
    wait_answer(stage.rooms.slow, ST_OK, &stage.rooms.room);
    assert_int_equal(stage.n_done, 1);
    assert_str(buf_str(&stage.out),
               "{\"data\":{\"a\":{\"id\":\"lobby\"},\"b\":{\"name\":\"Lobby\"}}}");
}

static void a_mutation_with_a_condition_that_is_null_changes_nothing(void **state)
{
    struct gql_request *r = ask("mutation ($v: Boolean = true) { touch { id } "
                                "b: touch @skip(if: $v) { id } }");

    r->variables = json_text(&stage.arena, "{'v': null}");
    assert_true(gql_execute(r));
    assert_int_equal(stage.rooms.n_resolved, 0);
    assert_int_equal(r->errors.count, 1);
    assert_false(r->failed); /* `data` is there, and null */
}

static void one_plan_serves_many_requests(void **state)
{
    static const char expected[] = "{\"data\":{\"room\":{\"echo\":\"x\"}}}";
    struct gql_request *r = ask("query ($t: String) { room(id: 1) { echo(text: $t) } }");
    const struct json_value *variables = json_text(&stage.arena, "{'t': 'x'}");

    for (int i = 0; i < 3; i++) {
        buf_reset(&stage.out, 1000);
        arena_reset(&stage.request_arena);
        r->variables = variables;
        assert_true(gql_execute(r));
        assert_str(buf_str(&stage.out), expected);
    }
}

#define staged(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    return RUN(
        staged(leaves_are_read_from_the_parents_struct), staged(every_c_type_has_a_null),
        staged(a_leaf_costs_no_call), staged(an_int_beyond_32_bits_is_our_fault_and_says_no_more),
        staged(an_enum_index_that_the_type_lacks_is_our_fault),
        staged(arguments_come_in_the_resolvers_struct),
        staged(what_is_left_out_is_null_and_not_given),
        staged(a_resolver_without_a_struct_gets_the_value_itself),
        staged(a_wait_ends_the_call_and_its_answer_the_request),
        staged(a_wait_that_is_answered_already_is_taken_at_once),
        staged(a_failed_wait_tells_its_detail), staged(the_request_may_be_freed_when_it_is_done),
        staged(a_resolver_may_fail_in_words_of_its_own),
        staged(but_a_fault_of_ours_never_shows_its_words),
        staged(fields_with_a_scope_are_authorised_leaves_too),
        staged(introspection_is_authorised_and_typename_is_not),
        staged(extensions_stand_at_the_end),
        staged(the_response_is_put_behind_what_is_in_the_buffer),
        staged(a_hundred_thousand_items_are_no_trouble), staged(nor_are_as_many_calls),
        staged(calls_without_end_are_too_complex),
        staged(a_trusted_request_calls_as_often_as_it_must), staged(errors_end_at_a_hundred),
        staged(a_response_that_does_not_fit_is_an_error_of_its_own),
        staged(a_source_is_handed_over_and_nothing_written),
        staged(a_source_that_is_refused_is_a_response_without_data),
        staged(an_event_takes_the_place_of_the_root_field), staged(an_event_is_authorised_anew),
        staged(an_event_needs_no_variables_of_the_root_field),
        staged(an_event_needs_the_variables_below_the_root_field),
        staged(a_mutation_waits_for_each_of_its_fields),
        staged(a_mutation_with_a_condition_that_is_null_changes_nothing),
        staged(one_plan_serves_many_requests));
}
