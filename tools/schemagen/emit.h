#pragma once

/*
 * The two generated files: how C sees a GraphQL schema.
 *
 *     struct emit e = {.arena = &arena, .schema = schema, .from = STR("schema.graphql"), ...};
 *     emit_header(&e); emit_source(&e);
 */

#include "base/arena.h"
#include "base/buf.h"
#include "graphql/schema.h"

struct emit {
    struct arena *arena;
    const struct gql_schema *schema;
    struct str from;   /* the schema's file, for the comment at the top */
    struct str header; /* how the source includes the header */
    struct buf *out;
};

/* The first thing of the schema that the generated C has no form for, or NULL. */
const char *emit_objection(const struct gql_schema *schema, struct arena *a);

void emit_header(const struct emit *e);
void emit_source(const struct emit *e);
