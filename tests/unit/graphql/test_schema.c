#include "graphql/schema.h"

#include "graphql/graphql.h"
#include "graphql/value.h"
#include "tests/lib/test.h"

struct fixture {
    struct arena arena;
    struct gql_errors errors;
    struct gql_schema *schema;
};

static void begin(struct fixture *f, const char *sdl)
{
    arena_init(&f->arena);
    gql_errors_init(&f->errors, &f->arena);
    f->schema =
        gql_schema_new((struct gql_source){.name = STR("test"), .body = str_c(sdl)}, &f->errors);
    if (!f->schema)
        print_error("%.*s\n", STR_ARG(f->errors.first->message));
    assert_non_null(f->schema);
}

static void end(struct fixture *f)
{
    gql_schema_free(f->schema);
    arena_done(&f->arena);
}

static const struct gql_type *type(const struct fixture *f, const char *name)
{
    return gql_schema_type(f->schema, str_c(name));
}

static const struct gql_field_def *field(const struct fixture *f, const char *parent,
                                         const char *name)
{
    return gql_type_field(f->schema, type(f, parent), str_c(name));
}

static void types_are_interned(void **state)
{
    struct fixture f;

    begin(&f, "type Query { a: [Int!]! b: [Int!]! c(x: [Int!]): Int }");
    assert_ptr_equal(field(&f, "Query", "a")->type, field(&f, "Query", "b")->type);
    assert_ptr_equal(field(&f, "Query", "a")->type->of, field(&f, "Query", "c")->args->type);
    assert_ptr_equal(gql_type_named(field(&f, "Query", "a")->type), type(&f, "Int"));
    assert_str(gql_type_print(&f.arena, field(&f, "Query", "a")->type), "[Int!]!");
    end(&f);
}

static void references_of_documents_find_the_schemas_types(void **state)
{
    struct gql_type_node named = {.kind = GQL_NODE_NAMED_TYPE, .name = STR("Int")};
    struct gql_type_node list = {.kind = GQL_NODE_LIST_TYPE, .of = &named};
    struct gql_type_node nested = {.kind = GQL_NODE_LIST_TYPE, .of = &list};
    struct gql_type_node unknown = {.kind = GQL_NODE_NAMED_TYPE, .name = STR("Foo")};
    const struct gql_type *one, *two;
    struct fixture f;

    begin(&f, "type Query { a: [Int] }");
    assert_ptr_equal(gql_schema_type_of_node(f.schema, &f.arena, &list),
                     field(&f, "Query", "a")->type);
    one = gql_schema_type_of_node(f.schema, &f.arena, &nested);
    two = gql_schema_type_of_node(f.schema, &f.arena, &nested);
    assert_true(gql_type_equal(one, two));
    assert_false(gql_type_equal(one, one->of));
    assert_null(gql_schema_type_of_node(f.schema, &f.arena, &unknown));
    end(&f);
}

static void built_in_scalars_that_nobody_uses_are_left_out(void **state)
{
    struct fixture f;

    begin(&f, "type Query { a(x: Float): Boolean }");
    assert_non_null(type(&f, "Float"));
    assert_non_null(type(&f, "String"));
    assert_non_null(type(&f, "Boolean"));
    assert_null(type(&f, "Int"));
    assert_null(type(&f, "ID"));
    assert_null(type(&f, "__Meta"));
    end(&f);
    begin(&f, "type Query { a: Boolean } directive @d(x: ID) on FIELD");
    assert_non_null(type(&f, "ID"));
    end(&f);
}

static void types_stand_in_the_order_of_the_document_and_built_in_ones_behind(void **state)
{
    static const char *const names[] = {"B", "Query", "A", "String", "Boolean", "__Schema"};
    struct fixture f;

    begin(&f, "enum B { X } type Query { a: A } scalar A");
    assert_true(f.schema->n_types > array_size(names));
    for (size_t i = 0; i < array_size(names); i++)
        assert_str(f.schema->types[i]->name, names[i]);
    assert_false(f.schema->types[2]->built_in);
    assert_true(f.schema->types[3]->built_in);
    end(&f);
}

static void all_directives_of_the_language_are_there(void **state)
{
    struct fixture f;

    begin(&f, "type Query { a: Int } directive @own on FIELD");
    assert_int_equal(f.schema->n_directives, 6);
    assert_str(f.schema->directives[0].name, "own");
    assert_non_null(gql_schema_directive(f.schema, STR("skip")));
    assert_non_null(gql_schema_directive(f.schema, STR("include")));
    assert_non_null(gql_schema_directive(f.schema, STR("specifiedBy")));
    assert_non_null(gql_schema_directive(f.schema, STR("oneOf")));
    assert_str(gql_schema_directive(f.schema, STR("deprecated"))->args->default_value->text,
               "No longer supported");
    assert_null(gql_schema_directive(f.schema, STR("other")));
    end(&f);
}

static void extensions_are_part_of_what_they_extend(void **state)
{
    struct fixture f;

    begin(&f,
          "extend type Query implements N { b: U } type Query { a: Int }\n"
          "interface N { b: U } union U = Query extend union U = T type T { a: Int }\n"
          "enum E { A } extend enum E { B } input I { a: Int } extend input I @oneOf { b: Int }\n"
          "scalar S extend scalar S @specifiedBy(url: \"u\")\n"
          "type M { a: Int } extend schema { mutation: M }");
    assert_int_equal(type(&f, "Query")->n_fields, 2);
    assert_str(type(&f, "Query")->fields[0].name, "a");
    assert_int_equal(type(&f, "Query")->n_interfaces, 1);
    assert_int_equal(type(&f, "U")->n_possible, 2);
    assert_int_equal(type(&f, "E")->n_values, 2);
    assert_int_equal(type(&f, "I")->n_input_fields, 2);
    assert_true(type(&f, "I")->one_of);
    assert_str(type(&f, "S")->specified_by, "u");
    assert_ptr_equal(f.schema->query, type(&f, "Query"));
    assert_ptr_equal(f.schema->mutation, type(&f, "M"));
    assert_null(f.schema->subscription);
    end(&f);
}

static void meta_fields_are_found_where_they_belong(void **state)
{
    struct fixture f;

    begin(&f, "type Query { a: U } union U = T type T { a: Int }");
    assert_non_null(field(&f, "Query", "__schema"));
    assert_str(field(&f, "Query", "__type")->args->name, "name");
    assert_non_null(field(&f, "U", "__typename"));
    assert_non_null(field(&f, "T", "__typename"));
    assert_null(field(&f, "T", "__schema"));
    assert_null(field(&f, "Int", "__typename"));
    assert_null(field(&f, "T", "b"));
    end(&f);
}

static void subtypes_follow_the_specification(void **state)
{
    struct fixture f;
    const struct gql_type *t, *n;

    begin(&f, "type Query { a: [T!]! b: [N] c: [T] d: T! e: N f: U g: [[T!]!] h: [[N]] }\n"
              "interface M { x: Int } interface N implements M { x: Int }\n"
              "type T implements N & M { x: Int } union U = T");
    t = type(&f, "T");
    n = type(&f, "N");
    assert_true(gql_type_is_subtype(t, n));
    assert_true(gql_type_is_subtype(t, type(&f, "U")));
    assert_true(gql_type_is_subtype(n, type(&f, "M")));
    assert_false(gql_type_is_subtype(n, t));
    assert_true(gql_type_is_subtype(field(&f, "Query", "a")->type, field(&f, "Query", "b")->type));
    assert_false(gql_type_is_subtype(field(&f, "Query", "b")->type, field(&f, "Query", "a")->type));
    assert_true(gql_type_is_subtype(field(&f, "Query", "d")->type, n));
    assert_false(gql_type_is_subtype(n, field(&f, "Query", "d")->type));
    assert_false(gql_type_is_subtype(t, field(&f, "Query", "c")->type));
    assert_false(gql_type_is_subtype(field(&f, "Query", "c")->type, t));
    assert_true(gql_type_is_subtype(field(&f, "Query", "g")->type, field(&f, "Query", "h")->type));
    assert_int_equal(type(&f, "M")->n_possible, 1);
    assert_true(gql_type_is_possible(type(&f, "M"), t));
    end(&f);
}

static void directives_of_the_schema_are_read_into_it(void **state)
{
    struct fixture f;
    const struct gql_input_def *arg;

    begin(&f, "directive @requires(scope: S!) on FIELD_DEFINITION\n"
              "directive @length(min: Int = 0, max: Int) on ARGUMENT_DEFINITION\n"
              "enum S { CHAT OLD @deprecated }\n"
              "type Query { a(t: String @length(min: 1, max: 40), u: String @length(max: 3)\n"
              "  v: String @deprecated(reason: \"gone\")): Int @requires(scope: CHAT)\n"
              "  b(t: String): Int @deprecated }");
    arg = field(&f, "Query", "a")->args;
    assert_str(field(&f, "Query", "a")->requires_scope, "CHAT");
    assert_int_equal(arg[0].length_min, 1);
    assert_int_equal(arg[0].length_max, 40);
    assert_int_equal(arg[1].length_min, 0);
    assert_int_equal(arg[1].length_max, 3);
    assert_int_equal(arg[2].length_max, -1);
    assert_str(arg[2].deprecation_reason, "gone");
    assert_null(field(&f, "Query", "b")->requires_scope.p);
    assert_str(field(&f, "Query", "b")->deprecation_reason, "No longer supported");
    assert_null(type(&f, "S")->values[0].deprecation_reason.p);
    assert_str(type(&f, "S")->values[1].deprecation_reason, "No longer supported");
    end(&f);
}

static void defaults_rest_on_defaults(void **state)
{
    struct fixture f;
    const struct gql_value *value, *inner;

    begin(&f, "type Query { a(i: I = {}): Int } input I { n: Int = 3 j: J = {} k: Int }\n"
              "input J { e: E = B } enum E { A B }");
    value = field(&f, "Query", "a")->args->default_value;
    assert_int_equal(value->kind, GQL_VALUE_OBJECT);
    assert_int_equal(gql_value_member(value, STR("n"))->integer, 3);
    assert_null(gql_value_member(value, STR("k")));
    inner = gql_value_member(gql_value_member(value, STR("j")), STR("e"));
    assert_int_equal(inner->kind, GQL_VALUE_ENUM);
    assert_int_equal(inner->enum_index, 1);
    end(&f);
}

static void the_text_given_may_go_away(void **state)
{
    char sdl[] = "\"d\" schema { query: Query } type Query { a: Int }";
    struct fixture f;

    begin(&f, sdl);
    memset(sdl, 'x', sizeof(sdl) - 1);
    assert_str(f.schema->description, "d");
    assert_str(f.schema->query->name, "Query");
    assert_true(str_starts(f.schema->sdl, STR("\"d\" schema")));
    end(&f);
}

static void what_is_wrong_is_told_and_nothing_is_left(void **state)
{
    struct gql_errors errors;
    struct arena a;

    arena_init(&a);
    gql_errors_init(&errors, &a);
    assert_null(gql_schema_new((struct gql_source){.name = STR("t"), .body = STR("type Query {")},
                               &errors));
    assert_str(errors.first->message, "Syntax Error: Expected Name, found <EOF>.");
    arena_done(&a);
}

int main(void)
{
    return RUN(test(types_are_interned), test(references_of_documents_find_the_schemas_types),
               test(built_in_scalars_that_nobody_uses_are_left_out),
               test(types_stand_in_the_order_of_the_document_and_built_in_ones_behind),
               test(all_directives_of_the_language_are_there),
               test(extensions_are_part_of_what_they_extend),
               test(meta_fields_are_found_where_they_belong),
               test(subtypes_follow_the_specification),
               test(directives_of_the_schema_are_read_into_it), test(defaults_rest_on_defaults),
               test(the_text_given_may_go_away), test(what_is_wrong_is_told_and_nothing_is_left));
}
