#include "base/json_value.h"

#include <stdlib.h>

#include "base/mem.h"

/*
 * All that recurses here goes JSON_VALUE_DEPTH_MOST levels deep at most.
 */

const struct json_value *json_value_get(const struct json_value *object, struct str name)
{
    if (!json_value_is(object, JSON_VALUE_OBJECT))
        return NULL;
    for (const struct json_value *member = object->first; member; member = member->next)
        if (str_eq(member->name, name))
            return member;
    return NULL;
}

/* --- making */

struct json_value *json_value_object(struct arena *a)
{
    struct json_value *object = arena_new(a, struct json_value);

    object->kind = JSON_VALUE_OBJECT;
    return object;
}

void json_value_put(struct arena *a, struct json_value *object, struct str name,
                    const struct json_value *value)
{
    struct json_value **at = &object->first, *behind;

    while (*at && !str_eq((*at)->name, name))
        at = &(*at)->next;
    if (!*at) {
        *at = arena_new(a, struct json_value);
        object->n++;
    }
    behind = (*at)->next;
    **at = *value;
    (*at)->name = name;
    (*at)->next = behind;
}

void json_value_put_text(struct arena *a, struct json_value *object, struct str name,
                         struct str text)
{
    const struct json_value value = {.kind = JSON_VALUE_STRING, .text = text};

    json_value_put(a, object, name, &value);
}

/* --- copying */

static struct str copy_text(struct arena *a, struct str text)
{
    return text.p ? arena_str(a, text) : STR_NULL;
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
struct json_value *json_value_copy(struct arena *a, const struct json_value *v)
{
    struct json_value *copy, **end;

    if (!v)
        return NULL;
    copy = arena_new(a, struct json_value);
    *copy = *v;
    copy->next = NULL;
    copy->name = copy_text(a, v->name);
    if (v->kind == JSON_VALUE_STRING)
        copy->text = copy_text(a, v->text);
    end = &copy->first;
    for (const struct json_value *child = json_value_first(v); child; child = child->next) {
        *end = json_value_copy(a, child);
        end = &(*end)->next;
    }
    return copy;
}

/* What arena_alloc() takes for so much. */
static size_t taken(size_t size)
{
    return (size + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
}

static size_t taken_by_text(struct str text)
{
    return text.p ? taken(text.n + 1) : 0;
}

/* By json_value_copy(). NOLINTNEXTLINE(misc-no-recursion) */
static size_t taken_by(const struct json_value *v)
{
    size_t size = taken(sizeof(*v)) + taken_by_text(v->name);

    if (v->kind == JSON_VALUE_STRING)
        size += taken_by_text(v->text);
    for (const struct json_value *child = json_value_first(v); child; child = child->next)
        size += taken_by(child);
    return size;
}

struct json_value *json_value_keep(const struct json_value *v)
{
    size_t size = v ? taken_by(v) : 0;
    struct json_value *kept;
    struct arena block;

    if (!v)
        return NULL;
    arena_init_in(&block, mem_realloc(NULL, size), size);
    kept = json_value_copy(&block, v);
    assert(block.size == size && !block.chunk);
    return kept;
}

/* --- writing */

static int by_name(const void *a, const void *b)
{
    const struct json_value *const *first = a, *const *second = b;

    return str_cmp((*first)->name, (*second)->name);
}

static void write(struct json_out *j, const struct json_value *v, bool sorted);

/* NOLINTNEXTLINE(misc-no-recursion): values nest no deeper than JSON_VALUE_DEPTH_MOST. */
static void write_member(struct json_out *j, const struct json_value *member, bool sorted)
{
    json_out_key(j, member->name);
    write(j, member, sorted);
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static void write_members_sorted(struct json_out *j, const struct json_value *object)
{
    const struct json_value **members =
        mem_realloc(NULL, (object->n ? object->n : 1) * sizeof(const struct json_value *));
    size_t n = 0;

    for (const struct json_value *member = object->first; member; member = member->next)
        members[n++] = member;
    qsort(members, n, sizeof(const struct json_value *), by_name);
    for (size_t i = 0; i < n; i++)
        write_member(j, members[i], true);
    mem_free(members);
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static void write_object(struct json_out *j, const struct json_value *object, bool sorted)
{
    json_out_begin_object(j);
    if (sorted && object->n > 1)
        write_members_sorted(j, object);
    else
        for (const struct json_value *member = object->first; member; member = member->next)
            write_member(j, member, sorted);
    json_out_end_object(j);
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static void write_list(struct json_out *j, const struct json_value *list, bool sorted)
{
    json_out_begin_array(j);
    for (const struct json_value *item = list->first; item; item = item->next)
        write(j, item, sorted);
    json_out_end_array(j);
}

/* NOLINTNEXTLINE(misc-no-recursion): see above. */
static void write(struct json_out *j, const struct json_value *v, bool sorted)
{
    switch (v ? v->kind : JSON_VALUE_NULL) {
    case JSON_VALUE_NULL:
        json_out_null(j);
        return;
    case JSON_VALUE_BOOLEAN:
        json_out_bool(j, v->boolean);
        return;
    case JSON_VALUE_INTEGER:
        json_out_int(j, v->integer);
        return;
    case JSON_VALUE_REAL:
        json_out_double(j, v->real);
        return;
    case JSON_VALUE_STRING:
        json_out_str(j, v->text);
        return;
    case JSON_VALUE_LIST:
        write_list(j, v, sorted);
        return;
    case JSON_VALUE_OBJECT:
        write_object(j, v, sorted);
        return;
    }
}

void json_value_write(struct json_out *j, const struct json_value *v)
{
    write(j, v, false);
}

void json_value_write_sorted(struct json_out *j, const struct json_value *v)
{
    write(j, v, true);
}
