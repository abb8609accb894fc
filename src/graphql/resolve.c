#include <assert.h>

#include "graphql/execute.h"

/*
 * The first phase of an execution: asking resolvers and looking into what they answer.
 *
 * An answer given while the list is being worked on only joins it (`turning`), so settle() and
 * work() are on the stack once. Values are followed as deep as their types are written.
 */

/* NOLINTBEGIN(misc-no-recursion): see above. */

static void work(struct gql_execution *e);

/* Answers. */

static struct gql_asked *asked_of(struct gql_field *f)
{
    return container_of(f, struct gql_asked, field);
}

/* The field has its value or failure. Whoever is working on the list will look into it; if nobody
 * is, this is a callback of the loop, and the work goes on here. */
static void settle(struct gql_asked *asked)
{
    struct gql_execution *e = asked->execution;

    asked->next = NULL;
    *e->answered_end = asked;
    e->answered_end = &asked->next;
    if (e->turning)
        return;
    work(e);
    if (e->n_pending > 0)
        return;
    gql_execution_end(e);
    e->request->on_done(e->request);
}

static void fail(struct gql_asked *asked, struct gql_failure failure)
{
    struct gql_failure *kept = arena_new(asked->field.arena, struct gql_failure);

    assert(asked->state == GQL_ASKED && failure.status != ST_OK);
    *kept = failure;
    if (failure.status == ST_FAULT) {
        kept->cause = failure.message; /* what went wrong with us is for the log */
        kept->message = STR_NULL;
    }
    asked->state = GQL_FAILED;
    asked->failure = kept;
    settle(asked);
}

void gql_resolve(struct gql_field *f, const void *value)
{
    struct gql_asked *asked = asked_of(f);

    assert(asked->state == GQL_ASKED);
    asked->state = GQL_ANSWERED;
    asked->value = value;
    settle(asked);
}

void gql_reject(struct gql_field *f, enum status st)
{
    fail(asked_of(f), (struct gql_failure){.status = st});
}

void gql_reject_with(struct gql_field *f, enum status st, const char *format, ...)
{
    struct gql_failure failure = {.status = st};
    va_list args;

    va_start(args, format);
    failure.message = arena_vprintf(f->arena, format, args);
    va_end(args);
    fail(asked_of(f), failure);
}

void gql_reject_argument(struct gql_field *f, enum status st, const char *argument,
                         const char *format, ...)
{
    struct gql_failure failure = {.status = st};
    va_list args;

    failure.argument = arena_str(f->arena, str_c(argument));
    va_start(args, format);
    failure.message = arena_vprintf(f->arena, format, args);
    va_end(args);
    fail(asked_of(f), failure);
}

void gql_reject_for_now(struct gql_field *f, enum status st, uint64_t retry_after_ms)
{
    struct gql_failure failure = {.status = st};

    failure.extensions =
        arena_printf(f->arena, "\"retryAfterMs\":%llu", (unsigned long long)retry_after_ms);
    fail(asked_of(f), failure);
}

static void on_answer(void *user, struct wait *w)
{
    struct gql_asked *asked = user;

    if (w->status == ST_OK)
        gql_resolve(&asked->field, w->value);
    else
        fail(asked, (struct gql_failure){.status = w->status, .message = w->detail});
}

void gql_resolve_later(struct gql_field *f, struct wait *w)
{
    if (w->answered)
        on_answer(asked_of(f), w);
    else
        wait_on(w, on_answer, asked_of(f));
}

/* Asking. */

/* Introspection has no scope; whoever restricts it is asked all the same. */
static bool is_guarded(const struct gql_field_def *def)
{
    return def->requires_scope.p || str_starts(def->name, STR("__"));
}

static enum status authorize(const struct gql_execution *e, const struct gql_field_def *def)
{
    const struct gql_request *r = e->request;

    return r->authorize && is_guarded(def) ? r->authorize(r->context, def) : ST_OK;
}

/* Coerced once a request, however many objects have the field; kept beside a plan's fields, in
 * those of the request's own. */
static const struct gql_arguments *arguments_of(struct gql_execution *e,
                                                const struct gql_collected *collected)
{
    const struct gql_arguments **kept = (const struct gql_arguments **)&collected->arguments;

    if (collected->arguments)
        return collected->arguments;
    if (e->arguments)
        kept = &e->arguments[collected->slot];
    if (!*kept)
        *kept = gql_collected_arguments(e->request->arena, collected, &e->variables);
    return *kept;
}

static void refuse_arguments(struct gql_asked *asked, const struct gql_arguments_failure *why)
{
    fail(asked, (struct gql_failure){.status = why->status,
                                     .message = why->message,
                                     .argument = why->argument,
                                     .at = why->at});
}

/* The same variable may be asked for in many places, and each makes a struct of it. */
static bool has_room(const struct gql_execution *e)
{
    return e->request->arena->size - e->size_before < e->room;
}

static void ask(struct gql_asked *asked)
{
    struct gql_execution *e = asked->execution;
    const struct gql_field_def *def = asked->field.def;
    enum status allowed = authorize(e, def);
    const struct gql_arguments *arguments;

    e->n_pending++;
    if (allowed != ST_OK) {
        gql_reject(&asked->field, allowed);
        return;
    }
    if (!def->resolver || !has_room(e)) {
        gql_reject(&asked->field, def->resolver ? ST_TOO_COMPLEX : ST_FAULT);
        return;
    }
    arguments = arguments_of(e, asked->collected);
    if (arguments->failure)
        refuse_arguments(asked, arguments->failure);
    else
        def->resolver->fn(&asked->field, arguments->args);
}

/* Makes what is to be asked of an object; nobody is asked yet. */
static struct gql_object begin_object(struct gql_execution *e, const struct gql_field_set *set,
                                      const void *value)
{
    struct gql_object object = {.set = set};
    const struct gql_collected *collected = set->first;

    object.asked = arena_array(e->request->arena, struct gql_asked, set->n_resolved);
    e->n_asked += set->n_resolved;
    for (struct gql_asked *at = object.asked; collected; collected = collected->next) {
        if (collected->def->leaf || gql_is_typename(collected->def))
            continue;
        at->field = (struct gql_field){.arena = e->request->arena,
                                       .context = e->request->context,
                                       .parent = value,
                                       .def = collected->def};
        at->execution = e;
        at->collected = collected;
        at++;
    }
    return object;
}

static void ask_all(const struct gql_object *object)
{
    for (size_t i = 0; i < object->set->n_resolved; i++)
        ask(&object->asked[i]);
}

/* Looking into answers. */

size_t gql_count_objects(const struct gql_type *type, const void *value)
{
    const struct gql_type *nullable = gql_type_nullable(type);
    const struct gql_list *list = value;
    size_t n = 0;

    if (!value || nullable->kind != GQL_LIST)
        return value != NULL;
    for (size_t i = 0; i < list->n; i++)
        n += gql_count_objects(nullable->of, list->items[i]);
    return n;
}

const struct gql_type *gql_object_type(const struct gql_execution *e, const struct gql_type *type,
                                       const void *value)
{
    const struct gql_type *object;
    const char *name;

    if (type->kind == GQL_OBJECT)
        return type;
    name = type->type_of ? type->type_of(e->request->context, value) : NULL;
    object = name ? gql_schema_type(e->schema, str_c(name)) : NULL;
    return object && gql_type_is_possible(type, object) ? object : NULL;
}

/* What is selected of a value; NULL when that cannot be told or is too much, and why in the
 * collector's status, or ST_OK for a type that is none. */
static const struct gql_field_set *set_of(struct gql_execution *e,
                                          const struct gql_collected *collected, const void *value)
{
    const struct gql_type *type = gql_object_type(e, collected->named, value);

    /* Collected in the request's own arena, or found there: sets of a plan are all made. */
    return type ? gql_collect_below(&e->collector, (struct gql_collected *)collected, type) : NULL;
}

struct expansion {
    struct gql_asked *asked;
    size_t n; /* objects so far */
};

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the type has lists within lists. */
static void expand_value(struct expansion *x, const struct gql_type *type, const void *value)
{
    struct gql_execution *e = x->asked->execution;
    const struct gql_type *nullable = gql_type_nullable(type);
    const struct gql_list *list = value;
    const struct gql_field_set *set;

    if (!value)
        return;
    if (nullable->kind == GQL_LIST) {
        for (size_t i = 0; i < list->n; i++)
            expand_value(x, nullable->of, list->items[i]);
        return;
    }
    set = set_of(e, x->asked->collected, value);
    if (set && e->n_asked <= e->asked_most)
        x->asked->objects[x->n] = begin_object(e, set, value);
    x->n++;
}

/* Leaves, and objects of which only leaves are wanted, need no looking into. */
static bool has_functions(const struct gql_collected *collected)
{
    if (collected->named->kind == GQL_OBJECT)
        return collected->sets->n_resolved > 0;
    return gql_type_is_abstract(collected->named);
}

static void make_too_complex(struct gql_asked *asked)
{
    struct gql_failure *failure = arena_new(asked->field.arena, struct gql_failure);

    failure->status = ST_TOO_COMPLEX;
    asked->state = GQL_FAILED;
    asked->failure = failure;
}

static void expand(struct gql_asked *asked)
{
    struct gql_execution *e = asked->execution;
    struct expansion x = {.asked = asked};
    size_t n;

    if (e->kind == GQL_OF_SOURCE || asked->state != GQL_ANSWERED ||
        !has_functions(asked->collected))
        return;
    n = gql_count_objects(asked->field.def->type, asked->value);
    if (n > e->asked_most || e->n_asked + n > e->asked_most) {
        make_too_complex(asked);
        return;
    }
    asked->objects = arena_array(asked->field.arena, struct gql_object, n);
    expand_value(&x, asked->field.def->type, asked->value);
    if (e->n_asked > e->asked_most || e->collector.status != ST_OK) {
        make_too_complex(asked);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (asked->objects[i].set)
            ask_all(&asked->objects[i]);
    }
}

static void look_into_answers(struct gql_execution *e)
{
    while (e->answered) {
        struct gql_asked *asked = e->answered;
        e->answered = asked->next;
        if (!e->answered)
            e->answered_end = &e->answered;
        expand(asked);
        e->n_pending--;
    }
}

/* A mutation's next field, once the one before is done with all that is below it. After a failure
 * that makes all of `data` null no more is changed. True when one was asked. */
static bool begin_next(struct gql_execution *e)
{
    struct gql_asked *at = e->root.asked + e->n_begun;

    if (e->n_begun == e->root.set->n_resolved)
        return false;
    if (e->n_begun > 0 && at[-1].state == GQL_FAILED &&
        at[-1].field.def->type->kind == GQL_NON_NULL)
        return false;
    e->n_begun++;
    ask(at);
    return true;
}

static void work(struct gql_execution *e)
{
    e->turning = true;
    do
        look_into_answers(e);
    while (e->n_pending == 0 && begin_next(e));
    e->turning = false;
}

/* The event stands for what the root field's resolver would give. */
static void take_event(struct gql_asked *asked, const void *event)
{
    enum status allowed = authorize(asked->execution, asked->field.def);

    asked->execution->n_pending++;
    if (allowed == ST_OK)
        gql_resolve(&asked->field, event);
    else
        gql_reject(&asked->field, allowed);
}

void gql_execution_begin(struct gql_execution *e, const struct gql_field_set *root,
                         const void *event)
{
    e->turning = true;
    e->answered_end = &e->answered;
    e->root = begin_object(e, root, NULL);
    switch (e->kind) {
    case GQL_OF_QUERY:
    case GQL_OF_SOURCE:
        e->n_begun = root->n_resolved;
        ask_all(&e->root);
        break;
    case GQL_OF_EVENT:
        e->n_begun = root->n_resolved;
        for (size_t i = 0; i < root->n_resolved; i++)
            take_event(&e->root.asked[i], event);
        break;
    case GQL_OF_MUTATION:
        break; /* one by one */
    }
    work(e);
}

/* NOLINTEND(misc-no-recursion) */
