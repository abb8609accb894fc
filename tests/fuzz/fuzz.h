#pragma once

/* A fuzz target is one function that takes any bytes: libFuzzer calls it, or replay.c does. */

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
