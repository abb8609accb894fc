#include "bus/nats.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/bus/node.h"

static struct loop l;
static struct node a, b;
static char port[8];
static char url[64];
static pid_t server;

/* One that nobody listens at now. */
static void choose_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&at, n), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    close(fd);
    snprintf(port, sizeof(port), "%u", ntohs(at.sin_port));
    snprintf(url, sizeof(url), "nats://127.0.0.1:%s", port);
}

static void start_server(void)
{
    server = fork();
    if (server == 0) {
        int nowhere = open("/dev/null", O_WRONLY);

        dup2(nowhere, STDERR_FILENO);
        execlp("nats-server", "nats-server", "-a", "127.0.0.1", "-p", port, (char *)NULL);
        _exit(127);
    }
}

static void stop_server(void)
{
    if (!server)
        return;
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    server = 0;
}

/* PostgreSQL is not there: the bus over NATS does without. */
static void open_node(struct node *n, const char *subject)
{
    struct bus_config config = {
        .kind = BUS_NATS,
        .conninfo = STR("host=/nowhere"),
        .servers = str_c(url),
        .subject = str_c(subject),
    };

    node_open(n, &l, &config);
}

static int open_two(void **state)
{
    start_server();
    open_node(&a, "guildhall.hints.1");
    open_node(&b, "guildhall.hints.1");
    node_await(&a, &a.connected, 1);
    node_await(&b, &b.connected, 1);
    return 0;
}

static int close_two(void **state)
{
    node_close(&a);
    node_close(&b);
    stop_server();
    return 0;
}

/* A subscription is under way when the node is connected: until it is there, hints are lost. */
static void meet(void)
{
    while (a.n_heard == 0 || b.n_heard == 0) {
        node_say(&a, "hello");
        node_say(&b, "hello");
        uv_run(&l.uv, UV_RUN_ONCE);
    }
    node_await_last(&a, &b);
    node_await_last(&b, &a);
    a.heard = b.heard = STR("");
    a.n_heard = b.n_heard = 0;
}

static void a_hint_reaches_the_other_node_and_not_the_one_that_said_it(void **state)
{
    meet();
    node_say(&a, "from a");
    node_await_last(&a, &b);
    node_say(&b, "from b");
    node_await_last(&b, &a);
    assert_heard(&a, "from b|last|");
    assert_heard(&b, "from a|last|");
}

static void nodes_of_another_database_hear_nothing(void **state)
{
    struct node other;

    meet();
    open_node(&other, "guildhall.hints.2");
    node_await(&other, &other.connected, 1);
    node_say(&other, "of another room lobby");
    node_say(&a, "of ours");
    node_await_last(&a, &b);
    node_close(&other);
    assert_heard(&b, "of ours|last|");
    assert_int_equal(other.n_heard, 0);
}

static void when_the_server_is_back_the_nodes_are_told_and_hear_again(void **state)
{
    meet();
    stop_server();
    start_server();
    node_await(&a, &a.connected, 2);
    node_await(&b, &b.connected, 2);
    meet();
    node_say(&a, "again");
    node_await_last(&a, &b);
    assert_heard(&b, "again|last|");
}

static void what_waits_leaves_before_the_bus_is_closed(void **state)
{
    struct node dying;

    meet();
    open_node(&dying, "guildhall.hints.1");
    node_await(&dying, &dying.connected, 1);
    node_say(&dying, "the last words");
    node_close(&dying);
    node_await(&a, &a.n_heard, 1);
    assert_heard(&a, "the last words|");
}

static void a_server_that_comes_late_is_found(void **state)
{
    open_node(&a, "guildhall.hints.1");
    open_node(&b, "guildhall.hints.1");
    node_say(&a, "too early");
    uv_run(&l.uv, UV_RUN_ONCE);
    start_server();
    node_await(&a, &a.connected, 1);
    node_await(&b, &b.connected, 1);
    meet();
}

static void a_bus_whose_server_never_comes_can_be_closed(void **state)
{
    struct node n;

    open_node(&n, "guildhall.hints.1");
    for (int i = 0; i < 1000; i++)
        node_say(&n, "to nobody");
    node_close(&n);
    assert_int_equal(n.connected, 0);
}

static void a_server_that_stands_still_holds_nothing_up(void **state)
{
    char hint[BUS_LONGEST_HINT + 1] = "";

    meet();
    memset(hint, 'x', BUS_LONGEST_HINT);
    kill(server, SIGSTOP);
    for (int i = 0; i < 5000; i++) {
        node_say(&a, hint);
        uv_run(&l.uv, UV_RUN_NOWAIT);
    }
    kill(server, SIGCONT);
    /* Some of it may still be lost on the way. */
    while (!b.last) {
        node_say(&a, "last");
        uv_run(&l.uv, UV_RUN_ONCE);
    }
    assert_true(b.n_heard < 5000);
}

static void servers_are_urls_between_commas(void **state)
{
    static const char *const good[] = {
        "nats://127.0.0.1:4222",
        "nats://a:4222,nats://b:4222,nats://c:4222",
        "nats://a:4222, tls://b:4222",
        "nats://user:password@a:4222",
    };
    static const char *const bad[] = {
        "",       "a:4222",          "http://a:4222",          "nats://", "nats://a:port",
        "nats:a", "nats://a:4222,,", "nats://a:4222,postgres",
    };

    for (size_t i = 0; i < array_size(good); i++)
        if (!bus_servers_valid(str_c(good[i])))
            fail_msg("%s is refused", good[i]);
    for (size_t i = 0; i < array_size(bad); i++)
        if (bus_servers_valid(str_c(bad[i])))
            fail_msg("%s is taken", bad[i]);
}

static int open_all(void **state)
{
    choose_port();
    loop_init(&l, 0);
    return 0;
}

static int close_all(void **state)
{
    loop_done(&l);
    return 0;
}

int main(void)
{
#define with_server(f) cmocka_unit_test_setup_teardown(f, open_two, close_two)
    const struct CMUnitTest tests[] = {
        with_server(a_hint_reaches_the_other_node_and_not_the_one_that_said_it),
        with_server(nodes_of_another_database_hear_nothing),
        with_server(when_the_server_is_back_the_nodes_are_told_and_hear_again),
        with_server(what_waits_leaves_before_the_bus_is_closed),
        with_server(a_server_that_stands_still_holds_nothing_up),
        cmocka_unit_test_setup_teardown(a_server_that_comes_late_is_found, NULL, close_two),
        test(a_bus_whose_server_never_comes_can_be_closed),
        test(servers_are_urls_between_commas),
    };

    return cmocka_run_group_tests_name("bus/nats", tests, open_all, close_all);
}
