#include "tests/unit/http/http_stub.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/lib/test.h"

enum {
    LOOK_MS = 20,
    LARGEST_ANSWER = 2 << 20,
};

static bool is_ending(struct http_stub *stub)
{
    bool answer;

    pthread_mutex_lock(&stub->lock);
    answer = stub->is_ending;
    pthread_mutex_unlock(&stub->lock);
    return answer;
}

/* False: the other side has gone, or the test ends. */
static bool is_readable(struct http_stub *stub, int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

    while (!is_ending(stub))
        if (poll(&poll_fd, 1, LOOK_MS) > 0)
            return true;
    return false;
}

/* False: the client has given up, or the test has. */
static bool await_words(struct http_stub *stub, int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    bool is_silent = true;

    while (is_silent && !is_ending(stub)) {
        pthread_mutex_lock(&stub->lock);
        is_silent = stub->is_silent;
        pthread_mutex_unlock(&stub->lock);
        if (is_silent && poll(&poll_fd, 1, LOOK_MS) != 0)
            return false;
    }
    return !is_silent;
}

static bool read_head(struct http_stub *stub, int fd)
{
    char head[sizeof(stub->request)];
    size_t n = 0;

    do {
        ssize_t got = is_readable(stub, fd) ? read(fd, head + n, sizeof(head) - 1 - n) : 0;

        if (got <= 0)
            return false;
        n += (size_t)got;
        head[n] = '\0';
    } while (!strstr(head, "\r\n\r\n") && n < sizeof(head) - 1);
    pthread_mutex_lock(&stub->lock);
    memcpy(stub->request, head, n + 1);
    stub->requests++;
    pthread_mutex_unlock(&stub->lock);
    return true;
}

static void write_all(int fd, struct str s)
{
    while (s.n > 0) {
        ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);

        if (n <= 0)
            return;
        s = str_of(s.p + n, s.n - (size_t)n);
    }
}

static void serve(struct http_stub *stub, int fd)
{
    struct str answer;

    if (read_head(stub, fd) && await_words(stub, fd)) {
        pthread_mutex_lock(&stub->lock);
        answer = stub->answer;
        stub->is_saying = true;
        pthread_mutex_unlock(&stub->lock);
        write_all(fd, answer);
        pthread_mutex_lock(&stub->lock);
        stub->is_saying = false;
        pthread_mutex_unlock(&stub->lock);
    }
    close(fd);
}

static void *run(void *user)
{
    struct http_stub *stub = user;

    while (is_readable(stub, stub->listener)) {
        int fd = accept(stub->listener, NULL, NULL);

        if (fd >= 0)
            serve(stub, fd);
    }
    return NULL;
}

void http_stub_start(struct http_stub *stub)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof(address);

    *stub = (struct http_stub){.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_int_equal(bind(stub->listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(stub->listener, 16), 0);
    getsockname(stub->listener, (struct sockaddr *)&address, &length);
    stub->port = ntohs(address.sin_port);
    pthread_mutex_init(&stub->lock, NULL);
    assert_int_equal(pthread_create(&stub->thread, NULL, run, stub), 0);
}

void http_stub_stop(struct http_stub *stub)
{
    pthread_mutex_lock(&stub->lock);
    stub->is_ending = true;
    pthread_mutex_unlock(&stub->lock);
    pthread_join(stub->thread, NULL);
    pthread_mutex_destroy(&stub->lock);
    close(stub->listener);
}

void http_stub_say(struct http_stub *stub, struct str answer)
{
    pthread_mutex_lock(&stub->lock);
    stub->answer = answer;
    stub->is_silent = false;
    pthread_mutex_unlock(&stub->lock);
}

void http_stub_await(struct http_stub *stub)
{
    bool is_saying = true;

    while (is_saying) {
        pthread_mutex_lock(&stub->lock);
        is_saying = stub->is_saying;
        pthread_mutex_unlock(&stub->lock);
    }
}

void http_stub_keep_silent(struct http_stub *stub)
{
    pthread_mutex_lock(&stub->lock);
    stub->is_silent = true;
    pthread_mutex_unlock(&stub->lock);
}

unsigned http_stub_requests(struct http_stub *stub)
{
    unsigned n;

    pthread_mutex_lock(&stub->lock);
    n = stub->requests;
    pthread_mutex_unlock(&stub->lock);
    return n;
}

struct str http_stub_url(const struct http_stub *stub)
{
    static char url[64];
    int n = snprintf(url, sizeof(url), "http://127.0.0.1:%u/jwks", stub->port);

    return str_of(url, (size_t)n);
}

struct str http_stub_ok(const char *headers, struct str body)
{
    static char answer[LARGEST_ANSWER];
    size_t n =
        (size_t)snprintf(answer, sizeof(answer), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n%s\r\n",
                         body.n, headers);

    assert_true(n + body.n <= sizeof(answer));
    memcpy(answer + n, body.p, body.n);
    return str_of(answer, n + body.n);
}
