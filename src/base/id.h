#pragma once

/*
 * Identifiers: UUIDs of version 7 (RFC 9562), and the random bytes they are made of.
 *
 * Threads: any.
 */

#include <stddef.h>
#include <stdint.h>

enum {
    ID_UUID_LENGTH = 36
};

/* From the kernel; ends the process when it has none to give. */
void id_random(void *p, size_t n);

/* A new UUIDv7 of the time given, in lower case with hyphens, without a NUL. */
void id_uuid7(int64_t unix_ms, char out[ID_UUID_LENGTH]);
