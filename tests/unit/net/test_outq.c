#include "net/outq.h"

#include <stdio.h>

#include "base/mem.h"
#include "net/deflate.h"
#include "net/outq_text.h"
#include "tests/lib/test.h"

static const struct outq_envelope envelope = {
    .framing = OUTQ_MESSAGE,
    .before_id = STR_INIT("{\"id\":\""),
    .before_payload = STR_INIT("\",\"type\":\"next\",\"payload\":"),
    .behind_payload = STR_INIT("}"),
};

static char taken[256 * 1024];

static struct str take_all(struct outq *q)
{
    return str_of(taken, outq_take(q, taken, sizeof(taken)));
}

static struct frame *frame_of(const char *text)
{
    return frame_new(str_c(text));
}

static void push_next(struct outq *q, struct outq_id *id, const char *text)
{
    struct frame *f = frame_of(text);

    outq_push_next(q, &envelope, id, f);
    frame_unref(f);
}

static void what_is_held_for_one_queue_alone_is_counted(void **state)
{
    struct outq_stock stock = {0};
    struct outq one, other;
    struct frame *shared = frame_new(STR("for both")), *held = frame_ref(shared);

    outq_init(&one, &stock);
    outq_init(&other, &stock);
    push_next(&one, NULL, "12345");
    outq_push_raw(&one, STR("123"));
    outq_push_raw(&other, STR("12"));
    assert_int_equal(stock.copies, 10);
    take_all(&one);
    assert_int_equal(stock.copies, 2);
    outq_push_next(&one, &envelope, NULL, shared);
    assert_int_equal(stock.copies, 2);
    frame_unref(held);
    frame_unref(shared);
    outq_done(&one);
    outq_done(&other);
    assert_int_equal(stock.copies, 0);
    outq_stock_done(&stock);
}

static void bytes_of_the_process_are_sent_from_where_they_are(void **state)
{
    static const char lasting[] = "a page of the process";
    const size_t all = 5 + sizeof(lasting) - 1;
    struct outq_stock stock = {0};
    struct outq q;

    outq_init(&q, &stock);
    outq_push_raw(&q, STR("head,"));
    outq_push_lasting(&q, str_c(lasting));
    outq_push_lasting(&q, STR(""));
    assert_int_equal(q.unsent, all);
    for (size_t room = 1; !outq_empty(&q); room++) {
        size_t had = q.unsent;
        assert_int_equal(outq_take(&q, taken + all - had, room), had < room ? had : room);
    }
    assert_str(str_of(taken, all), "head,a page of the process");
    assert_int_equal(stock.copies, 0);
    outq_done(&q);
    outq_stock_done(&stock);
}

static void a_place_that_a_result_leaves_is_the_next_ones(void **state)
{
    struct outq_stock stock = {0};
    struct outq one, other;

    outq_init(&one, &stock);
    outq_init(&other, &stock);
    push_next(&one, NULL, "a");
    push_next(&one, NULL, "b");
    take_all(&one);
    assert_int_equal(stock.n_spare, 2);
    push_next(&other, NULL, "c");
    outq_push_raw(&other, STR("bytes of its own"));
    assert_int_equal(stock.n_spare, 1);
    outq_done(&other);
    assert_int_equal(stock.n_spare, 2);
    outq_stock_done(&stock);
    assert_int_equal(stock.n_spare, 0);
    outq_done(&one);
}

static void a_result_goes_out_in_its_envelope(void **state)
{
    struct outq q;
    struct outq_id *id = outq_id_new(STR("1"));

    outq_init(&q, NULL);
    push_next(&q, id, "{\"data\":7}");
    assert_str(take_all(&q), "\x81\x2d{\"id\":\"1\",\"type\":\"next\",\"payload\":{\"data\":7}}");
    assert_true(outq_empty(&q));
    assert_int_equal(q.unsent, 0);
    outq_id_unref(id);
}

/* The text of the compressed message at the start of s, whose frame's head has two bytes. */
static void check_unpacks(struct str s, const char *expected)
{
    struct deflate_reader *r = deflate_reader_new();
    struct buf out;

    assert_true(s.n >= 2 && (unsigned char)s.p[0] == 0xc1 && (size_t)s.p[1] == s.n - 2);
    buf_init(&out, 1000);
    deflate_read_begin(r);
    assert_int_equal(deflate_read(r, str_of(s.p + 2, s.n - 2), &out), DEFLATE_OK);
    assert_int_equal(deflate_read_end(r, &out), DEFLATE_OK);
    assert_str(buf_str(&out), expected);
    buf_done(&out);
    deflate_reader_free(r);
}

static struct frame *part_of(const char *text)
{
    struct deflate *d = deflate_new();
    struct frame *part;
    struct buf out;

    buf_init(&out, 1000);
    deflate_part(d, str_c(text), &out);
    part = frame_new(buf_str(&out));
    buf_done(&out);
    deflate_free(d);
    return part;
}

static void a_packed_result_goes_out_in_everybodys_own_envelope(void **state)
{
    struct outq_id *id = outq_id_new(STR("1")), *other = outq_id_new(STR("\"2\""));
    struct frame *part = part_of("{\"data\":[7,7,7,7,7,7,7]}");
    struct outq q;

    outq_init(&q, NULL);
    outq_push_packed_next(&q, &envelope, id, part);
    check_unpacks(take_all(&q), "{\"id\":\"1\",\"type\":\"next\",\"payload\":"
                                "{\"data\":[7,7,7,7,7,7,7]}}");
    outq_push_packed_next(&q, &envelope, other, part);
    check_unpacks(take_all(&q), "{\"id\":\"\\\"2\\\"\",\"type\":\"next\",\"payload\":"
                                "{\"data\":[7,7,7,7,7,7,7]}}");
    assert_int_equal(q.unsent, 0);
    assert_int_equal(part->holders, 1);
    frame_unref(part);
    outq_id_unref(id);
    outq_id_unref(other);
}

static void a_packed_text_says_so_in_its_head(void **state)
{
    struct outq q;

    outq_init(&q, NULL);
    outq_push_packed(&q, NULL, STR("\xf2\x48\xcd\xc9\xc9\x07\x00"));
    check_unpacks(take_all(&q), "Hello");
    assert_int_equal(q.unsent, 0);
}

static void a_result_may_be_a_chunk_of_http(void **state)
{
    static const struct outq_envelope event = {
        .framing = OUTQ_CHUNK,
        .before_payload = STR_INIT("event: next\ndata: "),
        .behind_payload = STR_INIT("\n\n"),
    };
    struct frame *f = frame_of("{\"data\":7}");
    struct outq q;

    outq_init(&q, NULL);
    outq_push_next(&q, &event, NULL, f);
    frame_unref(f);
    assert_str(take_all(&q), "1e\r\nevent: next\ndata: {\"data\":7}\n\n\r\n");
    assert_int_equal(q.unsent, 0);
}

static void bytes_may_be_a_chunk_of_http(void **state)
{
    struct outq q;

    outq_init(&q, NULL);
    outq_push_chunk(&q, STR(":\n\n"));
    outq_push_chunk(&q, STR("")); /* would be the last one */
    assert_int_equal(q.unsent, 8);
    assert_str(take_all(&q), "3\r\n:\n\n\r\n");
}

static void a_result_may_go_out_bare(void **state)
{
    static const struct outq_envelope event = {
        .framing = OUTQ_BARE,
        .before_id = STR_INIT("data: {\"id\":\""),
        .before_payload = STR_INIT("\",\"payload\":"),
        .behind_payload = STR_INIT("}\n\n"),
    };
    struct outq_id *id = outq_id_new(STR("a"));
    struct frame *f = frame_of("1");
    struct outq q;

    outq_init(&q, NULL);
    outq_push_next(&q, &event, id, f);
    frame_unref(f);
    outq_id_unref(id);
    assert_str(take_all(&q), "data: {\"id\":\"a\",\"payload\":1}\n\n");
}

static void an_id_is_escaped(void **state)
{
    struct outq_id *id = outq_id_new(STR("a\"\\\n\x01"));

    assert_str(str_of(id->json, id->n), "a\\\"\\\\\\n\\u0001");
    outq_id_unref(id);
}

static void all_that_waits_stands_side_by_side(void **state)
{
    struct outq q;
    struct outq_id *a = outq_id_new(STR("a")), *b = outq_id_new(STR("b"));
    struct frame *shared = frame_of("1");

    outq_init(&q, NULL);
    outq_push_next(&q, &envelope, a, shared);
    outq_push_next(&q, &envelope, b, shared);
    outq_push_raw(&q, STR("raw"));
    frame_unref(shared);
    assert_str(take_all(&q), "\x81\x24{\"id\":\"a\",\"type\":\"next\",\"payload\":1}"
                             "\x81\x24{\"id\":\"b\",\"type\":\"next\",\"payload\":1}raw");
    outq_id_unref(a);
    outq_id_unref(b);
}

static void check_head(size_t n, const char *head, size_t head_length)
{
    struct outq q;
    char *payload = mem_zalloc(n);

    outq_init(&q, NULL);
    outq_push_frame(&q, WS_TEXT, NULL, str_of(payload, n));
    assert_int_equal(q.unsent, head_length + n);
    assert_int_equal(outq_take(&q, taken, sizeof(taken)), head_length + n);
    assert_memory_equal(taken, head, head_length);
    mem_free(payload);
}

static void a_frame_says_its_length_in_the_shortest_form(void **state)
{
    check_head(125, "\x81\x7d", 2);
    check_head(126, "\x81\x7e\x00\x7e", 4);
    check_head(65535, "\x81\x7e\xff\xff", 4);
    check_head(65536, "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10);
}

static void taking_a_byte_at_a_time_gives_the_same_bytes(void **state)
{
    struct outq q;
    struct outq_id *id = outq_id_new(STR("xyz"));
    char whole[256], one;
    size_t n, i = 0;

    outq_init(&q, NULL);
    push_next(&q, id, "{\"data\":null}");
    outq_push_frame(&q, WS_PONG, NULL, STR("p"));
    n = outq_take(&q, whole, sizeof(whole));
    push_next(&q, id, "{\"data\":null}");
    outq_push_frame(&q, WS_PONG, NULL, STR("p"));
    for (; outq_take(&q, &one, 1) == 1; i++) {
        assert_int_equal(one, whole[i]);
        assert_int_equal(q.unsent, n - i - 1);
    }
    assert_int_equal(i, n);
    outq_id_unref(id);
}

static void what_waits_under_a_dropped_id_is_not_sent(void **state)
{
    struct outq q;
    struct outq_id *a = outq_id_new(STR("a")), *b = outq_id_new(STR("b"));
    struct outq_id *same_text = outq_id_new(STR("a"));

    outq_init(&q, NULL);
    push_next(&q, a, "1");
    push_next(&q, b, "2");
    outq_push_frame(&q, WS_TEXT, a, STR("bye"));
    outq_drop(&q, same_text);
    assert_int_equal(q.unsent, 38);
    outq_push_raw(&q, STR("!"));
    assert_str(take_all(&q), "\x81\x24{\"id\":\"b\",\"type\":\"next\",\"payload\":2}!");
    outq_id_unref(a);
    outq_id_unref(b);
    outq_id_unref(same_text);
}

static void a_frame_begun_is_sent_to_its_end(void **state)
{
    struct outq q;
    struct outq_id *id = outq_id_new(STR("a"));

    outq_init(&q, NULL);
    push_next(&q, id, "1");
    push_next(&q, id, "2");
    assert_int_equal(outq_take(&q, taken, 10), 10);
    outq_drop(&q, id);
    outq_id_unref(id); /* the queue holds the id for what is left */
    assert_int_equal(q.unsent, 28);
    assert_str(take_all(&q), "\",\"type\":\"next\",\"payload\":1}");
    assert_true(outq_empty(&q));
}

static void ending_a_queue_lets_go_of_shared_frames(void **state)
{
    struct outq q;
    struct outq_id *id = outq_id_new(STR("a"));
    struct frame *f = frame_of("1");

    outq_init(&q, NULL);
    outq_push_next(&q, &envelope, id, f);
    outq_push_next(&q, &envelope, id, f);
    assert_int_equal(f->holders, 3);
    outq_done(&q);
    assert_int_equal(f->holders, 1);
    assert_int_equal(id->holders, 1);
    outq_id_unref(id);
    frame_unref(f);
}

/* --- results of a run */

enum {
    RUN_LENGTH = 5
};

static void make_run(struct frame **run, size_t n, bool linked)
{
    char text[128];

    for (size_t i = 0; i < n; i++) {
        snprintf(text, sizeof(text), "{\"data\":%0*zu}", (int)i + 1, i);
        run[i] = frame_of(text);
        if (i && linked)
            frame_go_on(run[i - 1], run[i]);
    }
}

static void unref_run(struct frame **run, size_t n)
{
    for (size_t i = 0; i < n; i++)
        frame_unref(run[i]);
}

static void results_of_a_run_share_a_place(void **state)
{
    struct outq_id *id = outq_id_new(STR("a")), *other = outq_id_new(STR("b"));
    struct outq_stock stock = {0};
    struct frame *run[RUN_LENGTH];
    struct outq q;

    make_run(run, RUN_LENGTH, true);
    outq_init(&q, &stock);
    for (size_t i = 0; i < RUN_LENGTH; i++)
        outq_push_next(&q, &envelope, id, run[i]);
    assert_int_equal(id->holders, 2);
    outq_push_next(&q, &envelope, other, run[0]); /* each operation has its own */
    outq_push_next(&q, &envelope, other, run[2]); /* and none may be left out */
    assert_int_equal(other->holders, 3);
    unref_run(run, RUN_LENGTH);
    assert_int_equal(take_all(&q).n, 7 * 47 + 1 + 2 + 3 + 4 + 2);
    assert_int_equal(stock.n_spare, 3);
    assert_int_equal(id->holders, 1);
    outq_id_unref(id);
    outq_id_unref(other);
    outq_stock_done(&stock);
}

static void a_run_that_nobody_else_has_is_counted_whole(void **state)
{
    struct outq_stock stock = {0};
    struct frame *run[2];
    struct outq q;

    make_run(run, 2, true);
    outq_init(&q, &stock);
    outq_push_next(&q, &envelope, NULL, run[0]);
    outq_push_next(&q, &envelope, NULL, run[1]);
    assert_int_equal(stock.copies, run[0]->n + run[1]->n);
    outq_push_next(&q, &envelope, NULL, run[1]);
    assert_int_equal(stock.copies, run[0]->n + run[1]->n);
    outq_done(&q);
    assert_int_equal(stock.copies, 0);
    assert_true(frame_is_alone(run[0]));
    unref_run(run, 2);
    outq_stock_done(&stock);
}

static unsigned random_below(unsigned n)
{
    static uint32_t x = 1;

    x = x * 1664525u + 1013904223u;
    return (x >> 16) % n;
}

/* A queue of runs, and one whose results have nothing to do with each other. */
struct twins {
    struct outq run, plain;
    struct outq_id *ids[2];
    struct frame *runs[2][RUN_LENGTH], *plains[2][RUN_LENGTH];
    size_t at[2]; /* of each run */
};

static void twins_renew(struct twins *t, size_t which)
{
    if (t->runs[which][0]) {
        unref_run(t->runs[which], RUN_LENGTH);
        unref_run(t->plains[which], RUN_LENGTH);
    }
    make_run(t->runs[which], RUN_LENGTH, true);
    make_run(t->plains[which], RUN_LENGTH, false);
    t->at[which] = 0;
}

static void twins_push(struct twins *t, size_t which, const struct outq_envelope *e)
{
    struct outq_id *id = t->ids[random_below(8) ? which : !which];
    size_t at;

    if (t->at[which] == RUN_LENGTH)
        twins_renew(t, which);
    at = t->at[which]++;
    outq_push_next(&t->run, e, id, t->runs[which][at]);
    outq_push_next(&t->plain, e, id, t->plains[which][at]);
}

static void twins_take(struct twins *t, size_t room)
{
    static char run[4096], plain[4096];
    size_t n = outq_take(&t->run, run, room);

    assert_int_equal(outq_take(&t->plain, plain, room), n);
    assert_memory_equal(run, plain, n);
}

static void twins_step(struct twins *t, const struct outq_envelope *e)
{
    static const unsigned rooms[] = {1, 7, 60, 200, 4096};
    struct outq_id *id = t->ids[random_below(2)];

    switch (random_below(12)) {
    case 0:
    case 1:
        twins_take(t, rooms[random_below(array_size(rooms))]);
        break;
    case 2:
        outq_push_frame(&t->run, WS_TEXT, id, STR("bye"));
        outq_push_frame(&t->plain, WS_TEXT, id, STR("bye"));
        break;
    case 3:
        outq_drop(&t->run, id);
        outq_drop(&t->plain, id);
        break;
    default:
        twins_push(t, random_below(4) == 0, e);
    }
}

static void check_twins(const struct outq_envelope *e)
{
    struct twins t = {.ids = {outq_id_new(STR("a")), outq_id_new(STR("bcd"))}};

    outq_init(&t.run, NULL);
    outq_init(&t.plain, NULL);
    for (size_t which = 0; which < 2; which++)
        twins_renew(&t, which);
    for (int i = 0; i < 20000; i++) {
        twins_step(&t, e);
        assert_int_equal(t.run.unsent, t.plain.unsent);
    }
    while (!outq_empty(&t.plain))
        twins_take(&t, 4096);
    assert_true(outq_empty(&t.run));
    for (size_t which = 0; which < 2; which++) {
        unref_run(t.runs[which], RUN_LENGTH);
        unref_run(t.plains[which], RUN_LENGTH);
        assert_int_equal(t.ids[which]->holders, 1);
        outq_id_unref(t.ids[which]);
    }
    outq_done(&t.run);
    outq_done(&t.plain);
}

static void a_run_goes_out_as_its_results_one_by_one(void **state)
{
    struct outq_envelope chunk = envelope;

    check_twins(&envelope);
    chunk.framing = OUTQ_CHUNK;
    check_twins(&chunk);
}

static void check_same(struct outq *q, struct outq *plain, size_t room)
{
    static char expected[4096];
    size_t n;

    do {
        n = outq_take(q, taken, room);
        assert_int_equal(outq_take(plain, expected, room), n);
        assert_memory_equal(taken, expected, n);
        assert_int_equal(q->unsent, plain->unsent);
    } while (n);
    assert_true(outq_empty(q));
}

/* To one after the other, some under ids of another length; some take little at a time. */
static void tell_all(struct outq_stock *stock, struct frame *const *run, size_t n,
                     struct outq_id *const *ids, size_t n_ids)
{
    for (size_t i = 0; i < n_ids; i++) {
        struct outq q, plain;

        outq_init(&q, stock);
        outq_init(&plain, NULL);
        for (size_t at = 0; at < n; at++) {
            outq_push_next(&q, &envelope, ids[i], run[at]);
            outq_push_next(&plain, &envelope, ids[i], run[at]);
        }
        check_same(&q, &plain, random_below(4) ? 4096 : 100);
    }
}

static void everybody_gets_a_run_under_their_own_id(void **state)
{
    struct outq_id *ids[] = {outq_id_new(STR("aaaa")), outq_id_new(STR("bbbb")),
                             outq_id_new(STR("")),     outq_id_new(STR("cccc")),
                             outq_id_new(STR("dddd")), outq_id_new(STR("eeee"))};
    struct outq_stock stock = {0};
    struct frame *run[RUN_LENGTH];

    for (int round = 0; round < 500; round++) {
        size_t first = random_below(RUN_LENGTH), n = 1 + random_below(RUN_LENGTH - (unsigned)first);

        make_run(run, RUN_LENGTH, true);
        tell_all(&stock, run + first, n, ids, array_size(ids));
        unref_run(run, RUN_LENGTH);
    }
    outq_stock_done(&stock);
    for (size_t i = 0; i < array_size(ids); i++)
        outq_id_unref(ids[i]);
}

/* More than a stencil may hold: it goes out all the same. */
static void a_run_may_be_longer_than_any_stencil(void **state)
{
    struct outq_id *ids[] = {outq_id_new(STR("a")), outq_id_new(STR("b")), outq_id_new(STR("c"))};
    struct frame *run[OUTQ_STENCIL_MOST + 1];
    struct outq_stock stock = {0};

    make_run(run, array_size(run), true);
    tell_all(&stock, run, array_size(run), ids, array_size(ids));
    tell_all(&stock, run, array_size(run) - 1, ids, array_size(ids));
    unref_run(run, array_size(run));
    outq_stock_done(&stock);
    for (size_t i = 0; i < array_size(ids); i++)
        outq_id_unref(ids[i]);
}

int main(void)
{
    return RUN(
        test(a_result_goes_out_in_its_envelope), test(what_is_held_for_one_queue_alone_is_counted),
        test(bytes_of_the_process_are_sent_from_where_they_are),
        test(a_place_that_a_result_leaves_is_the_next_ones),
        test(a_packed_result_goes_out_in_everybodys_own_envelope),
        test(a_packed_text_says_so_in_its_head), test(a_result_may_be_a_chunk_of_http),
        test(bytes_may_be_a_chunk_of_http), test(a_result_may_go_out_bare), test(an_id_is_escaped),
        test(all_that_waits_stands_side_by_side),
        test(a_frame_says_its_length_in_the_shortest_form),
        test(taking_a_byte_at_a_time_gives_the_same_bytes),
        test(what_waits_under_a_dropped_id_is_not_sent), test(a_frame_begun_is_sent_to_its_end),
        test(ending_a_queue_lets_go_of_shared_frames), test(results_of_a_run_share_a_place),
        test(a_run_that_nobody_else_has_is_counted_whole),
        test(a_run_goes_out_as_its_results_one_by_one),
        test(everybody_gets_a_run_under_their_own_id), test(a_run_may_be_longer_than_any_stencil));
}
