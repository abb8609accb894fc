#include "graphql/graphql.h"

#include "base/mem.h"
#include "tests/lib/test.h"

struct fixture {
    struct arena arena;
    struct gql_errors errors;
    const struct gql_document *document;
};

static void begin(struct fixture *f, struct str text, struct gql_limits limits)
{
    *f = (struct fixture){0};
    arena_init(&f->arena);
    gql_errors_init(&f->errors, &f->arena);
    f->document = gql_parse(&f->arena, (struct gql_source){.name = STR("test"), .body = text},
                            &limits, &f->errors);
}

static const struct gql_definition *parse(struct fixture *f, const char *text)
{
    begin(f, str_c(text), (struct gql_limits){0});
    if (!f->document)
        print_error("%.*s\n", STR_ARG(f->errors.first->message));
    assert_int_equal(f->errors.count, 0);
    return f->document ? f->document->definitions : NULL;
}

static void end(struct fixture *f)
{
    arena_done(&f->arena);
}

static void expect_error(const char *text, const char *message, uint32_t line, uint32_t column)
{
    struct fixture f;

    begin(&f, str_c(text), (struct gql_limits){0});
    assert_null(f.document);
    assert_int_equal(f.errors.count, 1);
    assert_str(f.errors.first->message, message);
    assert_int_equal(f.errors.first->status, ST_PARSE_FAILED);
    assert_int_equal(f.errors.first->n_locations, 1);
    assert_int_equal(f.errors.first->locations[0].line, line);
    assert_int_equal(f.errors.first->locations[0].column, column);
    end(&f);
}

static void expect_parses(const char *text)
{
    struct fixture f;

    parse(&f, text);
    end(&f);
}

/* `head` and n times `step`: what nests as deep as somebody likes. */
static void expect_too_complex(const char *head, const char *step, size_t n,
                               struct gql_limits limits, const char *extensions)
{
    size_t n_head = strlen(head), n_step = strlen(step);
    char *text = mem_realloc(NULL, n_head + n * n_step + 1);
    struct fixture f;

    memcpy(text, head, n_head);
    for (size_t i = 0; i < n; i++)
        memcpy(text + n_head + i * n_step, step, n_step);
    begin(&f, str_of(text, n_head + n * n_step), limits);
    assert_null(f.document);
    assert_int_equal(f.errors.count, 1);
    assert_int_equal(f.errors.first->status, ST_TOO_COMPLEX);
    assert_str(f.errors.first->extensions, extensions);
    end(&f);
    mem_free(text);
}

static void an_operation_has_all_its_parts(void **state)
{
    struct fixture f;
    const struct gql_definition *d =
        parse(&f, "query Q($a: [Int!]! = [1] @d) @e { x: y(b: $a) @f ...F ... on T { z } }");
    const struct gql_selection *field = d->selection_set->first;

    assert_int_equal(d->kind, GQL_DEFINITION_OPERATION);
    assert_int_equal(d->operation, GQL_QUERY);
    assert_str(d->name.text, "Q");
    assert_str(d->variables->name.text, "a");
    assert_int_equal(d->variables->type->kind, GQL_NODE_NON_NULL_TYPE);
    assert_int_equal(d->variables->type->of->kind, GQL_NODE_LIST_TYPE);
    assert_int_equal(d->variables->default_value->kind, GQL_LITERAL_LIST);
    assert_str(d->variables->directives->name.text, "d");
    assert_str(d->directives->name.text, "e");
    assert_str(field->alias.text, "x");
    assert_str(field->name.text, "y");
    assert_int_equal(field->arguments->value->kind, GQL_LITERAL_VARIABLE);
    assert_str(field->arguments->value->text, "a");
    assert_int_equal(field->next->kind, GQL_SELECTION_SPREAD);
    assert_str(field->next->name.text, "F");
    assert_int_equal(field->next->next->kind, GQL_SELECTION_INLINE);
    assert_str(field->next->next->type_condition.text, "T");
    assert_null(field->next->next->next);
    assert_null(d->next);
    end(&f);
}

static void descriptions_stand_before_every_definition_but_the_shorthand(void **state)
{
    struct fixture f;
    const struct gql_definition *d =
        parse(&f, "\"one\" query Q(\"two\" $a: Int) { a } \"\"\"three\"\"\" fragment F on T { a }");

    assert_str(d->description->text, "one");
    assert_str(d->variables->description->text, "two");
    assert_str(d->next->description->text, "three");
    assert_true(d->next->description->block);
    end(&f);
    expect_error("\"one\" { a }",
                 "Syntax Error: Unexpected description, descriptions are not supported on "
                 "shorthand queries.",
                 1, 1);
    expect_error("\"one\" extend type A { a: Int }",
                 "Syntax Error: Unexpected description, only GraphQL definitions support "
                 "descriptions.",
                 1, 1);
}

static void a_type_system_document_has_all_its_parts(void **state)
{
    struct fixture f;
    const struct gql_definition *d =
        parse(&f, "\"d\" type A implements & B & C @x { \"f\" a(b: Int = 1 @y): [A] @z }\n"
                  "union U = | A | B\n"
                  "directive @d(a: Int) repeatable on FIELD | ENUM\n"
                  "extend schema @q { mutation: M }");

    assert_int_equal(d->kind, GQL_DEFINITION_OBJECT);
    assert_str(d->names->name.text, "B");
    assert_str(d->names->next->name.text, "C");
    assert_str(d->fields->arguments->name.text, "b");
    assert_str(d->fields->arguments->default_value->text, "1");
    assert_str(d->fields->directives->name.text, "z");
    assert_int_equal(d->next->kind, GQL_DEFINITION_UNION);
    assert_str(d->next->names->next->name.text, "B");
    assert_true(d->next->next->repeatable);
    assert_str(d->next->next->names->next->name.text, "ENUM");
    assert_true(d->next->next->next->extend);
    assert_int_equal(d->next->next->next->roots->operation, GQL_MUTATION);
    end(&f);
}

static void literals_of_every_kind_are_told_apart(void **state)
{
    static const enum gql_literal_kind kinds[] = {
        GQL_LITERAL_INT,    GQL_LITERAL_FLOAT,   GQL_LITERAL_STRING,
        GQL_LITERAL_STRING, GQL_LITERAL_BOOLEAN, GQL_LITERAL_NULL,
        GQL_LITERAL_ENUM,   GQL_LITERAL_LIST,    GQL_LITERAL_OBJECT,
    };
    struct fixture f;
    const struct gql_definition *d =
        parse(&f, "{ a(b: [1 1.0 \"s\" \"\"\"b\"\"\" true null on [] {on: nullish}]) }");
    const struct gql_literal *item = d->selection_set->first->arguments->value->items;

    for (size_t i = 0; i < array_size(kinds); i++, item = item->next)
        assert_int_equal(item->kind, kinds[i]);
    assert_null(item);
    end(&f);
}

static void keywords_are_names_wherever_a_name_may_stand(void **state)
{
    expect_parses("query query { query fragment: on(type: true) @type on: null }");
    expect_parses("fragment fragment on on { on }");
    expect_parses("type type { type: input } enum enum { on type query }");
    expect_parses("{ ... { a } ... @include(if: true) { b } }");
}

static void what_is_missing_is_named_with_its_place(void **state)
{
    expect_error("", "Syntax Error: Unexpected <EOF>.", 1, 1);
    expect_error("{", "Syntax Error: Expected Name, found <EOF>.", 1, 2);
    expect_error("{ a(", "Syntax Error: Expected Name, found <EOF>.", 1, 5);
    expect_error("\n{ a: }", "Syntax Error: Expected Name, found \"}\".", 2, 6);
    expect_error("{ ...on }", "Syntax Error: Expected Name, found \"}\".", 1, 9);
    expect_error("fragment on on on { on }", "Syntax Error: Unexpected Name \"on\".", 1, 10);
    expect_error("notAnOperation { a }", "Syntax Error: Unexpected Name \"notAnOperation\".", 1, 1);
    expect_error("{ a(b: \"x\"", "Syntax Error: Expected Name, found <EOF>.", 1, 11);
    expect_error("{ \xC3\xA9 \"}", "Syntax Error: Unexpected character: U+00E9.", 1, 3);
    expect_error("{ a(b: \"\xC3\xA9\") ! }", "Syntax Error: Expected Name, found \"!\".", 1, 13);
}

static void a_string_that_is_out_of_place_is_named_whole(void **state)
{
    struct fixture f;

    begin(&f, STR("{ a \"x\\u0000y\" }"), (struct gql_limits){0});
    assert_int_equal(f.errors.count, 1);
    check_str(f.errors.first->message, STR("Syntax Error: Expected Name, found String \"x\0y\"."),
              __FILE__, __LINE__);
    end(&f);
}

static void empty_lists_are_refused(void **state)
{
    expect_error("{ }", "Syntax Error: Expected Name, found \"}\".", 1, 3);
    expect_error("{ a() }", "Syntax Error: Expected Name, found \")\".", 1, 5);
    expect_error("query Q() { a }", "Syntax Error: Expected \"$\", found \")\".", 1, 9);
    expect_error("type A { }", "Syntax Error: Expected Name, found \"}\".", 1, 10);
    expect_error("extend type A", "Syntax Error: Unexpected <EOF>.", 1, 14);
    expect_error("union U =", "Syntax Error: Expected Name, found <EOF>.", 1, 10);
    expect_error("directive @d on", "Syntax Error: Expected Name, found <EOF>.", 1, 16);
}

static void constants_hold_no_variables(void **state)
{
    expect_error("query ($a: Int = $b) { a }",
                 "Syntax Error: Unexpected variable \"$b\" in constant value.", 1, 18);
    expect_error("query ($a: Int = [{a: $b}]) { a }",
                 "Syntax Error: Unexpected variable \"$b\" in constant value.", 1, 23);
    expect_error("type A { a(b: Int = $x): Int }",
                 "Syntax Error: Unexpected variable \"$x\" in constant value.", 1, 21);
}

static void words_of_the_language_have_their_places(void **state)
{
    expect_error("enum E { A true }",
                 "Syntax Error: Name \"true\" is reserved and cannot be used for an enum value.", 1,
                 12);
    expect_error("directive @d on FIELD | FOO", "Syntax Error: Unexpected Name \"FOO\".", 1, 25);
    expect_error("extend directive @d on FIELD", "Syntax Error: Unexpected Name \"directive\".", 1,
                 8);
    expect_error("schema { foo: Q }", "Syntax Error: Unexpected Name \"foo\".", 1, 10);
}

static void lines_end_in_three_ways_and_columns_count_characters(void **state)
{
    struct gql_source source = {.name = STR("t"),
                                .body = STR("a\nb\rc\r\n\xC3\xA9\xF0\x9F\x98\x80x")};
    struct gql_location x = gql_locate(&source, (uint32_t)source.body.n - 1);
    struct gql_location b = gql_locate(&source, 2), c = gql_locate(&source, 4);

    assert_int_equal(b.line, 2);
    assert_int_equal(b.column, 1);
    assert_int_equal(c.line, 3);
    assert_int_equal(c.column, 1);
    assert_int_equal(x.line, 4);
    assert_int_equal(x.column, 3);
}

static void nesting_of_any_kind_meets_its_bound(void **state)
{
    static const struct gql_limits none;

    expect_too_complex("", "{a", 100000, none, "\"limit\":\"nesting\"");
    expect_too_complex("{a", "...{", 100000, none, "\"limit\":\"nesting\"");
    expect_too_complex("{a(b:", "[", 100000, none, "\"limit\":\"nesting\"");
    expect_too_complex("{a(b:", "{c:", 100000, none, "\"limit\":\"nesting\"");
    expect_too_complex("query($a:", "[", 100000, none, "\"limit\":\"nesting\"");
    expect_too_complex("type A{a:", "[", 100000, none, "\"limit\":\"nesting\"");
    expect_too_complex("input A{a:A=", "{a:", 100000, none, "\"limit\":\"nesting\"");
}

static void selections_nest_as_deep_as_the_limit_and_no_deeper(void **state)
{
    struct gql_limits three = {.depth = 3};
    struct fixture f;

    begin(&f, STR("{a{b ... {... on T{c{d}}}}}"), three);
    assert_non_null(f.document);
    end(&f);
    begin(&f, STR("{a{b{c{d}}}}"), three);
    assert_null(f.document);
    assert_str(f.errors.first->message, "Selections are nested deeper than 3 levels.");
    assert_str(f.errors.first->extensions, "\"limit\":\"depth\"");
    assert_int_equal(f.errors.first->locations[0].column, 7);
    end(&f);
}

static void introspection_is_not_counted_as_depth(void **state)
{
    struct gql_limits two = {.depth = 2};
    struct fixture f;

    begin(&f, STR("{__schema{types{fields{type{ofType{name}}}}}}"), two);
    assert_non_null(f.document);
    end(&f);
    begin(&f, STR("fragment F on __Type{ofType{ofType{ofType{name}}}}"), two);
    assert_non_null(f.document);
    end(&f);
}

static void tokens_are_counted_without_the_end(void **state)
{
    struct fixture f;

    begin(&f, STR("{ a b # c\n }"), (struct gql_limits){.tokens = 4});
    assert_non_null(f.document);
    assert_int_equal(f.document->tokens, 4);
    end(&f);
    begin(&f, STR("{ a b # c\n }"), (struct gql_limits){.tokens = 3});
    assert_null(f.document);
    assert_str(f.errors.first->message,
               "Syntax Error: Document contains more that 3 tokens. Parsing aborted.");
    assert_int_equal(f.errors.first->status, ST_TOO_COMPLEX);
    assert_int_equal(f.errors.first->locations[0].line, 2);
    end(&f);
}

static void a_source_without_bytes_is_no_document(void **state)
{
    struct fixture f;

    begin(&f, STR_NULL, (struct gql_limits){0});
    assert_null(f.document);
    assert_str(f.errors.first->message, "Syntax Error: Unexpected <EOF>.");
    end(&f);
}

int main(void)
{
    return RUN(
        test(an_operation_has_all_its_parts),
        test(descriptions_stand_before_every_definition_but_the_shorthand),
        test(a_type_system_document_has_all_its_parts), test(literals_of_every_kind_are_told_apart),
        test(keywords_are_names_wherever_a_name_may_stand),
        test(what_is_missing_is_named_with_its_place),
        test(a_string_that_is_out_of_place_is_named_whole), test(empty_lists_are_refused),
        test(constants_hold_no_variables), test(words_of_the_language_have_their_places),
        test(lines_end_in_three_ways_and_columns_count_characters),
        test(nesting_of_any_kind_meets_its_bound),
        test(selections_nest_as_deep_as_the_limit_and_no_deeper),
        test(introspection_is_not_counted_as_depth), test(tokens_are_counted_without_the_end),
        test(a_source_without_bytes_is_no_document));
}
