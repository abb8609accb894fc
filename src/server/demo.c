#include "server/demo.h"

#include "base/clock.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "net/origin.h"

enum {
    TOKEN_TTL_S = 3600,
};

static const char TEXT[] = "text/plain; charset=utf-8";

/* Cuts ":8080" off; false where what stands behind the host is no port. */
static bool take_host(struct str host, struct str *ret_name)
{
    size_t end = 0;
    int64_t port;

    if (host.n && host.p[0] == '[')
        end = str_find(host, ']') + 1;
    else
        end = str_find(host, ':');
    if (end > host.n)
        return false;
    *ret_name = str_of(host.p, end);
    return end == host.n ||
           (host.p[end] == ':' && str_to_i64(str_of(host.p + end + 1, host.n - end - 1), &port));
}

static bool is_loopback_v4(struct str name)
{
    struct net_address a;

    return str_find(name, '.') < name.n && net_address_parse(name, &a) && net_address_is_local(&a);
}

bool demo_is_loopback(struct str host)
{
    struct str name;

    return take_host(host, &name) && (str_eq_nocase(name, STR("localhost")) ||
                                      str_eq(name, STR("[::1]")) || is_loopback_v4(name));
}

/* Of somebody who has connected from this machine: a page of another site whose name leads to this
 * machine (DNS rebinding) names that site as the host; a proxy, which might put any name there,
 * says that it is one; and what a browser asks for another site it says itself. */
static bool is_from_here(const struct http_head *head)
{
    struct str site = http_field(head, STR("Sec-Fetch-Site"));

    return demo_is_loopback(head->host) &&
           origin_allowed(STR_NULL, http_field(head, STR("Origin")), head->host) &&
           !http_field(head, STR("X-Forwarded-For")).p && !http_field(head, STR("Forwarded")).p &&
           !http_field(head, STR("Via")).p &&
           (!site.p || str_eq(site, STR("same-origin")) || str_eq(site, STR("none")));
}

static bool write_token(const struct config *c, const char *user, int64_t now_ms,
                        struct json_out *j)
{
    struct token_draft draft = {.user = str_c(user), .ttl_s = TOKEN_TTL_S};
    char expires[CLOCK_RFC3339_LENGTH];
    char *token;

    if (token_make(&c->jwt, &draft, now_ms, &token) != ST_OK)
        return false;
    clock_format(now_ms + (int64_t)TOKEN_TTL_S * 1000, expires);
    json_out_begin_object(j);
    json_out_key(j, STR("user"));
    json_out_str(j, draft.user);
    json_out_key(j, STR("token"));
    json_out_str(j, str_c(token));
    json_out_key(j, STR("expiresAt"));
    json_out_str(j, str_of(expires, sizeof(expires)));
    json_out_end_object(j);
    mem_free(token);
    return true;
}

bool demo_tokens(const struct config *config, const struct net_address *client,
                 const struct http_head *head, struct buf *scratch, struct net_page *ret_page)
{
    struct json_out j = {.out = scratch};
    int64_t now_ms = clock_unix_ms();

    if (!config->n_demo_users)
        return false;
    *ret_page = (struct net_page){.status = 403,
                                  .content_type = TEXT,
                                  .body = STR("the demo's tokens are for pages of this machine: "
                                              "open it as http://localhost or 127.0.0.1\n")};
    if (!net_address_is_local(client) || !is_from_here(head))
        return true;
    json_out_begin_array(&j);
    for (size_t i = 0; i < config->n_demo_users; i++)
        if (!write_token(config, config->demo_users[i], now_ms, &j))
            return false;
    json_out_end_array(&j);
    *ret_page = (struct net_page){
        .status = 200, .content_type = "application/json", .body = buf_str(scratch)};
    return true;
}
