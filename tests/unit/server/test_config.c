#include "server/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/lib/test.h"

#define LIST(...) ((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static struct config config;
static struct option_error error;

static enum status load(const char *const *args, const char *const *environment)
{
    config_done(&config);
    config_init(&config);
    error.text[0] = '\0';
    if (config_load_flags(&config, args, NULL, &error) != ST_OK)
        return ST_BAD_INPUT;
    return config_load_rest(&config, environment, &error);
}

static void load_flags(const char *const *args)
{
    if (load(args, LIST()) != ST_OK)
        fail_msg("refused: %s", error.text);
}

static void load_environment(const char *const *environment)
{
    if (load(LIST(), environment) != ST_OK)
        fail_msg("refused: %s", error.text);
}

static void assert_says(const char *const *words)
{
    for (; *words; words++)
        if (!strstr(error.text, *words))
            fail_msg("\"%s\" does not say \"%s\"", error.text, *words);
}

#define refuse_flags(args, ...)                                                                    \
    do {                                                                                           \
        assert_int_equal(load((args), LIST()), ST_BAD_INPUT);                                      \
        assert_says(LIST(__VA_ARGS__));                                                            \
    } while (0)

#define refuse_environment(environment, ...)                                                       \
    do {                                                                                           \
        assert_int_equal(load(LIST(), (environment)), ST_BAD_INPUT);                               \
        assert_says(LIST(__VA_ARGS__));                                                            \
    } while (0)

static int tear_down(void **state)
{
    config_done(&config);
    return 0;
}

static struct str origin_of(const char *name)
{
    for (size_t i = 0; i < config.options.n; i++)
        if (str_eq_c(str_c(name), config.options.options[i].name))
            return config.options.given[i].origin;
    fail_msg("no option %s", name);
    return STR_NULL;
}

static void without_anything_the_defaults_are_those_of_the_manual(void **state)
{
    load_flags(LIST());
    assert_str(config.listen.host, "127.0.0.1");
    assert_int_equal(config.listen.port, 8080);
    assert_null(config.database_url.p);
    assert_null(config.jwt.secret.p);
    assert_str(config.jwt.claim_user, "sub");
    assert_str(config.jwt.claim_tenant, "tenant");
    assert_str(config.jwt.claim_scopes, "scope");
    assert_str(config.jwt.claim_guilds, "guilds");
    assert_int_equal(config.jwt.leeway_s, 0);
    assert_int_equal(config.introspection, CONFIG_INTROSPECTION_ON);
    assert_int_equal(config.max_depth, 15);
    assert_int_equal(config.max_tokens, 2000);
    assert_int_equal(config.max_aliases, 30);
    assert_int_equal(config.max_directives, 50);
    assert_int_equal(config.max_request_bytes, 262144);
    assert_int_equal(config.max_header_bytes, 16384);
    assert_int_equal(config.max_header_fields, 64);
    assert_int_equal(config.max_connections, 20000);
    assert_int_equal(config.max_handshakes, 2000);
    assert_int_equal(config.max_subscriptions_per_connection, 256);
    assert_int_equal(config.high_water, 65536);
    assert_int_equal(config.head_timeout_ms, 10000);
    assert_int_equal(config.body_timeout_ms, 30000);
    assert_int_equal(config.keep_alive_timeout_ms, 75000);
    assert_int_equal(config.send_timeout_ms, 30000);
    assert_int_equal(config.init_timeout_ms, 10000);
    assert_int_equal(config.ping_interval_ms, 25000);
    assert_int_equal(config.pong_timeout_ms, 10000);
    assert_int_equal(config.drain_timeout_ms, 30000);
    assert_int_equal(config.log, LOG_INFO);
    assert_in_range(config.threads, 1, 256);
}

static void a_flag_takes_its_value_behind_a_space_or_an_equals_sign(void **state)
{
    load_flags(LIST("--max-depth", "7", "--open-rooms=lobby,GUILD#open-*", "--jwt-issuer=a=b"));
    assert_int_equal(config.max_depth, 7);
    assert_str(config.open_rooms, "lobby,GUILD#open-*");
    assert_str(config.jwt.issuer, "a=b");
}

static void a_flag_counts_more_than_a_variable_and_that_more_than_database_url(void **state)
{
    const char *const *environment = LIST("GUILDHALL_DATABASE_URL=postgres:///two",
                                          "DATABASE_URL=postgres:///one", "GUILDHALL_MAX_DEPTH=3");

    load_environment(LIST("DATABASE_URL=postgres:///one"));
    assert_str(config.database_url, "postgres:///one");
    assert_str(origin_of("database-url"), "DATABASE_URL");
    load_environment(environment);
    assert_str(config.database_url, "postgres:///two");
    assert_int_equal(load(LIST("--database", "postgres:///three", "--max-depth=4"), environment),
                     ST_OK);
    assert_str(config.database_url, "postgres:///three");
    assert_int_equal(config.max_depth, 4);
    assert_str(origin_of("database-url"), "--database");
    assert_str(origin_of("max-tokens"), "default");
    assert_int_equal(load(LIST("--max-depth=4"), LIST("GUILDHALL_MAX_DEPTH=many")), ST_OK);
    assert_int_equal(config.max_depth, 4);
}

static void an_empty_variable_counts_as_unset(void **state)
{
    load_environment(LIST("GUILDHALL_MAX_DEPTH=", "GUILDHALL_NO_SUCH_THING="));
    assert_int_equal(config.max_depth, 15);
}

static void an_unknown_option_is_named_with_the_nearest(void **state)
{
    refuse_flags(LIST("--max-dept", "3"), "unknown option --max-dept", "--max-depth?");
    refuse_flags(LIST("--jwks-url-of-the-future=x"), "unknown option --jwks-url-of-the-future");
    assert_null(strstr(error.text, "did you mean"));
    refuse_flags(LIST("serve"), "unexpected argument \"serve\"");
    refuse_flags(LIST("--"), "unexpected argument");
    refuse_flags(LIST("-l"), "unexpected argument \"-l\"");
    refuse_flags(LIST("--max-depth-file", "x"), "unknown option --max-depth-file");
}

static void an_unknown_variable_is_named_with_the_nearest(void **state)
{
    refuse_environment(LIST("GUILDHALL_MAX_DEPT=3"), "GUILDHALL_MAX_DEPT", "GUILDHALL_MAX_DEPTH?");
    refuse_environment(LIST("GUILDHALL_MAX_DEPTH_FILE=x"), "GUILDHALL_MAX_DEPTH_FILE");
    refuse_environment(LIST("GUILDHALL_PORT=9000"), "GUILDHALL_PORT");
    load_environment(LIST("GUILD=1", "OTHER_MAX_DEPT=3"));
}

static void variables_of_kubernetes_are_not_ours(void **state)
{
    load_environment(LIST("GUILDHALL_PORT=tcp://10.0.0.1:8080", "GUILDHALL_SERVICE_HOST=10.0.0.1",
                          "GUILDHALL_SERVICE_PORT=8080", "GUILDHALL_SERVICE_PORT_HTTP=8080",
                          "GUILDHALL_PORT_8080_TCP=tcp://10.0.0.1:8080",
                          "GUILDHALL_PORT_8080_TCP_PROTO=tcp"));
}

static void a_bad_value_is_named_with_what_is_allowed(void **state)
{
    refuse_flags(LIST("--max-depth", "many"), "--max-depth", "\"many\"", "whole number", "200");
    refuse_flags(LIST("--max-depth", "-1"), "--max-depth", "\"-1\"");
    refuse_flags(LIST("--max-depth", "201"), "\"201\"", "200");
    refuse_flags(LIST("--max-depth="), "--max-depth", "whole number");
    refuse_flags(LIST("--max-depth", "99999999999999999999"), "whole number");
    refuse_flags(LIST("--introspection", "yes"), "\"yes\"", "on, auth or off");
    refuse_flags(LIST("--threads", "0"), "--threads", "from 1 to 256");
    refuse_environment(LIST("GUILDHALL_LOG=loud"), "GUILDHALL_LOG", "\"loud\"", "debug");
}

static void a_bus_is_a_word_or_servers(void **state)
{
    load_flags(LIST("--bus", "postgres"));
    assert_int_equal(config.bus.kind, BUS_POSTGRES);
    load_flags(LIST("--bus", "nats://a:4222,nats://b:4222"));
    assert_int_equal(config.bus.kind, BUS_NATS);
    assert_str(config.bus.servers, "nats://a:4222,nats://b:4222");
    load_flags(LIST("--bus", "local"));
    assert_int_equal(config.bus.kind, BUS_LOCAL);
    refuse_flags(LIST("--bus", "kafka"), "--bus", "\"kafka\"", "local, postgres", "nats://");
    refuse_flags(LIST("--bus", "nats"), "--bus", "\"nats\"", "nats://HOST:PORT");
    refuse_flags(LIST("--bus", "nats://host"), "--bus", "nats://host", "nats://HOST:PORT");
    refuse_environment(LIST("GUILDHALL_BUS=Postgres"), "GUILDHALL_BUS", "\"Postgres\"", "postgres");
}

static void the_password_of_a_bus_is_not_told(void **state)
{
    refuse_flags(LIST("--bus", "nats://user:secret@host"), "--bus", "nats://user:********@host");
    assert_null(strstr(error.text, "secret"));
}

static void a_flag_without_its_value_says_what_it_needs(void **state)
{
    refuse_flags(LIST("--listen"), "--listen needs a value", "127.0.0.1:8080");
    refuse_flags(LIST("--listen", "--log", "debug"), "--listen needs a value");
}

static void an_address_is_a_number_and_a_port(void **state)
{
    load_flags(LIST("--listen", "[::1]:80"));
    assert_str(config.listen.host, "::1");
    assert_int_equal(config.listen.port, 80);
    load_flags(LIST("--listen", ":0"));
    assert_str(config.listen.host, "0.0.0.0");
    assert_int_equal(config.listen.port, 0);
    load_flags(LIST("--listen", "localhost:65535"));
    assert_str(config.listen.host, "127.0.0.1");
    assert_int_equal(config.listen.port, 65535);
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const wrong[] = {"8080",          "127.0.0.1",  "::1:80",    "[::1]",
                                        "[127.0.0.1]:1", "1.2.3:80",   "host:80",   "[]:80",
                                        "1.2.3.4:65536", "1.2.3.4:-1", "1.2.3.4:",  "",
                                        "[:80",          "1.2.3.4:8o", "1.2.3.4: 8"};

    for (size_t i = 0; i < array_size(wrong); i++)
        refuse_flags(LIST("--listen", wrong[i]), "--listen", "an address and a port");
}

static void durations_have_a_unit(void **state)
{
    load_flags(LIST("--init-timeout", "250ms", "--ping-interval", "2m", "--pong-timeout", "1h",
                    "--drain-timeout", "0", "--jwt-leeway", "90s"));
    assert_int_equal(config.init_timeout_ms, 250);
    assert_int_equal(config.ping_interval_ms, 120000);
    assert_int_equal(config.pong_timeout_ms, 3600000);
    assert_int_equal(config.drain_timeout_ms, 0);
    assert_int_equal(config.jwt.leeway_s, 90);
    refuse_flags(LIST("--init-timeout", "10"), "\"10\"", "a duration such as");
    refuse_flags(LIST("--init-timeout", "s"), "\"s\"");
    refuse_flags(LIST("--init-timeout", "1.5s"), "\"1.5s\"");
    refuse_flags(LIST("--init-timeout", "2h"), "3600 s");
    refuse_flags(LIST("--init-timeout", "9223372036854775807d"), "a duration such as");
    refuse_flags(LIST("--jwt-leeway", "1500ms"), "--jwt-leeway");
}

static void bytes_may_have_a_unit(void **state)
{
    load_flags(LIST("--max-request-bytes", "1MiB", "--high-water", "4096"));
    assert_int_equal(config.max_request_bytes, 1048576);
    assert_int_equal(config.high_water, 4096);
    refuse_flags(LIST("--high-water", "64kb"), "64KiB");
    refuse_flags(LIST("--high-water", "1"), "from 1024");
}

static void nought_switches_a_limit_off(void **state)
{
    load_flags(LIST("--max-depth=0", "--max-request-bytes=0", "--recent-bytes=0"));
    assert_int_equal(config.recent_bytes, 0); /* no limit: nothing is kept */
    assert_int_equal(config.max_depth, 200);
    assert_int_equal(config.max_request_bytes, CONFIG_LARGEST_REQUEST);
}

static const char *write_secret(const char *text, size_t n)
{
    static char path[] = "/tmp/guildhall-test-XXXXXX";
    int file;

    memcpy(path + strlen(path) - 6, "XXXXXX", 6);
    file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, n), n);
    close(file);
    return path;
}

static void a_secret_may_come_from_a_file(void **state)
{
    const char *path = write_secret("a secret from a file\r\n", 22);
    char variable[128];

    load_flags(LIST("--jwt-secret-file", path));
    assert_str(config.jwt.secret, "a secret from a file");
    assert_str(origin_of("jwt-secret"), "--jwt-secret-file");
    snprintf(variable, sizeof(variable), "GUILDHALL_JWT_SECRET_FILE=%s", path);
    load_environment(LIST(variable));
    assert_str(config.jwt.secret, "a secret from a file");
    refuse_environment(LIST(variable, "GUILDHALL_JWT_SECRET=x"), "both set", "GUILDHALL_JWT_SECRET",
                       "GUILDHALL_JWT_SECRET_FILE");
    unlink(path);
}

static void a_secret_file_that_cannot_serve_is_named(void **state)
{
    const char *path = write_secret("\n", 1);

    refuse_flags(LIST("--jwt-secret-file", path), "--jwt-secret-file", path, "empty");
    unlink(path);
    refuse_flags(LIST("--jwt-secret-file", path), "--jwt-secret-file", path, "No such file");
    path = write_secret("a\0b", 3);
    refuse_flags(LIST("--jwt-secret-file", path), path, "zero byte");
    unlink(path);
    refuse_flags(LIST("--jwt-secret-file", "/dev/zero"), "/dev/zero", "too large");
}

static void the_state_directory_is_where_xdg_has_it(void **state)
{
    if (geteuid() == 0) {
        load_environment(LIST("XDG_STATE_HOME=/x", "HOME=/home/ann"));
        assert_str(config.state_dir, "/var/lib/guildhall");
    } else {
        load_environment(LIST("XDG_STATE_HOME=/x", "HOME=/home/ann"));
        assert_str(config.state_dir, "/x/guildhall");
        load_environment(LIST("XDG_STATE_HOME=not/absolute", "HOME=/home/ann"));
        assert_str(config.state_dir, "/home/ann/.local/state/guildhall");
        load_environment(LIST());
        assert_null(config.state_dir.p);
    }
    load_environment(LIST("GUILDHALL_STATE_DIR=/srv/hall"));
    assert_str(config.state_dir, "/srv/hall");
    load_flags(LIST("--state-dir", "here"));
    assert_int_equal(config.state_dir.p[0], '/');
    assert_true(str_eq_c(str_of(config.state_dir.p + config.state_dir.n - 5, 5), "/here"));
}

static void serving_needs_a_database_and_a_key_of_32_bytes(void **state)
{
    load_flags(LIST());
    assert_int_equal(config_check_serve(&config, &error), ST_BAD_INPUT);
    assert_says(LIST("--database", "DATABASE_URL", "guildhall up"));
    load_flags(LIST("--database", "postgres:///x"));
    assert_int_equal(config_check_serve(&config, &error), ST_BAD_INPUT);
    assert_says(LIST("--jwt-secret-file", "GUILDHALL_JWT_SECRET"));
    load_flags(LIST("--database", "postgres:///x", "--jwt-secret", "short"));
    assert_int_equal(config_check_serve(&config, &error), ST_BAD_INPUT);
    assert_says(LIST("--jwt-secret", "32"));
    assert_null(strstr(error.text, "short"));
    load_flags(
        LIST("--database", "postgres:///x", "--jwt-secret", "0123456789abcdef0123456789abcdef"));
    assert_int_equal(config_check_serve(&config, &error), ST_OK);
}

static void assert_printed(const char *const *args, const char *wanted, const char *unwanted)
{
    struct buf out;

    load_flags(args);
    buf_init(&out, (size_t)64 * 1024);
    options_print(&config.options, &out);
    buf_add_char(&out, '\0');
    assert_false(buf_overflowed(&out));
    if (wanted && !strstr(out.p, wanted))
        fail_msg("\"%s\" is not in:\n%s", wanted, out.p);
    if (unwanted && strstr(out.p, unwanted))
        fail_msg("\"%s\" is in:\n%s", unwanted, out.p);
    buf_done(&out);
}

static void no_secret_is_ever_printed(void **state)
{
    assert_printed(LIST("--jwt-secret", "hush"), "********", "hush");
    assert_printed(LIST("--database", "postgres://u:hush@host/db"), "postgres://u:********@host/db",
                   "hush");
    assert_printed(LIST("--database", "postgres://u:hu@sh/db@host/db"), "u:********@host/db",
                   "sh/");
    assert_printed(LIST("--database", "postgres://u@host/db?password=hush"),
                   "u@host/db?password=", "hush");
    assert_printed(LIST("--database", "host=h password = 'hush' user=u"), "host=h", "hush");
    assert_printed(LIST("--database", "postgres://u@host:5432/db"), "postgres://u@host:5432/db",
                   "***");
}

static void every_option_has_a_help_and_a_default_that_is_a_value(void **state)
{
    load_flags(LIST());
    for (size_t i = 0; i < config.options.n; i++) {
        assert_non_null(config.options.options[i].help);
        for (size_t other = 0; other < i; other++)
            assert_string_not_equal(config.options.options[i].name,
                                    config.options.options[other].name);
    }
}

#define T(f) cmocka_unit_test_teardown(f, tear_down)

int main(void)
{
    return RUN(T(without_anything_the_defaults_are_those_of_the_manual),
               T(a_flag_takes_its_value_behind_a_space_or_an_equals_sign),
               T(a_flag_counts_more_than_a_variable_and_that_more_than_database_url),
               T(an_empty_variable_counts_as_unset), T(an_unknown_option_is_named_with_the_nearest),
               T(an_unknown_variable_is_named_with_the_nearest),
               T(variables_of_kubernetes_are_not_ours),
               T(a_bad_value_is_named_with_what_is_allowed), T(a_bus_is_a_word_or_servers),
               T(the_password_of_a_bus_is_not_told), T(a_flag_without_its_value_says_what_it_needs),
               T(an_address_is_a_number_and_a_port), T(what_is_no_address_is_refused),
               T(durations_have_a_unit), T(bytes_may_have_a_unit), T(nought_switches_a_limit_off),
               T(a_secret_may_come_from_a_file), T(a_secret_file_that_cannot_serve_is_named),
               T(the_state_directory_is_where_xdg_has_it),
               T(serving_needs_a_database_and_a_key_of_32_bytes), T(no_secret_is_ever_printed),
               T(every_option_has_a_help_and_a_default_that_is_a_value));
}
