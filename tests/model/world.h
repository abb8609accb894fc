#pragma once

/*
 * What the hand-over from log to live is tried in, with hub/subscriber.c itself in it.
 *
 * The world is one room and one client, a member of the room, whose token may admit it on top of
 * that. Its moves: a message is committed, or that another member was removed, or that the client
 * was; the hint of a commit arrives, arrives and stays to arrive again, or is lost, in any order;
 * the room's position is compared with the log; the statement that starts a subscription, or one
 * that reads the log on, takes its snapshot, and later its answer arrives; or what is kept in
 * memory answers; the client's token is renewed, with less or with more; its socket, which holds
 * little, is drained; it is cut off and comes back with the cursor of what it has.
 *
 * handover.c walks all sequences of moves, without those that lead to a state seen before. Wherever
 * one leads, what the client got is gapless, in order, and nothing that it had no right to any more
 * (push() looks); and if from there on nothing follows, one comparison of positions is enough for
 * it to get the rest, or all below its removal and to be told of that (world_settles()). Where no
 * hint was lost, none is needed.
 *
 * What server/subscription.c does for the subscriber is written here once more, in few words: the
 * right that a question was asked by, and what an answer is worth when the token was renewed
 * meanwhile.
 */

#include "hub/hub.h"
#include "hub/subscriber.h"

enum {
    LONGEST_LOG = 4,
    ROWS_OF_A_READING = 2,
    SOCKET_HOLDS = 2,
    MOST_CUTS = 1,
    MOST_RENEWALS = 1,
    PATIENCE = 100, /* turns, in which all that is asked for has come to rest */
};

/* A statement on its way: asked, its snapshot taken, or none. */
enum statement {
    STATEMENT_NONE,
    STATEMENT_ASKED,
    STATEMENT_READ,
};

enum event_kind {
    NOTHING,
    MESSAGE,
    OTHER_REMOVED,
    CLIENT_REMOVED,
};

/* What the right to read rests on, as in server/subscription.c. */
enum right {
    RIGHT_UNKNOWN,
    RIGHT_MEMBER,
    RIGHT_TOKEN,
};

enum told {
    TOLD_NOTHING,
    TOLD_AT_START, /* that it may not follow the room */
    TOLD_LATER,    /* that its stream ends */
};

/* All of the world that decides what may follow: a state is these bytes. */
struct state {
    uint8_t log;                    /* events committed: 1 to log */
    uint8_t kinds[LONGEST_LOG + 1]; /* enum event_kind, of each */
    uint8_t hints[LONGEST_LOG + 1]; /* of each commit: gone, under way, under way and repeated */
    uint8_t start;                  /* the statement that begins the subscription */
    uint8_t start_saw;              /* the room's position in its snapshot */
    uint8_t reading;                /* the statement that reads on */
    uint8_t reading_after;
    uint8_t reading_saw;
    uint8_t since;  /* the cursor that the client came with */
    uint8_t got;    /* the last message in its hands */
    uint8_t unread; /* in its socket */
    uint8_t cuts;
    uint8_t losses;   /* of hints: whether there was one */
    uint8_t told;     /* enum told */
    uint8_t admitted; /* by its token, whoever the members are */
    uint8_t renewals;
    uint8_t barred;     /* only a token gave it the right, and that one is gone */
    uint8_t right;      /* enum right */
    uint8_t asked;      /* the right that the statement under way was asked by */
    uint8_t was_member; /* and whether it may answer as far as the removal */
    uint8_t subscriber; /* these three are the subscriber's own */
    uint8_t delivered;
    uint8_t head_asked_at;
    uint8_t head; /* and these the topic's */
    uint8_t topic_told;
};

struct world {
    struct state now;
    const char *wrong; /* a promise that was broken */
    bool is_restored;  /* just now: nobody asks for anything */
    int longest;       /* how many events may be committed */
    struct loop loop;
    struct hub *hub;
    struct subscriber subscriber;
};

typedef bool move_fn(struct world *w, int which);

struct move {
    const char *name;
    move_fn *make; /* false: it cannot be made now, and nothing has changed */
    int which;
};

extern const struct move moves[];
extern const size_t n_moves;

void world_open(struct world *w, int longest);
void world_close(struct world *w);

/* Nothing has happened, and the client has asked to follow the room. */
void world_begin(struct world *w, bool admitted);

void world_save(struct world *w);
void world_restore(struct world *w, const struct state *state);

/* Nothing follows any more, and the hints that are still under way are lost: does the client get
 * what it has a right to? The world is another one then. */
bool world_settles(struct world *w);

/* The same, but the hints arrive, and no position is compared; true where one was lost before. */
bool world_settles_by_hints(struct world *w);
