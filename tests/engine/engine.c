#include "tests/engine/case.h"

#include "tests/engine/json_schema.h"

enum {
    RESPONSE_MOST = 4 * 1024 * 1024,
};

/* A case under way. */
struct run {
    struct arena *arena;
    const struct engine_case *c;
    struct json_world world;
    const struct json_value *variables;
    const struct gql_operation *operation;
    struct buf out;
    bool done;
    const char *why;
};

static void close_json(void *json)
{
    json_decref(json);
}

/* NULL for an absent section, and for one that does not parse. */
static json_t *load(struct arena *a, struct str text, const char **ret_why)
{
    json_error_t error;
    json_t *json;

    if (!text.p)
        return NULL;
    json = json_loadb(text.p, text.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (!json)
        *ret_why = arena_printf(a, "line %d of a JSON section: %s", error.line, error.text).p;
    else
        arena_on_done(a, close_json, json);
    return json;
}

static const struct json_value *read_variables(struct arena *a, struct str text,
                                               const char **ret_why)
{
    struct json_in_error error;
    const struct json_value *json = text.p ? json_in_read(a, text, &error) : NULL;

    if (text.p && !json)
        *ret_why =
            arena_printf(a, "line %d of the variables: %.*s", error.line, STR_ARG(error.what)).p;
    return json;
}

static const char *dump(struct arena *a, const json_t *json)
{
    struct buf out;
    const char *text;
    char *to;
    size_t n = json_dumpb(json, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY);

    buf_init(&out, n + 1);
    to = buf_reserve(&out, n + 1);
    out.n = json_dumpb(json, to, n, JSON_COMPACT | JSON_ENCODE_ANY);
    text = arena_str(a, buf_str(&out)).p;
    buf_done(&out);
    return text;
}

/* Extensions of errors count where the expectation shows them. */
static void drop_unexpected(json_t *got, const json_t *expected)
{
    json_t *error;
    size_t i;

    json_array_foreach(json_object_get(got, "errors"), i, error)
    {
        const json_t *shown = json_array_get(json_object_get(expected, "errors"), i);
        if (!json_object_get(shown, "extensions"))
            json_object_del(error, "extensions");
    }
}

static void drop_all_unexpected(json_t *got, const json_t *expected)
{
    json_t *one;
    size_t i;

    drop_unexpected(got, expected);
    json_array_foreach(got, i, one) drop_unexpected(one, json_array_get(expected, i));
}

static const char *wrong(struct arena *a, const struct gql_errors *errors, const char *what)
{
    return arena_printf(a, "%s: %.*s", what, STR_ARG(errors->first->message)).p;
}

static void on_done(struct gql_request *r)
{
    ((struct run *)r->user)->done = true;
}

static struct gql_request *request(struct run *run)
{
    struct gql_request *r = arena_new(run->arena, struct gql_request);

    run->done = false;
    *r = (struct gql_request){.arena = run->arena,
                              .operation = run->operation,
                              .variables = run->variables,
                              .context = &run->world,
                              .authorize = json_world_authorize,
                              .out = &run->out,
                              .on_done = on_done,
                              .user = run};
    return r;
}

/* Answers what is outstanding until the request is done. */
static void wait_for(struct run *run, bool at_once)
{
    if (at_once)
        return;
    while (!run->done && json_world_answer(&run->world))
        ;
    if (!run->done)
        run->why = "the execution never ended";
}

static void run_events(struct run *run)
{
    const json_t *events = load(run->arena, run->c->events, &run->why);
    struct gql_request *r = request(run);
    const struct gql_field_def *field;
    json_t *event;
    size_t i;

    wait_for(run, gql_subscribe(r));
    if (!r->source)
        return;
    field = run->world.asked;
    buf_add_char(&run->out, '[');
    json_array_foreach(events, i, event)
    {
        r = request(run);
        if (i)
            buf_add_char(&run->out, ',');
        wait_for(run, gql_execute_event(r, json_value(run->arena, field->type, event)));
    }
    buf_add_char(&run->out, ']');
}

static void run_operation(struct run *run)
{
    if (gql_operation_type(run->operation) == GQL_SUBSCRIPTION)
        run_events(run);
    else
        wait_for(run, gql_execute(request(run)));
}

static void write_request_errors(struct run *run, const struct gql_errors *errors)
{
    struct json_out j = {.out = &run->out};

    json_out_begin_object(&j);
    json_out_key(&j, STR("errors"));
    gql_errors_write(errors, &j);
    json_out_end_object(&j);
}

static void run_document(struct run *run)
{
    struct gql_errors errors;
    struct gql_plan *plan;

    gql_errors_init(&errors, run->arena);
    plan = gql_plan_new(run->world.schema, run->c->document, NULL, &errors);
    if (plan)
        run->operation = gql_plan_operation(plan, run->c->operation, &errors);
    if (run->operation)
        run_operation(run);
    else
        write_request_errors(run, &errors);
    gql_plan_unref(plan);
}

static void run_schema(struct run *run)
{
    struct gql_source sdl = {.name = STR("schema"), .body = run->c->schema};
    struct gql_errors errors;
    struct gql_schema *schema;

    gql_errors_init(&errors, run->arena);
    schema = gql_schema_new(sdl, &errors);
    run->world.schema = schema;
    if (!run->c->document.p)
        write_request_errors(run, &errors);
    else if (!schema)
        run->why = wrong(run->arena, &errors, "the schema");
    else if (!json_schema_bind(run->arena, schema, &errors))
        run->why = wrong(run->arena, &errors, "binding");
    else
        run_document(run);
    gql_schema_free(schema);
}

const char *engine_run(struct arena *a, const struct engine_case *c, const char **ret_why)
{
    struct run run = {.arena = a, .c = c, .world = {.arena = a}};
    const char *ignored, *result = NULL;
    json_t *got;

    run.world.root = load(a, c->root, &run.why);
    run.world.scopes = load(a, c->scopes, &run.why);
    run.variables = read_variables(a, c->variables, &run.why);
    buf_init(&run.out, RESPONSE_MOST);
    if (!run.why)
        run_schema(&run);
    got = run.why ? NULL : load(a, arena_str(a, buf_str(&run.out)), &run.why);
    buf_done(&run.out);
    if (got) {
        drop_all_unexpected(got, load(a, c->expect, &ignored));
        result = dump(a, got);
    }
    if (run.why)
        *ret_why = run.why;
    return result;
}

const char *engine_expected(struct arena *a, const struct engine_case *c, const char **ret_why)
{
    const json_t *expected = load(a, c->expect, ret_why);

    return expected ? dump(a, expected) : NULL;
}
