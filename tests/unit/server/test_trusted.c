#include "server/trusted.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/lib/test.h"

static const char sdl[] = "type Query { one: Int two: Int }";

static struct gql_schema *schema;
static char path[] = "/tmp/guildhall-trusted-XXXXXX";
static struct trusted_error error;

static int begin(void **state)
{
    struct gql_source source = {.name = STR("test"), .body = str_c(sdl)};
    struct gql_errors errors;
    struct arena arena;
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    close(fd);
    arena_init(&arena);
    gql_errors_init(&errors, &arena);
    schema = gql_schema_new(source, &errors);
    assert_non_null(schema);
    arena_done(&arena);
    return 0;
}

static int end(void **state)
{
    gql_schema_free(schema);
    return unlink(path);
}

/* NULL when it is refused. */
static struct trusted *read_manifest(const char *text)
{
    const struct gql_limits limits = {.tokens = 100, .depth = 10, .aliases = 10, .directives = 10};
    struct trusted *t = NULL;
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    error.text[0] = '\0';
    return trusted_read(str_c(path), schema, &limits, &t, &error) == ST_OK ? t : NULL;
}

static void a_map_of_ids_and_documents_is_taken(void **state)
{
    struct trusted *t = read_manifest("{\"a\":\"{ one }\",\"b\":\"{ two }\"}");

    assert_non_null(t);
    assert_int_equal(trusted_count(t), 2);
    assert_str(trusted_find(t, STR("a")), "{ one }");
    assert_str(trusted_find(t, STR("sha256:b")), "{ two }");
    assert_null(trusted_find(t, STR("c")).p);
    assert_true(trusted_has(t, STR("{ two }")));
    assert_false(trusted_has(t, STR("{ two  }")));
    trusted_free(t);
}

static void apollos_manifest_is_taken(void **state)
{
    struct trusted *t = read_manifest(
        "{\"format\":\"apollo-persisted-query-manifest\",\"version\":1,\"operations\":"
        "[{\"id\":\"x\",\"name\":\"A\",\"type\":\"query\",\"body\":\"query A { one "
        "}\"}]}");

    assert_non_null(t);
    assert_str(trusted_find(t, STR("x")), "query A { one }");
    trusted_free(t);
}

static void nothing_is_found_where_there_is_none(void **state)
{
    assert_null(trusted_find(NULL, STR("a")).p);
    assert_false(trusted_has(NULL, STR("{ one }")));
    assert_int_equal(trusted_count(NULL), 0);
}

static void check_refused(const char *manifest, const char *why)
{
    assert_null(read_manifest(manifest));
    assert_true(str_starts(str_c(error.text), str_c(path)));
    if (!strstr(error.text, why))
        fail_msg("\"%s\" does not say \"%s\"", error.text, why);
}

static void a_manifest_that_cannot_be_used_is_refused_with_its_reason(void **state)
{
    check_refused("{", "line 1");
    check_refused("[]", "a JSON object");
    check_refused("{\"a\":1}", "\"a\" must have an id and be a string");
    check_refused("{\"\":\"{ one }\"}", "must have an id");
    check_refused("{\"a\":\"{ one }\",\"a\":\"{ two }\"}", "duplicate");
    check_refused(
        "{\"format\":\"apollo-persisted-query-manifest\",\"version\":2,\"operations\":[]}",
        "version 1");
    check_refused(
        "{\"format\":\"x\",\"version\":1,\"operations\":[{\"id\":\"a\",\"body\":\"{ one }\"},"
        "{\"id\":\"a\",\"body\":\"{ two }\"}]}",
        "two documents");
}

static void a_document_that_is_not_valid_is_named_with_its_place(void **state)
{
    check_refused("{\"good\":\"{ one }\",\"bad\":\"{\\n  three }\"}",
                  "\"bad\" is not valid: Cannot query field \"three\" on type \"Query\". (line 2, "
                  "column 3");
}

static void a_file_that_is_not_there_is_named(void **state)
{
    const struct gql_limits limits = {0};
    struct trusted *t;

    assert_int_equal(trusted_read(STR("/nowhere/at.all"), schema, &limits, &t, &error),
                     ST_BAD_INPUT);
    assert_true(str_starts(str_c(error.text), STR("/nowhere/at.all: cannot be opened")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_map_of_ids_and_documents_is_taken),
        test(apollos_manifest_is_taken),
        test(nothing_is_found_where_there_is_none),
        test(a_manifest_that_cannot_be_used_is_refused_with_its_reason),
        test(a_document_that_is_not_valid_is_named_with_its_place),
        test(a_file_that_is_not_there_is_named),
    };

    return cmocka_run_group_tests_name(__FILE__, tests, begin, end);
}
