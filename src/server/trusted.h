#pragma once

/*
 * Trusted documents: the operations that an application was built with, by the ids that its build
 * gave them. A manifest is a JSON file, either
 *
 *     {"<id>": "<document>", …}
 *
 * as graphql-codegen and relay-compiler write it, or Apollo's
 *
 *     {"format": "apollo-persisted-query-manifest", "version": 1,
 *      "operations": [{"id": "<id>", "body": "<document>", …}, …]}
 *
 * Every document in it is valid against the schema, or none is taken.
 *
 * Owner:   the app.
 * Threads: any, once read.
 */

#include "graphql/graphql.h"

struct trusted;

struct trusted_error {
    char text[512]; /* for a person: which file, which document, and what is wrong with it */
};

/* ST_BAD_INPUT: the error says why. */
enum status trusted_read(struct str path, const struct gql_schema *schema,
                         const struct gql_limits *limits, struct trusted **ret_trusted,
                         struct trusted_error *ret_error) must_use;
/* Takes NULL. */
void trusted_free(struct trusted *t);

/* By its id, with or without "sha256:" in front; absent when there is none. Takes NULL. */
struct str trusted_find(const struct trusted *t, struct str id);
/* Is it one of the documents, to the byte? Takes NULL. */
bool trusted_has(const struct trusted *t, struct str document);
size_t trusted_count(const struct trusted *t);
