#include "base/hash.h"

#include "base/status.h"
#include "tests/lib/test.h"

/*
 * The vectors that the function's authors publish: the key is 00 01 … 0f, the message of length n
 * is 00 01 … n-1. The one of length 15 is worked through in their paper's appendix.
 */
static const uint64_t published[] = {
    0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
    0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137,
    0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
    0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5,
};

static const uint64_t published_of_63_bytes = 0x958a324ceb064572;

static void count_up(uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)i;
}

static void it_is_siphash_2_4(void **state)
{
    uint8_t key[16], message[63];

    count_up(key, sizeof(key));
    count_up(message, sizeof(message));
    for (size_t n = 0; n < array_size(published); n++)
        assert_true(hash_siphash(key, message, n) == published[n]);
    assert_true(hash_siphash(key, message, sizeof(message)) == published_of_63_bytes);
}

static void a_message_may_stand_at_any_address(void **state)
{
    uint8_t key[16], bytes[32];

    count_up(key, sizeof(key));
    for (size_t offset = 0; offset < 8; offset++) {
        count_up(bytes + offset, 15);
        assert_true(hash_siphash(key, bytes + offset, 15) == published[15]);
    }
}

static void no_bytes_need_no_address(void **state)
{
    uint8_t key[16];

    count_up(key, sizeof(key));
    assert_true(hash_siphash(key, NULL, 0) == published[0]);
}

static void a_process_hashes_the_same_bytes_alike(void **state)
{
    char first[] = "GUILD#demo", second[] = "GUILD#demo";

    assert_true(hash_bytes(first, 10) == hash_bytes(second, 10));
    assert_false(hash_bytes(first, 10) == hash_bytes(first, 9));
}

static void the_process_key_is_not_one_that_can_be_known(void **state)
{
    static const uint8_t zeros[16] = {0};
    uint8_t counted[16];

    count_up(counted, sizeof(counted));
    assert_false(hash_bytes("abc", 3) == hash_siphash(zeros, "abc", 3));
    assert_false(hash_bytes("abc", 3) == hash_siphash(counted, "abc", 3));
}

int main(void)
{
    return RUN(test(it_is_siphash_2_4), test(a_message_may_stand_at_any_address),
               test(no_bytes_need_no_address), test(a_process_hashes_the_same_bytes_alike),
               test(the_process_key_is_not_one_that_can_be_known));
}
