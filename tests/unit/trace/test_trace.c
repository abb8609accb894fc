#include "trace/trace.h"

#include "tests/lib/test.h"

static int64_t now;

static int64_t tell_now(void)
{
    return now;
}

static struct tracer *tracer;
static struct arena arena;

static struct tracer_config config_of(enum trace_sampler sampler, double ratio)
{
    return (struct tracer_config){
        .sampler = sampler, .ratio = ratio, .parent_based = true, .ring = 4, .now_ns = tell_now};
}

static void begin(struct tracer_config config)
{
    now = 1000;
    arena_init(&arena);
    tracer = tracer_new(&config);
}

static void end(void)
{
    tracer_free(tracer);
    arena_done(&arena);
}

static struct str parent(const char *id, const char *flags)
{
    return arena_printf(&arena, "00-0af7651916cd43dd%s-b7ad6b7169203331-%s", id, flags);
}

static void a_part_belongs_to_its_operation_and_its_operation_to_the_client(void **state)
{
    struct trace_record records[4];
    struct trace *t;
    struct trace_span *span;

    begin(config_of(TRACE_ALWAYS, 1));
    t = trace_new(tracer, &arena, parent("8448eb211c80319c", "01"));
    span = trace_begin(t, &arena, TRACE_DATABASE, "room_get");
    now = 2000;
    trace_end(span, ST_TIMEOUT);
    trace_operation(t, "query", STR("Rooms"));
    now = 500; /* the clock was set back */
    trace_finish(t, ST_OK);
    assert_int_equal(tracer_look(tracer, records, 4), 2);
    assert_memory_equal(&records[0].parent, &records[1].id, sizeof(struct span_id));
    assert_memory_equal(&records[0].trace, &records[1].trace, sizeof(struct trace_id));
    assert_int_equal(records[0].status, ST_TIMEOUT);
    assert_int_equal(records[0].end_ns, 2000);
    assert_int_equal(records[1].parent.bytes[0], 0xb7);
    assert_string_equal(records[1].name, "query");
    assert_int_equal(records[1].end_ns, 1000);
    end();
}

static void without_a_trace_there_are_no_spans(void **state)
{
    begin(config_of(TRACE_NEVER, 1));
    assert_null(trace_new(tracer, &arena, STR_NULL));
    trace_end(trace_begin(NULL, &arena, TRACE_DATABASE, "room_get"), ST_OK);
    trace_finish(NULL, ST_OK);
    assert_int_equal(tracer_waiting(tracer), 0);
    end();
}

static void a_full_ring_drops_and_counts_and_keeps_the_oldest(void **state)
{
    struct trace_record records[8];
    struct trace *t;

    begin(config_of(TRACE_ALWAYS, 1));
    t = trace_new(tracer, &arena, STR_NULL);
    for (int i = 0; i < 3; i++)
        trace_end(trace_begin(t, &arena, TRACE_INSIDE, "old"), ST_OK);
    tracer_forget(tracer, 2);
    for (int i = 0; i < 9; i++)
        trace_end(trace_begin(t, &arena, TRACE_INSIDE, "new"), ST_OK);
    assert_int_equal(tracer_look(tracer, records, 8), 4);
    assert_string_equal(records[0].name, "old");
    assert_string_equal(records[1].name, "new");
    assert_int_equal(tracer_dropped(tracer), 6);
    end();
}

static void a_ratio_goes_by_the_last_bytes_of_the_id(void **state)
{
    struct tracer_config config = config_of(TRACE_RATIO, 0.25);

    config.parent_based = false;
    begin(config);
    assert_non_null(trace_new(tracer, &arena, parent("ff3fffffffffffff", "00")));
    assert_null(trace_new(tracer, &arena, parent("0040000000000000", "01")));
    end();
}

static void a_parent_decides_where_parents_do(void **state)
{
    begin(config_of(TRACE_RATIO, 0));
    assert_non_null(trace_new(tracer, &arena, parent("8448eb211c80319c", "01")));
    assert_null(trace_new(tracer, &arena, STR_NULL));
    end();
    begin(config_of(TRACE_ALWAYS, 1));
    assert_null(trace_new(tracer, &arena, parent("8448eb211c80319c", "00")));
    assert_non_null(trace_new(tracer, &arena, STR_NULL));
    end();
}

static void about_as_many_are_sampled_as_the_ratio_says(void **state)
{
    int sampled = 0;

    begin(config_of(TRACE_RATIO, 0.1));
    for (int i = 0; i < 20000; i++)
        sampled += trace_new(tracer, &arena, STR_NULL) != NULL;
    assert_in_range(sampled, 1500, 2500); /* twelve deviations from 2,000 */
    end();
}

static void a_long_name_is_cut(void **state)
{
    char name[300];
    struct trace *t;

    memset(name, 'x', sizeof(name));
    begin(config_of(TRACE_ALWAYS, 1));
    t = trace_new(tracer, &arena, STR_NULL);
    trace_operation(t, "query", str_of(name, sizeof(name)));
    assert_int_equal(t->root.name_n, TRACE_NAME_MAX);
    end();
}

int main(void)
{
    return RUN(test(a_part_belongs_to_its_operation_and_its_operation_to_the_client),
               test(without_a_trace_there_are_no_spans),
               test(a_full_ring_drops_and_counts_and_keeps_the_oldest),
               test(a_ratio_goes_by_the_last_bytes_of_the_id),
               test(a_parent_decides_where_parents_do),
               test(about_as_many_are_sampled_as_the_ratio_says), test(a_long_name_is_cut));
}
