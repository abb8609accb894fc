#include "base/json_value.h"

#include "base/mem.h"
#include "tests/lib/arena.h"
#include "tests/lib/json_text.h"

typedef void write_fn(struct json_out *j, const struct json_value *v);

static void assert_writes(write_fn *write, const struct json_value *v, const char *expected)
{
    struct buf out;

    buf_init(&out, 1 << 20);
    write(&(struct json_out){.out = &out}, v);
    assert_str(buf_str(&out), expected);
    buf_done(&out);
}

static void a_member_is_found_by_its_name(void **state)
{
    const struct json_value *v = json_text(&arena, "{'a':{'b':'x'},'ab':2,'':3}");

    assert_int_equal(json_value_get(v, STR("ab"))->integer, 2);
    assert_int_equal(json_value_get(v, STR(""))->integer, 3);
    assert_null(json_value_get(v, STR("b")));
    assert_str(json_value_text(json_value_get(json_value_get(v, STR("a")), STR("b"))), "x");
}

static void what_is_not_there_has_nothing_in_it(void **state)
{
    const struct json_value *list = json_text(&arena, "['a']");

    assert_null(json_value_get(NULL, STR("a")));
    assert_null(json_value_get(list, STR("a")));
    assert_null(json_value_text(NULL).p);
    assert_null(json_value_text(list).p);
    assert_false(json_value_is(NULL, JSON_VALUE_NULL));
    assert_true(json_value_is_nothing(NULL));
    assert_true(json_value_is_nothing(json_text(&arena, "null")));
    assert_null(json_value_copy(&arena, NULL));
    assert_null(json_value_keep(NULL));
}

static void what_is_written_is_what_was_read(void **state)
{
    assert_writes(json_value_write,
                  json_text(&arena, " { 'z' : [ 1 , -2.5 , null , true , false , { } , [ ] ] , "
                                    "'a' : '\\u0000\\n\\u00e9' } "),
                  "{\"z\":[1,-2.5,null,true,false,{},[]],\"a\":\"\\u0000\\n\u00e9\"}");
}

static void sorted_writing_does_not_tell_orders_of_members_apart(void **state)
{
    static const char one[] = "{'b':[{'y':1,'x':2}],'a':{'d':1,'c':2},'ab':0}";
    static const char other[] = "{'ab':0,'a':{'c':2,'d':1},'b':[{'x':2,'y':1}]}";
    static const char both[] = "{\"a\":{\"c\":2,\"d\":1},\"ab\":0,\"b\":[{\"x\":2,\"y\":1}]}";

    assert_writes(json_value_write_sorted, json_text(&arena, one), both);
    assert_writes(json_value_write_sorted, json_text(&arena, other), both);
}

static void an_object_of_ones_own_has_its_members_in_order(void **state)
{
    struct json_value *v = json_value_object(&arena);

    json_value_put_text(&arena, v, STR("b"), STR("x"));
    json_value_put(&arena, v, STR("a"), json_text(&arena, "[1,2]"));
    assert_int_equal(v->n, 2);
    assert_writes(json_value_write, v, "{\"b\":\"x\",\"a\":[1,2]}");
    json_value_put_text(&arena, v, STR("b"), STR("y"));
    assert_int_equal(v->n, 2);
    assert_writes(json_value_write, v, "{\"b\":\"y\",\"a\":[1,2]}");
}

static const char all_sorts[] = "{'list':[1,2.5,[],'text','',null],'object':{'a':{'b':true}},'':0}";
static const char all_sorts_written[] = "{\"list\":[1,2.5,[],\"text\",\"\",null],"
                                        "\"object\":{\"a\":{\"b\":true}},\"\":0}";

static void a_copy_outlives_its_original(void **state)
{
    struct arena first;
    const struct json_value *copy;

    arena_init(&first);
    copy = json_value_copy(&arena, json_text(&first, all_sorts));
    arena_done(&first);
    assert_writes(json_value_write, copy, all_sorts_written);
}

static void a_member_is_copied_without_those_behind_it(void **state)
{
    const struct json_value *v = json_text(&arena, "{'a':[1],'b':2}");

    assert_null(json_value_copy(&arena, v->first)->next);
}

static void what_is_kept_is_one_block(void **state)
{
    struct arena first;
    struct json_value *kept;

    arena_init(&first);
    kept = json_value_keep(json_text(&first, all_sorts));
    arena_done(&first);
    assert_writes(json_value_write, kept, all_sorts_written);
    mem_free(kept);
}

int main(void)
{
    return RUN(
        in_arena(a_member_is_found_by_its_name), in_arena(what_is_not_there_has_nothing_in_it),
        in_arena(what_is_written_is_what_was_read),
        in_arena(sorted_writing_does_not_tell_orders_of_members_apart),
        in_arena(an_object_of_ones_own_has_its_members_in_order),
        in_arena(a_copy_outlives_its_original),
        in_arena(a_member_is_copied_without_those_behind_it), in_arena(what_is_kept_is_one_block));
}
