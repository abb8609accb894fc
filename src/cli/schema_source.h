#pragma once

/*
 * A schema from wherever a person has it: an SDL file, introspection JSON in a file, a server's
 * URL, or the one this program was built with.
 *
 * Owner: the arena; the schema is freed when the arena ends.
 */

#include "cli/report.h"
#include "graphql/schema.h"
#include "server/options.h"

/* How URLs are asked: options of every command that takes a schema. */
struct schema_access {
    struct option_list headers; /* "Name: value" */
    uint64_t timeout_ms;
};

/* Its rows in a table of options; at: the offset of the struct schema_access. */
#define SCHEMA_ACCESS_OPTIONS(at)                                                                  \
    {.name = "header",                                                                             \
     .kind = OPTION_LIST,                                                                          \
     .offset = (at) + offsetof(struct schema_access, headers),                                     \
     .shown = "'NAME: VALUE'",                                                                     \
     .help = "sent along when a schema is asked of a URL; may be given again"},                    \
    {                                                                                              \
        .name = "timeout", .kind = OPTION_DURATION,                                                \
        .offset = (at) + offsetof(struct schema_access, timeout_ms), .initial = "30s",             \
        .most = 3600ull * 1000, .help = "for each answer of a URL"                                 \
    }

/* What --help says of an argument that names a schema. */
#define SCHEMA_SOURCE_HELP                                                                         \
    "A SCHEMA is a file with SDL or with introspection JSON, - for the standard input, or the\n"   \
    "http:// or https:// URL of a GraphQL server, which is asked by introspection; of a URL "      \
    "that\n"                                                                                       \
    "ends in .graphql, .graphqls, .gql or .json the file is fetched.\n"

struct schema_source {
    struct gql_source sdl; /* its name is where it came from */
    bool has_places;       /* false: the SDL was made of introspection, and nobody else sees it */
    bool is_file;          /* and it is one of this machine: GitHub can show its lines */
    struct gql_schema *schema;
    struct gql_errors errors; /* why there is no schema */
};

/* where: NULL for the built-in one. ST_INVALID: it is no valid schema, and ret_source->errors says
 * why. ST_UNAVAILABLE: there is none to be read, and *ret_why says why. */
enum status schema_source_load(struct arena *arena, const char *where,
                               const struct schema_access *access, struct schema_source *ret_source,
                               struct str *ret_why) must_use;

/* Loads it and says what is amiss: errors of the schema in the report, all else on stderr. False:
 * there is no schema. */
bool schema_source_open(struct arena *arena, const char *where, const struct schema_access *access,
                        struct report *report, struct schema_source *ret_source) must_use;
