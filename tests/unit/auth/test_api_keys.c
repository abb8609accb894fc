#include "auth/api_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tests/lib/test.h"

/* SHA-256 of "hello" and of "abc" (FIPS 180-4). */
#define HELLO "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
#define ABC   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static const int64_t NOW_MS = 1800000000500;

static struct api_keys_error error;
static struct token_error why;

static struct api_keys *read_keys(const char *text)
{
    struct api_keys *keys;

    if (api_keys_read(str_c(text), &keys, &error) != ST_OK)
        fail_msg("refused: %s", error.text);
    return keys;
}

static void refuse(const char *text, const char *words)
{
    struct api_keys *keys = NULL;

    assert_int_equal(api_keys_read(str_c(text), &keys, &error), ST_BAD_INPUT);
    assert_null(keys);
    if (!strstr(error.text, words))
        fail_msg("said \"%s\", not \"%s\"", error.text, words);
}

static enum status check(const struct api_keys *keys, const char *key, struct viewer **ret_viewer)
{
    return api_keys_check(keys, str_c(key), NOW_MS, ret_viewer, &why);
}

static void a_key_stands_for_a_viewer(void **state)
{
    struct api_keys *keys =
        read_keys("{\"sha256\":\"" HELLO "\",\"user\":\"bot\",\"tenant\":\"acme\","
                  "\"scopes\":[\"CHAT_READ\"],\"guilds\":[\"red\",\"blue\"],"
                  "\"expires\":\"2030-01-01T00:00:00Z\",\"note\":\"the ticket system\"}");
    struct viewer *v = NULL;

    assert_int_equal(check(keys, "hello", &v), ST_OK);
    api_keys_unref(keys);
    assert_str(v->user_id, "bot");
    assert_str(v->tenant_id, "acme");
    assert_true(viewer_allows(v, VIEWER_CHAT_READ));
    assert_false(viewer_allows(v, VIEWER_CHAT));
    assert_int_equal(v->n_guilds, 2);
    assert_str(v->guilds[1], "blue");
    assert_int_equal(v->expires_at, 1893456000000);
    viewer_unref(v);
}

static void what_is_left_out_is_as_in_a_token(void **state)
{
    struct api_keys *keys = read_keys("{\"sha256\":\"" HELLO "\",\"user\":\"bot\"}");
    struct viewer *v = NULL;

    assert_int_equal(check(keys, "hello", &v), ST_OK);
    assert_str(v->tenant_id, "default");
    assert_true(viewer_allows(v, VIEWER_CHAT));
    assert_false(viewer_allows(v, VIEWER_TENANT_ADMIN));
    assert_int_equal(v->expires_at, CLOCK_NONE);
    viewer_unref(v);
    api_keys_unref(keys);
}

static void other_keys_are_not_known(void **state)
{
    static const char *const others[] = {"",    "hell",  "hello ", "hello\n", "Hello",
                                         HELLO, "abc\n", "xhello", "h"};
    struct api_keys *keys = read_keys("{\"sha256\":\"" HELLO "\",\"user\":\"bot\"}");
    struct viewer *v = NULL;
    char longest[300];

    for (size_t i = 0; i < array_size(others); i++)
        assert_int_equal(check(keys, others[i], &v), ST_UNAUTHENTICATED);
    memset(longest, 'x', sizeof(longest));
    assert_int_equal(api_keys_check(keys, str_of(longest, sizeof(longest)), NOW_MS, &v, &why),
                     ST_UNAUTHENTICATED);
    assert_int_equal(api_keys_check(NULL, STR("hello"), NOW_MS, &v, &why), ST_UNAUTHENTICATED);
    assert_string_equal(why.text, "The API key is not known.");
    assert_null(v);
    api_keys_unref(keys);
}

static void the_right_one_of_several_is_found(void **state)
{
    struct api_keys *keys = read_keys("# who may come\n"
                                      "{\"sha256\":\"" HELLO "\",\"user\":\"first\"}\r\n"
                                      "\n"
                                      "  {\"sha256\":\"" ABC "\",\"user\":\"second\"}  \n");
    struct viewer *v = NULL;

    assert_int_equal(check(keys, "hello", &v), ST_OK);
    assert_str(v->user_id, "first");
    viewer_unref(v);
    assert_int_equal(check(keys, "abc", &v), ST_OK);
    assert_str(v->user_id, "second");
    viewer_unref(v);
    api_keys_unref(keys);
}

static void a_key_ends_when_it_says(void **state)
{
    struct api_keys *keys = read_keys("{\"sha256\":\"" HELLO "\",\"user\":\"bot\","
                                      "\"expires\":\"2027-01-15T08:00:00.500Z\"}");
    struct viewer *v = NULL;

    assert_int_equal(api_keys_check(keys, STR("hello"), NOW_MS - 1, &v, &why), ST_OK);
    viewer_unref(v);
    assert_int_equal(api_keys_check(keys, STR("hello"), NOW_MS, &v, &why), ST_TOKEN_EXPIRED);
    assert_string_equal(why.text, "The API key has ended.");
    api_keys_unref(keys);
}

#define LINE(rest) "{\"sha256\":\"" HELLO "\",\"user\":\"bot\"" rest "}"

static void what_is_wrong_is_told_with_its_line(void **state)
{
    refuse("\n#\n[]", "line 3: it is no JSON object");
    refuse("{", "line 1: it is no JSON object");
    refuse("{\"sha256\":\"" HELLO "\"}", "line 1: \"user\" is missing");
    refuse("{\"user\":\"bot\"}", "\"sha256\" is missing");
    refuse("{\"sha256\":\"" HELLO "00\",\"user\":\"bot\"}", "\"sha256\" must be 64");
    refuse("{\"sha256\":\"g" ABC "\",\"user\":\"bot\"}", "\"sha256\" must be 64");
    refuse("{\"sha256\":7,\"user\":\"bot\"}", "\"sha256\" must be 64");
    refuse("{\"sha256\":\"" HELLO "\",\"user\":\"\"}", "\"user\" must be");
    refuse(LINE(",\"tenant\":\"\""), "\"tenant\" must be");
    refuse(LINE(",\"scopes\":\"CHAT\""), "\"scopes\" must be");
    refuse(LINE(",\"scopes\":[\"CHATTER\"]"), "\"scopes\" must be");
    refuse(LINE(",\"guilds\":[7]"), "\"guilds\" must be");
    refuse(LINE(",\"guilds\":\"red\""), "\"guilds\" must be");
    refuse(LINE(",\"expires\":\"tomorrow\""), "\"expires\" must be a time");
    refuse(LINE(",\"expires\":null"), "\"expires\" must be a time");
    refuse(LINE(",\"note\":1"), "\"note\" must be");
    refuse(LINE(",\"user\":\"twice\""), "no JSON object");
}

/* Else a misspelt end would be none. */
static void a_member_that_is_none_is_refused(void **state)
{
    refuse(LINE(",\"expire\":\"2027-01-01T00:00:00Z\""), "\"expire\" is no member");
    refuse(LINE(",\"key\":\"hello\""), "\"key\" is no member");
}

static void a_key_stands_in_one_line(void **state)
{
    refuse(LINE("") "\n" LINE(",\"tenant\":\"other\""), "line 2: its key stands in an earlier");
}

static void no_scopes_are_none(void **state)
{
    struct api_keys *keys = read_keys(LINE(",\"scopes\":[]"));
    struct viewer *v = NULL;

    assert_int_equal(check(keys, "hello", &v), ST_OK);
    assert_false(viewer_allows(v, VIEWER_CHAT_READ));
    viewer_unref(v);
    api_keys_unref(keys);
}

static void a_file_may_hold_none(void **state)
{
    struct viewer *v = NULL;
    struct api_keys *keys = read_keys("");

    assert_int_equal(check(keys, "hello", &v), ST_UNAUTHENTICATED);
    assert_ptr_equal(api_keys_ref(keys), keys);
    assert_null(api_keys_unref(keys));
    assert_null(api_keys_unref(keys));
    assert_null(api_keys_unref(NULL));
}

static void but_not_more_than_a_thousand(void **state)
{
    size_t room = 1 << 18, n = 0;
    char *text = mem_zalloc(room);
    struct api_keys *keys;

    for (int i = 0; i < API_KEYS_MOST; i++)
        n += (size_t)snprintf(text + n, room - n, "{\"sha256\":\"%064x\",\"user\":\"bot\"}\n", i);
    keys = read_keys(text);
    api_keys_unref(keys);
    snprintf(text + n, room - n, "{\"sha256\":\"%064x\",\"user\":\"bot\"}", API_KEYS_MOST);
    refuse(text, "line 1001: there are more than 1000");
    mem_free(text);
}

static void a_line_that_is_made_can_be_read(void **state)
{
    struct str guilds[] = {STR("red"), STR("b\"lue")};
    struct token_draft draft = {.user = STR("bot"),
                                .tenant = STR("acme"),
                                .scopes = STR("CHAT  TENANT_ADMIN"),
                                .guilds = guilds,
                                .n_guilds = 2,
                                .ttl_s = 3600};
    char key[API_KEY_LENGTH + 1] = "", other[API_KEY_LENGTH + 1] = "";
    struct api_keys *keys;
    struct viewer *v = NULL;
    struct buf line;

    api_key_make(key);
    api_key_make(other);
    assert_string_not_equal(key, other);
    assert_int_equal(strlen(key), API_KEY_LENGTH);
    assert_true(str_starts(str_c(key), STR("gh_")));
    buf_init(&line, 4096);
    api_key_write_line(&line, str_c(key), &draft, NOW_MS);
    assert_null(memmem(line.p, line.n, key, API_KEY_LENGTH));
    assert_int_equal(line.p[line.n - 1], '\n');
    buf_add_char(&line, '\0');
    keys = read_keys(line.p);
    buf_done(&line);
    assert_int_equal(check(keys, other, &v), ST_UNAUTHENTICATED);
    assert_int_equal(check(keys, key, &v), ST_OK);
    assert_str(v->user_id, "bot");
    assert_true(viewer_allows(v, VIEWER_TENANT_ADMIN));
    assert_str(v->guilds[1], "b\"lue");
    assert_int_equal(v->expires_at, NOW_MS + 3600000);
    viewer_unref(v);
    api_keys_unref(keys);
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
    char path[] = "/tmp/guildhall-test-XXXXXX";
    int file = mkstemp(path);
    struct api_keys *keys = NULL;

    assert_int_equal(api_keys_load(path, &keys, &error), ST_OK);
    keys = api_keys_unref(keys);
    assert_int_equal(write(file, "nonsense", 8), 8);
    assert_int_equal(api_keys_load(path, &keys, &error), ST_BAD_INPUT);
    assert_non_null(strstr(error.text, path));
    assert_non_null(strstr(error.text, "line 1"));
    assert_int_equal(ftruncate(file, API_KEYS_LARGEST_FILE + 1), 0);
    close(file);
    assert_int_equal(api_keys_load(path, &keys, &error), ST_BAD_INPUT);
    assert_non_null(strstr(error.text, "4 MiB"));
    unlink(path);
    assert_int_equal(api_keys_load(path, &keys, &error), ST_BAD_INPUT);
    assert_non_null(strstr(error.text, "No such file"));
    assert_int_equal(api_keys_load("/dev/zero", &keys, &error), ST_BAD_INPUT);
    assert_non_null(strstr(error.text, "no regular file"));
    assert_int_equal(api_keys_load("/", &keys, &error), ST_BAD_INPUT);
    assert_null(keys);
}

int main(void)
{
    return RUN(test(a_key_stands_for_a_viewer), test(what_is_left_out_is_as_in_a_token),
               test(other_keys_are_not_known), test(the_right_one_of_several_is_found),
               test(a_key_ends_when_it_says), test(what_is_wrong_is_told_with_its_line),
               test(a_member_that_is_none_is_refused), test(a_key_stands_in_one_line),
               test(no_scopes_are_none), test(a_file_may_hold_none),
               test(but_not_more_than_a_thousand), test(a_line_that_is_made_can_be_read),
               test(a_file_that_cannot_be_read_is_named));
}
