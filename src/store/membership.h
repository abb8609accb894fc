#pragma once

/*
 * Changing who is in rooms and guilds: one statement a call, which locks, checks and writes.
 *
 * OWNER stands above ADMIN, and both may change who is in; nobody gives or takes a role above
 * their own. A tenant's admin acts as an OWNER of everything. What takes away the right to read
 * is an event of the log: on_committed is told of it before the caller is answered.
 *
 * Every call answers a const struct membership_change. ST_NOT_FOUND: no such room, guild or
 * member; ST_FORBIDDEN: the caller's role does not allow it; ST_CONFLICT: it exists already, or
 * nobody would be OWNER any more; ST_BAD_INPUT: text that PostgreSQL cannot hold.
 * ST_UNAVAILABLE: nothing was changed or, where the words say so, nobody can tell.
 */

#include "store/room.h"

struct membership_change {
    struct str id; /* of the room or guild */
    bool created;  /* false: the pair's DIRECT room was there already */
};

struct room_draft {
    struct str id; /* valid; or absent: one is made */
    int kind;      /* places in the schema's enums, as in struct room */
    int visibility;
    struct str name; /* absent without one */
    /* Of a DIRECT room exactly one, who is not the caller; of a guild room none. */
    const struct str *member_ids;
    size_t n_members;
};

/* The caller becomes its OWNER. Of a guild room it must be an ADMIN or OWNER of the guild. */
struct wait *store_room_create(struct store *s, struct arena *a, const struct store_caller *caller,
                               const struct room_draft *draft) must_use;

/*
 * Of rooms that are no guild rooms: those take their members from the guild.
 */

/* A public room, or an open one; a member stays what it is. */
struct wait *store_room_join(struct store *s, struct arena *a, const struct store_caller *caller,
                             struct str room_id) must_use;

/* Anybody may remove themselves. */
struct wait *store_room_remove_member(struct store *s, struct arena *a,
                                      const struct store_caller *caller, struct str room_id,
                                      struct str user_id) must_use;

/* Adds members or changes their roles; joined_at is not looked at. Each user once. */
struct wait *store_room_put_members(struct store *s, struct arena *a,
                                    const struct store_caller *caller, struct str room_id,
                                    const struct member *members, size_t n) must_use;

/* With its room GUILD#<id>; the caller becomes its OWNER. id is valid, or absent: one is made. */
struct wait *store_guild_create(struct store *s, struct arena *a, const struct store_caller *caller,
                                struct str id, struct str name) must_use;

struct guild_members_draft {
    const struct member *put; /* each user once in both lists together */
    size_t n_put;
    const struct str *removed; /* need not be in the guild */
    size_t n_removed;
};

struct wait *store_guild_put_members(struct store *s, struct arena *a,
                                     const struct store_caller *caller, struct str guild_id,
                                     const struct guild_members_draft *draft) must_use;
