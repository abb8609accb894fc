#include "base/id.h"

#include "base/map.h"
#include "tests/lib/test.h"

static struct id_stock stock;

static struct str uuid_at(int64_t unix_ms, char out[ID_UUID_LENGTH])
{
    id_uuid7(&stock, unix_ms, out);
    return str_of(out, ID_UUID_LENGTH);
}

static void a_uuid_has_the_shape_of_version_7(void **state)
{
    char text[ID_UUID_LENGTH];

    for (int round = 0; round < 1000; round++) {
        struct str s = uuid_at(1700000000000 + round, text);
        for (size_t i = 0; i < s.n; i++) {
            bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
            assert_non_null(memchr(hyphen ? "-" : "0123456789abcdef", s.p[i], hyphen ? 1 : 16));
        }
        assert_int_equal(s.p[14], '7');
        assert_non_null(memchr("89ab", s.p[19], 4));
    }
}

static void its_first_48_bits_are_the_time(void **state)
{
    char text[ID_UUID_LENGTH];

    /* The example of RFC 9562, appendix A.6: 2022-02-22T19:22:22Z. */
    assert_true(str_starts(uuid_at(1645557742000, text), STR("017f22e2-79b0-7")));
    assert_true(str_starts(uuid_at(0, text), STR("00000000-0000-7")));
    assert_true(str_starts(uuid_at(0xffffffffffff, text), STR("ffffffff-ffff-7")));
}

static void a_later_uuid_sorts_behind_an_earlier_one(void **state)
{
    char earlier[ID_UUID_LENGTH], later[ID_UUID_LENGTH];

    for (int64_t ms = 1700000000000; ms < 1700000001000; ms++)
        assert_true(str_cmp(uuid_at(ms, earlier), uuid_at(ms + 1, later)) < 0);
}

static void uuids_of_one_millisecond_differ(void **state)
{
    struct map seen = {0};
    char text[ID_UUID_LENGTH];

    for (int i = 0; i < 10000; i++)
        assert_null(map_put(&seen, uuid_at(1700000000000, text), &seen));
    assert_int_equal(map_count(&seen), 10000);
    map_done(&seen);
}

static void random_bytes_fill_their_whole_place_and_no_more(void **state)
{
    enum {
        LENGTH = 1000,
        GUARD = 8,
    };
    unsigned char bytes[LENGTH + GUARD];
    unsigned char ever_set[LENGTH] = {0};

    /* A byte that stays zero in 32 draws is not drawn. */
    for (int round = 0; round < 32; round++) {
        memset(bytes, 0, sizeof(bytes));
        id_random(bytes, LENGTH);
        for (size_t i = 0; i < LENGTH; i++)
            ever_set[i] |= bytes[i];
        for (size_t i = 0; i < GUARD; i++)
            assert_int_equal(bytes[LENGTH + i], 0);
    }
    for (size_t i = 0; i < LENGTH; i++)
        assert_int_not_equal(ever_set[i], 0);
}

static void no_random_bytes_are_none(void **state)
{
    char untouched = 'u';

    id_random(&untouched, 0);
    assert_int_equal(untouched, 'u');
}

int main(void)
{
    return RUN(
        test(a_uuid_has_the_shape_of_version_7), test(its_first_48_bits_are_the_time),
        test(a_later_uuid_sorts_behind_an_earlier_one), test(uuids_of_one_millisecond_differ),
        test(random_bytes_fill_their_whole_place_and_no_more), test(no_random_bytes_are_none));
}
