#include <stdio.h>

#include "cli/cmd.h"
#include "cli/report.h"
#include "cli/schema_source.h"
#include "graphql/schema_diff.h"

struct diff_options {
    enum report_format format;
    struct schema_access access;
    struct option_list allowed;
    struct option_list schemas;
};

static const struct option own_options[] = {
    {.name = "allow",
     .kind = OPTION_LIST,
     .offset = offsetof(struct diff_options, allowed),
     .shown = "CHANGE",
     .help = "a change that somebody has accepted: its TYPE, its path, or TYPE:path as the text "
             "report\n      shows it; it is still shown, but counts for nothing; may be given "
             "again"},
    REPORT_FORMAT_OPTION(offsetof(struct diff_options, format)),
    SCHEMA_ACCESS_OPTIONS(offsetof(struct diff_options, access)),
};

enum {
    N_CRITICALITIES = GQL_BREAKING + 1,
};

/* One of the two schemas, and a place in it that moves with the changes: they stand in nearly the
 * order of the text, so that it need not be read from its beginning for each. */
struct side {
    struct schema_source source;
    struct gql_location location;
    uint32_t at;
};

struct diff {
    struct arena *arena;
    struct report report;
    struct side old_side;
    struct side new_side;
    const struct option_list *allowed;
    bool *allowed_is_used; /* one an item of allowed */
    size_t n[N_CRITICALITIES];
    size_t n_allowed[N_CRITICALITIES];
};

/* "FIELD_REMOVED:Query.room". */
static struct str key_of(struct arena *arena, const struct gql_change *change)
{
    if (!change->path.p)
        return str_c(change->type);
    return arena_printf(arena, "%s:%.*s", change->type, STR_ARG(change->path));
}

static bool is_allowed(struct diff *d, const struct gql_change *change)
{
    struct str key = key_of(d->arena, change);
    bool allowed = false;

    for (size_t i = 0; i < d->allowed->n; i++) {
        struct str item = d->allowed->items[i];

        if (str_eq(item, key) || str_eq_c(item, change->type) ||
            (change->path.p && str_eq(item, change->path)))
            allowed = d->allowed_is_used[i] = true;
    }
    return allowed;
}

static struct side *side_of(struct diff *d, const struct gql_change *change)
{
    return change->source == &d->old_side.source.schema->source ? &d->old_side : &d->new_side;
}

static struct gql_location locate(struct side *side, uint32_t at)
{
    if (side->location.line == 0)
        side->location = (struct gql_location){.line = 1, .column = 1};
    gql_locate_on(&side->source.schema->source, &side->location, side->at, at);
    side->at = at;
    return side->location;
}

/* False when there is no place that means anything to the reader. */
static bool find_place(struct diff *d, const struct gql_change *change, struct report_place *place)
{
    struct side *side = side_of(d, change);

    if (!change->source)
        return false;
    *place = (struct report_place){.source = change->source, .is_shown = side->source.has_places};
    if (place->is_shown)
        place->location = locate(side, change->at);
    return true;
}

/* Where in the schema the thing stood that was removed: the field of an argument, the type of a
 * field. False when that is gone too, or is the schema itself. */
static bool find_parent(const struct gql_schema *schema, struct str path, uint32_t *ret_at)
{
    size_t end = str_find(path, '('), dot = str_find(path, '.');
    const struct gql_directive_def *directive;
    const struct gql_field_def *field = NULL;
    const struct gql_type *type;

    if (str_starts(path, STR("@"))) {
        directive = gql_schema_directive(schema, str_of(path.p + 1, end - 1));
        if (directive && directive->node)
            *ret_at = directive->node->name.at;
        return directive && directive->node;
    }
    type = gql_schema_type(schema, str_of(path.p, dot));
    if (!type || !type->node)
        return false;
    if (end < path.n && dot < end)
        field = gql_type_field(schema, type, str_of(path.p + dot + 1, end - dot - 1));
    *ret_at = field && field->node ? field->node->name.at : type->node->name.at;
    return true;
}

/* A place that GitHub can show: what stood in a schema that is no file is shown where it is
 * missing. */
static bool find_file_place(struct diff *d, const struct gql_change *change,
                            struct report_place *place)
{
    const struct schema_source *new_source = &d->new_side.source;
    uint32_t at;

    if (side_of(d, change)->source.is_file)
        return find_place(d, change, place);
    if (!new_source->is_file)
        return false;
    *place = (struct report_place){.source = &new_source->schema->source};
    place->is_shown = change->path.p && find_parent(new_source->schema, change->path, &at);
    if (place->is_shown)
        place->location = locate(&d->new_side, at);
    return true;
}

static void text_change(struct diff *d, const struct gql_change *change, bool allowed)
{
    struct report *r = &d->report;
    struct report_place place;

    buf_add(&r->out, STR("  "));
    if (find_place(d, change, &place)) {
        report_style(r, REPORT_BOLD);
        report_place(r, &place);
        report_style(r, REPORT_PLAIN);
        buf_add(&r->out, STR(": "));
    }
    report_text(r, change->message);
    buf_add(&r->out, STR("\n      "));
    report_style(r, REPORT_FAINT);
    report_text(r, key_of(d->arena, change));
    buf_add(&r->out, allowed ? STR(" (allowed)") : STR(""));
    report_style(r, REPORT_PLAIN);
    buf_add_char(&r->out, '\n');
}

/* Where a criticality begins. */
static void text_heading(struct diff *d, enum gql_criticality criticality)
{
    static const enum report_style styles[] = {
        [GQL_NON_BREAKING] = REPORT_GREEN,
        [GQL_DANGEROUS] = REPORT_YELLOW,
        [GQL_BREAKING] = REPORT_RED,
    };
    struct report *r = &d->report;

    if (d->n[criticality])
        return;
    buf_add(&r->out, r->out.n ? STR("\n") : STR(""));
    report_style(r, styles[criticality]);
    buf_add(&r->out, str_c(gql_criticality_name(criticality)));
    report_style(r, REPORT_PLAIN);
    buf_add_char(&r->out, '\n');
}

static void json_change(struct diff *d, const struct gql_change *change, bool allowed)
{
    struct json_out *j = &d->report.json;

    json_out_begin_object(j);
    json_out_key(j, STR("criticality"));
    json_out_str(j, str_c(gql_criticality_name(change->criticality)));
    json_out_key(j, STR("type"));
    json_out_str(j, str_c(change->type));
    json_out_key(j, STR("path"));
    if (change->path.p)
        json_out_str(j, change->path);
    else
        json_out_null(j);
    json_out_key(j, STR("message"));
    json_out_str(j, change->message);
    if (allowed) {
        json_out_key(j, STR("allowed"));
        json_out_bool(j, true);
    }
    json_out_end_object(j);
}

static void github_change(struct diff *d, const struct gql_change *change, bool allowed)
{
    static const char *const levels[] = {
        [GQL_NON_BREAKING] = "notice", [GQL_DANGEROUS] = "warning", [GQL_BREAKING] = "error"};
    const char *name = gql_criticality_name(change->criticality);
    struct report_place place;
    bool has_place = find_file_place(d, change, &place);
    struct str title = arena_printf(d->arena, "%s %.*s%s", name, STR_ARG(key_of(d->arena, change)),
                                    allowed ? " (allowed)" : "");

    report_annotation(&d->report, allowed ? "notice" : levels[change->criticality],
                      has_place ? &place : NULL, title, change->message);
}

static void tell(struct diff *d, const struct gql_change *change)
{
    bool allowed = is_allowed(d, change);

    switch (d->report.format) {
    case REPORT_TEXT:
        text_heading(d, change->criticality);
        text_change(d, change, allowed);
        break;
    case REPORT_JSON:
        json_change(d, change, allowed);
        break;
    case REPORT_GITHUB:
        github_change(d, change, allowed);
        break;
    }
    d->n[change->criticality]++;
    d->n_allowed[change->criticality] += allowed;
}

/* "2 breaking (1 allowed)". */
static void add_count(struct diff *d, enum gql_criticality criticality, const char *name,
                      const char *after)
{
    struct buf *out = &d->report.out;

    buf_printf(out, "%zu %s", d->n[criticality], name);
    if (d->n_allowed[criticality])
        buf_printf(out, " (%zu allowed)", d->n_allowed[criticality]);
    buf_add(out, str_c(after));
}

static void sum_up(struct diff *d, size_t n)
{
    if (n == 0) {
        buf_add(&d->report.out, STR("no changes\n"));
        return;
    }
    buf_add_char(&d->report.out, '\n');
    add_count(d, GQL_BREAKING, "breaking", ", ");
    add_count(d, GQL_DANGEROUS, "dangerous", ", ");
    add_count(d, GQL_NON_BREAKING, "non-breaking",
              n == 1 && d->n[GQL_NON_BREAKING] ? " change\n" : " changes\n");
}

static void warn_of_unused(const struct diff *d)
{
    for (size_t i = 0; i < d->allowed->n; i++)
        if (!d->allowed_is_used[i])
            cmd_fail(CMD_OK, "warning: --allow %.*s matches no change",
                     STR_ARG(d->allowed->items[i]));
}

static int compare(struct diff *d)
{
    struct gql_changes changes =
        gql_schema_diff(d->arena, d->old_side.source.schema, d->new_side.source.schema);
    bool is_json = d->report.format == REPORT_JSON;

    if (is_json)
        json_out_begin_array(&d->report.json);
    for (size_t i = 0; i < changes.n; i++)
        tell(d, &changes.items[i]);
    if (is_json) {
        json_out_end_array(&d->report.json);
        buf_add_char(&d->report.out, '\n');
    }
    if (d->report.format == REPORT_TEXT)
        sum_up(d, changes.n);
    warn_of_unused(d);
    return d->n[GQL_BREAKING] > d->n_allowed[GQL_BREAKING] ? CMD_FAILED : CMD_OK;
}

/* What is wrong with either schema is told of both. */
static bool open_both(struct diff *d, const struct diff_options *own)
{
    const struct str *schemas = own->schemas.items;
    bool has_old =
        schema_source_open(d->arena, schemas[0].p, &own->access, &d->report, &d->old_side.source);
    bool has_new =
        schema_source_open(d->arena, schemas[1].p, &own->access, &d->report, &d->new_side.source);

    return has_old && has_new;
}

static int diff(struct arena *arena, const struct diff_options *own, const char *const *environment)
{
    struct diff d = {.arena = arena, .allowed = &own->allowed};
    int exit_status = CMD_NOT_JUDGED;

    if (own->schemas.n != 2)
        return cmd_fail(CMD_MISUSED, "which schemas? Name the old one, then the new one");
    if (str_eq_c(own->schemas.items[0], "-") && str_eq_c(own->schemas.items[1], "-"))
        return cmd_fail(CMD_MISUSED, "the standard input cannot be both schemas");
    d.allowed_is_used = arena_array(arena, bool, own->allowed.n);
    report_init(&d.report, own->format, true, stdout, environment);
    if (open_both(&d, own))
        exit_status = compare(&d);
    if (!report_end(&d.report))
        exit_status = CMD_NOT_JUDGED;
    report_done(&d.report);
    return exit_status;
}

static int run(const struct cmd *cmd, const char *const *args, const char *const *environment)
{
    struct diff_options own = {0};
    struct option_set options = {.target = &own, .rest = &own.schemas};
    struct arena arena;
    int exit_status;

    arena_init(&arena);
    if (cmd_load_own(cmd, &options, &arena, args, &exit_status))
        exit_status = diff(&arena, &own, environment);
    arena_done(&arena);
    return exit_status;
}

const struct cmd cmd_schema_diff = {
    .name = "schema diff",
    .summary = "what changed between two schemas, and whom it hurts",
    .usage =
        "guildhall schema diff [OPTION…] OLD NEW\n\n"
        "Tells every change from one schema to the other: BREAKING when a document that was right\n"
        "may now be wrong, DANGEROUS when it may behave otherwise, NON_BREAKING else. With\n"
        "--format json they are an array of {criticality, type, path, message}; one that was\n"
        "allowed has `allowed: true` as well.\n\n"
        "OLD and NEW each are a SCHEMA.\n\n" SCHEMA_SOURCE_HELP "\n"
        "A TYPE is one of those of graphql-js's findBreakingChanges() and findDangerousChanges()\n"
        "(FIELD_REMOVED, ARG_CHANGED_KIND, VALUE_ADDED_TO_ENUM, …) or one of these, each with\n"
        "one word of those in braces:\n"
        "  TYPE_ADDED, FIELD_ADDED, {ARG,INPUT_FIELD}_DEFAULT_VALUE_ADDED, DIRECTIVE_ADDED,\n"
        "  OPTIONAL_DIRECTIVE_ARG_ADDED, DIRECTIVE_ARG_DEFAULT_VALUE_ADDED,\n"
        "  DIRECTIVE_{LOCATION,REPEATABLE}_ADDED, DIRECTIVE_ARG_CHANGED_KIND,\n"
        "  {INPUT_FIELD,DIRECTIVE_ARG}_DEFAULT_VALUE_CHANGE,\n"
        "  {FIELD,ARG,INPUT_FIELD,DIRECTIVE_ARG}_TYPE_CHANGED,\n"
        "  SCHEMA_{QUERY,MUTATION,SUBSCRIPTION}_TYPE_CHANGED,\n"
        "  {SCHEMA,TYPE,FIELD,ARG,INPUT_FIELD,ENUM_VALUE,DIRECTIVE,DIRECTIVE_ARG}\n"
        "      _DESCRIPTION_{ADDED,REMOVED,CHANGED},\n"
        "  {FIELD,ARG,INPUT_FIELD,ENUM_VALUE,DIRECTIVE_ARG}_DEPRECATION_{ADDED,REMOVED} and\n"
        "      …_DEPRECATION_REASON_{ADDED,REMOVED,CHANGED},\n"
        "  TYPE_SPECIFIED_BY_URL_{ADDED,REMOVED,CHANGED}, TYPE_ONE_OF_{ADDED,REMOVED},\n"
        "  DIRECTIVE_USAGE_<location>_{ADDED,REMOVED} and\n"
        "      DIRECTIVE_USAGE_ARGUMENT_{ADDED,REMOVED,CHANGED}.\n"
        "The path is a schema coordinate, Query.room(id:) or @tag, and null for the schema "
        "itself.\n"
        "--allow takes them exactly as they are told, upper and lower case as well.\n\n"
        "Printed schemas carry no applied directives, so that one compared with its own print has\n"
        "lost them: DIRECTIVE_USAGE_…_REMOVED. Nothing is said of them where a schema was\n"
        "introspected.\n\n"
        "Exit status: 0 nothing breaks that was not allowed, 1 something does, 2 it could not be\n"
        "judged: a schema cannot be read, or is none. With 2 the standard output may be empty or\n"
        "hold the schema's errors; the standard error says why.\n",
    .run = run,
    CMD_OPTIONS(own_options),
};
