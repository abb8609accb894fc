#include <stdio.h>

#include "cli/cmd.h"
#include "cli/input.h"
#include "cli/report.h"
#include "cli/schema_source.h"
#include "graphql/graphql.h"

struct validate_options {
    enum report_format format;
    struct schema_access access;
    struct str schema;
    struct option_list documents;
};

static const struct option own_options[] = {
    {.name = "schema",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct validate_options, schema),
     .shown = "SCHEMA",
     .help = "what to validate against; guildhall's own schema when not given"},
    REPORT_FORMAT_OPTION(offsetof(struct validate_options, format)),
    SCHEMA_ACCESS_OPTIONS(offsetof(struct validate_options, access)),
};

struct tally {
    size_t documents;
    size_t invalid;
    size_t unreadable;
    size_t errors;
    bool capped; /* there are more */
};

/* The documents, each once, where they were given first. */
static struct option_list without_repetitions(struct arena *arena, const struct option_list *given)
{
    struct option_list list = {0};
    struct map seen = {0};

    for (size_t i = 0; i < given->n; i++)
        if (!map_put(&seen, given->items[i], &list))
            option_list_add(&list, arena, given->items[i]);
    map_done(&seen);
    return list;
}

/* By itself: its fragments and operations see no other document's. */
static void judge(struct report *r, const struct gql_schema *schema, struct gql_source source,
                  struct arena *arena, struct tally *tally)
{
    static const struct gql_limits limits = {0};
    const struct gql_document *document;
    struct gql_errors errors;

    gql_errors_init(&errors, arena);
    document = gql_parse(arena, source, &limits, &errors);
    if (document)
        gql_validate(schema, document, &limits, &errors);
    /* The last of too many only says that there are. */
    tally->capped = tally->capped || errors.count > GQL_ERRORS_MOST;
    tally->errors += errors.count > GQL_ERRORS_MOST ? GQL_ERRORS_MOST : errors.count;
    tally->invalid += errors.count > 0;
    report_errors(r, &source, true, &errors);
}

static void judge_file(struct report *r, const struct gql_schema *schema, struct str path,
                       struct tally *tally)
{
    struct gql_source source = {.name = path};
    struct arena arena;
    struct str why;

    arena_init(&arena);
    tally->documents++;
    if (input_read(&arena, path.p, &source.body, &why)) {
        judge(r, schema, source, &arena, tally);
        report_flush(r);
    } else {
        tally->unreadable++;
        report_unread(r, path, why);
    }
    arena_done(&arena);
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

/* The last line, for a person. */
static void sum_up(struct report *r, const struct tally *tally)
{
    size_t judged = tally->documents - tally->unreadable;

    if (r->format != REPORT_TEXT)
        return;
    report_style(r, tally->invalid || tally->unreadable ? REPORT_RED : REPORT_GREEN);
    if (tally->invalid)
        buf_printf(&r->out, "%s%zu error%s in %zu of %zu document%s",
                   tally->capped ? "at least " : "", tally->errors, plural(tally->errors),
                   tally->invalid, judged, plural(judged));
    else if (judged)
        buf_printf(&r->out, "%zu document%s valid", judged, judged == 1 ? " is" : "s are");
    if (tally->unreadable)
        buf_printf(&r->out, "%s%zu file%s could not be read", judged ? ", " : "", tally->unreadable,
                   plural(tally->unreadable));
    report_style(r, REPORT_PLAIN);
    buf_add_char(&r->out, '\n');
}

static int judge_all(struct report *r, const struct gql_schema *schema,
                     const struct option_list *documents)
{
    struct tally tally = {0};

    for (size_t i = 0; i < documents->n; i++)
        judge_file(r, schema, documents->items[i], &tally);
    sum_up(r, &tally);
    if (tally.unreadable)
        return CMD_NOT_JUDGED;
    return tally.invalid ? CMD_FAILED : CMD_OK;
}

/* Without a schema nothing is judged; what is wrong with it is told in the documents' place. */
static int validate(struct arena *arena, const struct validate_options *own,
                    const struct option_list *documents, const char *const *environment)
{
    int exit_status = CMD_NOT_JUDGED;
    struct schema_source source;
    struct report report;

    report_init(&report, own->format, documents->n > 1, stdout, environment);
    if (schema_source_open(arena, own->schema.p, &own->access, &report, &source))
        exit_status = judge_all(&report, source.schema, documents);
    if (!report_end(&report))
        exit_status = CMD_NOT_JUDGED;
    report_done(&report);
    return exit_status;
}

static int check_and_validate(struct arena *arena, const struct validate_options *own,
                              const char *const *environment)
{
    struct option_list documents = without_repetitions(arena, &own->documents);

    if (documents.n == 0)
        return cmd_fail(CMD_MISUSED, "which documents? Name files, or - for the standard input");
    for (size_t i = 0; i < documents.n; i++)
        if (str_eq_c(documents.items[i], "-") && str_eq(own->schema, STR("-")))
            return cmd_fail(CMD_MISUSED, "the standard input cannot be the schema and a document");
    return validate(arena, own, &documents, environment);
}

static int run(const struct cmd *cmd, const char *const *args, const char *const *environment)
{
    struct validate_options own = {0};
    struct option_set options = {.target = &own, .rest = &own.documents};
    struct arena arena;
    int exit_status;

    arena_init(&arena);
    if (cmd_load_own(cmd, &options, &arena, args, &exit_status))
        exit_status = check_and_validate(&arena, &own, environment);
    arena_done(&arena);
    return exit_status;
}

const struct cmd cmd_validate = {
    .name = "validate",
    .summary = "check GraphQL documents against a schema",
    .usage =
        "guildhall validate [--schema SCHEMA] [OPTION…] DOCUMENT…\n\n"
        "Parses and validates each DOCUMENT, a file or - for the standard input, by itself:\n"
        "what is in one file is not seen from another. At most 100 errors of each are told, then\n"
        "one that says that there are more. A document that nests deeper than 200 levels is\n"
        "invalid.\n\n"
        "With --format json they are an array of {message, locations}; for several documents\n"
        "an object with such an array for each path.\n\n" SCHEMA_SOURCE_HELP "\n"
        "Exit status: 0 all are valid, 1 some are not, 2 they could not be judged: a file cannot\n"
        "be read, or the schema is none. With 2 the standard output may be empty, lack documents,\n"
        "or hold the schema's errors; the standard error says why.\n",
    .run = run,
    CMD_OPTIONS(own_options),
};
