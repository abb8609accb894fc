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

static void sip_rounds(uint64_t v[4], int rounds)
{
    for (int i = 0; i < rounds; i++) {
        v[0] += v[1];
        v[1] = rotate_left(v[1], 13) ^ v[0];
        v[0] = rotate_left(v[0], 32);
        v[2] += v[3];
        v[3] = rotate_left(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = rotate_left(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = rotate_left(v[1], 17) ^ v[2];
        v[2] = rotate_left(v[2], 32);
    }
}

uint64_t hash_siphash(const uint8_t key[16], const void *p, size_t n)
{
    uint64_t k0 = read_le64(key), k1 = read_le64(key + 8);
    uint64_t v[4] = {k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261,
                     k1 ^ 0x7465646279746573};
    const uint8_t *at = p;
    uint8_t tail[8] = {0};
    size_t left = n;
    uint64_t word;

    for (; left >= 8; left -= 8, at += 8) {
        word = read_le64(at);
        v[3] ^= word;
        sip_rounds(v, 2);
        v[0] ^= word;
    }
    if (left)
        memcpy(tail, at, left);
    tail[7] = (uint8_t)n;
    word = read_le64(tail);
    v[3] ^= word;
    sip_rounds(v, 2);
    v[0] ^= word;
    v[2] ^= 0xff;
    sip_rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t hash_bytes(const void *p, size_t n)
{
    pthread_once(&process_key_once, draw_process_key);
    return hash_siphash(process_key, p, n);
}
