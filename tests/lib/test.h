#pragma once

/*
 * cmocka, included in the order it wants. Test names are sentences:
 *
 *     static void an_empty_list_prints_two_brackets(void **state) { … }
 *     int main(void) { return RUN(test(an_empty_list_prints_two_brackets), …); }
 */

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include "base/str.h"

#define test(f) cmocka_unit_test(f)

#define RUN(...)                                                                                   \
    cmocka_run_group_tests_name(__FILE__, ((const struct CMUnitTest[]){__VA_ARGS__}), NULL, NULL)

/* Bytes equal, both printed when they are not. */
#define assert_str(actual, expected) check_str((actual), str_c(expected), __FILE__, __LINE__)

static inline void check_str(struct str actual, struct str expected, const char *file, int line)
{
    if (str_eq(actual, expected))
        return;
    print_error("got:      %.*s\nexpected: %.*s\n", STR_ARG(actual), STR_ARG(expected));
    _fail(file, line);
}
