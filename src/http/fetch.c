#include "http/fetch.h"

#include <assert.h>
#include <curl/curl.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "http/freshness.h"
#include "loop/timer.h"
#include "loop/watch.h"

enum {
    MOST_CACHE_CONTROLS = 8, /* headers of that name */
    REASON_MAX = 256,
    LONGEST_RETRY_AFTER_S = 24 * 3600, /* what is longer is not believed */
};

struct fetch {
    struct loop *loop;
    struct fetch_config config;
    struct arena arena; /* the URL */
    CURLM *multi;
    CURL *easy; /* NULL while nothing is under way */
    struct curl_slist *headers;
    struct timer timer;
    struct buf body;
    size_t head;        /* bytes of headers so far */
    struct str to_post; /* of the exchange under way; absent: it is a GET */
    char error[CURL_ERROR_SIZE];
};

/* One of curl's sockets. */
struct fetch_socket {
    struct watch watch;
    struct fetch *fetch;
    curl_socket_t fd;
};

static void finish(struct fetch *f, CURLcode code);

/* --- curl's side: what it wants to be told of */

static void drain(struct fetch *f)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(f->multi, &left)))
        if (message->msg == CURLMSG_DONE)
            finish(f, message->data.result);
}

static void act(struct fetch *f, curl_socket_t fd, int events)
{
    int running;

    curl_multi_socket_action(f->multi, fd, events, &running);
    drain(f);
}

static void on_ready(struct watch *w, int events)
{
    const struct fetch_socket *s = container_of(w, struct fetch_socket, watch);

    act(s->fetch, s->fd,
        (events & WATCH_READ ? CURL_CSELECT_IN : 0) |
            (events & WATCH_WRITE ? CURL_CSELECT_OUT : 0));
}

static void on_time(struct timer *t)
{
    act(container_of(t, struct fetch, timer), CURL_SOCKET_TIMEOUT, 0);
}

static void free_socket(struct watch *w)
{
    mem_free(container_of(w, struct fetch_socket, watch));
}

static int events_of(int what)
{
    switch (what) {
    case CURL_POLL_IN:
        return WATCH_READ;
    case CURL_POLL_OUT:
        return WATCH_WRITE;
    case CURL_POLL_INOUT:
        return WATCH_READ | WATCH_WRITE;
    default:
        return 0;
    }
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *known)
{
    struct fetch *f = user;
    struct fetch_socket *s = known;

    if (what == CURL_POLL_REMOVE) {
        if (s)
            watch_close(&s->watch, free_socket);
        curl_multi_assign(f->multi, fd, NULL);
        return 0;
    }
    if (!s) {
        s = mem_new(struct fetch_socket);
        s->fetch = f;
        s->fd = fd;
        watch_init(&s->watch, f->loop, fd, on_ready);
        curl_multi_assign(f->multi, fd, s);
    }
    watch_set(&s->watch, events_of(what));
    return 0;
}

static int on_timeout_changed(CURLM *multi, long ms, void *user)
{
    struct fetch *f = user;

    if (ms < 0)
        timer_stop(&f->timer);
    else
        timer_start(&f->timer, (uint64_t)ms);
    return 0;
}

/* --- one exchange */

static size_t on_body(char *bytes, size_t size, size_t n, void *user)
{
    struct fetch *f = user;

    buf_add(&f->body, str_of(bytes, size * n));
    return buf_overflowed(&f->body) ? 0 : size * n;
}

/* Curl keeps headers without a bound of its own. */
static size_t on_head(char *bytes, size_t size, size_t n, void *user)
{
    struct fetch *f = user;

    f->head += size * n;
    return f->head > FETCH_LARGEST_HEAD ? 0 : size * n;
}

static void set_options(struct fetch *f)
{
    curl_easy_setopt(f->easy, CURLOPT_URL, f->config.url.p);
    curl_easy_setopt(f->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(f->easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(f->easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(f->easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(f->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(f->easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(f->easy, CURLOPT_FRESH_CONNECT, f->config.keep ? 0L : 1L);
    curl_easy_setopt(f->easy, CURLOPT_FORBID_REUSE, f->config.keep ? 0L : 1L);
    curl_easy_setopt(f->easy, CURLOPT_TIMEOUT_MS, (long)f->config.timeout_ms);
    curl_easy_setopt(f->easy, CURLOPT_MAXFILESIZE, (long)FETCH_LARGEST_BODY);
    curl_easy_setopt(f->easy, CURLOPT_USERAGENT, "guildhall"); /* some refuse who has none */
    curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, f->headers);
    curl_easy_setopt(f->easy, CURLOPT_ERRORBUFFER, f->error);
    curl_easy_setopt(f->easy, CURLOPT_HEADERFUNCTION, on_head);
    curl_easy_setopt(f->easy, CURLOPT_HEADERDATA, f);
    curl_easy_setopt(f->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(f->easy, CURLOPT_WRITEDATA, f);
}

static void set_post(struct fetch *f)
{
    curl_easy_setopt(f->easy, CURLOPT_POST, 1L);
    curl_easy_setopt(f->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)f->to_post.n);
    curl_easy_setopt(f->easy, CURLOPT_POSTFIELDS, f->to_post.p);
}

static void begin(struct fetch *f)
{
    assert(!f->easy);
    f->easy = curl_easy_init();
    assert(f->easy);
    f->error[0] = '\0';
    f->head = 0;
    set_options(f);
    if (f->to_post.p)
        set_post(f);
    curl_multi_add_handle(f->multi, f->easy);
}

void fetch_start(struct fetch *f)
{
    f->to_post = STR_NULL;
    begin(f);
}

void fetch_post(struct fetch *f, struct str body)
{
    f->to_post = body;
    begin(f);
}

static struct str header(CURL *easy, const char *name, size_t place)
{
    struct curl_header *found;

    if (curl_easy_header(easy, name, place, CURLH_HEADER, -1, &found) != CURLHE_OK)
        return STR_NULL;
    return str_c(found->value);
}

static int64_t date_header(CURL *easy, const char *name)
{
    struct str text = header(easy, name, 0);
    time_t seconds = text.p ? curl_getdate(text.p, NULL) : -1;

    return seconds < 0 ? CLOCK_NONE : (int64_t)seconds * 1000;
}

static int64_t read_freshness(CURL *easy)
{
    struct freshness_headers headers = {
        .age = header(easy, "Age", 0),
        .date_ms = date_header(easy, "Date"),
        .expires_ms = date_header(easy, "Expires"),
    };
    struct arena scratch;
    int64_t fresh_ms;

    arena_init(&scratch);
    for (size_t i = 0; i < MOST_CACHE_CONTROLS; i++) {
        struct str each = header(easy, "Cache-Control", i);

        if (each.p)
            headers.cache_control =
                arena_printf(&scratch, "%.*s,%.*s", STR_ARG(headers.cache_control), STR_ARG(each));
    }
    /* What an Expires that is no date says is that the answer is old. */
    if (headers.expires_ms == CLOCK_NONE && header(easy, "Expires", 0).p)
        headers.expires_ms = 0;
    fresh_ms = freshness_ms(&headers);
    arena_done(&scratch);
    return fresh_ms;
}

static int64_t read_retry_after(CURL *easy)
{
    curl_off_t seconds = 0;

    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
    return seconds > 0 && seconds < LONGEST_RETRY_AFTER_S ? (int64_t)seconds * 1000 : -1;
}

static struct str reason(struct fetch *f, CURLcode code, long status, char text[REASON_MAX])
{
    if (buf_overflowed(&f->body) || code == CURLE_FILESIZE_EXCEEDED)
        return STR("the answer is larger than 1 MiB");
    if (f->head > FETCH_LARGEST_HEAD)
        return STR("the answer's headers are larger than 64 KiB");
    if (code != CURLE_OK)
        snprintf(text, REASON_MAX, "%s", f->error[0] ? f->error : curl_easy_strerror(code));
    else if (status >= 300 && status < 400)
        snprintf(text, REASON_MAX, "the answer is a redirect (%ld), which is not followed", status);
    else
        snprintf(text, REASON_MAX, "the answer has the status %ld", status);
    return str_c(text);
}

static void finish(struct fetch *f, CURLcode code)
{
    struct fetch_answer answer = {.fresh_ms = -1, .retry_after_ms = -1};
    struct buf body = f->body;
    char text[REASON_MAX];
    CURL *easy = f->easy;
    long status = 0;

    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    answer.status = code == CURLE_OK ? (int)status : 0;
    answer.arrived = answer.status == 200;
    if (answer.arrived) {
        answer.body = buf_str(&body);
        answer.fresh_ms = read_freshness(easy);
    } else {
        answer.why = reason(f, code, status, text);
        answer.retry_after_ms = read_retry_after(easy);
    }
    f->easy = NULL;
    buf_init(&f->body, FETCH_LARGEST_BODY);
    curl_multi_remove_handle(f->multi, easy);
    curl_easy_cleanup(easy);
    f->config.on_done(f->config.user, &answer);
    buf_done(&body);
}

/* --- its life */

static void add_headers(struct fetch *f, const struct fetch_config *config)
{
    for (size_t i = 0; i < config->n_headers; i++) {
        f->headers = curl_slist_append(f->headers, arena_str(&f->arena, config->headers[i]).p);
        assert(f->headers);
    }
}

struct fetch *fetch_new(struct loop *l, const struct fetch_config *config)
{
    struct fetch *f = mem_new(struct fetch);

    f->loop = l;
    f->config = *config;
    arena_init(&f->arena);
    f->config.url = arena_str(&f->arena, config->url);
    buf_init(&f->body, FETCH_LARGEST_BODY);
    timer_init(&f->timer, l, on_time);
    add_headers(f, config);
    f->multi = curl_multi_init();
    assert(f->multi);
    curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
    curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, on_timeout_changed);
    curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
    return f;
}

static void free_fetch(struct timer *t)
{
    struct fetch *f = container_of(t, struct fetch, timer);

    buf_done(&f->body);
    arena_done(&f->arena);
    mem_free(f);
}

void fetch_close(struct fetch *f)
{
    if (!f)
        return;
    if (f->easy) {
        curl_multi_remove_handle(f->multi, f->easy);
        curl_easy_cleanup(f->easy);
    }
    curl_multi_cleanup(f->multi);
    curl_slist_free_all(f->headers);
    timer_close(&f->timer, free_fetch);
}
