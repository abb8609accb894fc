#include "cli/http_fetch.h"

#include <assert.h>
#include <curl/curl.h>

#include "base/buf.h"
#include "base/url.h"

enum {
    CONNECT_WITHIN_MS = 10 * 1000,
};

/* An exchange under way. */
struct exchange {
    struct arena *arena;
    const struct http_call *call;
    CURL *curl;
    struct curl_slist *headers;
    struct buf body;
    char error[CURL_ERROR_SIZE];
};

static size_t on_body(char *bytes, size_t size, size_t n, void *user)
{
    struct buf *body = user;

    buf_add(body, str_of(bytes, size * n));
    return buf_overflowed(body) ? 0 : size * n;
}

/* The first byte that HTTP does not allow in a header's name, or s.n. */
static size_t end_of_token(struct str s)
{
    size_t i = 0;

    while (i < s.n && (unsigned char)s.p[i] > ' ' && s.p[i] != 0x7F &&
           !memchr("\"(),/:;<=>?@[\\]{}", s.p[i], 17))
        i++;
    return i;
}

static struct str header_name(struct str header)
{
    return str_of(header.p, str_find(header, ':'));
}

bool http_is_header(struct str header)
{
    struct str name = header_name(header);

    for (size_t i = 0; i < header.n; i++)
        if (((unsigned char)header.p[i] < ' ' && header.p[i] != '\t') || header.p[i] == 0x7F)
            return false;
    return name.n > 0 && name.n < header.n && end_of_token(name) == name.n;
}

static void add_header(struct exchange *x, const char *header)
{
    struct curl_slist *grown = curl_slist_append(x->headers, header);

    assert(grown);
    x->headers = grown;
}

/* One of ours, where the caller has none of that name. */
static void add_default_header(struct exchange *x, struct str header)
{
    for (size_t i = 0; i < x->call->n_headers; i++)
        if (str_eq_nocase(header_name(x->call->headers[i]), header_name(header)))
            return;
    add_header(x, header.p);
}

static enum status add_headers(struct exchange *x, struct str *ret_why)
{
    for (size_t i = 0; i < x->call->n_headers; i++) {
        struct str header = x->call->headers[i];
        struct str name = header_name(header);

        if (!http_is_header(header)) {
            /* What it says may be secret. */
            *ret_why = STR("a header is not of the form \"Name: value\"");
            return ST_BAD_INPUT;
        }
        /* To curl a name with nothing behind the colon means that the header is left out. */
        if (str_trim(str_of(header.p + name.n + 1, header.n - name.n - 1)).n == 0)
            header = arena_printf(x->arena, "%.*s;", STR_ARG(name));
        add_header(x, arena_str(x->arena, header).p);
    }
    add_default_header(x, STR("User-Agent: guildhall/" GUILDHALL_VERSION));
    add_default_header(x, STR("Accept: application/graphql-response+json, application/json"));
    if (x->call->json.p)
        add_default_header(x, STR("Content-Type: application/json"));
    return ST_OK;
}

static void set_own_options(CURL *curl, const struct http_call *call)
{
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, call->unix_socket);
    curl_easy_setopt(curl, CURLOPT_HAPROXYPROTOCOL, (long)call->proxy_protocol);
}

static void set_options(struct exchange *x)
{
    const struct http_call *call = x->call;

    curl_easy_setopt(x->curl, CURLOPT_URL, call->url);
    curl_easy_setopt(x->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(x->curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(x->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(x->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_WITHIN_MS);
    curl_easy_setopt(x->curl, CURLOPT_TIMEOUT_MS, (long)call->timeout_ms);
    curl_easy_setopt(x->curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(x->curl, CURLOPT_HTTPHEADER, x->headers);
    curl_easy_setopt(x->curl, CURLOPT_ERRORBUFFER, x->error);
    curl_easy_setopt(x->curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(x->curl, CURLOPT_WRITEDATA, &x->body);
    if (call->is_own)
        set_own_options(x->curl, call);
    if (!call->json.p)
        return;
    curl_easy_setopt(x->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->json.n);
    curl_easy_setopt(x->curl, CURLOPT_POSTFIELDS, call->json.p);
}

static enum status refuse(struct exchange *x, CURLcode code, struct str *ret_why)
{
    struct str shown = url_shown(x->arena, str_c(x->call->url));

    if (buf_overflowed(&x->body)) {
        *ret_why = arena_printf(x->arena, "the answer of %.*s is larger than %d MiB",
                                STR_ARG(shown), HTTP_ANSWER_MOST >> 20);
        return ST_TOO_LARGE;
    }
    *ret_why = arena_printf(x->arena, "cannot reach %.*s: %s", STR_ARG(shown),
                            x->error[0] ? x->error : curl_easy_strerror(code));
    return code == CURLE_URL_MALFORMAT ? ST_BAD_INPUT : ST_UNAVAILABLE;
}

static enum status perform(struct exchange *x, struct http_answer *ret_answer, struct str *ret_why)
{
    struct http_answer answer = {0};
    const char *location = NULL;
    enum status st = add_headers(x, ret_why);
    CURLcode code;

    if (st != ST_OK)
        return st;
    set_options(x);
    code = curl_easy_perform(x->curl);
    if (code != CURLE_OK)
        return refuse(x, code, ret_why);
    curl_easy_getinfo(x->curl, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_easy_getinfo(x->curl, CURLINFO_REDIRECT_URL, &location);
    answer.body = arena_str(x->arena, buf_str(&x->body));
    if (location)
        answer.location = arena_str(x->arena, str_c(location));
    *ret_answer = answer;
    return ST_OK;
}

enum status http_fetch(struct arena *arena, const struct http_call *call,
                       struct http_answer *ret_answer, struct str *ret_why)
{
    struct exchange x = {.arena = arena, .call = call, .curl = curl_easy_init()};
    enum status st;

    assert(x.curl);
    buf_init(&x.body, HTTP_ANSWER_MOST);
    st = perform(&x, ret_answer, ret_why);
    curl_easy_cleanup(x.curl);
    curl_slist_free_all(x.headers);
    buf_done(&x.body);
    return st;
}
