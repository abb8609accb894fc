#pragma once

/*
 * The schema's enums of rooms and members as they are stored, in the schema's order.
 */

#include "base/str.h"

enum {
    ROOM_KINDS = 3,
    ROOM_VISIBILITIES = 2,
    MEMBER_ROLES = 4,
};

extern const struct str room_kinds[ROOM_KINDS];
extern const struct str room_visibilities[ROOM_VISIBILITIES];
extern const struct str member_roles[MEMBER_ROLES];

/* The place of a name; -1: it is none of them, which the tables do not let in. */
int room_word_place(struct str name, const struct str *names, size_t n);
