#include "store/writer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "loop/timer.h"
#include "tests/lib/test.h"
#include "tests/unit/store/fixture.h"

/* Writers on many loops. */

static struct fixture f;

static int open_fixture(void **state)
{
    fixture_open(&f, NULL);
    return 0;
}

static int close_fixture(void **state)
{
    fixture_close(&f);
    return 0;
}

enum {
    LOOPS = 3,
    SENDERS = 4, /* of each loop, each with one message under way */
    MESSAGES = 40,
    ROOMS = 5,
};

struct node {
    struct loop loop;
    struct store *store;
    struct timer timer;
    enum node_stage {
        CONNECTING,
        SENDING,
        DRAINING
    } stage;
    unsigned n_sending;
    struct sender {
        struct node *node;
        struct arena arena;
        struct wait *wait;
        int sent;
        unsigned number;
    } senders[SENDERS];
};

static struct node nodes[LOOPS];
static atomic_uint n_ready, n_drained, n_committed, n_failed;

static void count_committed(void *user, struct loop *l, const struct message *rows, size_t n)
{
    atomic_fetch_add(&n_committed, (unsigned)n);
}

static void on_node_closed(void *user)
{
    struct node *node = user;

    timer_close(&node->timer, NULL);
    loop_stop(&node->loop);
}

static void send_next(struct sender *s);

static void on_sent(void *user, struct wait *w)
{
    struct sender *s = user;

    if (w->status != ST_OK)
        atomic_fetch_add(&n_failed, 1);
    send_next(s);
}

/* Every twentieth message is sent by nobody that the room knows. */
static void send_next(struct sender *s)
{
    struct store_caller caller = fixture_caller(s->sent % 20 == 7 ? "eve" : "ann");
    struct message_draft draft = {.text = STR("x")};
    struct wait *w;

    arena_reset(&s->arena);
    if (s->sent++ == MESSAGES) {
        arena_done(&s->arena);
        if (--s->node->n_sending == 0)
            atomic_fetch_add(&n_drained, 1);
        return;
    }
    draft.room_id = arena_printf(&s->arena, "crowd-%u", (s->number + (unsigned)s->sent) % ROOMS);
    w = store_message_send(s->node->store, &s->arena, &caller, &draft);
    assert_false(w->answered);
    wait_on(w, on_sent, s);
}

static void start_sender(struct node *node, unsigned i)
{
    struct sender *s = &node->senders[i];

    s->node = node;
    s->number = node->loop.index * SENDERS + i;
    arena_init(&s->arena);
    send_next(s);
}

/* What the node does next; a loop's rooms are written for as long as any loop sends. */
static void on_time(struct timer *t)
{
    struct node *node = container_of(t, struct node, timer);

    if (node->stage == CONNECTING && store_ready(node->store)) {
        node->stage = SENDING;
        atomic_fetch_add(&n_ready, 1);
    } else if (node->stage == SENDING && atomic_load(&n_ready) == LOOPS) {
        node->stage = DRAINING;
        node->n_sending = SENDERS;
        for (unsigned i = 0; i < SENDERS; i++)
            start_sender(node, i);
    } else if (node->stage == DRAINING && atomic_load(&n_drained) == LOOPS) {
        store_close(node->store, on_node_closed, node);
        return;
    }
    timer_start(t, 5);
}

static void *run_node(void *user)
{
    struct node *node = user;

    loop_run(&node->loop);
    return NULL;
}

static void many_loops_share_rooms_without_a_hole(void **state)
{
    struct loop *loops[LOOPS];
    struct store *stores[LOOPS];
    pthread_t threads[LOOPS];
    int64_t stored;
    struct store_config config = {
        .conninfo = f.conninfo,
        .statement_timeout_ms = 5000,
        .on_committed = count_committed,
    };

    for (unsigned i = 0; i < ROOMS; i++) {
        char room_id[16];
        snprintf(room_id, sizeof(room_id), "crowd-%u", i);
        fixture_room(&f, room_id, "ann");
    }
    for (unsigned i = 0; i < LOOPS; i++) {
        loop_init(&nodes[i].loop, i);
        loops[i] = &nodes[i].loop;
    }
    store_new_all(loops, LOOPS, &config, stores);
    for (unsigned i = 0; i < LOOPS; i++) {
        nodes[i].store = stores[i];
        timer_init(&nodes[i].timer, loops[i], on_time);
        timer_start(&nodes[i].timer, 0);
        pthread_create(&threads[i], NULL, run_node, &nodes[i]);
    }
    for (unsigned i = 0; i < LOOPS; i++)
        pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < LOOPS; i++)
        loop_done(loops[i]);
    for (unsigned i = 0; i < LOOPS; i++)
        store_free(stores[i]);
    stored = (int64_t)LOOPS * SENDERS * MESSAGES - n_failed;
    assert_int_equal(n_failed, LOOPS * SENDERS * MESSAGES / 20);
    assert_int_equal(n_committed, stored);
    assert_int_equal(
        fixture_sql_i64(&f, "SELECT count(*) FROM gg_core WHERE room_id LIKE 'crowd-%%'"), stored);
    /* Every room's seqs are 1 to n, and its times do not go back. */
    assert_int_equal(
        fixture_sql_i64(&f, "SELECT count(*) FROM (SELECT seq, ts,"
                            " row_number() OVER w AS place, lag(ts, 1, 0::bigint) OVER w AS before"
                            " FROM gg_core WHERE room_id LIKE 'crowd-%%'"
                            " WINDOW w AS (PARTITION BY room_id ORDER BY seq)) x"
                            " WHERE seq <> place OR ts < before"),
        0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(many_loops_share_rooms_without_a_hole),
    };

    return cmocka_run_group_tests_name("store/writer_loops", tests, open_fixture, close_fixture);
}
