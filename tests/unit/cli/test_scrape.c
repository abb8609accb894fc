#include "cli/scrape.h"

#include "tests/lib/arena.h"

static struct scrape read_well(const char *text)
{
    struct scrape s;
    size_t line;

    assert_int_equal(scrape_read(&arena, str_c(text), &s, &line), ST_OK);
    return s;
}

static void sums_are_of_what_has_the_label(void **state)
{
    struct scrape s = read_well("# HELP a b\n# TYPE a counter\na{x=\"1\",y=\"p\"} 3\n"
                                "a{x=\"2\",y=\"p\"} 4\na{x=\"2\",y=\"q\"} 1e1\nab 7\n");

    assert_true(scrape_sum(&s, &(struct scrape_pick){.name = "a"}) == 17);
    assert_true(scrape_sum(&s, &(struct scrape_pick){"a", "x", "2"}) == 14);
    assert_true(scrape_sum(&s, &(struct scrape_pick){"a", "y", "p"}) == 7);
    assert_true(scrape_sum(&s, &(struct scrape_pick){.name = "ab"}) == 7);
    assert_true(scrape_sum(&s, &(struct scrape_pick){"a", "z", "2"}) == 0);
}

static void a_label_may_hold_whatever_ends_one(void **state)
{
    struct scrape s = read_well("a{x=\"} 1 \\\" , y=\\\"2\",y=\"3\"} 4\n");

    assert_int_equal(s.n, 1);
    assert_str(scrape_label(&s.samples[0], STR("x")), "} 1 \\\" , y=\\\"2");
    assert_str(scrape_label(&s.samples[0], STR("y")), "3");
    assert_null(scrape_label(&s.samples[0], STR("z")).p);
}

static void what_is_no_metric_is_named_by_its_line(void **state)
{
    static const struct {
        const char *text;
        size_t line;
    } cases[] = {{"a 1\n<html>\n", 2}, {"a{x=\"1\" 2\n", 1}, {"a{x=\"1\"}\n", 1},
                 {"a one\n", 1},       {"\n# nothing\n", 0}, {"", 0}};
    struct scrape s;
    size_t line;

    for (size_t i = 0; i < array_size(cases); i++) {
        assert_int_equal(scrape_read(&arena, str_c(cases[i].text), &s, &line), ST_BAD_INPUT);
        assert_int_equal(line, cases[i].line);
    }
}

static const char none[] = "t_bucket{q=\"x\",le=\"1\"} 10\nt_bucket{q=\"x\",le=\"2\"} 10\n"
                           "t_bucket{q=\"x\",le=\"+Inf\"} 10\n";

static void quantiles_are_of_what_came_between_and_lie_within_their_bucket(void **state)
{
    struct scrape before = read_well(none);
    struct scrape now = read_well("t_bucket{q=\"x\",le=\"1\"} 12\nt_bucket{q=\"x\",le=\"2\"} 14\n"
                                  "t_bucket{q=\"x\",le=\"+Inf\"} 14\n"
                                  "t_bucket{q=\"y\",le=\"1\"} 99\n");
    const struct scrape_pick pick = {"t", "q", "x"};

    /* Two up to 1 and two up to 2: the middle is 1, three quarters of the way is half way on. */
    assert_true(scrape_quantile(&before, &now, &pick, 0.5) == 1);
    assert_true(scrape_quantile(&before, &now, &pick, 0.75) == 1.5);
    assert_true(scrape_quantile(&before, &before, &pick, 0.5) < 0);
}

static void beyond_the_last_bound_that_bound_is_told(void **state)
{
    struct scrape before = read_well(none);
    struct scrape now = read_well("t_bucket{q=\"x\",le=\"1\"} 10\nt_bucket{q=\"x\",le=\"2\"} 10\n"
                                  "t_bucket{q=\"x\",le=\"+Inf\"} 14\n");

    assert_true(scrape_quantile(&before, &now, &(struct scrape_pick){.name = "t"}, 0.99) == 2);
}

int main(void)
{
    return RUN(in_arena(sums_are_of_what_has_the_label),
               in_arena(a_label_may_hold_whatever_ends_one),
               in_arena(what_is_no_metric_is_named_by_its_line),
               in_arena(quantiles_are_of_what_came_between_and_lie_within_their_bucket),
               in_arena(beyond_the_last_bound_that_bound_is_told));
}
