#include "base/url.h"

bool url_is_http(struct str s)
{
    static const struct str schemes[] = {STR_INIT("http://"), STR_INIT("https://")};

    for (size_t i = 0; i < array_size(schemes); i++)
        if (s.n > schemes[i].n && str_eq_nocase(str_of(s.p, schemes[i].n), schemes[i]))
            return true;
    return false;
}

struct str url_shown(struct arena *arena, struct str url)
{
    const char *host = memmem(url.p, url.n, "://", 3);
    size_t scheme, authority, user;

    if (!host)
        return url;
    scheme = (size_t)(host - url.p) + 3;
    authority = str_find(str_of(url.p + scheme, url.n - scheme), '/');
    for (user = authority; user > 0 && url.p[scheme + user - 1] != '@'; user--)
        continue;
    return arena_printf(arena, "%.*s%.*s", (int)scheme, url.p, (int)(url.n - scheme - user),
                        url.p + scheme + user);
}
