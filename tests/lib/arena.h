#pragma once

/*
 * An arena of its own for each test of a file: `arena`, and RUN(in_arena(a_test), …).
 */

#include "base/arena.h"
#include "tests/lib/test.h"

static struct arena arena;

static int open_arena(void **state)
{
    arena_init(&arena);
    return 0;
}

static int close_arena(void **state)
{
    arena_done(&arena);
    return 0;
}

#define in_arena(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
