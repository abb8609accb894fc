#pragma once

/*
 * What `bench engine` executes against: guildhall's own schema with resolvers that answer at once,
 * and a request of it from beginning to end.
 *
 * Owner: engine_world_init()'s caller, until engine_world_done().
 * Fails: what is wrong has been said on stderr.
 */

#include "graphql/field.h"
#include "graphql/graphql.h"

struct engine_world {
    struct arena arena;
    struct gql_schema *schema;
};

must_use bool engine_world_init(struct engine_world *w, struct str sdl);
void engine_world_done(struct engine_world *w);

/* Executes the plan's only operation and gives its response to out, which is emptied before; an
 * event, when it is a subscription. False: the response has errors. */
must_use bool engine_execute(const struct gql_plan *plan, const struct json_value *variables,
                             struct buf *out);

/* Says the first of them, with its place. */
void engine_say_error(const char *what, const struct gql_errors *errors);
