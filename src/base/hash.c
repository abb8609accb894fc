#include "base/hash.h"

#include <endian.h>
#include <pthread.h>
#include <string.h>

#include "base/id.h"

static uint8_t process_key[16];
static pthread_once_t process_key_once = PTHREAD_ONCE_INIT;

static void draw_process_key(void)
{
    id_random(process_key, sizeof(process_key));
}

static uint64_t rotate_left(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static uint64_t read_le64(const uint8_t *p)
{
    uint64_t x;

    memcpy(&x, p, sizeof(x));
    return le64toh(x);
}

/* Four words of state, which stay in registers as long as everything here is inlined. */
struct sip {
    uint64_t v0, v1, v2, v3;
};

static inline __attribute__((always_inline)) void sip_rounds(struct sip *s, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        s->v0 += s->v1;
        s->v1 = rotate_left(s->v1, 13) ^ s->v0;
        s->v0 = rotate_left(s->v0, 32);
        s->v2 += s->v3;
        s->v3 = rotate_left(s->v3, 16) ^ s->v2;
        s->v0 += s->v3;
        s->v3 = rotate_left(s->v3, 21) ^ s->v0;
        s->v2 += s->v1;
        s->v1 = rotate_left(s->v1, 17) ^ s->v2;
        s->v2 = rotate_left(s->v2, 32);
    }
}

static inline __attribute__((always_inline)) void sip_word(struct sip *s, uint64_t word)
{
    s->v3 ^= word;
    sip_rounds(s, 2);
    s->v0 ^= word;
}

/* What is left, fewer than eight bytes, below the length. */
static uint64_t last_word(const uint8_t *at, size_t left, size_t n)
{
    uint64_t word = (uint64_t)n << 56;

    for (size_t i = 0; i < left; i++)
        word |= (uint64_t)at[i] << (8 * i);
    return word;
}

uint64_t hash_siphash(const uint8_t key[16], const void *p, size_t n)
{
    uint64_t k0 = read_le64(key), k1 = read_le64(key + 8);
    struct sip s = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
                    k1 ^ 0x7465646279746573};
    const uint8_t *at = p;
    size_t left = n;

    for (; left >= 8; left -= 8, at += 8)
        sip_word(&s, read_le64(at));
    sip_word(&s, last_word(at, left, n));
    s.v2 ^= 0xff;
    sip_rounds(&s, 4);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

uint64_t hash_bytes(const void *p, size_t n)
{
    pthread_once(&process_key_once, draw_process_key);
    return hash_siphash(process_key, p, n);
}
