#include "hub/counts.h"

#include "base/clock.h"
#include "hub/hub.h"
#include "hub/subscriber.h"
#include "lib/test.h"

struct reader {
    struct subscriber subscriber;
    bool is_full;
};

static struct loop l;
static struct hub *hub;
static struct reader r;
static const struct hub_counts *counts;

static struct frame *render(struct subscriber *s, const void *row, bool replayed)
{
    return frame_new(STR("x"));
}

static bool push(struct subscriber *s, struct frame *payload)
{
    return !container_of(s, struct reader, subscriber)->is_full;
}

static void read_on(struct subscriber *s, int64_t after)
{
}

static const struct subscriber_ops ops = {.render = render, .push = push, .read_on = read_on};

static int open_room(void **state)
{
    loop_init(&l, 0);
    hub = hub_new(&l);
    counts = hub_counts(hub);
    r = (struct reader){.is_full = false};
    subscriber_join(&r.subscriber, &ops, hub_topics(hub), STR("lobby"), STR(""));
    return 0;
}

static int close_room(void **state)
{
    subscriber_end(&r.subscriber);
    for (size_t i = 0; i < HUB_STATES; i++)
        assert_int_equal(metric_get(&counts->in_state[i]), 0);
    loop_done(&l);
    hub_free(hub);
    return 0;
}

static void tell(const char *room, int64_t seq, int64_t committed_us)
{
    struct event_batch *batch = event_batch_new(1);

    batch->committed_us = committed_us;
    batch->events[0] = (struct event){.topic_key = str_c(room), .seq = seq, .row = "row"};
    hub_publish(&hub, 1, hub, batch);
}

static void assert_all_in(enum subscriber_state state)
{
    for (size_t i = 0; i < HUB_STATES; i++)
        assert_int_equal(metric_get(&counts->in_state[i]), i == state);
}

static void a_subscriber_is_counted_where_it_stands(void **state)
{
    assert_all_in(SUBSCRIBER_JOINED);
    subscriber_begin(&r.subscriber, 4, 5);
    assert_all_in(SUBSCRIBER_REPLAY);
    subscriber_run(&r.subscriber, &(struct subscriber_row){.seq = 5, .row = "row"}, 1, 5, 5);
    assert_all_in(SUBSCRIBER_LIVE);
    r.is_full = true;
    tell("lobby", 6, 0);
    assert_all_in(SUBSCRIBER_LAGGING);
}

static void who_begins_at_the_end_replays_nothing(void **state)
{
    subscriber_begin(&r.subscriber, 5, 5);
    assert_all_in(SUBSCRIBER_LIVE);
    assert_int_equal(metric_get(&counts->replays), 0);
}

static void what_was_taken_is_counted_by_how_it_came(void **state)
{
    subscriber_begin(&r.subscriber, 4, 5);
    subscriber_run(&r.subscriber, &(struct subscriber_row){.seq = 5, .row = "row"}, 1, 5, 5);
    tell("lobby", 6, 0);
    tell("lobby", 7, 0);
    tell("lobby", 7, 0);
    tell("hall", 8, 0);
    assert_int_equal(metric_get(&counts->replays), 1);
    assert_int_equal(metric_get(&counts->replayed), 1);
    assert_int_equal(metric_get(&counts->delivered), 2);
    r.is_full = true;
    tell("lobby", 8, 0);
    assert_int_equal(metric_get(&counts->delivered), 2);
}

static void an_event_behind_one_that_did_not_come_is_a_gap(void **state)
{
    subscriber_begin(&r.subscriber, 5, 5);
    tell("lobby", 6, 0);
    tell("lobby", 7, 0);
    tell("lobby", 7, 0);
    assert_int_equal(metric_get(&counts->gaps), 0);
    tell("lobby", 9, 0);
    assert_int_equal(metric_get(&counts->gaps), 1);
}

static uint64_t observed(void)
{
    uint64_t n = 0;

    for (size_t i = 0; i <= METRIC_BUCKETS; i++)
        n += metric_get(&counts->latency.buckets[i]);
    return n;
}

static void a_turns_commits_are_observed_once_as_old_as_the_oldest(void **state)
{
    int64_t now_us = clock_mono_us();

    subscriber_begin(&r.subscriber, 5, 5);
    tell("lobby", 6, now_us - 3000000);
    tell("lobby", 7, now_us);
    assert_int_equal(observed(), 0);
    uv_run(&l.uv, UV_RUN_NOWAIT);
    assert_int_equal(observed(), 1);
    assert_true(metric_get(&counts->latency.sum) >= 3000000);
}

static void what_nobody_hears_or_another_node_committed_is_not_observed(void **state)
{
    subscriber_begin(&r.subscriber, 5, 5);
    tell("hall", 6, clock_mono_us());
    tell("lobby", 6, 0);
    uv_run(&l.uv, UV_RUN_NOWAIT);
    assert_int_equal(observed(), 0);
}

int main(void)
{
#define in_room(f) cmocka_unit_test_setup_teardown(f, open_room, close_room)
    return RUN(in_room(a_subscriber_is_counted_where_it_stands),
               in_room(who_begins_at_the_end_replays_nothing),
               in_room(what_was_taken_is_counted_by_how_it_came),
               in_room(an_event_behind_one_that_did_not_come_is_a_gap),
               in_room(a_turns_commits_are_observed_once_as_old_as_the_oldest),
               in_room(what_nobody_hears_or_another_node_committed_is_not_observed));
}
