/*
 * Input values as GraphQL, in the one spelling that graphql-js gives them when it compares
 * defaults: members sorted, numbers without their form, the text of a custom scalar as a string.
 */

#include "graphql/print.h"
#include "graphql/schema_diff_gather.h"
#include "graphql/suggest.h"
#include "graphql/value.h"

#include <stdlib.h>

#include "base/json_out.h"

enum {
    /* Defaults that rest on defaults may double with each level: past this many bytes a value is
       taken as it was written. */
    VALUE_MOST = 64 * 1024,
};

struct printer {
    struct arena *arena;
    struct buf *out;
};

static void print_value(const struct printer *p, const struct gql_type *type,
                        const struct gql_value *value);

static bool is_integer(struct str s)
{
    size_t i = s.n && s.p[0] == '-';

    if (i == s.n || (s.p[i] == '0' && i + 1 < s.n))
        return false;
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    return i == s.n;
}

/* An ID that looks like a number is written as one. */
static void print_text(const struct printer *p, const struct gql_type *type, struct str text)
{
    bool bare = type && (type->kind == GQL_ENUM ||
                         (type->built_in && str_eq_c(type->name, "ID") && is_integer(text)));

    if (bare)
        buf_add(p->out, text);
    else
        gql_print_string(p->out, text);
}

static void print_number(const struct printer *p, double number)
{
    struct json_out j = {.out = p->out};

    json_out_double(&j, number == 0 ? 0 : number); /* not -0 */
}

/* NOLINTNEXTLINE(misc-no-recursion): values nest no deeper than literals and types do. */
static void print_list(const struct printer *p, const struct gql_type *type,
                       const struct gql_value *list)
{
    const struct gql_type *of = type && type->kind == GQL_LIST ? type->of : type;

    buf_add_char(p->out, '[');
    for (size_t i = 0; i < list->n; i++) {
        if (i > 0)
            buf_add(p->out, STR(", "));
        print_value(p, of, &list->items[i]);
    }
    buf_add_char(p->out, ']');
}

static int by_name(const void *a, const void *b)
{
    const struct gql_value_member *one = a, *other = b;

    return gql_natural_compare(one->def->name, other->def->name);
}

/* NOLINTNEXTLINE(misc-no-recursion): as above. */
static void print_object(const struct printer *p, const struct gql_value *object)
{
    struct gql_value_member *members;
    size_t n = 0;

    for (const struct gql_value_member *m = object->members; m; m = m->next)
        n++;
    members = arena_array(p->arena, struct gql_value_member, n);
    n = 0;
    for (const struct gql_value_member *m = object->members; m; m = m->next)
        members[n++] = *m;
    qsort(members, n, sizeof(*members), by_name);
    buf_add_char(p->out, '{');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_add(p->out, STR(", "));
        buf_add(p->out, members[i].def->name);
        buf_add(p->out, STR(": "));
        print_value(p, members[i].def->type, &members[i].value);
    }
    buf_add_char(p->out, '}');
}

/* type: NULL inside of a custom scalar's value.
 * NOLINTNEXTLINE(misc-no-recursion): as above. */
static void print_value(const struct printer *p, const struct gql_type *type,
                        const struct gql_value *value)
{
    const struct gql_type *nullable = type ? gql_type_nullable(type) : NULL;

    if (buf_overflowed(p->out))
        return;
    switch (value->kind) {
    case GQL_VALUE_NULL:
        buf_add(p->out, STR("null"));
        break;
    case GQL_VALUE_BOOLEAN:
        buf_add(p->out, value->boolean ? STR("true") : STR("false"));
        break;
    case GQL_VALUE_INT:
        buf_printf(p->out, "%lld", (long long)value->integer);
        break;
    case GQL_VALUE_FLOAT:
        print_number(p, value->number);
        break;
    case GQL_VALUE_STRING:
    case GQL_VALUE_ENUM:
        print_text(p, nullable, value->text);
        break;
    case GQL_VALUE_LIST:
        print_list(p, nullable, value);
        break;
    case GQL_VALUE_OBJECT:
        print_object(p, value);
        break;
    }
}

struct str gql_diff_value(struct arena *a, const struct gql_type *type,
                          const struct gql_value *value, const struct gql_literal *written)
{
    struct printer p;
    struct arena scratch;
    struct buf out;
    struct str text;

    arena_init(&scratch);
    buf_init(&out, VALUE_MOST);
    p = (struct printer){.arena = &scratch, .out = &out};
    print_value(&p, type, value);
    text = buf_overflowed(&out) ? gql_print_literal(a, written) : arena_str(a, buf_str(&out));
    buf_done(&out);
    arena_done(&scratch);
    return text;
}
