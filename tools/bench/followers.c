#include "tools/bench/followers.h"

#include "base/clock.h"
#include "base/mem.h"

enum {
    VARIABLES_MAX = 1024,
    FOLLOW_ID = 0,
    TURN_MS = 100,
    PATIENCE_US = 60 * 1000 * 1000,
};

struct follower {
    int64_t seq;     /* the last one heard */
    bool was_parked; /* since it was paused */
    struct list in_away;
    size_t n; /* of the cursor behind it */
    char cursor[MESSAGE_CURSOR_MAX];
};

static void take_place(struct follower *each, struct str cursor, int64_t seq)
{
    each->seq = seq;
    each->n = cursor.n;
    memcpy(each->cursor, cursor.p, cursor.n);
}

/* True when the message is the next one. */
static bool is_next(struct followers *f, const struct follower *each, int64_t seq)
{
    if (seq <= each->seq)
        f->repeated++;
    else if (seq > each->seq + 1)
        f->lost += (uint64_t)(seq - each->seq - 1);
    return seq > each->seq;
}

/* The server has not kept it for this one: it was told again, later. */
static void note_replayed(struct followers *f, struct follower *each)
{
    f->replayed++;
    if (!each->was_parked)
        f->n_parked++;
    each->was_parked = true;
}

static void on_message(void *user, size_t member, const struct wire_message *m)
{
    struct followers *f = user;
    struct follower *each = &f->each[member];
    struct message_seen seen;
    struct message_place place;

    if (m->type != WIRE_NEXT || !message_read(m->payload, &seen) ||
        !message_read_place(m->payload, &place)) {
        crowd_spoil(&f->crowd, "a subscription ended, or brought what is no message: %.*s",
                    (int)(m->payload.n < 160 ? m->payload.n : 160), m->payload.p);
        return;
    }
    f->deliveries++;
    if (place.is_replayed)
        note_replayed(f, each);
    if (!is_next(f, each, seen.seq))
        return;
    if (each->seq < f->aim && seen.seq >= f->aim)
        f->n_there++;
    take_place(each, place.cursor, seen.seq);
}

static void on_ready(void *user, size_t member)
{
    struct followers *f = user;
    const struct follower *each = &f->each[member];

    buf_reset(&f->variables, VARIABLES_MAX);
    message_write_follow(&f->variables, f->options->room, str_of(each->cursor, each->n));
    crowd_say(&f->crowd, member, FOLLOW_ID, message_follow, buf_str(&f->variables));
}

static void on_lost(void *user, size_t member)
{
    struct followers *f = user;

    f->returns++;
    list_append(&f->away, &f->each[member].in_away);
}

bool followers_init(struct followers *f, const struct options *o, size_t n, size_t knocking)
{
    const struct crowd_config config = {
        .address = o->address,
        .token = o->token,
        .most = n,
        .knocking = knocking,
        .on_message = on_message,
        .on_ready = on_ready,
        .on_lost = on_lost,
        .user = f,
    };

    *f = (struct followers){.options = o, .n = n};
    f->each = mem_zalloc(n * sizeof(*f->each));
    list_init(&f->away);
    for (size_t i = 0; i < n; i++)
        list_init(&f->each[i].in_away);
    buf_init(&f->variables, VARIABLES_MAX);
    return crowd_init(&f->crowd, &config);
}

void followers_mind(struct followers *f, struct crowd *beside)
{
    f->beside = beside;
}

void followers_done(struct followers *f)
{
    crowd_done(&f->crowd);
    buf_done(&f->variables);
    mem_free(f->each);
}

static void let_in(struct followers *f)
{
    while (!f->is_paused && !list_empty(&f->away) && crowd_may_knock(&f->crowd)) {
        struct follower *each = list_first(&f->away, struct follower, in_away);

        list_remove(&each->in_away);
        crowd_enter(&f->crowd, (size_t)(each - f->each));
    }
}

bool followers_turn(struct followers *f, int wait_ms)
{
    let_in(f);
    if (f->beside && !crowd_turn(f->beside, 0))
        return false;
    return crowd_turn(&f->crowd, wait_ms);
}

/* Turns until as many of the count as there are followers; false when it stands still. */
static bool turn_until_all(struct followers *f, const size_t *count, const char *what)
{
    int64_t moved = clock_mono_us();
    uint64_t before = 0;

    while (*count < f->n) {
        uint64_t now;

        if (!followers_turn(f, TURN_MS))
            return false;
        now = f->deliveries + f->crowd.n_in + f->crowd.n_ready;
        if (now != before)
            moved = clock_mono_us();
        before = now;
        if (clock_mono_us() - moved > PATIENCE_US)
            crowd_spoil(&f->crowd, "%zu of %zu followers %s, and nothing comes any more",
                        f->n - *count, f->n, what);
    }
    return true;
}

bool followers_open(struct followers *f, struct str cursor, int64_t seq)
{
    for (size_t i = 0; i < f->n; i++) {
        take_place(&f->each[i], cursor, seq);
        list_remove(&f->each[i].in_away);
        list_append(&f->away, &f->each[i].in_away);
    }
    return turn_until_all(f, &f->crowd.n_ready, "were not let in");
}

void followers_leave(struct followers *f)
{
    for (size_t i = 0; i < f->n; i++)
        crowd_leave(&f->crowd, i);
}

void followers_pause(struct followers *f, bool is_paused)
{
    f->is_paused = is_paused;
    if (is_paused)
        f->n_parked = 0;
    for (size_t i = 0; i < f->n; i++) {
        if (is_paused)
            f->each[i].was_parked = false;
        crowd_pause(&f->crowd, i, is_paused);
    }
}

bool followers_reach(struct followers *f, int64_t seq)
{
    f->aim = seq;
    f->n_there = 0;
    for (size_t i = 0; i < f->n; i++)
        f->n_there += f->each[i].seq >= seq;
    return turn_until_all(f, &f->n_there, "did not hear all that was sent");
}
