#include "base/id.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/hex.h"

void id_random(void *p, size_t n)
{
    unsigned char *at = p;

    while (n > 0) {
        ssize_t got = getrandom(at, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            abort();
        at += got;
        n -= (size_t)got;
    }
}

static void take(struct id_stock *stock, void *p, size_t n)
{
    if (stock->left < n) {
        id_random(stock->random, sizeof(stock->random));
        stock->left = sizeof(stock->random);
    }
    stock->left -= n;
    memcpy(p, stock->random + stock->left, n);
}

void id_uuid7(struct id_stock *stock, int64_t unix_ms, char out[ID_UUID_LENGTH])
{
    unsigned char bytes[16];
    char *at = out;

    take(stock, bytes + 6, sizeof(bytes) - 6);
    for (int i = 0; i < 6; i++)
        bytes[i] = (unsigned char)((uint64_t)unix_ms >> (40 - 8 * i));
    bytes[6] = (unsigned char)(0x70 | (bytes[6] & 0x0F));
    bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3F));
    for (size_t i = 0; i < sizeof(bytes); i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        hex_write(bytes + i, 1, at);
        at += 2;
    }
}
