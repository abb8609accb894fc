#pragma once

/*
 * What a resolver sees: one field being resolved, and the ways to answer it.
 *
 * A resolver is called once per field, answers exactly once, now or through a wait, and returns
 * at once. The C types of values follow from the schema's types:
 *
 *     String, ID, custom text scalars   struct str, absent for null
 *     Int, SafeInt                      int64_t, GQL_NO_INT for null
 *     DateTime                          int64_t milliseconds since 1970, CLOCK_NONE for null
 *     Float                             double, NaN for null
 *     Boolean                           bool
 *     an enum                           int, the value's place in the schema (a generated enum); -1
 *                                       for null
 *     an object                         const struct of the resolver's choice, NULL for null
 *     a list                            const struct gql_list, NULL for null
 *
 * A value is always handed over as a pointer to that C type, which lives until the request ends
 * (usually in f->arena).
 *
 * Generated from schema.graphql by tools/schemagen: the argument structs, the prototypes of all
 * resolvers, and the table that binds them. A field of scalar type without arguments, not on a root
 * type, is no function but a line in its type's leaf table.
 */

#include "base/arena.h"
#include "base/json_out.h"
#include "base/wait.h"
#include "graphql/schema.h"

#define GQL_NO_INT INT64_MIN

struct gql_field {
    struct arena *arena; /* the request's */
    void *context;       /* the request's: the server's own struct, opaque to the engine */
    const void *parent;  /* the object this field is of; NULL on a root type */
    const struct gql_field_def *def;
};

struct gql_list {
    size_t n;
    const void *const *items; /* each a pointer to the item's C type; NULL for null */
};

/* NULL is null. */
void gql_resolve(struct gql_field *f, const void *value);

/* The wait's value is what gql_resolve() would take; its failure what gql_reject() would. */
void gql_resolve_later(struct gql_field *f, struct wait *w);

/* The field is null and an error says why; code and text come from the table in error.c. */
void gql_reject(struct gql_field *f, enum status st);

/* With words of the resolver's own for the client. */
void gql_reject_with(struct gql_field *f, enum status st, const char *format, ...)
    printf_like(3, 4);

/* The same, and extensions.argument names the argument at fault ("first", "input.id"). */
void gql_reject_argument(struct gql_field *f, enum status st, const char *argument,
                         const char *format, ...) printf_like(4, 5);

/* Not now: extensions.retryAfterMs says when. */
void gql_reject_for_now(struct gql_field *f, enum status st, uint64_t retry_after_ms);

/*
 * What objects of one type gave, kept for whoever asks the same of the same objects: it is written
 * once. Asked only about selections of leaves that are the same for everybody (GQL_LEAF_PER_VIEWER,
 * @requires) and whatever the variables are; so the objects and the selection's number, which no
 * other selection of the thread has, decide what is written.
 *
 * Asked about a list's items together, n of them without a null, then about each by itself.
 */
struct gql_memo {
    const struct gql_type *type;
    /* What was kept, borrowed until keep() is called; absent: nothing. */
    struct str (*recall)(void *context, const void *const *objects, size_t n, uint64_t selection);
    /* The objects as they were written just now: JSON without an error, commas between them. */
    void (*keep)(void *context, const void *const *objects, size_t n, uint64_t selection,
                 struct str json);
};

/* Generated code's side from here. */

typedef void gql_resolver_fn(struct gql_field *f, const void *args);

/* Where coerced arguments go in the argument struct. */
enum gql_c_kind {
    GQL_C_STR,
    GQL_C_INT,
    GQL_C_TIME,
    GQL_C_DOUBLE,
    GQL_C_BOOL,
    GQL_C_ENUM,
    GQL_C_OBJECT, /* a pointer to a struct of its own, NULL when not given or null */
    GQL_C_LIST,   /* a struct with size_t n and a const T *items, T as `item` says: pointers
                     for objects */
};

struct gql_arg_layout {
    const char *name; /* NULL ends the table */
    enum gql_c_kind kind;
    enum gql_c_kind item; /* of a list */
    size_t offset;
    size_t given_offset;                  /* of a bool: a value that is not null was given; or 0 */
    const struct gql_arg_layout *members; /* of an object, or of a list's objects */
    size_t size;                          /* of that object's struct */
};

struct gql_resolver {
    const char *type;
    const char *field;
    gql_resolver_fn *fn;
    const struct gql_arg_layout *args; /* NULL: its args are a const struct gql_value, an object */
    size_t args_size;
};

/* A leaf field: a member of the parent's struct, or computed from it without waiting. */
typedef const void *gql_leaf_fn(struct arena *a, void *context, const void *parent);

struct gql_leaf {
    const char *field; /* NULL ends the table */
    enum gql_c_kind kind;
    bool per_viewer; /* who asks decides what it gives: such a selection is rendered per viewer */
    size_t offset;
    gql_leaf_fn *compute; /* NULL: the member at offset */
};

/* clang-format off */
#define GQL_C_KIND_OF(x) _Generic((x), struct str: GQL_C_STR, int64_t: GQL_C_INT,                  \
                                  double: GQL_C_DOUBLE, bool: GQL_C_BOOL, default: GQL_C_ENUM)
#define GQL_LEAF(name, type, member)                                                               \
    {.field = (name), .kind = GQL_C_KIND_OF(((const type *)0)->member), .offset = offsetof(type, member)}
#define GQL_LEAF_COMPUTED(name, c_kind, fn) {.field = (name), .kind = (c_kind), .compute = (fn)}
#define GQL_LEAF_PER_VIEWER(name, c_kind, fn)                                                      \
    {.field = (name), .kind = (c_kind), .compute = (fn), .per_viewer = true}
#define GQL_LEAVES_END {.field = NULL}
/* clang-format on */

struct gql_leaves {
    const char *type;
    const struct gql_leaf *leaves;
};

/* How a scalar is read and written. text: its C type is struct str, else int64_t. */
struct gql_scalar {
    const char *name;
    enum gql_c_kind kind;
    /* A coerced input value from a literal or JSON scalar; false: not one, and why in *ret_why. */
    bool (*parse)(struct arena *a, const struct gql_value *raw, struct gql_value *ret_value,
                  const char **ret_why);
    void (*write)(struct json_out *j, const void *value);
};

/* Which object type a value of an interface or union is. NULL, or one that cannot be, is a fault,
 * whose cause says so. */
typedef const char *gql_type_of_fn(void *context, const void *value);

struct gql_abstract {
    const char *type;
    gql_type_of_fn *type_of;
};

struct gql_binding {
    const struct gql_resolver *resolvers; /* ends with type NULL */
    const struct gql_leaves *leaves;      /* ends with type NULL */
    const struct gql_scalar *scalars;     /* ends with name NULL; the built-in ones need none */
    const struct gql_abstract *abstracts; /* ends with type NULL; NULL without any */
};

/* Ties a schema to its resolvers, once. A field without a resolver or leaf, a leaf or an argument
 * whose C type does not fit the schema's, a name that does not exist, an interface or union that a
 * field gives and that has no type_of: false, and which in errors. */
must_use bool gql_schema_bind(struct gql_schema *schema, const struct gql_binding *binding,
                              struct gql_errors *errors);

/* Introspection alone: enough to ask a schema about itself, and nothing else. gql_schema_bind()
 * does this too. */
void gql_schema_bind_introspection(struct gql_schema *schema, struct gql_errors *errors);
