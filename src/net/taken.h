#pragma once

/*
 * What a client takes of what is sent to it, as TCP knows it (RFC 9293: acknowledged bytes). It
 * tells a client that reads slowly from one that does not read, when what was written last is still
 * held back.
 */

#include <stdbool.h>
#include <stdint.h>

/* Is something held back for which the client has no room yet, and has it taken some since *at?
 * *at is now. False where it is no TCP. */
bool taken_since(int fd, uint64_t *at);
