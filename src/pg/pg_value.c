#include "pg/pg_value.h"

#include <assert.h>
#include <endian.h>
#include <limits.h>

/* pg_type.oid, which no release of PostgreSQL has ever changed. */
enum {
    OID_BOOL = 16,
    OID_INT8 = 20,
    OID_TEXT = 25,
};

/* As array_recv() reads it: dimensions, whether there are NULLs, the elements' type; then a size
 * and a lower bound for the only dimension; then each element behind its length. */
struct array_head {
    uint32_t dimensions;
    uint32_t has_null;
    uint32_t type;
    uint32_t size;
    uint32_t lower_bound;
};

static void put(struct pg_params *p, const void *value, size_t n)
{
    assert(p->n < PG_PARAMS && n <= INT_MAX);
    p->values[p->n] = value;
    p->lengths[p->n] = (int)n;
    p->n++;
}

void pg_put_null(struct pg_params *p)
{
    put(p, NULL, 0);
}

void pg_put_text(struct pg_params *p, struct arena *a, struct str value)
{
    if (value.p)
        put(p, arena_str(a, value).p, value.n);
    else
        pg_put_null(p);
}

void pg_put_i64(struct pg_params *p, struct arena *a, int64_t value)
{
    uint64_t *bytes = arena_new(a, uint64_t);

    *bytes = htobe64((uint64_t)value);
    put(p, bytes, sizeof(*bytes));
}

void pg_put_bool(struct pg_params *p, struct arena *a, bool value)
{
    char *byte = arena_new(a, char);

    *byte = value;
    put(p, byte, 1);
}

static char *write_u32(char *to, uint32_t value)
{
    value = htobe32(value);
    memcpy(to, &value, sizeof(value));
    return to + sizeof(value);
}

static char *write_head(char *to, uint32_t type, size_t n)
{
    struct array_head head = {htobe32(1), htobe32(1), htobe32(type), htobe32((uint32_t)n),
                              htobe32(1)};

    memcpy(to, &head, sizeof(head));
    return to + sizeof(head);
}

void pg_put_texts(struct pg_params *p, struct arena *a, const struct str *values, size_t n)
{
    size_t size = sizeof(struct array_head) + n * sizeof(uint32_t);
    char *bytes, *at;

    for (size_t i = 0; i < n; i++)
        size += values[i].n;
    bytes = arena_alloc(a, size);
    at = write_head(bytes, OID_TEXT, n);
    for (size_t i = 0; i < n; i++) {
        at = write_u32(at, values[i].p ? (uint32_t)values[i].n : UINT32_MAX);
        if (values[i].p)
            memcpy(at, values[i].p, values[i].n);
        at += values[i].n;
    }
    put(p, bytes, size);
}

void pg_put_i64s(struct pg_params *p, struct arena *a, const int64_t *values, size_t n)
{
    size_t size = sizeof(struct array_head) + n * (sizeof(uint32_t) + sizeof(uint64_t));
    char *bytes = arena_alloc(a, size);
    char *at = write_head(bytes, OID_INT8, n);

    for (size_t i = 0; i < n; i++) {
        uint64_t value = htobe64((uint64_t)values[i]);

        at = write_u32(at, sizeof(value));
        memcpy(at, &value, sizeof(value));
        at += sizeof(value);
    }
    put(p, bytes, size);
}

void pg_put_bools(struct pg_params *p, struct arena *a, const bool *values, size_t n)
{
    size_t size = sizeof(struct array_head) + n * (sizeof(uint32_t) + 1);
    char *bytes = arena_alloc(a, size);
    char *at = write_head(bytes, OID_BOOL, n);

    for (size_t i = 0; i < n; i++) {
        at = write_u32(at, 1);
        *at++ = values[i];
    }
    put(p, bytes, size);
}

void pg_put_column(struct pg_params *p, struct arena *a, uint32_t type,
                   const struct pg_params *const *lists, size_t n)
{
    size_t size = sizeof(struct array_head) + n * sizeof(uint32_t);
    char *bytes, *at;

    for (size_t i = 0; i < n; i++)
        size += (size_t)lists[i]->lengths[p->n];
    bytes = arena_alloc(a, size);
    at = write_head(bytes, type, n);
    for (size_t i = 0; i < n; i++) {
        const char *value = lists[i]->values[p->n];
        size_t length = (size_t)lists[i]->lengths[p->n];

        at = write_u32(at, value ? (uint32_t)length : UINT32_MAX);
        if (value)
            memcpy(at, value, length);
        at += length;
    }
    put(p, bytes, size);
}

static bool value_alike(const struct pg_params *a, const struct pg_params *b, int i)
{
    size_t n = (size_t)a->lengths[i];

    if (!a->values[i] || !b->values[i])
        return a->values[i] == b->values[i];
    return a->lengths[i] == b->lengths[i] && memcmp(a->values[i], b->values[i], n) == 0;
}

bool pg_params_alike(const struct pg_params *a, const struct pg_params *b)
{
    for (int i = 0; i < a->n && a->n == b->n; i++)
        if (!value_alike(a, b, i))
            return false;
    return a->n == b->n;
}

bool pg_is_null(const PGresult *result, int row, int column)
{
    return PQgetisnull(result, row, column);
}

struct str pg_text(const PGresult *result, int row, int column)
{
    size_t n = (size_t)PQgetlength(result, row, column);

    /* NULL has no length. */
    if (n == 0 && pg_is_null(result, row, column))
        return STR_NULL;
    return str_of(PQgetvalue(result, row, column), n);
}

int64_t pg_i64(const PGresult *result, int row, int column)
{
    struct str bytes = pg_text(result, row, column);
    uint64_t value;

    if (!bytes.p)
        return 0;
    assert(bytes.n == sizeof(value));
    memcpy(&value, bytes.p, sizeof(value));
    return (int64_t)be64toh(value);
}

bool pg_bool(const PGresult *result, int row, int column)
{
    struct str byte = pg_text(result, row, column);

    return byte.n == 1 && byte.p[0];
}
