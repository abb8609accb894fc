#include "net/address.h"

#include <arpa/inet.h>

enum {
    LOOPBACK_NET = 127,
};

static const unsigned char v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct net_address net_address_v4(const struct in_addr *v4)
{
    struct net_address a;

    memcpy(a.ip, v4_prefix, sizeof(v4_prefix));
    memcpy(a.ip + sizeof(v4_prefix), v4, sizeof(*v4));
    return a;
}

static bool is_v4(const struct net_address *a)
{
    return memcmp(a->ip, v4_prefix, sizeof(v4_prefix)) == 0;
}

bool net_address_known(const struct net_address *a)
{
    static const struct net_address nowhere;

    return memcmp(a, &nowhere, sizeof(nowhere)) != 0;
}

bool net_address_is_local(const struct net_address *a)
{
    static const struct net_address v6 = {.ip = {[15] = 1}};

    if (is_v4(a))
        return a->ip[sizeof(v4_prefix)] == LOOPBACK_NET;
    return !net_address_known(a) || memcmp(a, &v6, sizeof(v6)) == 0;
}

static struct str without_brackets(struct str text)
{
    if (text.n >= 2 && text.p[0] == '[' && text.p[text.n - 1] == ']')
        return str_of(text.p + 1, text.n - 2);
    return text;
}

bool net_address_parse(struct str text, struct net_address *ret_address)
{
    struct net_address a = {0};
    char digits[NET_ADDRESS_MAX];

    text = without_brackets(text);
    if (text.n == 0 || text.n >= sizeof(digits) || memchr(text.p, '\0', text.n))
        return false;
    memcpy(digits, text.p, text.n);
    digits[text.n] = '\0';
    if (inet_pton(AF_INET, digits, a.ip + sizeof(v4_prefix)) == 1)
        memcpy(a.ip, v4_prefix, sizeof(v4_prefix));
    else if (inet_pton(AF_INET6, digits, a.ip) != 1)
        return false;
    *ret_address = a;
    return true;
}

struct str net_address_format(const struct net_address *a, char scratch[NET_ADDRESS_MAX])
{
    if (!net_address_known(a))
        return STR("unix");
    if (is_v4(a))
        return str_c(inet_ntop(AF_INET, a->ip + sizeof(v4_prefix), scratch, NET_ADDRESS_MAX));
    return str_c(inet_ntop(AF_INET6, a->ip, scratch, NET_ADDRESS_MAX));
}

static bool range_parse(struct str text, struct net_range *ret_range)
{
    struct str bits = text, address = str_split(&bits, '/');
    int64_t n;
    unsigned family_bits;

    if (str_eq(text, STR("unix"))) {
        *ret_range = (struct net_range){.bits = 128};
        return true;
    }
    if (!net_address_parse(address, &ret_range->base))
        return false;
    family_bits = is_v4(&ret_range->base) ? 32 : 128;
    ret_range->bits = 128;
    if (!bits.p)
        return true;
    if (!str_to_i64(bits, &n) || n < 0 || n > family_bits)
        return false;
    ret_range->bits = 128 - family_bits + (unsigned)n;
    return true;
}

bool net_ranges_parse(struct arena *a, struct str text, struct net_ranges *ret_ranges,
                      struct str *ret_wrong)
{
    size_t most = 1, n = 0;
    struct net_range *ranges;

    for (size_t i = 0; i < text.n; i++)
        most += text.p[i] == ',';
    ranges = arena_array(a, struct net_range, most);
    while (text.p) {
        struct str one = str_trim(str_split(&text, ','));

        if (one.n == 0)
            continue;
        if (!range_parse(one, &ranges[n])) {
            *ret_wrong = one;
            return false;
        }
        n++;
    }
    *ret_ranges = (struct net_ranges){.ranges = ranges, .n = n};
    return true;
}

static bool is_within(const struct net_range *r, const struct net_address *a)
{
    size_t whole = r->bits / 8;
    unsigned rest = r->bits % 8;
    unsigned char mask = (unsigned char)(0xff00 >> rest);

    return memcmp(r->base.ip, a->ip, whole) == 0 &&
           (rest == 0 || (r->base.ip[whole] & mask) == (a->ip[whole] & mask));
}

bool net_ranges_have(const struct net_ranges *r, const struct net_address *a)
{
    for (size_t i = 0; i < r->n; i++)
        if (is_within(&r->ranges[i], a))
            return true;
    return false;
}
