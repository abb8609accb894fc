#include "hub/subscriber.h"

#include "tests/unit/hub/room.h"

/*
 * What a subscriber is told, whatever happens around it.
 */

enum {
    LARGEST_BATCH = 6,
    SUBSCRIBERS = 4,
};

static void from_the_end_of_the_log_it_is_live_at_once(void **state)
{
    struct room room;
    struct reader r;

    room_open(&room);
    room.last_seq = 7;
    join(&room, &r, "");
    begin_at(&r, 7);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_LIVE);
    assert_int_equal(r.asked, -1);
    publish(&room, room.last_seq = 8);
    assert_int_equal(r.got, 8);
    end(&r);
    room_close(&room);
}

static void what_commits_between_joining_and_beginning_is_read_from_the_log(void **state)
{
    struct room room;
    struct reader r;

    room_open(&room);
    room.last_seq = 5;
    join(&room, &r, "");
    publish(&room, room.last_seq = 6);
    r.first = r.got = 5;
    subscriber_begin(&r.subscriber, 5, 5); /* the position was read before 6 was committed */
    assert_int_equal(r.subscriber.state, SUBSCRIBER_REPLAY);
    answer(&r);
    assert_int_equal(r.got, 6);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_LIVE);
    end(&r);
    room_close(&room);
}

static void what_is_published_during_a_reading_is_neither_lost_nor_repeated(void **state)
{
    struct room room;
    struct reader r;

    room_open(&room);
    room.last_seq = 2;
    join(&room, &r, "");
    begin_at(&r, 0);
    publish(&room, room.last_seq = 3); /* in the reading's snapshot too */
    room.last_seq = 4;                 /* committed, and published only after the reading */
    answer(&r);
    assert_int_equal(r.got, 3);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_REPLAY);
    publish(&room, 4);
    assert_int_equal(r.got, 3);
    answer(&r);
    assert_int_equal(r.got, 4);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_LIVE);
    publish(&room, 4);
    assert_int_equal(r.got, 4);
    end(&r);
    room_close(&room);
}

static void a_hole_in_the_events_is_read_from_the_log(void **state)
{
    struct room room;
    struct reader r;

    room_open(&room);
    join(&room, &r, "");
    begin_at(&r, 0);
    room.last_seq = 2;
    publish(&room, 2); /* 1 was lost */
    assert_int_equal(r.got, 0);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_REPLAY);
    answer(&r);
    assert_int_equal(r.got, 2);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_LIVE);
    end(&r);
    room_close(&room);
}

static void a_full_queue_parks_it_and_draining_brings_it_back(void **state)
{
    struct room room;
    struct reader r;

    room_open(&room);
    join(&room, &r, "");
    begin_at(&r, 0);
    r.full = true;
    for (int i = 0; i < 5; i++)
        publish(&room, ++room.last_seq);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_LAGGING);
    assert_int_equal(r.asked, -1);
    r.full = false;
    subscriber_drained(&r.subscriber);
    while (r.asked >= 0)
        answer(&r);
    assert_int_equal(r.got, 5);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_LIVE);
    end(&r);
    room_close(&room);
}

static void seqs_that_hold_no_message_are_passed_over(void **state)
{
    struct room room;
    struct reader r;
    int64_t value = 1;
    struct subscriber_row row = {.seq = 1, .row = &value};

    room_open(&room);
    room.last_seq = 4;
    join(&room, &r, "");
    begin_at(&r, 0);
    r.asked = -1;
    subscriber_run(&r.subscriber, &row, 1, 4, 4); /* 2 to 4 are events of another type */
    assert_int_equal(r.subscriber.state, SUBSCRIBER_LIVE);
    r.got = 4;
    publish(&room, room.last_seq = 5);
    assert_int_equal(r.got, 5);
    end(&r);
    room_close(&room);
}

static void the_removal_of_another_is_passed_over(void **state)
{
    struct room room;
    struct reader r, other;

    room_open(&room);
    join(&room, &r, "");
    begin_at(&r, 0);
    room.removes[1] = &other;
    publish(&room, room.last_seq = 1);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_LIVE);
    assert_int_equal(r.asked, -1);
    publish(&room, room.last_seq = 2);
    assert_int_equal(r.got, 2);
    end(&r);
    room_close(&room);
}

static void its_own_removal_has_it_ask_the_log_before_anything_else_comes(void **state)
{
    struct room room;
    struct reader r;

    room_open(&room);
    join(&room, &r, "");
    begin_at(&r, 0);
    publish(&room, room.last_seq = 1);
    room.removes[2] = &r;
    publish(&room, room.last_seq = 2);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_REPLAY);
    assert_int_equal(r.asked, 1);
    publish(&room, room.last_seq = 3);
    assert_int_equal(r.got, 1);
    answer(&r);
    assert_true(r.ended);
    assert_int_equal(r.got, 1);
    room_close(&room);
}

static void who_may_still_read_goes_on_behind_its_own_removal(void **state)
{
    struct room room;
    struct reader r;

    room_open(&room);
    join(&room, &r, "");
    begin_at(&r, 0);
    room.removes[1] = &r;
    publish(&room, room.last_seq = 1);
    r.member = 1; /* let in again before the log was asked */
    publish(&room, room.last_seq = 2);
    answer(&r);
    assert_int_equal(r.got, 2);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_LIVE);
    end(&r);
    room_close(&room);
}

static void a_removal_that_was_not_heard_of_is_found_with_the_next_message(void **state)
{
    struct room room;
    struct reader r;

    room_open(&room);
    join(&room, &r, "");
    begin_at(&r, 0);
    room.removes[1] = &r; /* its hint is lost */
    room.last_seq = 2;
    publish(&room, 2);
    assert_int_equal(r.got, 0);
    answer(&r);
    assert_true(r.ended);
    room_close(&room);
}

static void a_review_of_what_is_live_asks_the_log_before_anything_else_comes(void **state)
{
    struct room room;
    struct reader r;

    room_open(&room);
    join(&room, &r, "");
    begin_at(&r, 0);
    publish(&room, room.last_seq = 1);
    subscriber_review(&r.subscriber);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_REPLAY);
    assert_int_equal(r.asked, 1);
    publish(&room, room.last_seq = 2);
    assert_int_equal(r.got, 1);
    answer(&r);
    assert_int_equal(r.got, 2);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_LIVE);
    end(&r);
    room_close(&room);
}

static void a_review_asks_nothing_where_the_log_is_asked_anyway(void **state)
{
    struct room room;
    struct reader r;

    room_open(&room);
    join(&room, &r, "");
    subscriber_review(&r.subscriber); /* it has not begun */
    assert_int_equal(r.asked, -1);
    room.last_seq = 1;
    begin_at(&r, 0);
    assert_int_equal(r.asked, 0);
    subscriber_review(&r.subscriber); /* read_on() looks that there is no other reading */
    answer(&r);
    r.full = true;
    publish(&room, room.last_seq = 2);
    subscriber_review(&r.subscriber);
    assert_int_equal(r.subscriber.state, SUBSCRIBER_LAGGING);
    assert_int_equal(r.asked, -1);
    end(&r);
    subscriber_review(&r.subscriber);
    assert_int_equal(r.asked, -1);
    room_close(&room);
}

static void an_event_is_rendered_once_a_group(void **state)
{
    struct room room;
    struct reader readers[SUBSCRIBERS];

    room_open(&room);
    for (int i = 0; i < SUBSCRIBERS; i++) {
        join(&room, &readers[i], i % 2 ? "odd" : "even");
        begin_at(&readers[i], 0);
    }
    publish(&room, room.last_seq = 1);
    assert_int_equal(room.rendered, 2);
    for (int i = 0; i < SUBSCRIBERS; i++) {
        assert_int_equal(readers[i].got, 1);
        end(&readers[i]);
    }
    room_close(&room);
}

static void events_of_one_batch_are_told_until_the_queue_is_full(void **state)
{
    struct room room;
    struct reader fast, slow;

    room_open(&room);
    join(&room, &slow, "");
    join(&room, &fast, "");
    begin_at(&slow, 0);
    begin_at(&fast, 0);
    slow.fits = 2;
    publish_new(&room, 5);
    assert_int_equal(fast.got, 5);
    assert_int_equal(slow.got, 2);
    assert_int_equal(slow.subscriber.state, SUBSCRIBER_LAGGING);
    assert_int_equal(room.rendered, 5);
    end(&fast);
    end(&slow);
    room_close(&room);
}

static void nothing_comes_behind_the_end(void **state)
{
    struct room room;
    struct reader r;

    room_open(&room);
    room.last_seq = 1;
    join(&room, &r, "");
    begin_at(&r, 0);
    end(&r);
    answer(&r); /* a reading that was under way */
    publish(&room, room.last_seq = 2);
    subscriber_drained(&r.subscriber);
    subscriber_end(&r.subscriber);
    assert_int_equal(r.got, 0);
    assert_null(topic_find(hub_topics(room.hub), STR("lobby")));
    room_close(&room);
}

static bool heard_all_below_its_removal(const struct reader *r)
{
    for (int64_t seq = r->got + 1; seq <= reach(r); seq++)
        if (!r->room->removes[seq])
            return false;
    return true;
}

/* xorshift64: the same run for the same seed, on every machine. */
static uint64_t draw(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Somebody's next step; mode says what the bus does with an event. */
static void step(struct room *room, struct reader *readers, uint64_t *seed)
{
    struct reader *r = &readers[draw(seed) % SUBSCRIBERS];

    if (r->ended) { /* let in again, and back with the cursor */
        int64_t cursor = r->got;
        join(room, r, "");
        r->member = room->last_seq;
        begin_at(r, cursor);
        return;
    }
    switch (draw(seed) % 10) {
    case 9: /* its token was renewed */
        subscriber_review(&r->subscriber);
        break;
    case 8: /* removed, if it was not; the hint may be lost, or come among others */
        if (is_removed(r, room->last_seq))
            break;
        room->removes[room->last_seq + 1 + (int64_t)(draw(seed) % 2)] = r;
        if (draw(seed) % 2)
            publish_new(room, 3);
        else
            room->last_seq += 2;
        break;
    case 0:
    case 1:
        publish_new(room, 1 + draw(seed) % LARGEST_BATCH);
        break;
    case 2: /* committed, and the hint is lost */
        room->last_seq++;
        break;
    case 3: /* an old hint once more */
        if (room->last_seq)
            publish(room, 1 + (int64_t)(draw(seed) % (uint64_t)room->last_seq));
        break;
    case 4:
    case 5:
        if (r->asked >= 0)
            answer(r);
        break;
    case 6:
        r->full = !r->full;
        r->fits = (unsigned)(draw(seed) % LARGEST_BATCH);
        if (!r->full)
            subscriber_drained(&r->subscriber);
        break;
    case 7: { /* cut, and back with the cursor */
        int64_t cursor = r->got;
        if (draw(seed) % 4 == 0) {
            int64_t member = r->member;
            end(r);
            join(room, r, "");
            r->member = member;
            begin_at(r, cursor);
        }
        break;
    }
    }
}

static void settle(struct room *room, struct reader *readers)
{
    /* One event that everybody is told of shows everybody what was lost. */
    publish_new(room, 1);
    for (int i = 0; i < SUBSCRIBERS; i++) {
        readers[i].full = false;
        readers[i].fits = 0;
        subscriber_drained(&readers[i].subscriber);
        while (!readers[i].ended && readers[i].asked >= 0)
            answer(&readers[i]);
    }
}

static void every_interleaving_drawn_delivers_each_seq_once_in_order(void **state)
{
    for (uint64_t run = 1; run <= 2000; run++) {
        uint64_t seed = run * 0x9E3779B97F4A7C15;
        struct room room;
        struct reader readers[SUBSCRIBERS];

        room_open(&room);
        for (int i = 0; i < SUBSCRIBERS; i++) {
            join(&room, &readers[i], "");
            begin_at(&readers[i], 0);
        }
        for (int i = 0; i < 200; i++)
            step(&room, readers, &seed);
        settle(&room, readers);
        for (int i = 0; i < SUBSCRIBERS; i++) {
            assert_true(readers[i].ended == is_removed(&readers[i], room.last_seq));
            if (readers[i].ended) {
                assert_true(heard_all_below_its_removal(&readers[i]));
                continue;
            }
            assert_int_equal(readers[i].got, room.last_seq);
            assert_int_equal(readers[i].subscriber.state, SUBSCRIBER_LIVE);
            end(&readers[i]);
        }
        room_close(&room);
    }
}

int main(void)
{
    return RUN(test(from_the_end_of_the_log_it_is_live_at_once),
               test(what_commits_between_joining_and_beginning_is_read_from_the_log),
               test(what_is_published_during_a_reading_is_neither_lost_nor_repeated),
               test(a_hole_in_the_events_is_read_from_the_log),
               test(a_full_queue_parks_it_and_draining_brings_it_back),
               test(seqs_that_hold_no_message_are_passed_over),
               test(the_removal_of_another_is_passed_over),
               test(its_own_removal_has_it_ask_the_log_before_anything_else_comes),
               test(who_may_still_read_goes_on_behind_its_own_removal),
               test(a_removal_that_was_not_heard_of_is_found_with_the_next_message),
               test(a_review_of_what_is_live_asks_the_log_before_anything_else_comes),
               test(a_review_asks_nothing_where_the_log_is_asked_anyway),
               test(an_event_is_rendered_once_a_group),
               test(events_of_one_batch_are_told_until_the_queue_is_full),
               test(nothing_comes_behind_the_end),
               test(every_interleaving_drawn_delivers_each_seq_once_in_order));
}
