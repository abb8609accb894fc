#include "server/served_schema.h"

#include <assert.h>
#include <openssl/sha.h>

#include "base/hex.h"
#include "base/log.h"
#include "gen/schema_gen.h"

static void hash(char ret_hash[SERVED_SCHEMA_HASH])
{
    unsigned char digest[SERVED_SCHEMA_HASH / 2];

    SHA256((const unsigned char *)schema_sdl.p, schema_sdl.n, digest);
    hex_write(digest, sizeof(digest), ret_hash);
}

struct gql_schema *served_schema_new(char ret_hash[SERVED_SCHEMA_HASH])
{
    struct gql_source source = {.name = STR("schema.graphql"), .body = schema_sdl};
    struct gql_schema *schema;
    struct gql_errors errors;
    struct arena arena;
    bool bound;

    arena_init(&arena);
    gql_errors_init(&errors, &arena);
    schema = gql_schema_new(source, &errors);
    bound = schema && gql_schema_bind(schema, &schema_binding, &errors);
    for (const struct gql_error *e = errors.first; e; e = e->next)
        log_error("schema", LOG_STR("message", e->message));
    assert(bound);
    arena_done(&arena);
    hash(ret_hash);
    return schema;
}
