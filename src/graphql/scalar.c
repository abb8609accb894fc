#include "graphql/scalar.h"

#include "base/clock.h"

/* Writing: a value is a pointer to its C type, and is not null. */

static void write_str(struct json_out *j, const void *value)
{
    json_out_str(j, *(const struct str *)value);
}

static void write_int(struct json_out *j, const void *value)
{
    json_out_int(j, *(const int64_t *)value);
}

static void write_double(struct json_out *j, const void *value)
{
    json_out_double(j, *(const double *)value);
}

static void write_bool(struct json_out *j, const void *value)
{
    json_out_bool(j, *(const bool *)value);
}

static void write_time(struct json_out *j, const void *value)
{
    char text[CLOCK_RFC3339_LENGTH];

    clock_format(*(const int64_t *)value, text);
    json_out_str(j, str_of(text, sizeof(text)));
}

/* Reading, for custom scalars. */

#define SAFE_MOST ((INT64_C(1) << 53) - 1)

static bool parse_safe_int(struct arena *a, const struct gql_value *raw,
                           struct gql_value *ret_value, const char **ret_why)
{
    *ret_why = "It must be a whole number of at most 2^53 - 1.";
    if (raw->kind == GQL_VALUE_FLOAT && raw->number >= -(double)SAFE_MOST &&
        raw->number <= (double)SAFE_MOST && raw->number == (double)(int64_t)raw->number) {
        *ret_value = (struct gql_value){.kind = GQL_VALUE_INT, .integer = (int64_t)raw->number};
        return true;
    }
    if (raw->kind != GQL_VALUE_INT || raw->integer > SAFE_MOST || raw->integer < -SAFE_MOST)
        return false;
    *ret_value = *raw;
    return true;
}

static bool parse_date_time(struct arena *a, const struct gql_value *raw,
                            struct gql_value *ret_value, const char **ret_why)
{
    struct gql_value time = {.kind = GQL_VALUE_INT};

    *ret_why = "It must be an RFC 3339 time, for example 2026-11-19T21:52:23.248Z.";
    if (raw->kind != GQL_VALUE_STRING || !clock_parse(raw->text, &time.integer))
        return false;
    *ret_value = time;
    return true;
}

const struct gql_scalar gql_scalars[] = {
    {.name = "SafeInt", .kind = GQL_C_INT, .parse = parse_safe_int, .write = write_int},
    {.name = "DateTime", .kind = GQL_C_TIME, .parse = parse_date_time, .write = write_time},
    {.name = NULL},
};

const struct gql_scalar *gql_scalar_built_in(struct str name)
{
    static const struct gql_scalar built_in[] = {
        {.name = "ID", .kind = GQL_C_STR, .write = write_str},
        {.name = "String", .kind = GQL_C_STR, .write = write_str},
        {.name = "Int", .kind = GQL_C_INT, .write = write_int},
        {.name = "Boolean", .kind = GQL_C_BOOL, .write = write_bool},
        {.name = "Float", .kind = GQL_C_DOUBLE, .write = write_double},
    };

    for (size_t i = 0; i < array_size(built_in); i++) {
        if (str_eq_c(name, built_in[i].name))
            return &built_in[i];
    }
    return NULL;
}
