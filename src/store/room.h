#pragma once

/*
 * Rooms, guilds and what a caller is in them.
 */

#include "store/store.h"

enum {
    ROOM_ID_LONGEST = 128,
    GUILD_ID_LONGEST = 64,
    USER_ID_LONGEST = 128, /* code points */
    NAME_LONGEST = 120,    /* of a room or guild, code points, as in the schema */
};

enum room_table {
    ROOM_TABLE_CORE,  /* gg_core */
    ROOM_TABLE_GUILD, /* gg_guild */
};

/* The one place that knows which rooms are guild rooms: ids that start with GUILD#. */
enum room_table room_table(struct str room_id);

/* What stands between GUILD# and the next # or the end; absent for any other room. */
struct str room_guild_id(struct str room_id);

/* 1 to ROOM_ID_LONGEST of A-Z a-z 0-9 _ - . : # */
bool room_id_is_valid(struct str room_id);

/* 1 to GUILD_ID_LONGEST of the same without # */
bool guild_id_is_valid(struct str guild_id);

/* 1 to USER_ID_LONGEST characters, none of them a control character: as a token can have it. A
 * tenant's id is of the same kind. */
bool user_id_is_valid(struct str user_id);

struct member {
    struct str user_id;
    int role; /* place in the schema's enum MemberRole */
    int64_t joined_at;
};

struct room {
    struct str id;
    struct str guild_id; /* absent for a general room */
    int kind;            /* place in the schema's enum RoomKind */
    int visibility;      /* place in RoomVisibility */
    struct str name;     /* absent without one */
    int64_t last_seq;
    int64_t created_at;
    int64_t active_at; /* of the caller's own rooms: its newest event, or when it was made */
    int64_t member_count;
    const struct member *membership; /* the caller's; NULL when not a member */
};

struct guild {
    struct str id;
    struct str name;
    int64_t member_count;
};

/* A const struct room; ST_NOT_FOUND when there is none or the caller may not know of it: private,
 * and not a member. */
struct wait *store_room_get(struct store *s, struct arena *a, const struct store_caller *caller,
                            struct str id) must_use;

/* A const struct guild; ST_NOT_FOUND when there is none or the caller is not in it. */
struct wait *store_guild_get(struct store *s, struct arena *a, const struct store_caller *caller,
                             struct str id) must_use;

/* A place in a list: a row's key as it was read. The row may have gone since, or moved. */
struct list_place {
    struct str id;
    int64_t at; /* what the list is ordered by before the id; 0 when by the id alone */
};

/* A page of rows in a fixed order, behind a place. */
struct key_page {
    const void *rows; /* each begins with its id, a struct str */
    size_t row_size;
    size_t at_offset; /* in a row: an int64_t, list_place.at; 0: by the id alone */
    size_t n;
    bool has_next;
    bool has_previous; /* it begins behind a place: that row's, if no other's */
};

static inline const void *key_page_row(const struct key_page *page, size_t i)
{
    return (const char *)page->rows + i * page->row_size;
}

/* Borrowed from the row. */
static inline struct list_place key_page_place(const struct key_page *page, size_t i)
{
    const char *row = key_page_row(page, i);

    return (struct list_place){
        .id = *(const struct str *)row,
        .at = page->at_offset ? *(const int64_t *)(row + page->at_offset) : 0,
    };
}

/* Oldest member first (joined_at, user_id), behind `after`, or from the beginning when it is NULL.
 * A const struct key_page of struct member. */
struct wait *store_room_members(struct store *s, struct arena *a, const struct store_caller *caller,
                                struct str room_id, const struct list_place *after,
                                size_t limit) must_use;
struct wait *store_guild_members(struct store *s, struct arena *a,
                                 const struct store_caller *caller, struct str guild_id,
                                 const struct list_place *after, size_t limit) must_use;

/* A const struct key_page of struct room: the guild's, by id; the caller's own, the latest active
 * first. */
struct wait *store_guild_rooms(struct store *s, struct arena *a, const struct store_caller *caller,
                               struct str guild_id, const struct list_place *after,
                               size_t limit) must_use;
struct wait *store_viewer_rooms(struct store *s, struct arena *a, const struct store_caller *caller,
                                const struct list_place *after, size_t limit) must_use;

/* A const struct message, the newest of the room, or NULL for an empty one. */
struct wait *store_room_last_message(struct store *s, struct arena *a,
                                     const struct store_caller *caller,
                                     struct str room_id) must_use;
