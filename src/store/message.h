#pragma once

/*
 * The logs: sending to them, paging through them, reading them on.
 *
 * The table is chosen by the room's id in one place, room_table(): GUILD#… is kept in gg_guild,
 * every other room in gg_core.
 */

#include "store/store.h"

struct message_draft {
    struct str room_id;
    struct str text;            /* cleaned and within bounds already */
    struct str idempotency_key; /* absent without one */
};

/*
 * Numbers, stores and commits the message; the value is a const struct message.
 *
 * With a key that the sender used before in this room the first message is the value, and nothing
 * is stored; with the same key and another text ST_KEY_REUSED. ST_NOT_FOUND: no such room;
 * ST_FORBIDDEN: not a member, or a GUEST. ST_UNAVAILABLE: the database is away and nothing was
 * stored, or nobody can tell: safe to try again with a key.
 */
struct wait *store_message_send(struct store *s, struct arena *a, const struct store_caller *caller,
                                const struct message_draft *draft) must_use;

/* A place in a room's log, from a cursor or a time. */
enum message_place_kind {
    MESSAGE_PLACE_NONE,
    MESSAGE_PLACE_SEQ,  /* of the message at seq */
    MESSAGE_PLACE_TIME, /* between what is not newer than ts and what is */
};

struct message_place {
    enum message_place_kind kind;
    int64_t seq;
    int64_t ts;
};

struct message_page_query {
    struct str room_id;
    bool oldest_first;          /* the list's order; else newest first */
    struct message_place after; /* both in list order, both exclusive */
    struct message_place before;
    size_t limit;  /* 1 to 200 */
    bool from_end; /* `last`: the end of the list, still given in list order */
};

struct message_page {
    const void *const *rows; /* each a const struct message, in list order */
    size_t n;
    bool has_next; /* exact, in list order */
    bool has_previous;
    struct str room_id;
    int64_t last_seq; /* of the room when the page was read */
};

static inline const struct message *message_page_row(const struct message_page *page, size_t i)
{
    return page->rows[i];
}

/*
 * Pages are read from one end: downward from their newer one, upward from their older one, and one
 * row more than their limit, which shows that there is more where they stop.
 */
bool message_page_is_upward(const struct message_page_query *query);

/* The places that it lies between, both exclusive, whatever the list's order. */
const struct message_place *message_page_low(const struct message_page_query *query);
const struct message_place *message_page_high(const struct message_page_query *query);

/* A page of n rows, as they were found, in an order of its own; below and above: there are any at
 * the low place or under it, and at the high one or over it. */
void message_page_fill(struct message_page *page, const struct message_page_query *query,
                       const void **rows, size_t n, bool below, bool above);

/* A const struct message_page. ST_NOT_FOUND, ST_FORBIDDEN as above. */
struct wait *store_message_page(struct store *s, struct arena *a, const struct store_caller *caller,
                                const struct message_page_query *query) must_use;

/* What a room says to whoever has its newest rows at hand. */
struct message_door {
    int64_t last_seq;
    int64_t first_kept_seq; /* the oldest seq still kept; 0 when nothing was dropped */
    struct str newest_id;   /* of the row at last_seq; absent when there is none */
};

/* A const struct message_door. ST_NOT_FOUND, ST_FORBIDDEN as above. */
struct wait *store_message_door(struct store *s, struct arena *a, const struct store_caller *caller,
                                struct str room_id) must_use;

/* A const struct message, or ST_NOT_FOUND when there is none or the caller may not read its room.
 */
struct wait *store_message_get(struct store *s, struct arena *a, const struct store_caller *caller,
                               struct str id) must_use;

/* With its strings, into the arena. */
const struct message *message_copy(struct arena *a, const struct message *m) must_use;

/* What a subscription needs to begin. */
struct message_start {
    int64_t last_seq;       /* of the room now; 0 for an open room that nobody has used yet */
    int64_t since_seq;      /* the newest seq that `since` covers: replay begins behind it */
    int64_t first_kept_seq; /* the oldest seq still kept; 0 when nothing was dropped */
};

/* A const struct message_start: membership checked, `since` resolved (MESSAGE_PLACE_NONE: now). */
struct wait *store_message_start(struct store *s, struct arena *a,
                                 const struct store_caller *caller, struct str room_id,
                                 struct message_place since) must_use;

struct message_run_query {
    struct str room_id;
    int64_t after;
    size_t limit;
    bool was_member; /* the caller was answered before, and as a member: not by store_admits() */
};

struct message_run {
    const struct message *rows; /* oldest first, without holes */
    size_t n;
    int64_t through;  /* as far as this place there is nothing else for the caller behind `after` */
    int64_t last_seq; /* of the room when the rows were read */
    int64_t first_kept_seq; /* behind `after` + 1: what lies between is missing */
};

/* A const struct message_run: up to limit rows with seq > after, for a caller who may read the
 * room. Who was a member and was removed reads as far as the removal; who stands there, and whoever
 * else may not read, gets ST_FORBIDDEN. */
struct wait *store_message_read_on(struct store *s, struct arena *a,
                                   const struct store_caller *caller,
                                   const struct message_run_query *query) must_use;
