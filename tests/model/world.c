#include "tests/model/world.h"

#include "hub/recall.h"
#include "hub/topic.h"

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
    if (!w->now.admitted && place_of(w, CLIENT_REMOVED) && seq > place_of(w, CLIENT_REMOVED))
        w->wrong = "a message came behind the client's removal";
    if (w->now.barred)
        w->wrong = "a message came by the right of a token that was renewed";
    w->now.got = (uint8_t)seq;
    w->now.unread++;
    return true;
}

static enum right right_to_ask_by(const struct world *w)
{
    return w->now.admitted ? RIGHT_TOKEN : RIGHT_MEMBER;
}

static bool is_outdated(const struct world *w)
{
    return w->now.asked != right_to_ask_by(w);
}

static void ask_reading(struct world *w, int64_t after)
{
    w->now.reading = STATEMENT_ASKED;
    w->now.reading_after = (uint8_t)after;
    w->now.asked = (uint8_t)right_to_ask_by(w);
    w->now.was_member = w->now.right == RIGHT_MEMBER;
}

static void read_on(struct subscriber *s, int64_t after)
{
    struct world *w = world_of(s);

    if (w->is_restored)
        return;
    if (w->now.reading != STATEMENT_NONE)
        w->wrong = "two readings are under way at once";
    ask_reading(w, after);
}

static const struct subscriber_ops ops = {
    .concern = concern, .render = render, .push = push, .read_on = read_on};

/* --- moves */

static void join(struct world *w)
{
    subscriber_join(&w->subscriber, &ops, hub_topics(w->hub), STR("room"), STR("group"));
}

static void ask_start(struct world *w)
{
    w->now.start = STATEMENT_ASKED;
    w->now.asked = (uint8_t)right_to_ask_by(w);
}

static void subscribe(struct world *w)
{
    w->now.since = w->now.got;
    w->now.reading = STATEMENT_NONE;
    w->now.right = RIGHT_UNKNOWN;
    join(w);
    ask_start(w);
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
    w->now.losses = true;
    return true;
}

/* As server/positions.c does: with what the topic was told of. */
static bool positions_are_compared(struct world *w, int unused)
{
    if (w->now.told || w->subscriber.group->topic->told >= w->now.log)
        return false;
    publish(w, w->now.log, NULL);
    return true;
}

static bool another_reads_the_log(struct world *w, int unused)
{
    if (w->now.told)
        return false;
    topic_advance(w->subscriber.group->topic, w->now.log);
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

static void tell(struct world *w, enum told what)
{
    subscriber_end(&w->subscriber);
    w->now.told = (uint8_t)what;
}

/* The client's removal, if a statement that saw so much of the log has to mind it; else 0. */
static int removal_seen(const struct world *w, int saw)
{
    int removed = place_of(w, CLIENT_REMOVED);

    return w->now.asked == RIGHT_MEMBER && removed <= saw ? removed : 0;
}

static void answer_start(struct world *w)
{
    w->now.start = STATEMENT_NONE;
    if (is_outdated(w)) {
        ask_start(w);
    } else if (removal_seen(w, w->now.start_saw)) {
        tell(w, TOLD_AT_START);
    } else {
        w->now.right = w->now.asked;
        subscriber_begin(&w->subscriber, w->now.since, w->now.start_saw);
    }
}

struct run {
    int seqs[ROWS_OF_A_READING];
    struct subscriber_row rows[ROWS_OF_A_READING];
    size_t n;
    int through;
};

/* The rows behind `after` up to `reach`. */
static void find_run(const struct world *w, int after, int reach, struct run *ret_run)
{
    int seq = next_message(w, after);

    ret_run->n = 0;
    ret_run->through = reach;
    for (; ret_run->n < ROWS_OF_A_READING && seq <= reach; seq = next_message(w, seq)) {
        int *kept = &ret_run->seqs[ret_run->n];

        *kept = seq;
        ret_run->rows[ret_run->n++] = (struct subscriber_row){.seq = seq, .row = kept};
        if (ret_run->n == ROWS_OF_A_READING)
            ret_run->through = seq;
    }
}

static void answer_reading(struct world *w)
{
    int after = w->now.reading_after, saw = w->now.reading_saw, removed = removal_seen(w, saw);
    struct run run;

    w->now.reading = STATEMENT_NONE;
    if (is_outdated(w)) {
        ask_reading(w, after);
    } else if (removed && (!w->now.was_member || removed <= after + 1)) {
        tell(w, TOLD_LATER);
    } else {
        w->now.right = w->now.asked;
        find_run(w, after, removed ? removed - 1 : saw, &run);
        subscriber_run(&w->subscriber, run.rows, run.n, run.through, saw);
    }
}

static bool statement_answers(struct world *w, int unused)
{
    if (w->now.start == STATEMENT_READ)
        answer_start(w);
    else if (w->now.reading == STATEMENT_READ)
        answer_reading(w);
    else
        return false;
    return true;
}

/* As hub/recall.c does, instead of a statement. Whatever was committed may be in memory, but
 * perhaps the newest. */
static bool memory_answers(struct world *w, int without)
{
    int after = w->now.reading_after, reach = w->now.log - without;
    int removed = place_of(w, CLIENT_REMOVED);
    struct run run;

    if (w->now.reading != STATEMENT_ASKED || w->now.right == RIGHT_UNKNOWN || after >= reach ||
        (removed > after && removed <= reach))
        return false;
    w->now.reading = STATEMENT_NONE;
    recall_forget(hub_topics(w->hub)->recall, &w->subscriber);
    find_run(w, after, reach, &run);
    subscriber_recall(&w->subscriber, run.rows, run.n, run.through);
    return true;
}

static bool token_is_renewed(struct world *w, int admits)
{
    if (w->now.told || w->now.renewals == MOST_RENEWALS || w->now.admitted == admits)
        return false;
    w->now.renewals++;
    w->now.admitted = (uint8_t)admits;
    w->now.barred = !admits && w->now.right == RIGHT_TOKEN && place_of(w, CLIENT_REMOVED);
    if (w->now.right == RIGHT_TOKEN && !admits) {
        w->now.right = RIGHT_UNKNOWN;
        subscriber_review(&w->subscriber);
    }
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

const struct move moves[] = {
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
    {"another subscriber of the room reads the log", another_reads_the_log, 0},
    {"a statement reads", statement_reads, 0},
    {"a statement answers", statement_answers, 0},
    {"memory answers", memory_answers, 0},
    {"memory answers, without the newest", memory_answers, 1},
    {"the token is renewed with less", token_is_renewed, false},
    {"the token is renewed with more", token_is_renewed, true},
    {"the socket drains", socket_drains, 0},
    {"the client is cut off", client_is_cut_off, 0},
};

const size_t n_moves = array_size(moves);

_Static_assert(LONGEST_LOG == 4, "each hint has its moves");

/* --- states */

/* What cannot decide on anything any more is alike in all states, so that they are fewer. */
static void forget(struct state *s)
{
    if (s->start == STATEMENT_NONE)
        s->since = 0;
    if (s->start != STATEMENT_READ)
        s->start_saw = 0;
    if (s->reading == STATEMENT_NONE)
        s->reading_after = s->was_member = 0;
    if (s->reading != STATEMENT_READ)
        s->reading_saw = 0;
    if (s->reading == STATEMENT_NONE && s->start == STATEMENT_NONE)
        s->asked = 0;
}

void world_save(struct world *w)
{
    forget(&w->now);
    w->now.subscriber = (uint8_t)w->subscriber.state;
    w->now.delivered = (uint8_t)w->subscriber.delivered;
    w->now.head_asked_at = (uint8_t)w->subscriber.head_asked_at;
    w->now.head = w->now.told ? 0 : (uint8_t)w->subscriber.group->topic->head;
    w->now.topic_told = w->now.told ? 0 : (uint8_t)w->subscriber.group->topic->told;
}

/* In the lists in which that state has it. */
static void put_in_place(struct world *w, enum subscriber_state state)
{
    struct subscriber *s = &w->subscriber;
    struct recall *recall = hub_topics(w->hub)->recall;

    recall_forget(recall, s);
    s->state = state;
    list_remove(&s->in_group);
    list_append(state == SUBSCRIBER_LIVE ? &s->group->live : &s->group->rest, &s->in_group);
    if (state != SUBSCRIBER_REPLAY)
        return;
    w->is_restored = true;
    recall_begin(recall, s);
    w->is_restored = false;
}

void world_restore(struct world *w, const struct state *state)
{
    w->now = *state;
    if (state->told) {
        subscriber_end(&w->subscriber);
        return;
    }
    if (!w->subscriber.group)
        join(w);
    put_in_place(w, (enum subscriber_state)state->subscriber);
    w->subscriber.delivered = state->delivered;
    w->subscriber.head_asked_at = state->head_asked_at;
    w->subscriber.group->topic->head = state->head;
    w->subscriber.group->topic->told = state->topic_told;
}

/* Whoever followed as a member has got what stands below the removal; of whom it was the token that
 * gave the right, nobody knows. */
static bool has_all(const struct world *w)
{
    int removed = place_of(w, CLIENT_REMOVED), next = next_message(w, w->now.got);

    switch ((enum told)w->now.told) {
    case TOLD_NOTHING:
        return next > w->now.log && (w->now.admitted || !removed);
    case TOLD_AT_START:
        return removed;
    case TOLD_LATER:
        return removed && (next > removed || w->now.renewals || w->now.admitted);
    }
    return false;
}

static bool settles(struct world *w)
{
    bool moved = true;

    for (int turns = 0; moved && turns < PATIENCE; turns++) {
        moved = statement_reads(w, 0);
        moved = statement_answers(w, 0) || moved;
        moved = socket_drains(w, 0) || moved;
    }
    if (moved)
        return false;
    return has_all(w);
}

bool world_settles(struct world *w)
{
    positions_are_compared(w, 0);
    return settles(w);
}

bool world_settles_by_hints(struct world *w)
{
    for (int seq = 1; seq <= w->now.log && !w->now.losses; seq++)
        hint_arrives(w, seq);
    return w->now.losses || settles(w);
}

/* --- from begin to end */

void world_open(struct world *w, int longest)
{
    *w = (struct world){.longest = longest};
    loop_init(&w->loop, 0);
    w->hub = hub_new(&w->loop);
}

void world_begin(struct world *w, bool admitted)
{
    w->now = (struct state){.admitted = admitted};
    if (w->subscriber.group)
        subscriber_end(&w->subscriber);
    subscribe(w);
    world_save(w);
}

void world_close(struct world *w)
{
    if (w->subscriber.group)
        subscriber_end(&w->subscriber);
    loop_done(&w->loop);
    hub_free(w->hub);
}
