#pragma once

/*
 * "Did you mean …?": the known names nearest to one that is unknown, as graphql-js finds them.
 */

#include "base/arena.h"

/* Edits (insertion, deletion, substitution, swap of neighbours) from one to the other, where any
 * change of case alone counts as one; SIZE_MAX when that is more than threshold. */
size_t gql_lexical_distance(struct arena *a, struct str input, struct str option, size_t threshold);

/* The order of strcmp, but that digits count as numbers: "a9" before "a10". */
int gql_natural_compare(struct str a, struct str b);

/* ` Did you mean "a", "b", or "c"?`, at most five, the nearest first; empty when none is near.
 * preface stands before the first: "the enum value", or absent. */
struct str gql_did_you_mean(struct arena *a, struct str preface, struct str input,
                            const struct str *options, size_t n_options);

/* The same sentence about options that are in their order already. */
struct str gql_did_you_mean_these(struct arena *a, struct str preface, const struct str *options,
                                  size_t n_options);
