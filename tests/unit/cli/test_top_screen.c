#include "cli/top_screen.h"

#include "tests/lib/test.h"

enum {
    SECOND_US = 1000000,
};

static struct arena arena;
static struct buf out;

static int begin(void **state)
{
    arena_init(&arena);
    buf_init(&out, 64 * 1024);
    return 0;
}

static int end(void **state)
{
    buf_done(&out);
    arena_done(&arena);
    return 0;
}

static struct scrape at(const char *text, int64_t second)
{
    struct scrape s;
    size_t line;

    assert_int_equal(scrape_read(&arena, str_c(text), &s, &line), ST_OK);
    s.at_us = second * SECOND_US;
    return s;
}

static void draw(const char *before, const char *now, bool colours)
{
    struct scrape first = at(before, 10), second = at(now, 14);
    struct top_screen t = {
        .source = STR("here"), .before = &first, .now = &second, .colours = colours};

    top_screen_write(&t, &out);
}

static bool has(const char *text)
{
    buf_add_char(&out, '\0');
    return strstr(out.p, text);
}

static void rates_are_of_a_second(void **state)
{
    draw("guildhall_messages_accepted_total{room_type=\"core\"} 100\n",
         "guildhall_messages_accepted_total{room_type=\"core\"} 160\n"
         "guildhall_messages_accepted_total{room_type=\"guild\"} 20\n",
         false);
    assert_true(has("  accepted                              20\n"));
}

static void a_server_that_was_started_again_has_no_negative_rates(void **state)
{
    draw("guildhall_messages_accepted_total 1000\n", "guildhall_messages_accepted_total 8\n",
         false);
    assert_true(has("  accepted                               0\n"));
}

static void what_is_down_stands_out_in_colours_and_without(void **state)
{
    static const char text[] = "guildhall_dependency_up{dependency=\"database\"} 0\n"
                               "guildhall_dependency_up{dependency=\"bus\"} 1\n";

    draw(text, text, false);
    assert_true(has("  database                DOWN "));
    assert_true(has("  bus                     up "));
    assert_false(has("\033"));
    buf_reset(&out, 64 * 1024);
    draw(text, text, true);
    assert_true(has("\033[31mDOWN"));
}

static void what_goes_wrong_fastest_comes_first_and_what_goes_well_not_at_all(void **state)
{
    draw("guildhall_operations_total{type=\"query\",code=\"OK\"} 0\n",
         "guildhall_operations_total{type=\"query\",code=\"OK\"} 400\n"
         "guildhall_operations_total{type=\"query\",code=\"TIMEOUT\"} 40\n"
         "guildhall_auth_failures_total{reason=\"expired\"} 80\n",
         false);
    assert_true(has("what goes wrong"));
    assert_true(strstr(out.p, "expired") < strstr(out.p, "TIMEOUT"));
    assert_false(has("  OK"));
}

static void nothing_wrong_is_said(void **state)
{
    draw("up 1\n", "up 1\n", false);
    assert_true(has("  nothing\n"));
}

static void a_name_that_would_command_the_terminal_does_not(void **state)
{
    draw("guildhall_client_schema_total{client=\"x\",schema=\"same\"} 1\n",
         "guildhall_client_schema_total{client=\"\033[2Jevil\xc2\x9b\",schema=\"different\"} 4\n",
         false);
    assert_true(has("?[2Jevil? "));
    assert_false(has("\033"));
}

#define on_screen(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    return RUN(on_screen(rates_are_of_a_second),
               on_screen(a_server_that_was_started_again_has_no_negative_rates),
               on_screen(what_is_down_stands_out_in_colours_and_without),
               on_screen(what_goes_wrong_fastest_comes_first_and_what_goes_well_not_at_all),
               on_screen(nothing_wrong_is_said),
               on_screen(a_name_that_would_command_the_terminal_does_not));
}
