#pragma once

/*
 * JSON that somebody sent, as values to look at: base/json_in.h makes them.
 *
 *     struct str token = json_value_text(json_value_get(payload, STR("authToken")));
 *
 *     for (const struct json_value *v = json_value_first(list); v; v = v->next)
 *         …
 *
 * The functions that look take NULL for what is not there, so that they may be put into each other.
 *
 * Owner: an arena, which holds all of a value and what is in it. Frozen once it is made.
 */

#include "base/arena.h"
#include "base/json_out.h"

enum {
    JSON_VALUE_DEPTH_MOST = 2048 /* lists and objects in each other */
};

enum json_value_kind {
    JSON_VALUE_NULL,
    JSON_VALUE_BOOLEAN,
    JSON_VALUE_INTEGER, /* a number without dot and exponent, of 64 bits */
    JSON_VALUE_REAL,    /* any other, finite */
    JSON_VALUE_STRING,
    JSON_VALUE_LIST,
    JSON_VALUE_OBJECT,
};

struct json_value {
    enum json_value_kind kind;
    union {
        bool boolean;
        int64_t integer;
        double real;
        struct str text; /* UTF-8; may hold NUL */
        struct {
            struct json_value *first; /* of the items or members, in their order; or NULL */
            size_t n;
        };
    };
    struct str name;         /* of a member, which no other of its object has; holds no NUL */
    struct json_value *next; /* item or member; NULL behind the last */
};

static inline bool json_value_is(const struct json_value *v, enum json_value_kind kind)
{
    return v && v->kind == kind;
}

/* Is there nothing, or null? */
static inline bool json_value_is_nothing(const struct json_value *v)
{
    return !v || v->kind == JSON_VALUE_NULL;
}

/* A string's text; absent where there is no string. */
static inline struct str json_value_text(const struct json_value *v)
{
    return json_value_is(v, JSON_VALUE_STRING) ? v->text : STR_NULL;
}

/* The first item or member; NULL where there is none. */
static inline const struct json_value *json_value_first(const struct json_value *v)
{
    return json_value_is(v, JSON_VALUE_LIST) || json_value_is(v, JSON_VALUE_OBJECT) ? v->first
                                                                                    : NULL;
}

/* The member of that name; NULL without one, and of what is no object. */
const struct json_value *json_value_get(const struct json_value *object, struct str name);

/* Making some of one's own: an object, and a member in place of the one of that name, or behind
 * all. The name is borrowed, and so is what the value holds. */
struct json_value *json_value_object(struct arena *a);
void json_value_put(struct arena *a, struct json_value *object, struct str name,
                    const struct json_value *value);
void json_value_put_text(struct arena *a, struct json_value *object, struct str name,
                         struct str text);

/* The same value in another arena. Takes NULL, and gives it. */
struct json_value *json_value_copy(struct arena *a, const struct json_value *v);

/* The same in one block of the heap, no larger than it must be; mem_free() frees it. */
struct json_value *json_value_keep(const struct json_value *v);

/* Back to text, compact; NULL as null. */
void json_value_write(struct json_out *j, const struct json_value *v);

/* Likewise, members by their names: values that differ in their order alone give the same text. */
void json_value_write_sorted(struct json_out *j, const struct json_value *v);
