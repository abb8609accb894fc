#pragma once

/*
 * Which clients say with which schema they were built, and whether it is the one served here: by
 * the names that they give themselves, of which only so many are told apart.
 *
 * Owner:   the app.
 * Threads: any; a lock is held for a look at a short list.
 */

#include "base/str.h"

enum {
    CLIENTS_MOST = 50,       /* names that are told apart; the others are "other" together */
    CLIENTS_NAME_LENGTH = 64 /* bytes; a longer name is "other" too */
};

struct client_schemas {
    char name[CLIENTS_NAME_LENGTH + 1];
    uint64_t same;
    uint64_t different;
};

struct clients;

struct clients *clients_new(struct str schema_hash);
/* Takes NULL. */
void clients_free(struct clients *c);

/* A client that was let in shows a hash. name: absent without one, then it is "unnamed". Nothing
 * happens when the hash is absent. */
void clients_note(struct clients *c, struct str name, struct str shown_hash);

/* At most CLIENTS_MOST + 1; returns how many. */
size_t clients_read(struct clients *c, struct client_schemas ret[CLIENTS_MOST + 1]);
