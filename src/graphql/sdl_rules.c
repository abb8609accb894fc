#include "graphql/sdl_rules.h"

void gql_sdl_validate(const struct gql_document *document, const struct gql_document *prelude,
                      struct gql_errors *errors)
{
}
