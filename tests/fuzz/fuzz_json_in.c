/*
 * JSON from anywhere: it is read when jansson reads it, and what is read is the same. Written again
 * it says the same, and so do its copies.
 */

#include <assert.h>
#include <jansson.h>

#include "base/json_in.h"
#include "base/mem.h"
#include "tests/fuzz/fuzz.h"

enum {
    TEXT_MOST = 1 << 24,
};

static void check_same(const struct json_value *v, const json_t *json);

static void check_same_text(struct str text, const char *p, size_t n)
{
    assert(str_eq(text, str_of(p, n)));
}

static void check_same_list(const struct json_value *v, const json_t *json)
{
    const struct json_value *item = v->first;

    assert(v->n == json_array_size(json));
    for (size_t i = 0; i < v->n; i++, item = item->next)
        check_same(item, json_array_get(json, i));
    assert(!item);
}

static void check_same_object(const struct json_value *v, json_t *json)
{
    const struct json_value *member = v->first;
    const char *name;
    json_t *value;

    assert(v->n == json_object_size(json));
    json_object_foreach(json, name, value)
    {
        check_same_text(member->name, name, strlen(name));
        assert(json_value_get(v, member->name) == member);
        check_same(member, value);
        member = member->next;
    }
    assert(!member);
}

static void check_same(const struct json_value *v, const json_t *json)
{
    switch (v->kind) {
    case JSON_VALUE_NULL:
        assert(json_is_null(json));
        return;
    case JSON_VALUE_BOOLEAN:
        assert(json_is_boolean(json) && v->boolean == json_is_true(json));
        return;
    case JSON_VALUE_INTEGER:
        assert(json_is_integer(json) && v->integer == json_integer_value(json));
        return;
    case JSON_VALUE_REAL:
        assert(json_is_real(json) && v->real == json_real_value(json));
        return;
    case JSON_VALUE_STRING:
        assert(json_is_string(json));
        check_same_text(v->text, json_string_value(json), json_string_length(json));
        return;
    case JSON_VALUE_LIST:
        assert(json_is_array(json));
        check_same_list(v, json);
        return;
    case JSON_VALUE_OBJECT:
        assert(json_is_object(json));
        check_same_object(v, (json_t *)json);
        return;
    }
}

static struct str written(struct arena *a, const struct json_value *v)
{
    struct str text;
    struct buf out;

    buf_init(&out, TEXT_MOST);
    json_value_write(&(struct json_out){.out = &out}, v);
    assert(!buf_overflowed(&out));
    text = arena_str(a, buf_str(&out));
    buf_done(&out);
    return text;
}

/* What the text says, in our words. */
static struct str rewritten(struct arena *a, struct str text)
{
    struct json_in_error error;
    const struct json_value *v = json_in_read(a, text, &error);

    assert(v);
    return written(a, v);
}

static void check_copies(struct arena *a, const struct json_value *v)
{
    struct str text = written(a, v), again = rewritten(a, text);
    struct json_value *kept = json_value_keep(v);

    /* Not the first time: a real -0.0 is written as what is whole. */
    assert(str_eq(rewritten(a, again), again));
    assert(str_eq(written(a, json_value_copy(a, v)), text));
    assert(str_eq(written(a, kept), text));
    mem_free(kept);
}

static void check_error(const struct json_in_error *error)
{
    assert(error->what.n > 0 && str_is_utf8(error->what));
    assert(error->line > 0 && error->column > 0);
}

/* Its numbers are bounded, and its nesting counts what is innermost, too. */
static bool is_jansson_alone(const json_error_t *error)
{
    return json_error_code(error) == json_error_numeric_overflow ||
           json_error_code(error) == json_error_stack_overflow;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = size ? (const char *)data : "";
    struct json_in_error error;
    json_error_t theirs;
    json_t *json =
        json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &theirs);
    const struct json_value *v;
    struct arena a;

    arena_init(&a);
    v = json_in_read(&a, str_of(text, size), &error);
    if (json && v)
        check_same(v, json);
    else if (json)
        assert(memchr(text, '\0', size)); /* it takes NUL behind a value for the end */
    else if (v)
        assert(is_jansson_alone(&theirs));
    if (v)
        check_copies(&a, v);
    else
        check_error(&error);
    json_decref(json);
    arena_done(&a);
    return 0;
}
