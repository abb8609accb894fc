#include "server/options.h"

#include "tests/lib/arena.h"

#define LIST(...) ((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

struct target {
    struct option_list colours;
    struct option_list rest;
    struct str name;
};

static const struct option table[] = {
    {.name = "colour",
     .kind = OPTION_LIST,
     .offset = offsetof(struct target, colours),
     .shown = "COLOUR",
     .help = "a colour; may be given again"},
    {.name = "name",
     .kind = OPTION_TEXT,
     .offset = offsetof(struct target, name),
     .help = "a name"},
};

static struct target target;
static struct option_error error;

static enum status read_into(struct option_list *rest, const char *const *args)
{
    struct option_set set = {
        .options = table, .n = array_size(table), .target = &target, .rest = rest};
    struct option_set *sets[] = {&set};

    target = (struct target){.name = STR_NULL};
    options_init(&set, &arena);
    return options_read_flags(sets, 1, args, &error);
}

static void assert_list(const struct option_list *list, const char *const *expected)
{
    size_t n = 0;

    for (; expected[n]; n++) {
        assert_true(n < list->n);
        assert_str(list->items[n], expected[n]);
    }
    assert_int_equal(list->n, n);
}

static void a_list_takes_a_value_each_time_it_is_given(void **state)
{
    assert_int_equal(
        read_into(NULL, LIST("--colour", "red", "--name", "x", "--colour=blue", "--colour", "red")),
        ST_OK);
    assert_list(&target.colours, LIST("red", "blue", "red"));
    assert_str(target.name, "x");
}

static void a_list_that_is_not_given_is_empty(void **state)
{
    assert_int_equal(read_into(NULL, LIST("--name", "x")), ST_OK);
    assert_list(&target.colours, LIST());
}

static void what_is_no_flag_is_kept_in_its_order(void **state)
{
    assert_int_equal(read_into(&target.rest, LIST("one", "--name", "x", "-", "two")), ST_OK);
    assert_list(&target.rest, LIST("one", "-", "two"));
    assert_str(target.name, "x");
}

static void what_follows_two_dashes_is_no_flag(void **state)
{
    assert_int_equal(read_into(&target.rest, LIST("--name", "x", "--", "--name", "--", "-y")),
                     ST_OK);
    assert_list(&target.rest, LIST("--name", "--", "-y"));
}

static void a_flag_of_one_dash_is_refused(void **state)
{
    assert_int_equal(read_into(&target.rest, LIST("one", "-y")), ST_BAD_INPUT);
    assert_non_null(strstr(error.text, "\"-y\""));
}

static void without_a_place_for_them_other_arguments_are_refused(void **state)
{
    assert_int_equal(read_into(NULL, LIST("one")), ST_BAD_INPUT);
    assert_int_equal(read_into(NULL, LIST("-")), ST_BAD_INPUT);
    assert_int_equal(read_into(NULL, LIST("--", "one")), ST_BAD_INPUT);
}

static void help_shows_what_stands_for_the_value(void **state)
{
    struct option_set set = {.options = table, .n = array_size(table), .target = &target};
    struct buf out;

    options_init(&set, &arena);
    buf_init(&out, 4096);
    options_help(&set, &out);
    assert_str(buf_str(&out), "  --colour COLOUR\n      a colour; may be given again\n"
                              "  --name TEXT\n      a name\n");
    buf_done(&out);
}

int main(void)
{
    return RUN(
        in_arena(a_list_takes_a_value_each_time_it_is_given),
        in_arena(a_list_that_is_not_given_is_empty), in_arena(what_is_no_flag_is_kept_in_its_order),
        in_arena(what_follows_two_dashes_is_no_flag), in_arena(a_flag_of_one_dash_is_refused),
        in_arena(without_a_place_for_them_other_arguments_are_refused),
        in_arena(help_shows_what_stands_for_the_value));
}
