#include <stdio.h>

#include "cli/cmd.h"
#include "cli/report.h"
#include "cli/schema_source.h"
#include "graphql/graphql.h"
#include "graphql/introspection_query.h"
#include "graphql/schema_print.h"

enum {
    OUTPUT_MOST = 1024 * 1024 * 1024, /* bytes; the schema was read from something far smaller */
};

struct show_options {
    enum report_format format;
    struct schema_access access;
    struct option_list schemas;
};

static const struct option own_options[] = {
    REPORT_FORMAT_OPTION(offsetof(struct show_options, format)),
    SCHEMA_ACCESS_OPTIONS(offsetof(struct show_options, access)),
};

/* What a command makes of a schema; false, and why in errors, when it cannot. */
typedef bool show_fn(struct gql_schema *schema, struct arena *arena, struct buf *out,
                     struct gql_errors *errors);

static bool show_sdl(struct gql_schema *schema, struct arena *arena, struct buf *out,
                     struct gql_errors *errors)
{
    gql_schema_print(schema, out);
    buf_add_char(out, '\n');
    return true;
}

static bool execute(const struct gql_plan *plan, struct arena *arena, struct buf *out,
                    struct gql_errors *errors)
{
    struct gql_request request = {.arena = arena, .out = out, .trusted = true};

    request.operation = gql_plan_operation(plan, STR_NULL, errors);
    /* Introspection waits for nothing. */
    if (!request.operation || !gql_execute(&request))
        return false;
    *errors = request.errors;
    buf_add_char(out, '\n');
    return errors->count == 0 && !request.failed;
}

static bool show_introspection(struct gql_schema *schema, struct arena *arena, struct buf *out,
                               struct gql_errors *errors)
{
    static const struct gql_limits limits = {0};
    struct gql_plan *plan;
    bool shown;

    gql_schema_bind_introspection(schema, errors);
    if (errors->count)
        return false;
    plan = gql_plan_new(schema, gql_introspection_query(arena, GQL_INTROSPECT_EVERYTHING), &limits,
                        errors);
    shown = plan && execute(plan, arena, out, errors);
    gql_plan_unref(plan);
    return shown;
}

static int show_schema(struct gql_schema *schema, struct arena *arena, show_fn *show)
{
    struct gql_errors errors;
    struct buf out;
    int exit_status;

    gql_errors_init(&errors, arena);
    buf_init(&out, OUTPUT_MOST);
    if (!show(schema, arena, &out, &errors))
        exit_status = cmd_fail(CMD_NOT_JUDGED, "the schema cannot be introspected: %s",
                               errors.first ? errors.first->message.p : "a mistake of ours");
    else if (buf_overflowed(&out))
        exit_status = cmd_fail(CMD_NOT_JUDGED, "the schema is too large to be shown");
    else
        exit_status = cmd_print(&out) == CMD_OK ? CMD_OK : CMD_NOT_JUDGED;
    buf_done(&out);
    return exit_status;
}

/* What is wrong with a schema goes to stderr: the standard output is for the schema. */
static int open_and_show(struct arena *arena, const struct show_options *own, show_fn *show,
                         const char *const *environment)
{
    const char *where = own->schemas.n ? own->schemas.items[0].p : NULL;
    int exit_status = CMD_NOT_JUDGED;
    struct schema_source source;
    struct report report;

    if (own->schemas.n > 1)
        return cmd_fail(CMD_MISUSED, "one schema at a time");
    report_init(&report, own->format, false, stderr, environment);
    if (schema_source_open(arena, where, &own->access, &report, &source))
        exit_status = show_schema(source.schema, arena, show);
    if (!report_end(&report))
        exit_status = CMD_NOT_JUDGED;
    report_done(&report);
    return exit_status;
}

static int run_show(const struct cmd *cmd, const char *const *args, const char *const *environment,
                    show_fn *show)
{
    struct show_options own = {0};
    struct option_set options = {.target = &own, .rest = &own.schemas};
    struct arena arena;
    int exit_status;

    arena_init(&arena);
    if (cmd_load_own(cmd, &options, &arena, args, &exit_status))
        exit_status = open_and_show(&arena, &own, show, environment);
    arena_done(&arena);
    return exit_status;
}

static int run_print(const struct cmd *cmd, const char *const *args, const char *const *environment)
{
    return run_show(cmd, args, environment, show_sdl);
}

static int run_introspect(const struct cmd *cmd, const char *const *args,
                          const char *const *environment)
{
    return run_show(cmd, args, environment, show_introspection);
}

static const struct cmd cmd_schema_print = {
    .name = "schema print",
    .summary = "a schema as SDL, in one canonical form",
    .usage = "guildhall schema print [OPTION…] [SCHEMA]\n\n"
             "Prints the schema as SDL in canonical form; without one, guildhall's own. As in\n"
             "graphql-js's printSchema(), directives that are applied to it are left out, but for\n"
             "@deprecated, @specifiedBy and @oneOf.\n\n" SCHEMA_SOURCE_HELP
             "\nExit status: 0, or 2 when it cannot be judged: it cannot be read, or is no valid\n"
             "schema; the standard output is empty then.\n",
    .run = run_print,
    CMD_OPTIONS(own_options),
};

static const struct cmd cmd_schema_introspect = {
    .name = "schema introspect",
    .summary = "a schema as the JSON that introspection gives",
    .usage = "guildhall schema introspect [OPTION…] [SCHEMA]\n\n"
             "Prints {\"data\":{\"__schema\":…}}, the answer to the introspection query with all\n"
             "that it can ask for; without a schema, of guildhall's own.\n\n" SCHEMA_SOURCE_HELP
             "\nExit status: 0, or 2 when it cannot be judged: it cannot be read, or is no valid\n"
             "schema; the standard output is empty then.\n",
    .run = run_introspect,
    CMD_OPTIONS(own_options),
};

static const struct cmd *const commands[] = {&cmd_schema_print, &cmd_schema_introspect,
                                             &cmd_schema_diff};

static const struct cmd_group group = {
    .program = "guildhall schema",
    .about = "guildhall schema: look at GraphQL schemas and compare them",
    .commands = commands,
    .n = array_size(commands),
};

const struct cmd cmd_schema = {
    .name = "schema",
    .summary = "print, introspect and compare schemas",
    .group = &group,
    .run = cmd_run_group,
};
