#include "hub/recall.h"

#include <stdio.h>

#include "hub/hub.h"
#include "hub/subscriber.h"
#include "hub/topic.h"
#include "lib/test.h"

/*
 * A room, what its hub keeps in memory, and subscribers who read on. The log is the test: what it
 * is asked for is noted, and answered when the test says so.
 */

enum {
    MOST = 64,
    KEPT = 64 * 1024 * 1024,
    FIRST_CHUNK = 2048, /* of an arena, however little is in it */
};

struct reader {
    struct subscriber subscriber;
    int64_t got;
    int64_t asked; /* -1: it asks for nothing */
    unsigned readings;
    bool full;
};

static struct loop l;
static struct hub *hub;
static struct reader readers[MOST];
static size_t n_readers;
static unsigned rendered;
static int64_t removed_by; /* a seq that is the removal of all of them; 0: there is none */
static const struct subscriber *doubted; /* its right to read has to be looked at; NULL: nobody's */

static struct reader *reader_of(const struct subscriber *s)
{
    return container_of(s, struct reader, subscriber);
}

/* A row is its seq, a payload the seq in decimal. */
static struct frame *render(struct subscriber *s, const void *row, bool replayed)
{
    char text[24];
    int n = snprintf(text, sizeof(text), "%lld", (long long)*(const int64_t *)row);

    rendered++;
    return frame_new(str_of(text, (size_t)n));
}

static bool push(struct subscriber *s, struct frame *payload)
{
    struct reader *r = reader_of(s);
    int64_t seq = 0;

    assert_true(str_to_i64(frame_str(payload), &seq));
    if (r->full)
        return false;
    assert_true(seq > r->got);
    r->got = seq;
    return true;
}

static void read_on(struct subscriber *s, int64_t after)
{
    assert_int_equal(reader_of(s)->asked, -1);
    reader_of(s)->asked = after;
    reader_of(s)->readings++;
}

static enum subscriber_concern concern(const struct subscriber *s, const void *row)
{
    return *(const int64_t *)row == removed_by ? SUBSCRIBER_REVIEWS : SUBSCRIBER_WANTS;
}

static bool has_right(const struct subscriber *s)
{
    return s != doubted;
}

static const void *keep(struct arena *a, const void *row)
{
    int64_t *copy = arena_new(a, int64_t);

    *copy = *(const int64_t *)row;
    return copy;
}

static const struct subscriber_ops ops = {
    .concern = concern,
    .render = render,
    .push = push,
    .read_on = read_on,
    .keep = keep,
    .has_right = has_right,
};

static int open_hub(void **state)
{
    loop_init(&l, 0);
    hub = hub_new(&l);
    hub_keep(hub, KEPT);
    n_readers = 0;
    rendered = 0;
    removed_by = 0;
    doubted = NULL;
    return 0;
}

static int close_hub(void **state)
{
    for (size_t i = 0; i < n_readers; i++)
        subscriber_end(&readers[i].subscriber);
    loop_done(&l);
    hub_free(hub);
    return 0;
}

static const struct recall *recall(void)
{
    return hub_topics(hub)->recall;
}

static void turn(void)
{
    uv_run(&l.uv, UV_RUN_NOWAIT);
}

static void turns(int n)
{
    for (int i = 0; i < n; i++)
        turn();
}

/* With the row, or the position alone. */
static void publish(int64_t seq, bool with_row)
{
    struct event_batch *batch = event_batch_new(1);
    int64_t *row = arena_new(&batch->arena, int64_t);

    *row = seq;
    batch->events[0] =
        (struct event){.topic_key = STR("lobby"), .seq = seq, .row = with_row ? row : NULL};
    hub_publish(&hub, 1, hub, batch);
}

static void publish_all(int64_t from, int64_t to)
{
    for (int64_t seq = from; seq <= to; seq++)
        publish(seq, true);
}

static struct reader *join(void)
{
    struct reader *r = &readers[n_readers++];

    *r = (struct reader){.asked = -1};
    subscriber_join(&r->subscriber, &ops, hub_topics(hub), STR("lobby"), STR(""));
    return r;
}

static struct reader *begin(int64_t at, int64_t last_seq)
{
    struct reader *r = join();

    r->got = at;
    subscriber_begin(&r->subscriber, at, last_seq);
    return r;
}

static bool is_live(const struct reader *r)
{
    return r->subscriber.state == SUBSCRIBER_LIVE;
}

/* The log's answer: the rows up to last_seq, at most a run of them, without the one called hole. */
static void answer(struct reader *r, int64_t last_seq, int64_t hole)
{
    int64_t values[SUBSCRIBER_RUN], seq = r->asked;
    struct subscriber_row rows[SUBSCRIBER_RUN];
    size_t n = 0;

    assert_int_not_equal(r->asked, -1);
    r->asked = -1;
    while (n < SUBSCRIBER_RUN && seq < last_seq) {
        if (++seq == hole)
            continue;
        values[n] = seq;
        rows[n] = (struct subscriber_row){.seq = seq, .row = &values[n]};
        n++;
    }
    subscriber_run(&r->subscriber, rows, n, seq, last_seq);
}

static unsigned count_readings(void)
{
    unsigned n = 0;

    for (size_t i = 0; i < n_readers; i++)
        n += readers[i].readings;
    return n;
}

/* The first who asks; NULL: nobody does. */
static struct reader *who_asks(void)
{
    for (size_t i = 0; i < n_readers; i++)
        if (readers[i].asked != -1)
            return &readers[i];
    return NULL;
}

static void what_is_in_memory_is_told_to_its_end_without_the_log(void **state)
{
    struct reader *r;

    publish_all(1, 350); /* several runs, so that memory is told before its end is reached */
    r = begin(0, 350);
    turns(5);
    assert_int_equal(r->got, 350);
    assert_true(is_live(r));
    assert_int_equal(r->readings, 0);
}

static void telling_from_memory_moves_no_head(void **state)
{
    struct reader *ahead, *behind;

    publish_all(1, 5000);
    ahead = begin(5000, 5000);
    behind = begin(0, 5000);
    turn();
    assert_in_range(behind->got, 1, 4999);
    assert_false(is_live(behind));
    publish_all(5001, 5001);
    assert_int_equal(ahead->got, 5001);
    turns(50);
    assert_int_equal(behind->got, 5001);
}

static void only_so_many_are_told_in_a_turn_and_what_is_live_goes_on(void **state)
{
    struct reader *live = begin(0, 0);
    size_t told = 0;

    publish_all(1, 10);
    for (int i = 1; i < MOST; i++)
        begin(0, 10);
    turn();
    for (size_t i = 1; i < n_readers; i++)
        told += readers[i].got == 10;
    assert_in_range(told, 1, MOST / 2);
    publish_all(11, 11);
    assert_int_equal(live->got, 11);
    turns(MOST);
    for (size_t i = 0; i < n_readers; i++) {
        assert_int_equal(readers[i].got, 11);
        assert_true(is_live(&readers[i]));
    }
    assert_int_equal(count_readings(), 0);
}

static void a_message_is_rendered_once_for_all_who_catch_up(void **state)
{
    publish_all(1, 20);
    for (int i = 0; i < 10; i++)
        begin(0, 20);
    turns(10);
    assert_int_equal(readers[9].got, 20);
    assert_int_equal(rendered, 20);
}

static void the_log_is_read_once_for_all_who_stand_close_together(void **state)
{
    for (int i = 0; i < 10; i++)
        begin(i, 50);
    assert_int_equal(count_readings(), 1);
    answer(&readers[0], 50, 0);
    turns(10);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(readers[i].got, 50);
        assert_true(is_live(&readers[i]));
    }
    assert_int_equal(count_readings(), 1);
}

static void who_stands_elsewhere_reads_for_itself(void **state)
{
    begin(0, 5000);
    begin(4000, 5000);
    assert_int_equal(count_readings(), 2);
    assert_int_equal(readers[0].asked, 0);
    assert_int_equal(readers[1].asked, 4000);
}

static void only_some_readings_are_under_way_at_a_time(void **state)
{
    for (int64_t i = 0; i < MOST; i++)
        begin(1000 * i, 100000);
    assert_in_range(count_readings(), 2, MOST - 1);
    for (struct reader *r; (r = who_asks());)
        answer(r, r->asked + 7, 0); /* the log was false: it ends there */
    for (int64_t i = 0; i < MOST; i++)
        assert_int_equal(readers[i].got, 1000 * i + 7);
}

static void what_a_hole_hides_each_asks_the_log_for_itself(void **state)
{
    for (int i = 0; i < 4; i++)
        begin(0, 10);
    answer(&readers[0], 10, 6);
    turns(5);
    assert_int_equal(readers[0].got, 10);
    assert_int_equal(readers[1].got, 5);
    assert_int_equal(readers[1].asked, 5);
    answer(&readers[1], 10, 6);
    turns(5);
    /* Neither waits for the other, whose reading has the same hole. */
    answer(&readers[2], 10, 6);
    answer(&readers[3], 10, 6);
    for (int i = 1; i < 4; i++)
        assert_int_equal(readers[i].got, 10);
    assert_int_equal(count_readings(), 4);
}

static void when_the_one_who_reads_is_gone_another_reads(void **state)
{
    for (int i = 0; i < 3; i++)
        begin(0, 10);
    subscriber_end(&readers[0].subscriber);
    assert_int_equal(readers[1].asked, 0);
    assert_int_equal(readers[2].asked, -1);
    answer(&readers[1], 10, 0);
    turns(5);
    assert_int_equal(readers[1].got, 10);
    assert_int_equal(readers[2].got, 10);
    assert_int_equal(readers[2].readings, 0);
}

static void who_waits_for_its_turn_may_go(void **state)
{
    publish_all(1, 10);
    for (int i = 0; i < 3; i++)
        begin(0, 10);
    subscriber_end(&readers[1].subscriber);
    turns(5);
    assert_int_equal(readers[0].got, 10);
    assert_int_equal(readers[1].got, 0);
    assert_int_equal(readers[2].got, 10);
}

static void a_removal_in_memory_is_for_the_log_to_judge(void **state)
{
    struct reader *r;

    removed_by = 3;
    publish_all(1, 4);
    r = begin(0, 4);
    turns(3);
    assert_int_equal(r->got, 0);
    assert_int_equal(r->asked, 0);
    answer(r, 4, 3);
    assert_int_equal(r->got, 4);
    assert_true(is_live(r));
}

static void whose_right_is_doubted_the_log_alone_tells(void **state)
{
    struct reader *r = join();

    publish_all(1, 4);
    doubted = &r->subscriber;
    subscriber_begin(&r->subscriber, 0, 4);
    turns(3);
    assert_int_equal(r->got, 0);
    assert_int_equal(r->asked, 0);
    doubted = NULL;
    answer(r, 4, 0);
    assert_int_equal(r->got, 4);
    assert_true(is_live(r));
}

/* While it stood in the queue of those who are told from memory. */
static void whose_right_is_doubted_on_the_way_goes_to_the_log(void **state)
{
    struct reader *r;

    publish_all(1, 4);
    r = begin(0, 4);
    doubted = &r->subscriber;
    turns(3);
    assert_int_equal(r->got, 0);
    assert_int_equal(r->asked, 0);
}

static void whose_right_is_doubted_waits_for_nobodys_reading(void **state)
{
    struct reader *waits, *doubtful;

    begin(0, 10);
    waits = begin(0, 10);
    doubtful = join();
    doubted = &doubtful->subscriber;
    subscriber_begin(&doubtful->subscriber, 0, 10);
    assert_int_equal(waits->asked, -1);
    assert_int_equal(doubtful->asked, 0);
    /* And who began to wait before: what the other's reading brings is not for it any more. */
    doubted = &waits->subscriber;
    answer(&readers[0], 10, 0);
    turns(3);
    assert_int_equal(waits->got, 0);
    assert_int_equal(waits->asked, 0);
}

static void where_memory_ends_the_log_goes_on(void **state)
{
    struct reader *r;

    publish_all(1, 5);
    r = begin(0, 5);
    publish(7, false); /* elsewhere, and all that is known is the position */
    turns(3);
    assert_int_equal(r->got, 5);
    assert_int_equal(r->asked, 5);
    answer(r, 7, 0);
    assert_int_equal(r->got, 7);
    assert_true(is_live(r));
}

static void who_is_full_is_parked_and_goes_on_from_there(void **state)
{
    struct reader *r;

    publish_all(1, 5);
    r = begin(0, 5);
    r->full = true;
    turns(3);
    assert_int_equal(r->subscriber.state, SUBSCRIBER_LAGGING);
    publish_all(6, 9);
    assert_int_equal(r->got, 0);
    r->full = false;
    subscriber_drained(&r->subscriber);
    turns(3);
    assert_int_equal(r->got, 9);
    assert_true(is_live(r));
    assert_int_equal(r->readings, 0);
}

static void nothing_is_kept_once_nobody_reads_on(void **state)
{
    for (int i = 0; i < 4; i++)
        begin(0, 10);
    answer(&readers[0], 10, 0);
    assert_true(recall()->bytes > 0);
    assert_non_null(recall()->rendered.slots);
    turns(5);
    assert_int_equal(readers[3].got, 10);
    assert_int_equal(recall()->bytes, 0);
    assert_null(recall()->rendered.slots);
}

static void what_is_kept_counts_as_what_it_takes_from_the_heap(void **state)
{
    for (int i = 0; i < 4; i++)
        begin(0, 3);
    answer(&readers[0], 3, 0);
    assert_true(recall()->bytes > FIRST_CHUNK);
}

static void nothing_is_kept_for_those_who_are_live(void **state)
{
    begin(10, 10);
    begin(0, 10);
    answer(&readers[1], 10, 0);
    turns(2);
    assert_true(is_live(&readers[1]));
    assert_int_equal(recall()->bytes, 0);
    assert_null(recall()->rendered.slots);
}

#define with_hub(fn) cmocka_unit_test_setup_teardown(fn, open_hub, close_hub)

int main(void)
{
    return RUN(with_hub(what_is_in_memory_is_told_to_its_end_without_the_log),
               with_hub(telling_from_memory_moves_no_head),
               with_hub(only_so_many_are_told_in_a_turn_and_what_is_live_goes_on),
               with_hub(a_message_is_rendered_once_for_all_who_catch_up),
               with_hub(the_log_is_read_once_for_all_who_stand_close_together),
               with_hub(who_stands_elsewhere_reads_for_itself),
               with_hub(only_some_readings_are_under_way_at_a_time),
               with_hub(what_a_hole_hides_each_asks_the_log_for_itself),
               with_hub(when_the_one_who_reads_is_gone_another_reads),
               with_hub(who_waits_for_its_turn_may_go),
               with_hub(a_removal_in_memory_is_for_the_log_to_judge),
               with_hub(whose_right_is_doubted_the_log_alone_tells),
               with_hub(whose_right_is_doubted_on_the_way_goes_to_the_log),
               with_hub(whose_right_is_doubted_waits_for_nobodys_reading),
               with_hub(where_memory_ends_the_log_goes_on),
               with_hub(who_is_full_is_parked_and_goes_on_from_there),
               with_hub(nothing_is_kept_once_nobody_reads_on),
               with_hub(what_is_kept_counts_as_what_it_takes_from_the_heap),
               with_hub(nothing_is_kept_for_those_who_are_live));
}
