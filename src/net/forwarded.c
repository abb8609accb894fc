#include "net/forwarded.h"

/* The last part between commas, taken off the list; absent when none is left. */
static struct str split_last(struct str *list)
{
    struct str whole = *list;

    if (!whole.p)
        return STR_NULL;
    for (size_t at = whole.n; at > 0; at--)
        if (whole.p[at - 1] == ',') {
            *list = str_of(whole.p, at - 1);
            return str_trim(str_of(whole.p + at, whole.n - at));
        }
    *list = STR_NULL;
    return str_trim(whole);
}

/* Reads one field's list from its end; true: go on with the field in front of it. */
static bool read_back(struct str list, const struct net_ranges *trusted, struct net_address *client)
{
    while (list.p && net_ranges_have(trusted, client)) {
        struct str last = split_last(&list);

        if (last.n && !net_address_parse(last, client))
            return false;
    }
    return net_ranges_have(trusted, client);
}

struct net_address forwarded_client(const struct http_head *h, const struct net_address *peer,
                                    const struct net_ranges *trusted)
{
    struct net_address client = *peer;

    if (!net_ranges_have(trusted, peer))
        return client;
    for (size_t i = h->n_fields; i > 0; i--)
        if (str_eq_nocase(h->fields[i - 1].name, STR("X-Forwarded-For")) &&
            !read_back(h->fields[i - 1].value, trusted, &client))
            break;
    return client;
}
