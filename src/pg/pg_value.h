#pragma once

/*
 * A statement's parameters and a result's columns, in PostgreSQL's binary form.
 *
 * Owner: parameters are copied into the arena given; columns borrow from the result.
 */

#include <libpq-fe.h>

#include "base/arena.h"

enum {
    PG_PARAMS = 13
};

struct pg_params {
    int n;
    const char *values[PG_PARAMS];
    int lengths[PG_PARAMS];
};

/* Appends one; an absent string is NULL. */
void pg_put_text(struct pg_params *p, struct arena *a, struct str value);
void pg_put_i64(struct pg_params *p, struct arena *a, int64_t value);
void pg_put_bool(struct pg_params *p, struct arena *a, bool value);
void pg_put_null(struct pg_params *p);

/* text[], bigint[] and boolean[]; absent elements are NULL. */
void pg_put_texts(struct pg_params *p, struct arena *a, const struct str *values, size_t n);
void pg_put_i64s(struct pg_params *p, struct arena *a, const int64_t *values, size_t n);
void pg_put_bools(struct pg_params *p, struct arena *a, const bool *values, size_t n);

/* As the next parameter the array of what each of n lists has in its place; type is the elements'
 * (pg_type.oid). */
void pg_put_column(struct pg_params *p, struct arena *a, uint32_t type,
                   const struct pg_params *const *lists, size_t n);

/* Value by value. */
must_use bool pg_params_alike(const struct pg_params *a, const struct pg_params *b);

/* Absent for NULL. */
struct str pg_text(const PGresult *result, int row, int column);
/* 0 and false for NULL. */
int64_t pg_i64(const PGresult *result, int row, int column);
bool pg_bool(const PGresult *result, int row, int column);
bool pg_is_null(const PGresult *result, int row, int column);
