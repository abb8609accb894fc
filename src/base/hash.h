#pragma once

/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012) keyed at random once per process: for tables whose
 * keys a client chooses. Never stored, never sent: another process gives other values.
 *
 * Threads: any.
 */

#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(const void *p, size_t n);

/* With the key given: the function itself, for tests against its published vectors. */
uint64_t hash_siphash(const uint8_t key[16], const void *p, size_t n);
