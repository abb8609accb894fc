#include "hub/hub.h"

#include "hub/subscriber.h"
#include "lib/test.h"

/*
 * Positions without rows, as hints and comparisons with the database bring them: who stands below
 * reads the log, and nobody else. And events that one commit has brought together.
 */

enum {
    MOST = 100, /* events of a batch */
};

struct reader {
    struct subscriber subscriber;
    int64_t asked;
    unsigned readings;
    unsigned pushed;
    struct frame *got[MOST];
};

static struct loop l;
static struct hub *hub;
static struct reader r;
static size_t payload_length;

static struct frame *render(struct subscriber *s, const void *row, bool replayed)
{
    static char bytes[SUBSCRIBER_AT_ONCE_BYTES];

    assert_non_null(row);
    return frame_new(str_of(bytes, payload_length));
}

static bool push(struct subscriber *s, struct frame *payload)
{
    struct reader *reader = container_of(s, struct reader, subscriber);

    reader->got[reader->pushed++] = frame_ref(payload);
    return true;
}

static void read_on(struct subscriber *s, int64_t after)
{
    struct reader *reader = container_of(s, struct reader, subscriber);

    reader->asked = after;
    reader->readings++;
}

static const struct subscriber_ops ops = {.render = render, .push = push, .read_on = read_on};

static int open_room(void **state)
{
    loop_init(&l, 0);
    hub = hub_new(&l);
    r = (struct reader){.asked = -1};
    payload_length = 1;
    subscriber_join(&r.subscriber, &ops, hub_topics(hub), STR("lobby"), STR(""));
    return 0;
}

static int close_room(void **state)
{
    subscriber_end(&r.subscriber);
    for (unsigned i = 0; i < r.pushed; i++)
        frame_unref(r.got[i]);
    loop_done(&l);
    hub_free(hub);
    return 0;
}

static void tell_position(const char *room, int64_t seq)
{
    struct event_batch *batch = event_batch_new(1);

    batch->events[0] = (struct event){.topic_key = str_c(room), .seq = seq};
    hub_publish(&hub, 1, hub, batch);
}

/* The log's answer: all rows up to last_seq. */
static void answer(int64_t last_seq)
{
    struct subscriber_row rows[8];
    size_t n = 0;

    for (int64_t seq = r.asked + 1; seq <= last_seq; seq++)
        rows[n++] = (struct subscriber_row){.seq = seq, .row = "row"};
    subscriber_run(&r.subscriber, rows, n, last_seq, last_seq);
}

static void who_stands_below_a_position_reads_the_log(void **state)
{
    subscriber_begin(&r.subscriber, 5, 5);
    tell_position("lobby", 7);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_REPLAY);
    assert_int_equal(r.asked, 5);
    answer(7);
    assert_int_equal(r.pushed, 2);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_LIVE);
}

/* Also when it is the very next one: there is no row to deliver. */
static void the_next_position_is_read_too(void **state)
{
    subscriber_begin(&r.subscriber, 5, 5);
    tell_position("lobby", 6);
    assert_int_equal(r.asked, 5);
}

static void a_position_that_was_reached_is_nothing_new(void **state)
{
    subscriber_begin(&r.subscriber, 5, 5);
    tell_position("lobby", 5);
    tell_position("lobby", 4);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_LIVE);
    assert_int_equal(r.readings, 0);
}

static void a_position_of_another_room_is_none_of_its_business(void **state)
{
    subscriber_begin(&r.subscriber, 5, 5);
    tell_position("hall", 9);
    assert_int_equal(r.readings, 0);
}

static void a_position_told_while_the_log_is_read_makes_it_read_again(void **state)
{
    subscriber_begin(&r.subscriber, 5, 6);
    tell_position("lobby", 7);
    assert_int_equal(r.readings, 1);
    answer(6);
    assert_int_equal(r.readings, 2);
    assert_int_equal(r.asked, 6);
    answer(7);
    assert_int_equal(r.pushed, 2);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_LIVE);
}

/* Or a bus that anybody can write to would have the log read for ever. */
static void a_position_that_the_log_never_had_is_forgotten_once_it_was_read(void **state)
{
    subscriber_begin(&r.subscriber, 5, 5);
    tell_position("lobby", 1000000);
    answer(5);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_LIVE);
    assert_int_equal(r.readings, 1);
    tell_position("lobby", 6);
    assert_int_equal(r.readings, 2);
}

static void a_false_position_does_not_hide_a_true_one_told_meanwhile(void **state)
{
    subscriber_begin(&r.subscriber, 5, 5);
    tell_position("lobby", 1000000);
    /* The reading under way may be older than this one. */
    tell_position("lobby", 1000001);
    answer(5);
    assert_int_equal(r.readings, 2);
    answer(5);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_LIVE);
}

/* Events of the rooms named, one a character, each with the next seq of its room behind 5. */
static void publish(const char *rooms)
{
    size_t n = strlen(rooms);
    struct event_batch *batch = event_batch_new(n);
    int64_t seq[256];

    for (int c = 0; c < 256; c++)
        seq[c] = 5;
    for (size_t i = 0; i < n; i++)
        batch->events[i] = (struct event){
            .topic_key = rooms[i] == 'l' ? STR("lobby") : STR("hall"),
            .seq = ++seq[(unsigned char)rooms[i]],
            .row = "row",
        };
    hub_publish(&hub, 1, hub, batch);
}

/* Where the runs end that it got. */
static void check_runs(const char *ends)
{
    assert_int_equal(r.pushed, strlen(ends));
    for (unsigned i = 0; i < r.pushed; i++)
        assert_ptr_equal(r.got[i]->behind, ends[i] == '|' ? NULL : r.got[i + 1]);
}

static void events_of_one_room_that_come_together_are_one_run(void **state)
{
    subscriber_begin(&r.subscriber, 5, 5);
    publish("hlllhhllh");
    check_runs("..|.|");
}

static void a_run_is_no_longer_than_what_is_told_at_once(void **state)
{
    char rooms[MOST + 1], ends[MOST + 1];

    memset(rooms, 'l', MOST);
    memset(ends, '.', MOST);
    rooms[MOST] = ends[MOST] = '\0';
    ends[SUBSCRIBER_AT_ONCE - 1] = ends[MOST - 1] = '|';
    subscriber_begin(&r.subscriber, 5, 5);
    publish(rooms);
    check_runs(ends);
}

/* Who waits for one of them holds the others, too. */
static void a_run_of_large_payloads_is_short(void **state)
{
    subscriber_begin(&r.subscriber, 5, 5);
    payload_length = SUBSCRIBER_AT_ONCE_BYTES / 2;
    publish("lllll");
    check_runs(".|.||");
}

int main(void)
{
#define in_room(f) cmocka_unit_test_setup_teardown(f, open_room, close_room)
    const struct CMUnitTest tests[] = {
        in_room(who_stands_below_a_position_reads_the_log),
        in_room(the_next_position_is_read_too),
        in_room(a_position_that_was_reached_is_nothing_new),
        in_room(a_position_of_another_room_is_none_of_its_business),
        in_room(a_position_told_while_the_log_is_read_makes_it_read_again),
        in_room(a_position_that_the_log_never_had_is_forgotten_once_it_was_read),
        in_room(a_false_position_does_not_hide_a_true_one_told_meanwhile),
        in_room(events_of_one_room_that_come_together_are_one_run),
        in_room(a_run_is_no_longer_than_what_is_told_at_once),
        in_room(a_run_of_large_payloads_is_short),
    };

    return cmocka_run_group_tests_name("hub/hub", tests, NULL, NULL);
}
