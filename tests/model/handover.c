/*
 * Every interleaving of the hand-over from log to live, with hub/subscriber.c itself in it.
 *
 * The world is one room and one client. Its moves: a message is committed, or that another member
 * was removed, or that the client was; the hint of a commit arrives, arrives and stays to arrive
 * again, or is lost, in any order; the room's position is compared with the log; the statement that
 * starts a subscription, or one that reads the log on, takes its snapshot, and later its answer
 * arrives; the client's socket, which holds little, is drained; the client is cut off and comes
 * back with the cursor of what it has.
 *
 * All sequences of moves are walked, without those that lead to a state seen before. Wherever one
 * leads, what the client got is gapless, in order, and nothing that came behind its removal (push()
 * looks); and if from there on nothing follows, one comparison of positions is enough for it to get
 * the rest, or to be told that it was removed (settles()).
 */

#include <stdio.h>

#include "base/map.h"
#include "base/mem.h"
#include "hub/hub.h"
#include "hub/subscriber.h"

enum {
    LONGEST_LOG = 4,
    ROWS_OF_A_READING = 2,
    SOCKET_HOLDS = 2,
    MOST_CUTS = 1,
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
    uint8_t told;       /* that it may not read: its stream has ended */
    uint8_t subscriber; /* these four are the subscriber's own */
    uint8_t delivered;
    uint8_t head_asked_at;
    uint8_t head;
};

struct world {
    struct state now;
    const char *wrong; /* a promise that was broken */
    int longest;       /* how many events may be committed */
    struct loop loop;
    struct hub *hub;
    struct subscriber subscriber;
};

static struct world *world_of(struct subscriber *s)
{
    return container_of(s, struct world, subscriber);
}

/* --- the subscriber's owner: a row is its seq, and so is a payload */

static bool is_kind(const struct world *w, int seq, enum event_kind kind)
{
    return w->now.kinds[seq] == kind;
}

/* The place of an event that can happen once; 0 while it has not. */
static int place_of(const struct world *w, enum event_kind kind)
{
    int seq = w->now.log;

    while (seq > 0 && !is_kind(w, seq, kind))
        seq--;
    return seq;
}

/* The first message behind it, or the one that would come first if all that follows were one. */
static int next_message(const struct world *w, int seq)
{
    do
        seq++;
    while (seq <= w->now.log && !is_kind(w, seq, MESSAGE));
    return seq;
}

static enum subscriber_concern concern(const struct subscriber *s, const void *row)
{
    const struct world *w = container_of(s, struct world, subscriber);

    switch ((enum event_kind)w->now.kinds[*(const int *)row]) {
    case MESSAGE:
        return SUBSCRIBER_WANTS;
    case CLIENT_REMOVED:
        return SUBSCRIBER_REVIEWS;
    case OTHER_REMOVED:
    case NOTHING:
        break;
    }
    return SUBSCRIBER_PASSES;
}

static struct frame *render(struct subscriber *s, const void *row, bool replayed)
{
    return frame_new(str_of(row, sizeof(int)));
}

static bool push(struct subscriber *s, struct frame *payload)
{
    struct world *w = world_of(s);
    int seq;

    if (w->now.unread == SOCKET_HOLDS)
        return false;
    memcpy(&seq, frame_str(payload).p, sizeof(seq));
    if (seq != next_message(w, w->now.got))
        w->wrong = "a message was left out, or came twice";
    if (place_of(w, CLIENT_REMOVED) && seq > place_of(w, CLIENT_REMOVED))
        w->wrong = "a message came behind the client's removal";
    w->now.got = (uint8_t)seq;
    w->now.unread++;
    return true;
}

static void read_on(struct subscriber *s, int64_t after)
{
    struct world *w = world_of(s);

    if (w->now.reading != STATEMENT_NONE)
        w->wrong = "two readings are under way at once";
    w->now.reading = STATEMENT_ASKED;
    w->now.reading_after = (uint8_t)after;
}

static const struct subscriber_ops ops = {
    .concern = concern, .render = render, .push = push, .read_on = read_on};

/* --- moves */

static void join(struct world *w)
{
    subscriber_join(&w->subscriber, &ops, hub_topics(w->hub), STR("room"), STR("group"));
}

static void subscribe(struct world *w)
{
    w->now.since = w->now.got;
    w->now.start = STATEMENT_ASKED;
    w->now.reading = STATEMENT_NONE;
    join(w);
}

static bool commit(struct world *w, int kind)
{
    if (w->now.log == w->longest || (kind != MESSAGE && place_of(w, (enum event_kind)kind)))
        return false;
    w->now.kinds[++w->now.log] = (uint8_t)kind;
    w->now.hints[w->now.log] = 1;
    return true;
}

/* row: as the hint brought it, or NULL. */
static void publish(struct world *w, int seq, const int *row)
{
    struct event_batch *batch = event_batch_new(1);

    batch->events[0] = (struct event){.topic_key = STR("room"), .seq = seq, .row = row};
    hub_publish(&w->hub, 1, w->hub, batch);
}

static void arrive(struct world *w, int seq)
{
    publish(w, seq, &seq);
}

static bool hint_arrives(struct world *w, int seq)
{
    if (w->now.hints[seq] == 0)
        return false;
    w->now.hints[seq] = 0;
    arrive(w, seq);
    return true;
}

static bool hint_arrives_and_stays(struct world *w, int seq)
{
    if (w->now.hints[seq] != 1)
        return false;
    w->now.hints[seq] = 2; /* it will come again, or be lost, and then be gone */
    arrive(w, seq);
    return true;
}

static bool hint_is_lost(struct world *w, int seq)
{
    if (w->now.hints[seq] == 0)
        return false;
    w->now.hints[seq] = 0;
    return true;
}

static bool positions_are_compared(struct world *w, int unused)
{
    publish(w, w->now.log, NULL);
    return true;
}

static bool statement_reads(struct world *w, int unused)
{
    if (w->now.start == STATEMENT_ASKED) {
        w->now.start = STATEMENT_READ;
        w->now.start_saw = w->now.log;
        return true;
    }
    if (w->now.reading != STATEMENT_ASKED)
        return false;
    w->now.reading = STATEMENT_READ;
    w->now.reading_saw = w->now.log;
    return true;
}

/* What a statement saw of the log may have shown it that the client was removed. */
static bool is_refused(struct world *w, int saw)
{
    int removed = place_of(w, CLIENT_REMOVED);

    if (!removed || removed > saw)
        return false;
    subscriber_end(&w->subscriber);
    w->now.told = true;
    return true;
}

static void answer_reading(struct world *w)
{
    int seqs[ROWS_OF_A_READING], n = 0, saw = w->now.reading_saw;
    int seq = next_message(w, w->now.reading_after);
    struct subscriber_row rows[ROWS_OF_A_READING];

    w->now.reading = STATEMENT_NONE;
    if (is_refused(w, saw))
        return;
    for (; n < ROWS_OF_A_READING && seq <= saw; seq = next_message(w, seq), n++) {
        seqs[n] = seq;
        rows[n] = (struct subscriber_row){.seq = seq, .row = &seqs[n]};
    }
    subscriber_run(&w->subscriber, rows, (size_t)n, n < ROWS_OF_A_READING ? saw : seqs[n - 1], saw);
}

static bool statement_answers(struct world *w, int unused)
{
    if (w->now.start == STATEMENT_READ) {
        w->now.start = STATEMENT_NONE;
        if (!is_refused(w, w->now.start_saw))
            subscriber_begin(&w->subscriber, w->now.since, w->now.start_saw);
        return true;
    }
    if (w->now.reading != STATEMENT_READ)
        return false;
    answer_reading(w);
    return true;
}

static bool socket_drains(struct world *w, int unused)
{
    if (w->now.unread == 0)
        return false;
    w->now.unread = 0;
    if (w->now.start == STATEMENT_NONE && !w->now.told)
        subscriber_drained(&w->subscriber);
    return true;
}

static bool client_is_cut_off(struct world *w, int unused)
{
    if (w->now.cuts == MOST_CUTS || w->now.told)
        return false;
    w->now.cuts++;
    w->now.unread = 0;
    subscriber_end(&w->subscriber);
    subscribe(w);
    return true;
}

typedef bool move_fn(struct world *w, int which);

struct move {
    const char *name;
    move_fn *make; /* false: it cannot be made now, and nothing has changed */
    int which;
};

static const struct move moves[] = {
    {"a message is committed", commit, MESSAGE},
    {"the removal of another is committed", commit, OTHER_REMOVED},
    {"the client's removal is committed", commit, CLIENT_REMOVED},
    {"hint 1 arrives", hint_arrives, 1},
    {"hint 2 arrives", hint_arrives, 2},
    {"hint 3 arrives", hint_arrives, 3},
    {"hint 4 arrives", hint_arrives, 4},
    {"hint 1 arrives and stays", hint_arrives_and_stays, 1},
    {"hint 2 arrives and stays", hint_arrives_and_stays, 2},
    {"hint 3 arrives and stays", hint_arrives_and_stays, 3},
    {"hint 4 arrives and stays", hint_arrives_and_stays, 4},
    {"hint 1 is lost", hint_is_lost, 1},
    {"hint 2 is lost", hint_is_lost, 2},
    {"hint 3 is lost", hint_is_lost, 3},
    {"hint 4 is lost", hint_is_lost, 4},
    {"positions are compared", positions_are_compared, 0},
    {"a statement reads", statement_reads, 0},
    {"a statement answers", statement_answers, 0},
    {"the socket drains", socket_drains, 0},
    {"the client is cut off", client_is_cut_off, 0},
};

_Static_assert(LONGEST_LOG == 4, "each hint has its moves");

/* --- states */

static void save(struct world *w)
{
    w->now.subscriber = (uint8_t)w->subscriber.state;
    w->now.delivered = (uint8_t)w->subscriber.delivered;
    w->now.head_asked_at = (uint8_t)w->subscriber.head_asked_at;
    w->now.head = w->now.told ? 0 : (uint8_t)w->subscriber.group->topic->head;
}

static void restore(struct world *w, const struct state *state)
{
    w->now = *state;
    if (state->told) {
        subscriber_end(&w->subscriber);
        return;
    }
    if (!w->subscriber.group)
        join(w);
    w->subscriber.state = (enum subscriber_state)state->subscriber;
    w->subscriber.delivered = state->delivered;
    w->subscriber.head_asked_at = state->head_asked_at;
    w->subscriber.group->topic->head = state->head;
}

/* Nothing follows any more, and the hints that are still under way are lost. */
static bool settles(struct world *w)
{
    bool moved = true;

    positions_are_compared(w, 0);
    for (int turns = 0; moved && turns < PATIENCE; turns++) {
        moved = statement_reads(w, 0);
        moved = statement_answers(w, 0) || moved;
        moved = socket_drains(w, 0) || moved;
    }
    if (moved)
        return false;
    if (place_of(w, CLIENT_REMOVED))
        return w->now.told;
    return next_message(w, w->now.got) > w->now.log;
}

/* --- the walk: breadth first, so that the first way to a mistake is a shortest one */

struct node {
    struct state state;
    const struct node *from;
    uint8_t move; /* that led here */
    struct node *next;
};

struct walk {
    struct world world;
    struct arena arena;
    struct map seen;
    struct node *last;
    const struct node *at;
    size_t states;
    size_t moves;
};

static void note(struct walk *walk, uint8_t move)
{
    struct str bytes = str_of(&walk->world.now, sizeof(walk->world.now));
    struct node *node;

    if (map_get(&walk->seen, bytes))
        return;
    node = arena_new(&walk->arena, struct node);
    *node = (struct node){.state = walk->world.now, .from = walk->at, .move = move};
    map_put(&walk->seen, bytes, node);
    if (walk->last)
        walk->last->next = node;
    walk->last = node;
    walk->states++;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the way is long, a few dozen moves. */
static void print_way(const struct node *to)
{
    if (!to->from)
        return;
    print_way(to->from);
    printf("#   %s\n", moves[to->move].name);
}

/* False when something is wrong, which has been said. */
static bool look(struct walk *walk, uint8_t move)
{
    struct world *w = &walk->world;

    save(w);
    note(walk, move);
    if (!w->wrong && !settles(w))
        w->wrong = "the rest is never heard of";
    if (!w->wrong)
        return true;
    printf("# %s:\n", w->wrong);
    print_way(walk->at);
    printf("#   %s\n", moves[move].name);
    return false;
}

static bool walk_from(struct walk *walk, const struct node *node)
{
    walk->at = node;
    for (size_t i = 0; i < array_size(moves); i++) {
        restore(&walk->world, &node->state);
        if (!moves[i].make(&walk->world, moves[i].which))
            continue;
        walk->moves++;
        if (!look(walk, (uint8_t)i))
            return false;
        uv_run(&walk->world.loop.uv, UV_RUN_NOWAIT); /* the graves of who was cut off */
    }
    return true;
}

static bool walk_all(struct walk *walk)
{
    const struct node *first;
    bool right = true;

    subscribe(&walk->world);
    save(&walk->world);
    note(walk, 0);
    first = walk->last;
    for (const struct node *node = first; node && right; node = node->next)
        right = walk_from(walk, node);
    subscriber_end(&walk->world.subscriber);
    return right;
}

/* handover [EVENTS]: three are enough for every kind of turn, and quick; four take a minute. */
int main(int argc, char **argv)
{
    struct walk walk = {.world.longest = 3};
    bool right;

    if (argc > 1 && str_eq_c(str_c(argv[1]), "4"))
        walk.world.longest = LONGEST_LOG;

    arena_init(&walk.arena);
    loop_init(&walk.world.loop, 0);
    walk.world.hub = hub_new(&walk.world.loop);
    right = walk_all(&walk);
    printf("# %zu states, %zu moves between them\n", walk.states, walk.moves);
    printf("%s 1 - every interleaving delivers the log, gapless and in order\n1..1\n",
           right ? "ok" : "not ok");
    loop_done(&walk.world.loop);
    hub_free(walk.world.hub);
    map_done(&walk.seen);
    arena_done(&walk.arena);
    return right ? 0 : 1;
}
