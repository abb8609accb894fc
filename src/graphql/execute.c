#include "graphql/execute.h"

#include <assert.h>

/*
 * ExecuteRequest and its sisters (sections 6.1 and 6.2): what happens before the first resolver is
 * called and after the last has answered.
 */

static enum gql_execution_kind kind_of(const struct gql_request *r)
{
    enum gql_operation_type type = r->operation->definition->operation;

    assert(type != GQL_SUBSCRIPTION); /* its root field gives a source, no value */
    return type == GQL_MUTATION ? GQL_OF_MUTATION : GQL_OF_QUERY;
}

static struct gql_execution *new_execution(struct gql_request *r, enum gql_execution_kind kind)
{
    struct gql_execution *e = arena_new(r->arena, struct gql_execution);

    r->errors.arena = r->arena;
    gql_errors_clear(&r->errors);
    r->failed = false;
    r->source = NULL;
    r->execution = e;
    e->kind = kind;
    e->request = r;
    e->schema = r->operation->plan->schema;
    e->size_before = r->arena->size;
    e->asked_most = r->trusted ? SIZE_MAX : GQL_CALLS_MOST;
    e->room = r->trusted ? SIZE_MAX : GQL_ARGUMENTS_MOST;
    return e;
}

/* The fields of the root, from the plan or collected now; NULL and an error when they cannot be. */
static const struct gql_field_set *root_fields(struct gql_execution *e)
{
    struct gql_request *r = e->request;
    const struct gql_operation *operation = r->operation;
    const struct gql_field_set *fields;

    gql_collector_init(&e->collector, r->arena, operation->plan, &e->variables);
    if (operation->fields) {
        e->arguments = arena_array(r->arena, const struct gql_arguments *, operation->n_slots);
        return operation->fields;
    }
    fields = gql_collect_root(&e->collector, operation->root, operation->definition->selection_set);
    if (fields)
        return fields;
    gql_error_add(&r->errors, e->collector.status, "%s", status_text(e->collector.status));
    return NULL;
}

/* False: they are wrong, and the request has its errors. */
static bool take_variables(struct gql_execution *e)
{
    struct gql_request *r = e->request;

    if (e->kind == GQL_OF_EVENT && !gql_event_uses_variables(r->operation)) {
        e->variables = (struct gql_value){.kind = GQL_VALUE_OBJECT};
        return true;
    }
    return gql_coerce_variables(r->arena, &r->operation->variables, r->variables, &r->errors,
                                &e->variables);
}

/* True when the execution is done already. */
static bool run(struct gql_request *r, enum gql_execution_kind kind, const void *event)
{
    struct gql_execution *e = new_execution(r, kind);
    const struct gql_field_set *root = NULL;

    if (take_variables(e))
        root = root_fields(e);
    if (!root) {
        gql_complete_failed(r);
        return true;
    }
    gql_execution_begin(e, root, event);
    if (e->n_pending > 0)
        return false;
    gql_execution_end(e);
    return true;
}

bool gql_execute(struct gql_request *r)
{
    return run(r, kind_of(r), NULL);
}

bool gql_subscribe(struct gql_request *r)
{
    assert(r->operation->definition->operation == GQL_SUBSCRIPTION);
    return run(r, GQL_OF_SOURCE, NULL);
}

bool gql_execute_event(struct gql_request *r, const void *event)
{
    assert(r->operation->definition->operation == GQL_SUBSCRIPTION);
    return run(r, GQL_OF_EVENT, event);
}

/* CreateSourceEventStream's end. */
static void take_source(struct gql_execution *e)
{
    const struct gql_object *root = &e->root;

    if (root->set->n_resolved == 1 && root->asked->state == GQL_ANSWERED) {
        e->request->source = root->asked->value;
        e->request->source_key = root->set->first->key;
        e->request->source_field = root->set->first->def;
    }
    if (!e->request->source)
        gql_complete_source_failed(e);
}

void gql_execution_end(struct gql_execution *e)
{
    if (e->kind == GQL_OF_SOURCE)
        take_source(e);
    else
        gql_complete(e);
}
