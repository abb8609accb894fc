#pragma once

/*
 * A store for a thread that has nothing else to do: it waits for each answer. For commands that run
 * beside the servers; PostgreSQL tells those of what changes.
 *
 *     if (alone_open(conninfo, &alone, &error) == ST_OK) {
 *         struct wait *w = store_room_get(alone_store(alone), …);
 *         alone_await(alone, w);
 *         …
 *         alone_close(alone);
 *     }
 */

#include "store/boot.h"

struct alone;

/* Checked and connected. ST_CONFLICT, ST_UNAVAILABLE: as boot_read(). */
enum status alone_open(struct str conninfo, struct alone **ret_alone,
                       struct boot_error *ret_error) must_use;
void alone_close(struct alone *alone);

struct store *alone_store(struct alone *alone);

/* Returns when w is answered. */
void alone_await(struct alone *alone, const struct wait *w);
