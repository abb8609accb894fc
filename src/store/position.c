#include "store/position.h"

#include "store/inside.h"

/* The columns of room_positions. */
enum {
    TENANT_ID,
    ROOM_ID,
    LAST_SEQ,
};

static enum status decode_ahead(struct store_read *r, const PGresult *result,
                                const void **ret_value)
{
    int n = PQntuples(result);
    struct store_position *rooms = arena_array(r->arena, struct store_position, (size_t)n);
    struct store_positions *ahead = arena_new(r->arena, struct store_positions);

    for (int row = 0; row < n; row++)
        rooms[row] = (struct store_position){
            .tenant_id = pg_text(result, row, TENANT_ID),
            .room_id = pg_text(result, row, ROOM_ID),
            .seq = pg_i64(result, row, LAST_SEQ),
        };
    *ahead = (struct store_positions){.rooms = rooms, .n = (size_t)n};
    *ret_value = ahead;
    return ST_OK;
}

struct wait *store_positions_ahead(struct store *s, struct arena *a,
                                   const struct store_position *known, size_t n)
{
    struct store_read *r = arena_new(a, struct store_read);
    struct str *tenants = arena_array(a, struct str, n);
    struct str *rooms = arena_array(a, struct str, n);
    int64_t *seqs = arena_array(a, int64_t, n);

    for (size_t i = 0; i < n; i++) {
        tenants[i] = known[i].tenant_id;
        rooms[i] = known[i].room_id;
        seqs[i] = known[i].seq;
    }
    pg_put_texts(&r->call.params, a, tenants, n);
    pg_put_texts(&r->call.params, a, rooms, n);
    pg_put_i64s(&r->call.params, a, seqs, n);
    return store_read(s, a, r, SQL_ROOM_POSITIONS, decode_ahead);
}
