#include "graphql/schema_diff.h"

#include "tests/lib/test.h"

/* tests/engine/diff_oracle.mjs holds this against graphql-js. Here stands what graphql-js does not
 * tell of, and the order and the places of it all. */

static struct gql_schema *schema_of(struct arena *a, const char *name, const char *sdl)
{
    struct gql_errors errors;
    struct gql_schema *schema;

    gql_errors_init(&errors, a);
    schema = gql_schema_new(
        (struct gql_source){.name = str_c(name),
                            .body = arena_printf(a, "type Query { a: Int }\n%s", sdl)},
        &errors);
    if (errors.first)
        print_error("%.*s\n", STR_ARG(errors.first->message));
    assert_non_null(schema);
    return schema;
}

static struct str shown(struct arena *a, const struct gql_change *change)
{
    struct gql_location at;

    if (!change->source)
        return arena_printf(a, "%s %s %.*s: %.*s", gql_criticality_name(change->criticality),
                            change->type, STR_ARG(change->path), STR_ARG(change->message));
    at = gql_locate(change->source, change->at);
    return arena_printf(a, "%s %s %.*s: %.*s (%.*s %u:%u)",
                        gql_criticality_name(change->criticality), change->type,
                        STR_ARG(change->path), STR_ARG(change->message),
                        STR_ARG(change->source->name), at.line, at.column);
}

static struct str all_shown(struct arena *a, struct gql_changes changes)
{
    struct str text = STR("");

    for (size_t i = 0; i < changes.n; i++)
        text = arena_printf(a, "%.*s%s%.*s", STR_ARG(text), i ? "\n" : "",
                            STR_ARG(shown(a, &changes.items[i])));
    return text;
}

/* Behind a query type, which stands on line 1: exactly these changes, one a line. */
static void expect_of(bool introspected, const char *was, const char *is, const char *wanted)
{
    struct gql_schema *old_schema, *new_schema;
    struct arena a;

    arena_init(&a);
    old_schema = schema_of(&a, "old", was);
    new_schema = schema_of(&a, "new", is);
    old_schema->introspected = introspected;
    assert_str(all_shown(&a, gql_schema_diff(&a, old_schema, new_schema)), wanted);
    gql_schema_free(old_schema);
    gql_schema_free(new_schema);
    arena_done(&a);
}

static void expect(const char *was, const char *is, const char *wanted)
{
    expect_of(false, was, is, wanted);
}

static void nothing_has_changed_in_another_order_or_spelling(void **state)
{
    expect(
        "directive @d(a: Int, b: Int) repeatable on OBJECT | FIELD\n"
        "\"T\" type T @d(a: 1) @d(b: 2, a: 2) { f(x: [Int] = 1, y: S = \"x\"): Int g: Int }\n"
        "scalar S input I { a: Float = 1 b: Int = 2 } enum E { A B }",
        "enum E { B A } input I { b: Int = 2 a: Float = 1.0 } scalar S\n"
        "\"\"\"T\"\"\" type T @d(a: 2, b: 2) { g: Int f(y: S = \"\"\"x\"\"\", x: [Int] = [1]): Int "
        "}\n"
        "extend type T @d(a: 1)\n"
        "directive @d(b: Int, a: Int) repeatable on FIELD | OBJECT",
        "");
}

static void an_empty_description_is_none(void **state)
{
    expect("\"\" type T { a: Int }", "type T { a: Int }", "");
}

static void the_most_critical_comes_first(void **state)
{
    expect("type T { a: Int b: Int } enum E { A }", "type T { b: Int! c: Int } enum E { A B }",
           "BREAKING FIELD_REMOVED T.a: T.a was removed. (old 2:10)\n"
           "DANGEROUS VALUE_ADDED_TO_ENUM E.B: B was added to enum type E. (new 2:38)\n"
           "NON_BREAKING FIELD_TYPE_CHANGED T.b: T.b changed type from Int to Int!. (new 2:10)\n"
           "NON_BREAKING FIELD_ADDED T.c: T.c was added. (new 2:18)");
}

static void a_change_stands_where_it_is_written(void **state)
{
    expect(
        "union U = Query type T { a: Int } interface I { a: Int }\ndirective @d on FIELD | QUERY",
        "union U = Query type T { a: Int } interface I { a: Int }\ndirective @d on QUERY\n"
        "extend union U = T\nextend type T implements I",
        "BREAKING DIRECTIVE_LOCATION_REMOVED @d: FIELD was removed from d. (old 3:17)\n"
        "DANGEROUS TYPE_ADDED_TO_UNION U: T was added to union type U. (new 4:18)\n"
        "DANGEROUS IMPLEMENTED_INTERFACE_ADDED T: I added to interfaces implemented by T. "
        "(new 5:26)");
    expect("type T { a: Float }", "type T { a: Int }",
           "BREAKING FIELD_CHANGED_KIND T.a: T.a changed type from Float to Int. (new 2:10)\n"
           "BREAKING TYPE_REMOVED Float: Standard scalar Float was removed because it is not "
           "referenced anymore.");
}

static void a_member_stands_in_whatever_extension_it_is_written(void **state)
{
    expect("union U = Query type A { a: Int } type B { a: Int }",
           "union U = Query type A { a: Int } type B { a: Int }\nextend union U = A\n"
           "extend union U = B",
           "DANGEROUS TYPE_ADDED_TO_UNION U: A was added to union type U. (new 3:18)\n"
           "DANGEROUS TYPE_ADDED_TO_UNION U: B was added to union type U. (new 4:18)");
}

static void what_is_new_is_told_once(void **state)
{
    expect("",
           "\"T\" type T @deprecate { a(b: Float): Int @deprecated }\n"
           "directive @deprecate(a: Int) on OBJECT",
           "NON_BREAKING TYPE_ADDED T: T was added. (new 2:10)\n"
           "NON_BREAKING DIRECTIVE_ADDED @deprecate: deprecate was added. (new 3:12)");
}

static void root_types_are_compared(void **state)
{
    expect("schema { query: Query mutation: M subscription: S }\n"
           "type M { a: Int } type S { a: Int } type N { a: Int }",
           "schema { query: Query mutation: N }\n"
           "type M { a: Int } type S { a: Int } type N { a: Int }",
           "BREAKING SCHEMA_MUTATION_TYPE_CHANGED : Schema mutation type changed from M to N. "
           "(new 3:42)\n"
           "BREAKING SCHEMA_SUBSCRIPTION_TYPE_CHANGED : Schema subscription type S was removed. "
           "(old 3:24)");
    expect("type M { a: Int }", "type M { a: Int } extend schema { mutation: M }",
           "NON_BREAKING SCHEMA_MUTATION_TYPE_CHANGED : Schema mutation type was set to M. "
           "(new 2:6)");
    expect("type Q { a: Int }", "type Q { a: Int } schema { query: Q }",
           "BREAKING SCHEMA_QUERY_TYPE_CHANGED : Schema query type changed from Query to Q. "
           "(new 2:6)");
}

static void descriptions_are_compared_everywhere(void **state)
{
    expect("schema { query: Query }\n"
           "\"t\" type T { \"f\" f(\"a\" a: Int): Int }\n"
           "enum E { \"v\" A } input I { i: Int } directive @d(\"x\" x: Int) on FIELD",
           "\"s\" schema { query: Query }\n"
           "type T { \"g\" f(\"b\" a: Int): Int }\n"
           "enum E { \"w\" A } input I { \"i\" i: Int } \"d\" directive @d(x: Int) on FIELD",
           "NON_BREAKING SCHEMA_DESCRIPTION_ADDED : Description of the schema was added. "
           "(new 2:1)\n"
           "NON_BREAKING TYPE_DESCRIPTION_REMOVED T: Description of T was removed. (new 3:6)\n"
           "NON_BREAKING ARG_DESCRIPTION_CHANGED T.f(a:): Description of T.f(a:) was changed. "
           "(new 3:20)\n"
           "NON_BREAKING FIELD_DESCRIPTION_CHANGED T.f: Description of T.f was changed. "
           "(new 3:14)\n"
           "NON_BREAKING ENUM_VALUE_DESCRIPTION_CHANGED E.A: Description of E.A was changed. "
           "(new 4:14)\n"
           "NON_BREAKING INPUT_FIELD_DESCRIPTION_ADDED I.i: Description of I.i was added. "
           "(new 4:32)\n"
           "NON_BREAKING DIRECTIVE_DESCRIPTION_ADDED @d: Description of @d was added. (new 4:56)\n"
           "NON_BREAKING DIRECTIVE_ARG_DESCRIPTION_REMOVED @d(x:): Description of @d(x:) was "
           "removed. (new 4:58)");
}

static void deprecations_are_compared_everywhere(void **state)
{
    expect("type T { f(a: Int): Int @deprecated }\n"
           "enum E { A @deprecated(reason: \"x\") B }\n"
           "input I { i: Int @deprecated(reason: \"x\") }",
           "type T { f(a: Int @deprecated(reason: \"r\")): Int }\n"
           "enum E { A @deprecated(reason: \"y\") B }\n"
           "input I { i: Int @deprecated(reason: \"No longer supported\") }",
           "NON_BREAKING ARG_DEPRECATION_ADDED T.f(a:): T.f(a:) is deprecated: \"r\". (new 2:12)\n"
           "NON_BREAKING FIELD_DEPRECATION_REMOVED T.f: T.f is no longer deprecated. (new 2:10)\n"
           "NON_BREAKING ENUM_VALUE_DEPRECATION_REASON_CHANGED E.A: Deprecation reason of E.A "
           "changed from \"x\" to \"y\". (new 3:10)\n"
           "NON_BREAKING INPUT_FIELD_DEPRECATION_REASON_REMOVED I.i: Deprecation reason of I.i "
           "was removed. (new 4:11)");
    expect("type T { f: Int @deprecated }", "type T { f: Int @deprecated(reason: \"r\") }",
           "NON_BREAKING FIELD_DEPRECATION_REASON_ADDED T.f: T.f has deprecation reason \"r\". "
           "(new 2:10)");
    expect("directive @d(a: Int) on FIELD", "directive @d(a: Int @deprecated) on FIELD",
           "NON_BREAKING DIRECTIVE_ARG_DEPRECATION_ADDED @d(a:): @d(a:) is deprecated: \"No longer "
           "supported\". (new 2:14)");
}

static void defaults_of_input_fields_and_directives_count_too(void **state)
{
    expect("input I { a: Int = 1 b: Int = 1 c: Int } directive @d(a: Int = 1) on FIELD",
           "input I { a: Int = 2 b: Int c: Int = 3 } directive @d(a: Int = 2) on FIELD",
           "DANGEROUS INPUT_FIELD_DEFAULT_VALUE_CHANGE I.a: I.a has changed defaultValue from 1 to "
           "2. (new 2:11)\n"
           "DANGEROUS INPUT_FIELD_DEFAULT_VALUE_CHANGE I.b: I.b defaultValue was removed. "
           "(new 2:22)\n"
           "DANGEROUS DIRECTIVE_ARG_DEFAULT_VALUE_CHANGE @d(a:): directive d arg a has changed "
           "defaultValue from 1 to 2. (new 2:55)\n"
           "NON_BREAKING INPUT_FIELD_DEFAULT_VALUE_ADDED I.c: I.c defaultValue 3 was added. "
           "(new 2:29)");
    expect("type T { f(a: Int): Int }", "type T { f(a: Int = 1): Int }",
           "NON_BREAKING ARG_DEFAULT_VALUE_ADDED T.f(a:): T.f arg a defaultValue 1 was added. "
           "(new 2:12)");
}

static void types_may_change_without_harm(void **state)
{
    expect(
        "type T { f(a: Int!): [Int] } input I { a: [Int!]! } directive @d(a: Int!) on FIELD",
        "type T { f(a: Int): [Int!]! } input I { a: [Int] } directive @d(a: Int) on FIELD",
        "NON_BREAKING ARG_TYPE_CHANGED T.f(a:): T.f arg a has changed type from Int! to Int. "
        "(new 2:12)\n"
        "NON_BREAKING FIELD_TYPE_CHANGED T.f: T.f changed type from [Int] to [Int!]!. "
        "(new 2:10)\n"
        "NON_BREAKING INPUT_FIELD_TYPE_CHANGED I.a: I.a changed type from [Int!]! to [Int]. "
        "(new 2:41)\n"
        "NON_BREAKING DIRECTIVE_ARG_TYPE_CHANGED @d(a:): directive d arg a has changed type from "
        "Int! to Int. (new 2:65)");
}

static void directives_are_compared(void **state)
{
    expect(
        "directive @d(a: Int) on FIELD",
        "directive @d(a: ID, b: Int) repeatable on FIELD | QUERY type T { a: ID }",
        "BREAKING DIRECTIVE_ARG_CHANGED_KIND @d(a:): directive d arg a has changed type from Int "
        "to ID. (new 2:14)\n"
        "NON_BREAKING TYPE_ADDED T: T was added. (new 2:62)\n"
        "NON_BREAKING OPTIONAL_DIRECTIVE_ARG_ADDED @d(b:): An optional arg b on directive d was "
        "added. (new 2:21)\n"
        "NON_BREAKING DIRECTIVE_REPEATABLE_ADDED @d: Repeatable flag was added to d. "
        "(new 2:12)\n"
        "NON_BREAKING DIRECTIVE_LOCATION_ADDED @d: QUERY was added to d. (new 2:51)");
}

static void of_the_languages_directives_only_what_breaks_is_told(void **state)
{
    expect("directive @deprecated(reason: String = \"gone\") on FIELD_DEFINITION", "", "");
    expect("", "\"d\" directive @skip(if: Boolean, or: Int) repeatable on FIELD | QUERY",
           "BREAKING DIRECTIVE_LOCATION_REMOVED @skip: FRAGMENT_SPREAD was removed from skip.\n"
           "BREAKING DIRECTIVE_LOCATION_REMOVED @skip: INLINE_FRAGMENT was removed from skip.");
}

static void one_of_and_the_specification_of_a_scalar_are_compared(void **state)
{
    expect(
        "input I { a: Int } input J @oneOf { a: Int } scalar S scalar R @specifiedBy(url: \"a\")",
        "input I @oneOf { a: Int } input J { a: Int } scalar S @specifiedBy(url: \"a\")\n"
        "scalar R @specifiedBy(url: \"b\")",
        "BREAKING TYPE_ONE_OF_ADDED I: I became a OneOf Input Object. (new 2:7)\n"
        "NON_BREAKING TYPE_ONE_OF_REMOVED J: J is no longer a OneOf Input Object. (new 2:33)\n"
        "NON_BREAKING TYPE_SPECIFIED_BY_URL_ADDED S: S specifiedBy URL \"a\" was added. "
        "(new 2:53)\n"
        "NON_BREAKING TYPE_SPECIFIED_BY_URL_CHANGED R: R specifiedBy URL changed from \"a\" to "
        "\"b\". (new 3:8)");
    expect("scalar S @specifiedBy(url: \"a\")", "scalar S",
           "NON_BREAKING TYPE_SPECIFIED_BY_URL_REMOVED S: S specifiedBy URL was removed. "
           "(new 2:8)");
}

#define TAG                                                                                        \
    "directive @tag(n: [Int], s: String) repeatable on SCHEMA | SCALAR | OBJECT | INTERFACE | "    \
    "UNION | ENUM | ENUM_VALUE | INPUT_OBJECT | FIELD_DEFINITION | ARGUMENT_DEFINITION | "         \
    "INPUT_FIELD_DEFINITION\n"

static void applied_directives_are_compared_everywhere(void **state)
{
    expect(
        TAG "schema @tag { query: Query } scalar S @tag type T @tag { f(a: Int @tag): Int @tag }\n"
            "interface N @tag { a: Int } union U @tag = T enum E @tag { A @tag }\n"
            "input I @tag { a: Int @tag }",
        TAG "schema { query: Query } scalar S type T { f(a: Int): Int }\n"
            "interface N { a: Int } union U = T enum E { A }\n"
            "input I { a: Int }",
        "NON_BREAKING DIRECTIVE_USAGE_SCHEMA_REMOVED : Directive @tag was removed from the "
        "schema. (old 3:8)\n"
        "NON_BREAKING DIRECTIVE_USAGE_SCALAR_REMOVED S: Directive @tag was removed from S. "
        "(old 3:39)\n"
        "NON_BREAKING DIRECTIVE_USAGE_OBJECT_REMOVED T: Directive @tag was removed from T. "
        "(old 3:51)\n"
        "NON_BREAKING DIRECTIVE_USAGE_ARGUMENT_DEFINITION_REMOVED T.f(a:): Directive @tag was "
        "removed from T.f(a:). (old 3:67)\n"
        "NON_BREAKING DIRECTIVE_USAGE_FIELD_DEFINITION_REMOVED T.f: Directive @tag was removed "
        "from T.f. (old 3:78)\n"
        "NON_BREAKING DIRECTIVE_USAGE_INTERFACE_REMOVED N: Directive @tag was removed from N. "
        "(old 4:13)\n"
        "NON_BREAKING DIRECTIVE_USAGE_UNION_REMOVED U: Directive @tag was removed from U. "
        "(old 4:37)\n"
        "NON_BREAKING DIRECTIVE_USAGE_ENUM_REMOVED E: Directive @tag was removed from E. "
        "(old 4:53)\n"
        "NON_BREAKING DIRECTIVE_USAGE_ENUM_VALUE_REMOVED E.A: Directive @tag was removed from "
        "E.A. (old 4:62)\n"
        "NON_BREAKING DIRECTIVE_USAGE_INPUT_OBJECT_REMOVED I: Directive @tag was removed from I. "
        "(old 5:9)\n"
        "NON_BREAKING DIRECTIVE_USAGE_INPUT_FIELD_DEFINITION_REMOVED I.a: Directive @tag was "
        "removed from I.a. (old 5:23)");
}

static void repeated_directives_are_told_apart_by_their_arguments(void **state)
{
    expect(
        TAG "type T @tag(n: 1) @tag(n: 2) { a: Int }",
        TAG "type T @tag(n: [2], s: \"x\") @tag(n: [1]) { a: Int } extend type T @tag(n: 3)",
        "NON_BREAKING DIRECTIVE_USAGE_ARGUMENT_ADDED T: Argument s: \"x\" was added to directive "
        "@tag of T. (new 3:8)\n"
        "NON_BREAKING DIRECTIVE_USAGE_OBJECT_ADDED T: Directive @tag(n: [3]) was added to T. "
        "(new 3:67)");
    expect(TAG "type T @tag(n: 1, s: \"x\") { a: Int }", TAG "type T @tag(n: 2) { a: Int }",
           "NON_BREAKING DIRECTIVE_USAGE_ARGUMENT_CHANGED T: Argument n of directive @tag of T "
           "changed from [1] to [2]. (new 3:8)\n"
           "NON_BREAKING DIRECTIVE_USAGE_ARGUMENT_REMOVED T: Argument s was removed from directive "
           "@tag of T. (new 3:8)");
}

static void those_that_all_differ_are_compared_in_order(void **state)
{
    expect(TAG "type T @tag(n: 1) @tag(n: 2) { a: Int }",
           TAG "type T @tag(n: 3) @tag(n: 4) { a: Int }",
           "NON_BREAKING DIRECTIVE_USAGE_ARGUMENT_CHANGED T: Argument n of directive @tag of T "
           "changed from [1] to [3]. (new 3:8)\n"
           "NON_BREAKING DIRECTIVE_USAGE_ARGUMENT_CHANGED T: Argument n of directive @tag of T "
           "changed from [2] to [4]. (new 3:19)");
}

static void every_extension_counts(void **state)
{
    expect(TAG "scalar S",
           TAG "extend scalar S @tag(n: 1)\nextend scalar S @tag(n: 2) scalar S\n"
               "extend scalar S @tag(n: 3)",
           "NON_BREAKING DIRECTIVE_USAGE_SCALAR_ADDED S: Directive @tag(n: [1]) was added to S. "
           "(new 3:17)\n"
           "NON_BREAKING DIRECTIVE_USAGE_SCALAR_ADDED S: Directive @tag(n: [2]) was added to S. "
           "(new 4:17)\n"
           "NON_BREAKING DIRECTIVE_USAGE_SCALAR_ADDED S: Directive @tag(n: [3]) was added to S. "
           "(new 5:17)");
}

static void what_the_engine_enforces_is_dangerous_when_it_comes(void **state)
{
    static const char enforced[] =
        "directive @requires(scope: String) on FIELD_DEFINITION\n"
        "directive @length(min: Int = 0, max: Int) on ARGUMENT_DEFINITION\n";
    struct arena a;

    arena_init(&a);
    expect(
        arena_printf(&a,
                     "%stype T { f(a: ID @length(max: 9)): Int g: Int @requires(scope: \"x\") }",
                     enforced)
            .p,
        arena_printf(&a,
                     "%stype T { f(a: ID @length(max: 8)): Int @requires(scope: \"x\") g: Int }",
                     enforced)
            .p,
        "DANGEROUS DIRECTIVE_USAGE_ARGUMENT_CHANGED T.f(a:): Argument max of directive @length of "
        "T.f(a:) changed from 9 to 8. (new 4:18)\n"
        "DANGEROUS DIRECTIVE_USAGE_FIELD_DEFINITION_ADDED T.f: Directive @requires(scope: \"x\") "
        "was added to T.f. (new 4:40)\n"
        "NON_BREAKING DIRECTIVE_USAGE_FIELD_DEFINITION_REMOVED T.g: Directive @requires(scope: "
        "\"x\") was removed from T.g. (old 4:47)");
    arena_done(&a);
}

static void introspection_tells_of_no_applied_directives(void **state)
{
    expect_of(true, TAG "type T { a: Int }", TAG "type T @tag { a: Int! }",
              "NON_BREAKING FIELD_TYPE_CHANGED T.a: T.a changed type from Int to Int!. (new 3:15)");
}

/* Each level doubles the one below: written out, the value would have 2^40 members. */
static void a_default_that_rests_on_ever_more_defaults_is_taken_as_written(void **state)
{
    struct str was = STR("input I0 { a: Int = 1 }\n"), is;
    struct arena a;

    arena_init(&a);
    for (int i = 1; i <= 40; i++)
        was = arena_printf(&a, "%.*sinput I%d { a: I%d = {} b: I%d = {} }\n", STR_ARG(was), i,
                           i - 1, i - 1);
    is = arena_printf(&a, "%.*stype T { f(a: I40 = {a: {}}): Int }", STR_ARG(was));
    was = arena_printf(&a, "%.*stype T { f(a: I40 = {}): Int }", STR_ARG(was));
    expect(was.p, was.p, "");
    expect(was.p, is.p,
           "DANGEROUS ARG_DEFAULT_VALUE_CHANGE T.f(a:): T.f arg a has changed defaultValue from {} "
           "to {a: {}}. (new 43:12)");
    arena_done(&a);
}

int main(void)
{
    return RUN(
        test(nothing_has_changed_in_another_order_or_spelling), test(an_empty_description_is_none),
        test(the_most_critical_comes_first), test(a_change_stands_where_it_is_written),
        test(a_member_stands_in_whatever_extension_it_is_written), test(what_is_new_is_told_once),
        test(root_types_are_compared), test(descriptions_are_compared_everywhere),
        test(deprecations_are_compared_everywhere),
        test(defaults_of_input_fields_and_directives_count_too),
        test(types_may_change_without_harm), test(directives_are_compared),
        test(of_the_languages_directives_only_what_breaks_is_told),
        test(one_of_and_the_specification_of_a_scalar_are_compared),
        test(applied_directives_are_compared_everywhere),
        test(repeated_directives_are_told_apart_by_their_arguments),
        test(those_that_all_differ_are_compared_in_order), test(every_extension_counts),
        test(what_the_engine_enforces_is_dangerous_when_it_comes),
        test(introspection_tells_of_no_applied_directives),
        test(a_default_that_rests_on_ever_more_defaults_is_taken_as_written));
}
