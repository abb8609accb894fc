#pragma once

/*
 * JSON in a test, with ' in place of ": json_text(&arena, "{'a': [1, true]}").
 */

#include "base/json_in.h"

static inline const struct json_value *json_text(struct arena *a, const char *text)
{
    struct str copy = arena_str(a, str_c(text));
    struct json_in_error error;
    const struct json_value *value;

    for (char *at = (char *)copy.p; (at = strchr(at, '\''));)
        *at = '"';
    value = json_in_read(a, copy, &error);
    assert(value);
    return value;
}

/* The same as a block of the heap, which mem_free() frees. */
static inline struct json_value *json_text_kept(const char *text)
{
    struct json_value *kept;
    struct arena a;

    arena_init(&a);
    kept = json_value_keep(json_text(&a, text));
    arena_done(&a);
    return kept;
}
