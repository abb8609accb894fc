#include <stdio.h>

#include "base/buf.h"
#include "base/json_value.h"
#include "tests/lib/graphql_rooms.h"

enum {
    KEPT_MOST = 16,
};

/* What the memo was given; the room is always the same, n times. */
struct kept {
    uint64_t selection;
    size_t n_objects;
    char json[256];
    size_t n;
};

static struct {
    struct arena arena; /* of the test */
    struct arena request_arena;
    struct gql_schema *schema;
    struct gql_memo memo;
    struct buf out;
    struct rooms rooms;
    uint64_t numbered;
    struct kept kept[KEPT_MOST];
    size_t n_kept;
    size_t n_recalled;
} stage;

static void assert_rooms(void *context, const void *const *objects, size_t n)
{
    assert_ptr_equal(context, &stage.rooms);
    for (size_t i = 0; i < n; i++)
        assert_ptr_equal(objects[i], &stage.rooms.room);
}

static struct str recall(void *context, const void *const *objects, size_t n, uint64_t selection)
{
    assert_rooms(context, objects, n);
    for (size_t i = 0; i < stage.n_kept; i++)
        if (stage.kept[i].selection == selection && stage.kept[i].n_objects == n) {
            stage.n_recalled++;
            return str_of(stage.kept[i].json, stage.kept[i].n);
        }
    return STR_NULL;
}

static void keep(void *context, const void *const *objects, size_t n, uint64_t selection,
                 struct str json)
{
    struct kept *kept = &stage.kept[stage.n_kept++];

    assert_rooms(context, objects, n);
    kept->n_objects = n;
    assert_true(stage.n_kept <= KEPT_MOST && json.n <= sizeof(kept->json));
    kept->selection = selection;
    memcpy(kept->json, json.p, json.n);
    kept->n = json.n;
}

static int set_up(void **state)
{
    memset(&stage, 0, sizeof(stage));
    arena_init(&stage.arena);
    arena_init(&stage.request_arena);
    buf_init(&stage.out, (size_t)1024 * 1024);
    stage.schema = rooms_schema(&stage.arena);
    stage.memo = (struct gql_memo){
        .type = gql_schema_type(stage.schema, STR("Room")), .recall = recall, .keep = keep};
    stage.rooms.room = (struct room){.id = STR("lobby"), .name = STR("Lobby"), .count = 7};
    return 0;
}

static int tear_down(void **state)
{
    gql_schema_free(stage.schema);
    buf_done(&stage.out);
    arena_done(&stage.request_arena);
    arena_done(&stage.arena);
    return 0;
}

static struct gql_plan *plan_of(const char *document)
{
    struct gql_errors errors;
    struct gql_plan *plan;

    gql_errors_init(&errors, &stage.arena);
    plan = gql_plan_new(stage.schema, str_c(document), NULL, &errors);
    assert_non_null(plan);
    return plan;
}

static void assert_answer(struct gql_plan *plan, const struct json_value *variables,
                          const char *expected)
{
    struct gql_errors errors;
    struct gql_request r = {.arena = &stage.request_arena,
                            .operation = gql_plan_operation(plan, STR_NULL, &errors),
                            .variables = variables,
                            .context = &stage.rooms,
                            .authorize = rooms_authorize,
                            .memo = &stage.memo,
                            .out = &stage.out};

    arena_reset(&stage.request_arena);
    buf_reset(&stage.out, (size_t)1024 * 1024);
    assert_true(gql_execute(&r));
    assert_str(buf_str(&stage.out), expected);
}

/* A plan of its own each time. */
static void answers(const char *document, const char *expected)
{
    struct gql_plan *plan = plan_of(document);

    gql_plan_number(plan, &stage.numbered);
    assert_answer(plan, NULL, expected);
    assert_answer(plan, NULL, expected);
    gql_plan_unref(plan);
}

static const char a_room[] = "{\"n\":\"Lobby\",\"id\":\"lobby\",\"__typename\":\"Room\"}";

/* A document that selects a_room, so many times in a list. */
static struct gql_plan *plan_of_rooms(size_t n)
{
    char document[100];
    struct gql_plan *plan;

    snprintf(document, sizeof(document), "{ rooms(n: %zu) { n: name id __typename } }", n);
    plan = plan_of(document);
    gql_plan_number(plan, &stage.numbered);
    return plan;
}

static void an_object_of_leaves_is_written_once(void **state)
{
    struct gql_plan *plan = plan_of_rooms(1);
    char expected[400];

    snprintf(expected, sizeof(expected), "{\"data\":{\"rooms\":[%s]}}", a_room);
    assert_answer(plan, NULL, expected);
    assert_int_equal(stage.n_kept, 1);
    assert_str(str_of(stage.kept[0].json, stage.kept[0].n), a_room);
    assert_int_equal(stage.n_recalled, 0);
    stage.rooms.room.name = STR("nobody looks here");
    assert_answer(plan, NULL, expected);
    assert_int_equal(stage.n_kept, 1);
    assert_int_equal(stage.n_recalled, 1);
    gql_plan_unref(plan);
}

static void so_are_a_list_s_together(void **state)
{
    struct gql_plan *plan = plan_of_rooms(3);
    char together[300], expected[400];

    snprintf(together, sizeof(together), "%s,%s,%s", a_room, a_room, a_room);
    snprintf(expected, sizeof(expected), "{\"data\":{\"rooms\":[%s]}}", together);
    assert_answer(plan, NULL, expected);
    assert_int_equal(stage.n_recalled, 2); /* the same one, twice more */
    assert_int_equal(stage.n_kept, 2);
    assert_int_equal(stage.kept[1].n_objects, 3);
    assert_str(str_of(stage.kept[1].json, stage.kept[1].n), together);
    stage.rooms.room.name = STR("nobody looks here");
    assert_answer(plan, NULL, expected);
    assert_int_equal(stage.n_recalled, 3);
    assert_int_equal(stage.n_kept, 2);
    gql_plan_unref(plan);
}

static void so_is_one_that_a_resolver_gives(void **state)
{
    answers("{ room(id: 1) { count self { id } } }",
            "{\"data\":{\"room\":{\"count\":7,\"self\":{\"id\":\"lobby\"}}}}");
    assert_int_equal(stage.n_kept, 1);
    assert_int_equal(stage.n_recalled, 1);
}

static void selections_of_one_plan_and_of_several_are_told_apart(void **state)
{
    answers("{ a: room(id: 1) { id } b: room(id: 1) { name } c: room(id: 1) { id name } }",
            "{\"data\":{\"a\":{\"id\":\"lobby\"},\"b\":{\"name\":\"Lobby\"},"
            "\"c\":{\"id\":\"lobby\",\"name\":\"Lobby\"}}}");
    answers("{ a: room(id: 1) { name } }", "{\"data\":{\"a\":{\"name\":\"Lobby\"}}}");
    answers("{ a: room(id: 1) { count } }", "{\"data\":{\"a\":{\"count\":7}}}");
    assert_int_equal(stage.n_kept, 5);
}

static void operations_of_one_document_are_told_apart(void **state)
{
    struct gql_plan *plan =
        plan_of("query A { room(id: 1) { id } } query B { room(id: 1) { count } }");
    struct gql_errors errors;
    const char *expected[] = {"{\"data\":{\"room\":{\"id\":\"lobby\"}}}",
                              "{\"data\":{\"room\":{\"count\":7}}}"};

    gql_errors_init(&errors, &stage.arena);
    gql_plan_number(plan, &stage.numbered);
    for (size_t i = 0; i < 4; i++) {
        struct gql_request r = {.arena = &stage.request_arena,
                                .context = &stage.rooms,
                                .memo = &stage.memo,
                                .out = &stage.out};

        r.operation = gql_plan_operation(plan, i % 2 ? STR("B") : STR("A"), &errors);
        buf_reset(&stage.out, 1000);
        assert_true(gql_execute(&r));
        assert_str(buf_str(&stage.out), expected[i % 2]);
    }
    assert_int_equal(stage.n_kept, 2);
    assert_int_equal(stage.n_recalled, 2);
    gql_plan_unref(plan);
}

static void what_depends_on_who_asks_or_on_a_function_is_written_each_time(void **state)
{
    answers("{ room(id: 1) { id mine } }",
            "{\"data\":{\"room\":{\"id\":\"lobby\",\"mine\":\"Lobby\"}}}");
    answers("{ room(id: 1) { secret id } }",
            "{\"data\":{\"room\":{\"secret\":\"Lobby\",\"id\":\"lobby\"}}}");
    answers("{ room(id: 1) { echo(text: \"x\") } }", "{\"data\":{\"room\":{\"echo\":\"x\"}}}");
    assert_int_equal(stage.n_kept, 0);
}

static void what_depends_on_variables_is_written_each_time(void **state)
{
    struct gql_plan *plan =
        plan_of("query ($with: Boolean!) { room(id: 1) { id name @include(if: $with) } }");

    gql_plan_number(plan, &stage.numbered);
    for (int with = 0; with < 2; with++) {
        struct json_value flag = {.kind = JSON_VALUE_BOOLEAN, .boolean = with};
        struct json_value *variables = json_value_object(&stage.arena);

        json_value_put(&stage.arena, variables, STR("with"), &flag);
        assert_answer(plan, variables,
                      with ? "{\"data\":{\"room\":{\"id\":\"lobby\",\"name\":\"Lobby\"}}}"
                           : "{\"data\":{\"room\":{\"id\":\"lobby\"}}}");
    }
    assert_int_equal(stage.n_kept, 0);
    gql_plan_unref(plan);
}

static void what_has_an_error_is_not_kept(void **state)
{
    struct gql_plan *plan = plan_of("{ room(id: 1) { id count } }");

    gql_plan_number(plan, &stage.numbered);
    stage.rooms.room.count = INT64_MAX;
    for (int i = 0; i < 2; i++) {
        struct gql_errors errors;
        struct gql_request r = {.arena = &stage.request_arena,
                                .operation = gql_plan_operation(plan, STR_NULL, &errors),
                                .context = &stage.rooms,
                                .memo = &stage.memo,
                                .out = &stage.out};

        assert_true(gql_execute(&r));
        assert_int_equal(r.errors.count, 1);
    }
    assert_int_equal(stage.n_kept, 0);
    gql_plan_unref(plan);
}

static void a_plan_without_numbers_has_no_memo(void **state)
{
    struct gql_plan *plan = plan_of("{ room(id: 1) { id } }");

    assert_answer(plan, NULL, "{\"data\":{\"room\":{\"id\":\"lobby\"}}}");
    assert_int_equal(stage.n_kept, 0);
    gql_plan_unref(plan);
}

#define staged(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    return RUN(staged(an_object_of_leaves_is_written_once), staged(so_are_a_list_s_together),
               staged(so_is_one_that_a_resolver_gives),
               staged(selections_of_one_plan_and_of_several_are_told_apart),
               staged(operations_of_one_document_are_told_apart),
               staged(what_depends_on_who_asks_or_on_a_function_is_written_each_time),
               staged(what_depends_on_variables_is_written_each_time),
               staged(what_has_an_error_is_not_kept), staged(a_plan_without_numbers_has_no_memo));
}
