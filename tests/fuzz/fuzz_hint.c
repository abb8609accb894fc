/*
 * Hints from a bus that anybody may have written to: what is taken is whole, and is the same when
 * it has been written and read again.
 */

#include <assert.h>

#include "server/hint.h"
#include "tests/fuzz/fuzz.h"

enum {
    MOST = 7500,
};

/* NUL cannot stand in a row, and what is not UTF-8 neither. */
static void check_str(struct str s)
{
    assert(s.p && str_is_utf8(s) && str_find(s, '\0') == s.n);
}

static void check_whole(const struct hint *hint)
{
    int64_t last = 0;

    check_str(hint->tenant_id);
    check_str(hint->room_id);
    assert(hint->seq > 0);
    for (size_t i = 0; i < hint->n; i++) {
        const struct message *row = &hint->rows[i];

        assert(row->seq > last && row->seq <= hint->seq);
        assert(str_eq(row->tenant_id, hint->tenant_id) && str_eq(row->room_id, hint->room_id));
        check_str(row->id);
        check_str(row->sender_id);
        check_str(row->text);
        last = row->seq;
    }
}

static void check_round(struct arena *a, const struct hint *hint)
{
    struct hint again;
    struct buf out;
    size_t told;
    enum status st;

    buf_init(&out, 1 << 22);
    told = hint_write(&out, MOST, hint->rows, hint->n);
    assert(told >= 1 && told <= hint->n && !buf_overflowed(&out));
    st = hint_read(a, buf_str(&out), &again);
    assert(st == ST_OK && again.seq == hint->rows[told - 1].seq);
    assert(again.n == told || (again.n == 0 && told == 1));
    for (size_t i = 0; i < again.n; i++)
        assert(str_eq(again.rows[i].text, hint->rows[i].text) &&
               again.rows[i].kind == hint->rows[i].kind);
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct hint hint;

    arena_init(&a);
    if (hint_read(&a, str_of(data, size), &hint) == ST_OK) {
        check_whole(&hint);
        if (hint.n > 0)
            check_round(&a, &hint);
    }
    arena_done(&a);
    return 0;
}
