#include "pg/pg_login.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "tests/lib/test.h"

/* Logs in on a loop that the test turns. */
struct scene {
    struct loop loop;
    struct arena arena;
    struct pg_login login;
    bool initialised;
    unsigned done;
    PGconn *pq;
    char why[256];
    unsigned closed;
};

static struct scene s;

static void on_login(struct pg_login *l, PGconn *pq, const char *why)
{
    assert_ptr_equal(l, &s.login);
    assert_false(pg_login_under_way(l));
    PQfinish(s.pq);
    s.pq = pq;
    snprintf(s.why, sizeof(s.why), "%s", why ? why : "");
    s.done++;
}

/* A turn that only a timer has ended would go on to wait for what may never come. */
static void turn_until(const unsigned *counter, unsigned value)
{
    while (*counter < value) {
        uv_run(&s.loop.uv, UV_RUN_NOWAIT);
        usleep(1000);
    }
}

static int open_scene(void **state)
{
    memset(&s, 0, sizeof(s));
    arena_init(&s.arena);
    loop_init(&s.loop, 0);
    return 0;
}

static void on_closed(struct pg_login *l)
{
    s.closed++;
}

static int close_scene(void **state)
{
    pg_login_close(&s.login, on_closed);
    turn_until(&s.closed, 1);
    PQfinish(s.pq);
    loop_done(&s.loop);
    arena_done(&s.arena);
    return 0;
}

static const char *url(void)
{
    const char *url = getenv("GUILDHALL_TEST_DATABASE_URL");

    if (!url)
        fail_msg("GUILDHALL_TEST_DATABASE_URL is not set: run with tests/lib/with_postgres.sh");
    return url;
}

/* The directory of the test's PostgreSQL's socket. */
static struct str directory(void)
{
    PGconn *pq = PQconnectdb(url());
    struct str host = arena_str(&s.arena, str_c(PQhost(pq)));

    PQfinish(pq);
    return host;
}

/* Whoever looks up this name waits here, as for a name server that does not answer; on the loop's
 * own thread it would wait for ever, and is told at once that there is no such name. */
static const char slow_name[] = "database.example";

static struct {
    pthread_t loops;
    sem_t asked;
    sem_t answer;
} name_server;

/* In front of the one that libpq means. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *req,
                struct addrinfo **pai)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

    if (!name || strcmp(name, slow_name) != 0) {
        *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
        return real(name, service, req, pai);
    }
    if (pthread_equal(name_server.loops, pthread_self()))
        return EAI_NONAME;
    sem_post(&name_server.asked);
    sem_wait(&name_server.answer);
    return EAI_AGAIN;
}

static void start(struct str conninfo, const PGconn *beside)
{
    pg_login_init(&s.login, &s.loop, conninfo, "guildhall tested", on_login);
    pg_login_start(&s.login, beside);
}

static void who_is_there_lets_us_in(void **state)
{
    start(str_c(url()), NULL);
    assert_true(pg_login_under_way(&s.login));
    assert_int_equal(s.done, 0);
    turn_until(&s.done, 1);
    assert_int_equal(PQstatus(s.pq), CONNECTION_OK);
    assert_string_equal(PQparameterStatus(s.pq, "application_name"), "guildhall tested");
}

static void nobody_there_is_told_from_the_loop(void **state)
{
    start(STR("host=/nowhere/at/all"), NULL);
    assert_true(pg_login_under_way(&s.login));
    assert_int_equal(s.done, 0);
    turn_until(&s.done, 1);
    assert_null(s.pq);
    assert_non_null(strstr(s.why, "/nowhere/at/all"));
}

static void what_is_stopped_is_not_told(void **state)
{
    start(str_c(url()), NULL);
    pg_login_stop(&s.login);
    assert_false(pg_login_under_way(&s.login));
    pg_login_start(&s.login, NULL);
    turn_until(&s.done, 1);
    assert_int_equal(s.done, 1);
    assert_non_null(s.pq);
}

/* Listens, and takes nobody: once its queue is full the kernel drops the packets of whoever comes,
 * as a network does that has been cut. Returns its port. */
static unsigned deaf_port(int sockets[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(address);
    struct pollfd queued;

    sockets[0] = socket(AF_INET, SOCK_STREAM, 0);
    sockets[1] = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(sockets[0], (struct sockaddr *)&address, n), 0);
    assert_int_equal(listen(sockets[0], 0), 0);
    assert_int_equal(getsockname(sockets[0], (struct sockaddr *)&address, &n), 0);
    assert_int_equal(connect(sockets[1], (struct sockaddr *)&address, n), 0);
    queued = (struct pollfd){.fd = sockets[0], .events = POLLIN};
    assert_int_equal(poll(&queued, 1, -1), 1);
    return ntohs(address.sin_port);
}

static void a_host_that_drops_packets_is_left_for_the_next(void **state)
{
    int sockets[2];
    struct str conninfo =
        arena_printf(&s.arena, "host=127.0.0.1,%.*s port=%u, user=postgres dbname=postgres",
                     STR_ARG(directory()), deaf_port(sockets));

    start(conninfo, NULL);
    turn_until(&s.done, 1);
    assert_string_equal(s.why, "");
    assert_int_equal(PQstatus(s.pq), CONNECTION_OK);
    close(sockets[0]);
    close(sockets[1]);
}

/* The kernel takes the connection, and then nothing comes. */
static void a_server_that_says_nothing_is_given_up(void **state)
{
    int sockets[2];
    struct str conninfo = arena_printf(&s.arena, "host=127.0.0.1 port=%u", deaf_port(sockets));
    int taken = accept(sockets[0], NULL, NULL); /* which leaves room for another */

    start(conninfo, NULL);
    turn_until(&s.done, 1);
    assert_null(s.pq);
    assert_string_equal(s.why, "took too long to connect");
    close(taken);
    close(sockets[0]);
    close(sockets[1]);
}

static void start_looking_up(void)
{
    name_server.loops = pthread_self();
    sem_init(&name_server.asked, 0, 0);
    sem_init(&name_server.answer, 0, 0);
    start(STR("host=database.example"), NULL);
    for (int turn = 0; turn < 10; turn++)
        uv_run(&s.loop.uv, UV_RUN_NOWAIT);
    assert_int_equal(s.done, 0);
    sem_wait(&name_server.asked);
}

static void the_loop_turns_while_a_name_is_looked_up(void **state)
{
    start_looking_up();
    for (int turn = 0; turn < 10; turn++)
        uv_run(&s.loop.uv, UV_RUN_NOWAIT);
    assert_int_equal(s.done, 0);
    sem_post(&name_server.answer);
    turn_until(&s.done, 1);
    assert_null(s.pq);
    assert_non_null(strstr(s.why, slow_name));
}

/* As when the server ends: the answer meets nobody. */
static void who_looks_up_a_name_can_be_left(void **state)
{
    start_looking_up();
    pg_login_stop(&s.login);
    assert_false(pg_login_under_way(&s.login));
    sem_post(&name_server.answer);
    pg_login_start(&s.login, NULL);
    sem_post(&name_server.answer);
    turn_until(&s.done, 1);
    assert_int_equal(s.done, 1);
}

static void beside_a_connection_only_its_host_is_asked(void **state)
{
    PGconn *beside = PQconnectdb(url());
    int sockets[2];
    struct str conninfo =
        arena_printf(&s.arena, "host=127.0.0.1,%.*s port=%u, user=postgres dbname=postgres",
                     STR_ARG(directory()), deaf_port(sockets));

    close(sockets[0]); /* whoever asks there is refused */
    start(conninfo, beside);
    turn_until(&s.done, 1);
    assert_string_equal(PQhost(s.pq), PQhost(beside));
    assert_string_equal(PQerrorMessage(s.pq), "");
    PQfinish(beside);
    close(sockets[1]);
}

int main(void)
{
#define scene(f) cmocka_unit_test_setup_teardown(f, open_scene, close_scene)
    const struct CMUnitTest tests[] = {
        scene(who_is_there_lets_us_in),
        scene(nobody_there_is_told_from_the_loop),
        scene(what_is_stopped_is_not_told),
        scene(a_host_that_drops_packets_is_left_for_the_next),
        scene(a_server_that_says_nothing_is_given_up),
        scene(the_loop_turns_while_a_name_is_looked_up),
        scene(who_looks_up_a_name_can_be_left),
        scene(beside_a_connection_only_its_host_is_asked),
    };

    return cmocka_run_group_tests_name("pg/pg_login", tests, NULL, NULL);
}
