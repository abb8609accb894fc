#include "graphql/print.h"

#include "graphql/graphql.h"
#include "graphql/schema_print.h"
#include "tests/lib/test.h"

/* The literal of `{ a(b: … ) }`, printed. */
static void expect_literal(const char *written, const char *printed)
{
    static const struct gql_limits none;
    const struct gql_document *document;
    struct gql_errors errors;
    struct arena a;

    arena_init(&a);
    gql_errors_init(&errors, &a);
    document = gql_parse(
        &a,
        (struct gql_source){.name = STR("t"), .body = arena_printf(&a, "{ a(b: %s) }", written)},
        &none, &errors);
    assert_non_null(document);
    assert_str(gql_print_literal(&a, document->definitions->selection_set->first->arguments->value),
               printed);
    arena_done(&a);
}

static void expect_type_node(const char *text)
{
    static const struct gql_limits none;
    const struct gql_document *document;
    struct gql_errors errors;
    struct arena a;

    arena_init(&a);
    gql_errors_init(&errors, &a);
    document = gql_parse(
        &a,
        (struct gql_source){.name = STR("t"), .body = arena_printf(&a, "query($a:%s){a}", text)},
        &none, &errors);
    assert_non_null(document);
    assert_str(gql_print_type_node(&a, document->definitions->variables->type), text);
    arena_done(&a);
}

static void expect_block(struct str value, bool printable, const char *printed)
{
    struct buf out;

    assert_int_equal(gql_is_printable_as_block(value), printable);
    buf_init(&out, 4096);
    gql_print_block_string(&out, value);
    assert_str(buf_str(&out), printed);
    buf_done(&out);
}

/* SDL that is in the canonical form already comes out as it went in. */
static void expect_canonical(const char *sdl)
{
    struct gql_errors errors;
    struct gql_schema *schema;
    struct arena a;
    struct buf out;

    arena_init(&a);
    gql_errors_init(&errors, &a);
    schema = gql_schema_new((struct gql_source){.name = STR("t"), .body = str_c(sdl)}, &errors);
    if (!schema)
        print_error("%.*s\n", STR_ARG(errors.first->message));
    assert_non_null(schema);
    buf_init(&out, 1 << 16);
    gql_schema_print(schema, &out);
    assert_str(buf_str(&out), sdl);
    buf_done(&out);
    gql_schema_free(schema);
    arena_done(&a);
}

static void literals_are_laid_out_in_one_way(void **state)
{
    expect_literal("[ 1,2 , -3.50 ]", "[1, 2, -3.50]");
    expect_literal("{a:{b:[true]} c:$d}", "{a: {b: [true]}, c: $d}");
    expect_literal("NEWEST_FIRST", "NEWEST_FIRST");
    expect_literal("null", "null");
    expect_literal("[]", "[]");
    expect_literal("{}", "{}");
}

static void strings_are_escaped_where_they_must(void **state)
{
    expect_literal("\"a\\\"\\\\\\/\\n\\u0000\\u007f\\u0085\\u{1F600}\"",
                   "\"a\\\"\\\\/\\n\\u0000\\u007F\\u0085\xF0\x9F\x98\x80\"");
    expect_literal("\"\"\"a \\\"\"\" b\"\"\"", "\"\"\"a \\\"\"\" b\"\"\"");
}

static void type_references_print_as_written(void **state)
{
    expect_type_node("Int");
    expect_type_node("Int!");
    expect_type_node("[[Int!]]!");
    expect_type_node("[[Int]!]");
}

static void block_strings_take_lines_of_their_own_when_they_need_them(void **state)
{
    expect_block(STR("one line"), true, "\"\"\"one line\"\"\"");
    expect_block(STR("two\nlines"), true, "\"\"\"\ntwo\nlines\n\"\"\"");
    expect_block(STR("quote\""), true, "\"\"\"\nquote\"\n\"\"\"");
    expect_block(STR("slash\\"), true, "\"\"\"\nslash\\\n\"\"\"");
    expect_block(STR("  indented"), true, "\"\"\"  indented\"\"\"");
    expect_block(STR(""), true, "\"\"\"\"\"\"");
}

static void what_a_block_string_would_change_is_told(void **state)
{
    assert_false(gql_is_printable_as_block(STR("\nleading line")));
    assert_false(gql_is_printable_as_block(STR("trailing line\n")));
    assert_false(gql_is_printable_as_block(STR("  all\n  indented")));
    assert_false(gql_is_printable_as_block(STR("a\rb")));
    assert_false(gql_is_printable_as_block(STR("a\0b")));
    assert_false(gql_is_printable_as_block(STR("   ")));
    assert_true(gql_is_printable_as_block(STR("first\n  indented\n\nlast")));
}

static void schemas_print_as_they_stand_in_the_canonical_form(void **state)
{
    expect_canonical("type Query {\n  a: Int\n}");
    expect_canonical("\"\"\"What it is.\"\"\"\n"
                     "schema {\n  query: Q\n  subscription: S\n}\n\n"
                     "directive @d(a: Int = 1, b: E = A) repeatable on FIELD | OBJECT\n\n"
                     "type Q implements N & M {\n"
                     "  a(\n"
                     "    \"\"\"First.\"\"\"\n"
                     "    x: [Int!]! = [1, 2]\n"
                     "    y: I = {z: \"q\"}\n"
                     "  ): Int\n\n"
                     "  \"\"\"Second.\"\"\"\n"
                     "  b(x: Int = 3): U @deprecated(reason: \"Use \\\"a\\\".\")\n"
                     "}\n\n"
                     "type S {\n  a: Int\n}\n\n"
                     "interface N implements M {\n  a: Int\n}\n\n"
                     "interface M {\n  a: Int\n}\n\n"
                     "union U = Q | S\n\n"
                     "enum E {\n  A\n  B @deprecated\n}\n\n"
                     "input I {\n  z: String = \"a\"\n}\n\n"
                     "input O @oneOf {\n  a: Int\n}\n\n"
                     "scalar Z @specifiedBy(url: \"https://example.com\")");
}

static void a_schema_definition_that_says_something_is_kept(void **state)
{
    expect_canonical("schema {\n  query: Other\n}\n\ntype Other {\n  a: Int\n}");
    /* Without it, the second type would become the root of mutations. */
    expect_canonical("schema {\n  query: Query\n}\n\ntype Query {\n  a: Int\n}\n\n"
                     "type Mutation {\n  a: Int\n}");
}

int main(void)
{
    return RUN(test(literals_are_laid_out_in_one_way), test(strings_are_escaped_where_they_must),
               test(type_references_print_as_written),
               test(block_strings_take_lines_of_their_own_when_they_need_them),
               test(what_a_block_string_would_change_is_told),
               test(schemas_print_as_they_stand_in_the_canonical_form),
               test(a_schema_definition_that_says_something_is_kept));
}
