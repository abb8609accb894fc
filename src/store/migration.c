#include "store/migration.h"

#include "store/inside.h"

static enum status decode(struct store_read *r, const PGresult *result, const void **ret_value)
{
    return pg_i64(result, r->first, 0) >= SQL_MIGRATIONS ? ST_OK : ST_CONFLICT;
}

struct wait *store_migrations_look(struct store *s, struct arena *a)
{
    return store_read(s, a, arena_new(a, struct store_read), SQL_MIGRATIONS_APPLIED, decode);
}
