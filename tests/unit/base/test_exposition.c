#include "base/exposition.h"

#include "tests/lib/test.h"

static const struct exposition_family gauge = {"things", EXPOSITION_GAUGE, "How many there are."};
static const struct exposition_family times = {"times_seconds", EXPOSITION_HISTOGRAM, "Long."};

static struct buf out;

static int begin(void **state)
{
    buf_init(&out, 4096);
    return 0;
}

static int end(void **state)
{
    buf_done(&out);
    return 0;
}

static void a_family_is_announced_with_its_help_and_type(void **state)
{
    exposition_begin(&out, &gauge);
    assert_str(buf_str(&out), "# HELP things How many there are.\n# TYPE things gauge\n");
}

static void labels_stand_between_braces_and_none_need_no_braces(void **state)
{
    const struct exposition_label labels[] = {{"a", STR_INIT("1")}, {"b", STR_INIT("2")}};

    exposition_sample(&out, &gauge, NULL, 0, 3);
    exposition_sample(&out, &gauge, labels, 2, 4);
    assert_str(buf_str(&out), "things 3\nthings{a=\"1\",b=\"2\"} 4\n");
}

static void what_would_end_a_label_is_escaped(void **state)
{
    const struct exposition_label label = {"a", STR_INIT("q\" b\\ n\n e\xc3\xa9 bad\xff")};

    exposition_sample(&out, &gauge, &label, 1, 0);
    assert_str(buf_str(&out), "things{a=\"q\\\" b\\\\ n\\n e\xc3\xa9 bad\xef\xbf\xbd\"} 0\n");
}

static void numbers_are_told_as_exactly_as_they_are_known(void **state)
{
    exposition_sample(&out, &gauge, NULL, 0, 1795729582.772);
    exposition_sample(&out, &gauge, NULL, 0, 405630976);
    exposition_sample(&out, &gauge, NULL, 0, 0.000259);
    exposition_sample(&out, &gauge, NULL, 0, 123456789012345);
    assert_str(buf_str(&out), "things 1795729582.772\nthings 405630976\nthings 0.000259\n"
                              "things 123456789012345\n");
}

static void buckets_add_up_and_end_with_all(void **state)
{
    const struct metric_scale scale = {.bounds = {1000, 2500}, .n = 2, .unit = 1e-6};
    const struct exposition_label label = {"q", STR_INIT("x")};
    struct metric_histogram h = {0};

    metric_observe(&h, &scale, 900);
    metric_observe(&h, &scale, 1100);
    metric_observe(&h, &scale, 2000);
    metric_observe(&h, &scale, 9000);
    exposition_histogram(&out, &times, &label, 1, &h, &scale);
    assert_str(buf_str(&out), "times_seconds_bucket{q=\"x\",le=\"0.001\"} 1\n"
                              "times_seconds_bucket{q=\"x\",le=\"0.0025\"} 3\n"
                              "times_seconds_bucket{q=\"x\",le=\"+Inf\"} 4\n"
                              "times_seconds_sum{q=\"x\"} 0.013\n"
                              "times_seconds_count{q=\"x\"} 4\n");
}

#define in_buf(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    return RUN(in_buf(a_family_is_announced_with_its_help_and_type),
               in_buf(labels_stand_between_braces_and_none_need_no_braces),
               in_buf(what_would_end_a_label_is_escaped),
               in_buf(numbers_are_told_as_exactly_as_they_are_known),
               in_buf(buckets_add_up_and_end_with_all));
}
