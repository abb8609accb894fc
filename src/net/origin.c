#include "net/origin.h"

enum {
    ORIGIN_MAX = 512 /* a scheme, a host of at most 253 characters, a port: it is echoed */
};

static struct str behind(struct str s, struct str prefix)
{
    return str_of(s.p + prefix.n, s.n - prefix.n);
}

/* host:port of an origin, without the port that its scheme implies; absent when it has none. */
static struct str authority(struct str origin, struct str *ret_default_port)
{
    if (str_starts(origin, STR("https://"))) {
        *ret_default_port = STR(":443");
        return behind(origin, STR("https://"));
    }
    if (str_starts(origin, STR("http://"))) {
        *ret_default_port = STR(":80");
        return behind(origin, STR("http://"));
    }
    return STR_NULL;
}

static struct str without_suffix(struct str s, struct str suffix)
{
    if (s.n < suffix.n || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) != 0)
        return s;
    return str_of(s.p, s.n - suffix.n);
}

static bool is_same(struct str origin, struct str host)
{
    struct str port, from = authority(origin, &port);

    if (!from.n || !host.n)
        return false;
    return str_eq_nocase(without_suffix(from, port), without_suffix(host, port));
}

bool origin_allowed(struct str allowed, struct str origin, struct str host)
{
    if (origin.n > ORIGIN_MAX)
        return false;
    if (!origin.p || is_same(origin, host))
        return true;
    while (allowed.p) {
        struct str one = str_trim(str_split(&allowed, ','));
        if (str_eq(one, STR("*")) || (one.n && str_eq_nocase(one, origin)))
            return true;
    }
    return false;
}
