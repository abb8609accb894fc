#include "tests/lib/graphql_pets.h"

#include "graphql/validate.h"

#define AGAIN " Use different aliases on the fields to fetch both if this was intentional."

static void the_same_field_twice_is_one(void **state)
{
    says("{ dog { name name owner { name } owner { name iq } ...F } dog { ...F } }\n"
         "fragment F on Dog { name owner { name } }",
         "");
}

static void different_fields_conflict(void **state)
{
    says("{ dog { a: name a: nickname } }", "1:9 1:17 Fields \"a\" conflict because \"name\" and "
                                            "\"nickname\" are different fields." AGAIN);
}

static void different_arguments_conflict(void **state)
{
    says("{ dog { name(surname: true) name } }",
         "1:9 1:29 Fields \"name\" conflict because they have differing arguments." AGAIN);
}

static void the_order_of_arguments_and_input_fields_makes_no_difference(void **state)
{
    says("{ args { two(req1: 1, req2: 2) two(req2: 2, req1: 1) }\n"
         "box(mustPick: {byId: 1}, box: {width: 1, inner: {width: 2, height: 3}})\n"
         "box(box: {inner: {height: 3, width: 2}, width: 1}, mustPick: {byId: 1}) }",
         "");
}

static void values_that_are_written_differently_are_different(void **state)
{
    says("{ args { id(value: 1) id(value: \"1\") } }",
         "1:10 1:23 Fields \"id\" conflict because they have differing arguments." AGAIN);
    says("{ args { ints(values: [1, 2]) ints(values: [2, 1]) } }",
         "1:10 1:31 Fields \"ints\" conflict because they have differing arguments." AGAIN);
}

static void fields_of_different_objects_may_differ(void **state)
{
    says("{ pet { ... on Dog { v: barkVolume } ... on Cat { v: meowVolume } } }", "");
    says("{ pet { ... on Dog { name(surname: true) } ... on Cat { name } } }", "");
}

static void but_not_in_shape(void **state)
{
    says("{ pet { ... on Dog { v: barkVolume } ... on Cat { v: meows } } }",
         "1:22 1:51 Fields \"v\" conflict because they return conflicting types \"Int\" and "
         "\"Boolean\"." AGAIN);
    says("{ pet { ... on Dog { nickname } ... on Cat { nickname } } }",
         "1:22 1:46 Fields \"nickname\" conflict because they return conflicting types "
         "\"String\" and \"String!\"." AGAIN);
    says("{ pet { ... on Dog { toys { id } } ... on Cat { toys: owner { id: name } } } }",
         "1:22 1:49 Fields \"toys\" conflict because they return conflicting types \"[Toy!]\" and "
         "\"Human\"." AGAIN);
}

static void below_different_objects_shapes_still_count(void **state)
{
    says("{ pet { ... on Dog { o: owner { x: name } } ... on Cat { o: owner { x: iq } } } }",
         "1:22 1:33 1:58 1:69 Fields \"o\" conflict because subfields \"x\" conflict because they "
         "return conflicting types \"String\" and \"Int\"." AGAIN);
    says("{ pet { ... on Dog { o: owner { x: name } } "
         "... on Cat { o: owner { x: name(surname: true) } } } }",
         "");
}

static void an_interface_may_meet_any_object(void **state)
{
    says("{ pet { n: name ... on Dog { n: nickname } } }",
         "1:9 1:30 Fields \"n\" conflict because \"name\" and \"nickname\" are different "
         "fields." AGAIN);
}

static void conflicts_are_found_through_fragments(void **state)
{
    says("{ dog { ...A ...B } } fragment A on Dog { x: name } fragment B on Dog { ...C }\n"
         "fragment C on Dog { x: nickname }",
         "1:43 2:21 Fields \"x\" conflict because \"name\" and \"nickname\" are different "
         "fields." AGAIN);
}

static void conflicts_below_are_told_at_the_field_above(void **state)
{
    says("{ dog { mother { x: name y: barks } } dog { mother { x: nickname y: barkVolume } } }",
         "1:3 1:9 1:18 1:26 1:39 1:45 1:54 1:66 Fields \"dog\" conflict because subfields "
         "\"mother\" conflict because subfields \"x\" conflict because \"name\" and \"nickname\" "
         "are different fields and subfields \"y\" conflict because \"barks\" and \"barkVolume\" "
         "are different fields." AGAIN);
}

/* The quick look puts both places of F into one class and doubts; the close look clears it. */
static void one_fragment_in_two_places_does_not_bring_them_together(void **state)
{
    says("{ a: dog { ...F x: name } b: dog { ...F x: nickname } c: dog { name name } }\n"
         "fragment F on Dog { barks }",
         "");
}

static void fragments_that_go_round_end(void **state)
{
    says("{ dog { ...A name: nickname } } fragment A on Dog { name mother { ...A } ...B }\n"
         "fragment B on Dog { ...A }",
         "1:14 1:53 Fields \"name\" conflict because \"nickname\" and \"name\" are different "
         "fields." AGAIN "\n"
         "1:74 2:21 Cannot spread fragment \"A\" within itself via \"B\".\n"
         "1:67 Cannot spread fragment \"A\" within itself.");
}

/* Bombs: the work for four times the document is about four times the work. */

typedef void bomb_fn(struct buf *out, int n);

static size_t work_of(bomb_fn *bomb, int n)
{
    struct gql_source source = {.name = STR("bomb")};
    struct gql_schema *schema = pets_schema();
    const struct gql_document *document;
    struct gql_errors errors;
    struct arena arena;
    struct buf text;
    size_t work = 0;

    arena_init(&arena);
    gql_errors_init(&errors, &arena);
    buf_init(&text, 64 << 20);
    bomb(&text, n);
    source.body = buf_str(&text);
    document = gql_parse(&arena, source, NULL, &errors);
    assert_non_null(document);
    gql_validate_counted(schema, document, NULL, &errors, &work);
    assert_null(errors.first);
    buf_done(&text);
    arena_done(&arena);
    gql_schema_free(schema);
    return work;
}

static void check_almost_linear(bomb_fn *bomb)
{
    enum {
        SMALL = 1000,
        FACTOR = 8
    };
    size_t small = work_of(bomb, SMALL), large = work_of(bomb, FACTOR * SMALL);

    print_message("# %d: %zu steps, %d: %zu steps\n", SMALL, small, FACTOR * SMALL, large);
    assert_true(small > SMALL);
    assert_true(large < small * FACTOR * 2);
}

static void one_field_again_and_again(struct buf *out, int n)
{
    buf_add(out, STR("{"));
    for (int i = 0; i < n; i++)
        buf_add(out, STR(" dog { name }"));
    buf_add(out, STR("}"));
}

static void one_level_of_aliases(struct buf *out, int n)
{
    buf_add(out, STR("{ x: dog { name } x: dog { name }"));
    for (int i = 0; i < n; i++)
        buf_printf(out, " a%d: dog { name }", i);
    buf_add(out, STR("}"));
}

static void side_by_side(struct buf *out, int n)
{
    buf_add(out, STR("{ dog {"));
    for (int i = 0; i < n; i++)
        buf_printf(out, " ...F%d", i);
    buf_add(out, STR("} }"));
    for (int i = 0; i < n; i++)
        buf_printf(out, " fragment F%d on Dog { name mother { name } }", i);
}

static void in_a_chain(struct buf *out, int n)
{
    buf_add(out, STR("{ dog { name ...F0 } }"));
    for (int i = 0; i < n; i++)
        buf_printf(out, " fragment F%d on Dog { name mother { name ...F%d } ...F%d }", i, i + 1,
                   i + 1);
    buf_printf(out, " fragment F%d on Dog { name }", n);
}

static void doubling(struct buf *out, int n)
{
    buf_add(out, STR("{ dog { ...F0 } }"));
    for (int i = 0; i < n; i++)
        buf_printf(out, " fragment F%d on Dog { mother { ...F%d } mother { ...F%d } }", i, i + 1,
                   i + 1);
    buf_printf(out, " fragment F%d on Dog { name }", n);
}

static void of_different_objects(struct buf *out, int n)
{
    buf_add(out, STR("{ pet {"));
    for (int i = 0; i < n; i++)
        buf_add(out, i % 2 ? STR(" ... on Dog { x: barkVolume owner { y: name } }")
                           : STR(" ... on Cat { x: meowVolume owner { y: name(surname: true) } }"));
    buf_add(out, STR("} }"));
}

static void with_large_arguments(struct buf *out, int n)
{
    for (int twice = 0; twice < 2; twice++) {
        buf_add(out, twice ? STR("any(value: {") : STR("{ args { any(value: {"));
        for (int i = 0; i < n; i++)
            buf_printf(out, " k%d: [%d]", twice ? n - 1 - i : i, twice ? n - 1 - i : i);
        buf_add(out, STR("})"));
    }
    buf_add(out, STR("} }"));
}

static void bombs_cost_almost_linear_work(void **state)
{
    check_almost_linear(one_field_again_and_again);
    check_almost_linear(one_level_of_aliases);
    check_almost_linear(side_by_side);
    check_almost_linear(in_a_chain);
    check_almost_linear(doubling);
    check_almost_linear(of_different_objects);
    check_almost_linear(with_large_arguments);
}

/* A real conflict among very many pairs: words are not looked for without end. */
static void a_bomb_with_a_conflict_is_given_up(void **state)
{
    struct buf document;

    buf_init(&document, 1 << 20);
    one_field_again_and_again(&document, 3000);
    buf_truncate(&document, document.n - 1);
    buf_add(&document, STR(" dog { name: nickname } }"));
    buf_add_char(&document, '\0');
    says(document.p, "Validation aborted.");
    buf_done(&document);
}

static void levels_that_go_too_deep_through_fragments_are_given_up(void **state)
{
    enum {
        DEEP = 5000
    };
    struct buf document;

    buf_init(&document, 4 << 20);
    buf_add(&document, STR("{ dog { mother { ...F0 } ...F0 } }"));
    for (int i = 0; i < DEEP; i++)
        buf_printf(&document, " fragment F%d on Dog { mother { ...F%d } }", i, i + 1);
    buf_printf(&document, " fragment F%d on Dog { x: name x: nickname mother { name } }", DEEP);
    buf_add_char(&document, '\0');
    says(document.p, "Validation aborted.");
    buf_done(&document);
}

int main(void)
{
    return RUN(test(the_same_field_twice_is_one), test(different_fields_conflict),
               test(different_arguments_conflict),
               test(the_order_of_arguments_and_input_fields_makes_no_difference),
               test(values_that_are_written_differently_are_different),
               test(fields_of_different_objects_may_differ), test(but_not_in_shape),
               test(below_different_objects_shapes_still_count),
               test(an_interface_may_meet_any_object), test(conflicts_are_found_through_fragments),
               test(conflicts_below_are_told_at_the_field_above),
               test(one_fragment_in_two_places_does_not_bring_them_together),
               test(fragments_that_go_round_end), test(bombs_cost_almost_linear_work),
               test(a_bomb_with_a_conflict_is_given_up),
               test(levels_that_go_too_deep_through_fragments_are_given_up));
}
