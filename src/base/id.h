#pragma once

/*
 * Identifiers: UUIDs of version 7 (RFC 9562), and the random bytes they are made of.
 *
 * Threads: any.
 */

#include <stddef.h>
#include <stdint.h>

enum {
    ID_UUID_LENGTH = 36,
    ID_STOCKED = 250 /* for 25; the kernel gives up to 256 in one go */
};

/* From the kernel; ends the process when it has none to give. */
void id_random(void *p, size_t n);

/* Random bytes in stock, each of them given out once: what the kernel gives costs a call, and many
 * ids are made. Not for secrets, which somebody may look for in memory. A zeroed one is empty.
 *
 * Threads: one. */
struct id_stock {
    unsigned char random[ID_STOCKED];
    size_t left;
};

/* A new UUIDv7 of the time given, in lower case with hyphens, without a NUL. */
void id_uuid7(struct id_stock *stock, int64_t unix_ms, char out[ID_UUID_LENGTH]);
