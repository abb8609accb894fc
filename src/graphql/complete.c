#include <assert.h>
#include <math.h>

#include "graphql/execute.h"
#include "graphql/scalar.h"

/*
 * The second phase of an execution: the response, written straight to the request's buffer.
 *
 * CompleteValue and the handling of errors (sections 6.4.3 and 6.4.4): a null where none may be is
 * passed on upwards by returning false, what was written of it is taken back, and the nearest
 * place that may be null is. Recursion follows the selections, which are GQL_DEPTH_MOST deep at
 * most, and lists within lists, as deep as the type is written.
 */

struct completion {
    struct gql_execution *e;
    struct gql_errors *errors;
    struct json_out j;
};

/* The field whose value is being written. */
struct spot {
    const struct gql_collected *collected;
    const struct gql_type *parent;
    struct gql_object *objects; /* the next one that will come in the value; NULL without any */
};

static bool complete_value(struct completion *c, struct spot *s, const struct gql_type *type,
                           const void *value, const struct gql_path *path);

/* Errors. */

static const struct gql_path *keep_path(struct arena *a, const struct gql_path *path)
{
    struct gql_path *kept = NULL;
    const struct gql_path *first = NULL, **end = &first;

    for (; path; path = path->parent) {
        kept = arena_new(a, struct gql_path);
        *kept = *path;
        kept->parent = NULL;
        *end = kept;
        end = &kept->parent;
    }
    return first;
}

/* An error of a field, shown at all the places that select it, or at the one place of the failure,
 * when nothing was collected. */
static void add_error(struct completion *c, const struct gql_collected *collected,
                      const struct gql_path *path, const struct gql_failure *failure)
{
    const struct gql_source *source = &c->e->request->operation->plan->document->source;
    const char *text = status_text(failure->status);
    struct str message = failure->message.p ? failure->message : str_c(text);
    struct gql_error *error;

    if (c->errors->count > GQL_ERRORS_MOST)
        return;
    error = gql_error_add(c->errors, failure->status, "%.*s", STR_ARG(message));
    error->path = keep_path(c->errors->arena, path);
    error->argument = failure->argument;
    error->cause = failure->cause;
    error->extensions = failure->extensions;
    if (failure->at) {
        gql_error_at(c->errors, error, source, failure->at);
        return;
    }
    for (const struct gql_collected_node *node = &collected->nodes; node; node = node->next)
        gql_error_at(c->errors, error, source, node->selection->at);
}

static void add_null_error(struct completion *c, const struct spot *s, const struct gql_path *path)
{
    struct str message =
        arena_printf(c->errors->arena, "Cannot return null for non-nullable field %.*s.%.*s.",
                     STR_ARG(s->parent->name), STR_ARG(s->collected->def->name));
    struct gql_failure failure = {.status = ST_FAULT, .message = message};

    add_error(c, s->collected, path, &failure);
}

static void add_fault(struct completion *c, const struct spot *s, const struct gql_path *path)
{
    struct gql_failure failure = {.status = ST_FAULT};

    add_error(c, s->collected, path, &failure);
}

/* The type_of of an interface or union gave no type that it can be. */
static void add_type_fault(struct completion *c, const struct spot *s, const void *value,
                           const struct gql_path *path)
{
    const struct gql_type *abstract = s->collected->named;
    struct gql_failure failure = {.status = ST_FAULT};
    const char *name = NULL;

    if (abstract->type_of)
        name = abstract->type_of(c->e->request->context, value);
    failure.cause = arena_printf(c->errors->arena, "type_of of %.*s for %.*s.%.*s gives %s%s%s",
                                 STR_ARG(abstract->name), STR_ARG(s->parent->name),
                                 STR_ARG(s->collected->def->name), name ? "\"" : "",
                                 name ? name : "nothing", name ? "\", no type it can be" : "");
    add_error(c, s->collected, path, &failure);
}

/* A condition of @skip or @include is null: the object it stands in is an error. */
static void add_culprit_error(struct completion *c, const struct gql_literal *culprit,
                              const struct gql_path *path)
{
    const struct gql_failure failure = {
        .status = ST_BAD_INPUT,
        .message = STR("Argument \"if\" of non-null type \"Boolean!\" must not be null."),
        .at = culprit->at};

    add_error(c, NULL, path, &failure);
}

/* Leaves. */

/* Null, in the C type's own way. */
static bool is_null(enum gql_c_kind kind, const void *value)
{
    if (!value)
        return true;
    switch (kind) {
    case GQL_C_STR:
        return !((const struct str *)value)->p;
    case GQL_C_INT:
    case GQL_C_TIME:
        return *(const int64_t *)value == GQL_NO_INT;
    case GQL_C_DOUBLE:
        return isnan(*(const double *)value);
    case GQL_C_ENUM:
        return *(const int *)value == -1;
    case GQL_C_BOOL:
    case GQL_C_OBJECT:
    case GQL_C_LIST:
        break;
    }
    return false;
}

static enum gql_c_kind kind_of(const struct gql_type *nullable)
{
    if (nullable->kind == GQL_ENUM)
        return GQL_C_ENUM;
    if (nullable->kind == GQL_SCALAR)
        return nullable->scalar ? nullable->scalar->kind : GQL_C_STR;
    return nullable->kind == GQL_LIST ? GQL_C_LIST : GQL_C_OBJECT;
}

static bool write_enum(struct completion *c, const struct gql_type *type, const void *value)
{
    int index = *(const int *)value;

    if (index < 0 || (size_t)index >= type->n_values)
        return false;
    json_out_str(&c->j, type->values[index].name);
    return true;
}

/* What Int and Float cannot say is a fault of the resolver. */
static bool fits(const struct gql_type *type, const void *value)
{
    if (type->scalar->kind == GQL_C_DOUBLE)
        return isfinite(*(const double *)value);
    if (type->scalar->kind != GQL_C_INT || !str_eq(type->name, STR("Int")))
        return true;
    return *(const int64_t *)value >= INT32_MIN && *(const int64_t *)value <= INT32_MAX;
}

static bool write_leaf(struct completion *c, const struct gql_type *type, const void *value)
{
    if (type->kind == GQL_ENUM)
        return write_enum(c, type, value);
    if (!type->scalar) {
        json_out_str(&c->j, *(const struct str *)value);
        return true;
    }
    if (!fits(type, value))
        return false;
    type->scalar->write(&c->j, value);
    return true;
}

/* Fields. */

static const void *leaf_value(const struct completion *c, const struct gql_leaf *leaf,
                              const void *parent)
{
    const struct gql_request *r = c->e->request;

    if (leaf->compute)
        return leaf->compute(r->arena, r->context, parent);
    return (const char *)parent + leaf->offset;
}

/* A field without a value: null, or more than this field is. */
static bool complete_failure(struct completion *c, const struct spot *s,
                             const struct gql_failure *failure, const struct gql_path *path)
{
    add_error(c, s->collected, path, failure);
    if (s->collected->def->type->kind == GQL_NON_NULL)
        return false;
    json_out_null(&c->j);
    return true;
}

/* A scalar that is there, as nearly all leaves are: nothing can have to be taken back. False, and
 * nothing is written, for any other value. */
static bool write_scalar(struct completion *c, const struct gql_type *type, const void *value)
{
    const struct gql_type *nullable = gql_type_nullable(type);
    const struct gql_scalar *scalar = nullable->scalar;

    if (nullable->kind != GQL_SCALAR || !scalar || is_null(scalar->kind, value) ||
        !fits(nullable, value))
        return false;
    scalar->write(&c->j, value);
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static bool complete_leaf_field(struct completion *c, struct spot *s, const void *parent,
                                const struct gql_path *path)
{
    const struct gql_field_def *def = s->collected->def;
    const struct gql_request *r = c->e->request;
    struct gql_failure failure = {.status = ST_OK};
    const void *value;

    if (def->requires_scope.p && r->authorize)
        failure.status = r->authorize(r->context, def);
    if (failure.status != ST_OK)
        return complete_failure(c, s, &failure, path);
    value = leaf_value(c, def->leaf, parent);
    return write_scalar(c, def->type, value) || complete_value(c, s, def->type, value, path);
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static bool complete_asked(struct completion *c, struct spot *s, const struct gql_asked *asked,
                           const struct gql_path *path)
{
    if (asked->state == GQL_FAILED)
        return complete_failure(c, s, asked->failure, path);
    s->objects = asked->objects;
    return complete_value(c, s, s->collected->def->type, asked->value, path);
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static bool complete_field(struct completion *c, const struct gql_field_set *set,
                           const struct gql_collected *collected, const struct gql_asked *asked,
                           const void *parent, const struct gql_path *path)
{
    struct spot s = {.collected = collected, .parent = set->type};
    struct gql_path here = {.parent = path, .key = collected->key};

    json_out_name(&c->j, collected->key);
    if (gql_is_typename(collected->def)) {
        json_out_str(&c->j, set->type->name);
        return true;
    }
    if (collected->def->leaf)
        return complete_leaf_field(c, &s, parent, &here);
    assert(asked);
    return complete_asked(c, &s, &asked[collected->place], &here);
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static bool complete_fields(struct completion *c, const struct gql_field_set *set,
                            const struct gql_asked *asked, const void *value,
                            const struct gql_path *path)
{
    if (set->culprit) {
        add_culprit_error(c, set->culprit, path);
        return false;
    }
    json_out_begin_object(&c->j);
    for (const struct gql_collected *at = set->first; at; at = at->next) {
        if (!complete_field(c, set, at, asked, value, path))
            return false;
    }
    json_out_end_object(&c->j);
    return true;
}

/* Values. */

/* The selection's number for the memo; 0: it is not for this one. */
static uint64_t memo_number(const struct completion *c, const struct gql_field_set *set)
{
    const struct gql_request *r = c->e->request;
    uint64_t behind = r->operation->plan->numbered_behind;

    if (!r->memo || set->type != r->memo->type || set->varies || set->number == 0 || behind == 0)
        return 0;
    return behind + set->number;
}

/* Objects side by side, and where they are written. */
struct remembered {
    uint64_t number; /* of the selection; 0: the memo is not asked */
    const void *const *objects;
    size_t n;
    size_t begin;
    size_t n_errors;
};

/* True: they are written. */
static bool recall(struct completion *c, struct remembered *them)
{
    const struct gql_request *r = c->e->request;
    struct str kept;

    if (!them->number)
        return false;
    kept = r->memo->recall(r->context, them->objects, them->n, them->number);
    if (kept.p)
        json_out_raw(&c->j, kept);
    them->begin = r->out->n + c->j.comma;
    them->n_errors = c->errors->count;
    return kept.p;
}

/* They have been written. */
static void keep(struct completion *c, const struct remembered *them)
{
    const struct gql_request *r = c->e->request;

    if (them->number && c->errors->count == them->n_errors && !buf_overflowed(r->out))
        r->memo->keep(r->context, them->objects, them->n, them->number,
                      str_of(r->out->p + them->begin, r->out->n - them->begin));
}

/* An object of leaves alone.
 * NOLINTNEXTLINE(misc-no-recursion): see above. */
static bool complete_leaves(struct completion *c, const struct gql_field_set *set,
                            const void *value, const struct gql_path *path)
{
    struct remembered it = {.number = memo_number(c, set), .objects = &value, .n = 1};

    if (recall(c, &it))
        return true;
    if (!complete_fields(c, set, NULL, value, path))
        return false;
    keep(c, &it);
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static bool complete_object(struct completion *c, struct spot *s, const void *value,
                            const struct gql_path *path)
{
    const struct gql_object *object = s->objects;

    if (!object)
        return complete_leaves(c, s->collected->sets, value, path);
    s->objects++;
    if (object->set)
        return complete_fields(c, object->set, object->asked, value, path);
    add_type_fault(c, s, value, path);
    return false;
}

static bool has_null(const struct gql_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (!list->items[i])
            return true;
    return false;
}

/* A list's number for the memo, which need not be asked of one object twice. */
static uint64_t list_number(const struct completion *c, const struct spot *s,
                            const struct gql_type *item, const struct gql_list *list)
{
    if (s->objects || list->n < 2 || !gql_type_is_composite(gql_type_nullable(item)) ||
        has_null(list))
        return 0;
    return memo_number(c, s->collected->sets);
}

/* After a failure the list is given up, and with it the objects that would have come.
 * NOLINTNEXTLINE(misc-no-recursion): see above. */
static bool complete_items(struct completion *c, struct spot *s, const struct gql_type *item,
                           const struct gql_list *list, const struct gql_path *path)
{
    struct gql_path here = {.parent = path};

    for (size_t i = 0; i < list->n; i++) {
        here.index = i;
        if (complete_value(c, s, item, list->items[i], &here))
            continue;
        while (s->objects && ++i < list->n)
            s->objects += gql_count_objects(item, list->items[i]);
        return false;
    }
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static bool complete_list(struct completion *c, struct spot *s, const struct gql_type *item,
                          const struct gql_list *list, const struct gql_path *path)
{
    struct remembered them = {
        .number = list_number(c, s, item, list), .objects = list->items, .n = list->n};

    json_out_begin_array(&c->j);
    if (!recall(c, &them)) {
        if (!complete_items(c, s, item, list, path))
            return false;
        keep(c, &them);
    }
    json_out_end_array(&c->j);
    return true;
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static bool complete_present(struct completion *c, struct spot *s, const struct gql_type *nullable,
                             const void *value, const struct gql_path *path)
{
    if (nullable->kind == GQL_LIST)
        return complete_list(c, s, nullable->of, value, path);
    if (gql_type_is_composite(nullable))
        return complete_object(c, s, value, path);
    if (write_leaf(c, nullable, value))
        return true;
    add_fault(c, s, path);
    return false;
}

/* False: null was found where none may be, an error says so, and nothing is written.
 * NOLINTNEXTLINE(misc-no-recursion): see above. */
static bool complete_value(struct completion *c, struct spot *s, const struct gql_type *type,
                           const void *value, const struct gql_path *path)
{
    const struct gql_type *nullable = gql_type_nullable(type);
    struct json_out_mark mark = json_out_mark(&c->j);

    if (is_null(kind_of(nullable), value)) {
        if (type->kind == GQL_NON_NULL) {
            add_null_error(c, s, path);
            return false;
        }
    } else {
        if (complete_present(c, s, nullable, value, path))
            return true;
        if (!buf_overflowed(c->j.out))
            json_out_rewind(&c->j, mark);
        if (type->kind == GQL_NON_NULL)
            return false;
    }
    json_out_null(&c->j);
    return true;
}

/* The response. */

static void write_extensions(struct json_out *j, const struct gql_request *r)
{
    if (!r->extensions.p)
        return;
    json_out_key(j, STR("extensions"));
    json_out_raw(j, r->extensions);
}

static void write_errors(struct json_out *j, const struct gql_request *r)
{
    if (r->errors.count == 0)
        return;
    json_out_key(j, STR("errors"));
    gql_errors_write(&r->errors, j);
}

/* Errors are known once the data is written, and stand before it. */
static void put_errors_first(struct completion *c, struct json_out_mark start)
{
    struct gql_request *r = c->e->request;
    struct str data = str_of(r->out->p + start.n, r->out->n - start.n);

    if (r->errors.count == 0)
        return;
    data = arena_str(r->arena, data);
    json_out_rewind(&c->j, start);
    write_errors(&c->j, r);
    json_out_raw(&c->j, data);
}

void gql_complete_failed(struct gql_request *r)
{
    struct json_out j = {.out = r->out};

    r->failed = true;
    json_out_begin_object(&j);
    write_errors(&j, r);
    write_extensions(&j, r);
    json_out_end_object(&j);
}

/* The response did not fit: an error of a few bytes stands in its place. */
static void complete_overflowed(struct gql_request *r, size_t start, size_t ceiling)
{
    buf_truncate(r->out, start);
    r->out->ceiling = ceiling;
    gql_errors_clear(&r->errors);
    gql_error_add(&r->errors, ST_TOO_LARGE, "The response is larger than allowed.");
    gql_complete_failed(r);
}

void gql_complete(struct gql_execution *e)
{
    struct gql_request *r = e->request;
    size_t start = r->out->n, ceiling = r->out->ceiling;
    struct completion c = {.e = e, .errors = &r->errors, .j = {.out = r->out}};
    struct json_out_mark data, value;

    json_out_begin_object(&c.j);
    data = json_out_mark(&c.j);
    json_out_key(&c.j, STR("data"));
    value = json_out_mark(&c.j);
    if (!complete_fields(&c, e->root.set, e->root.asked, NULL, NULL)) {
        if (!buf_overflowed(r->out))
            json_out_rewind(&c.j, value);
        json_out_null(&c.j);
    }
    if (!buf_overflowed(r->out))
        put_errors_first(&c, data);
    write_extensions(&c.j, r);
    json_out_end_object(&c.j);
    if (buf_overflowed(r->out))
        complete_overflowed(r, start, ceiling);
}

void gql_complete_source_failed(struct gql_execution *e)
{
    struct completion c = {.e = e, .errors = &e->request->errors};
    const struct gql_collected *collected = e->root.set->first;
    struct gql_failure failure = {.status = ST_FAULT};
    struct gql_path path = {0};

    if (e->root.set->n_resolved > 0 && e->root.asked->state == GQL_FAILED)
        failure = *e->root.asked->failure;
    if (collected) {
        path.key = collected->key;
        add_error(&c, collected, &path, &failure);
    } else {
        gql_error_add(c.errors, ST_FAULT, "%s", status_text(ST_FAULT));
    }
    gql_complete_failed(e->request);
}
