#include "server/option_value.h"

#include <arpa/inet.h>
#include <assert.h>

#include "base/rate.h"

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit byte_units[] = {
    {"", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {NULL, 0},
};

static const struct unit time_units[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}, {NULL, 0},
};

static const struct unit rate_units[] = {
    {"s", 1000000},
    {"min", 60 * 1000000ULL},
    {"h", 3600 * 1000000ULL},
    {NULL, 0}, /* microseconds */
};

static bool fits(const struct option *o, uint64_t value)
{
    return value >= o->least && (o->most == 0 || value <= o->most);
}

static bool read_whole(struct str text, uint64_t *ret_value)
{
    int64_t value;

    if (!str_to_i64(text, &value) || value < 0 || text.p[0] == '-')
        return false;
    *ret_value = (uint64_t)value;
    return true;
}

/* A number with a unit of the list behind it; 0 needs none. */
static bool read_measure(struct str text, const struct unit *units, uint64_t *ret_value)
{
    size_t digits = 0;
    uint64_t number;

    while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
        digits++;
    if (!read_whole(str_of(text.p, digits), &number))
        return false;
    if (number == 0 && digits == text.n) {
        *ret_value = 0;
        return true;
    }
    for (const struct unit *unit = units; unit->name; unit++)
        if (str_eq_c(str_of(text.p + digits, text.n - digits), unit->name))
            return !__builtin_mul_overflow(number, unit->factor, ret_value);
    return false;
}

static bool read_port(struct str text, uint16_t *ret_port)
{
    uint64_t port;

    if (!read_whole(text, &port) || port > UINT16_MAX)
        return false;
    *ret_port = (uint16_t)port;
    return true;
}

/* What stands before the last colon; brackets around it say that it is of IPv6. */
static bool read_host(struct arena *arena, struct str text, struct str *ret_host)
{
    bool bracketed = text.n >= 2 && text.p[0] == '[' && text.p[text.n - 1] == ']';
    struct in6_addr ignored;

    if (text.n == 0)
        text = STR("0.0.0.0");
    else if (str_eq_nocase(text, STR("localhost")))
        text = STR("127.0.0.1");
    else if (bracketed)
        text = str_of(text.p + 1, text.n - 2);
    text = arena_str(arena, text);
    if (inet_pton(bracketed ? AF_INET6 : AF_INET, text.p, &ignored) != 1)
        return false;
    *ret_host = text;
    return true;
}

static bool read_address(struct arena *arena, struct str text, struct option_address *ret_address)
{
    static const struct str unix_path = STR_INIT("unix:/");
    size_t colon = text.n;
    struct option_address address = {.port = 0};

    if (str_eq(text, STR("systemd"))) {
        *ret_address = (struct option_address){.inherited = true};
        return true;
    }
    if (str_starts(text, unix_path)) {
        address.path = arena_str(arena, str_of(text.p + unix_path.n - 1, text.n - unix_path.n + 1));
        *ret_address = address;
        return true;
    }
    while (colon > 0 && text.p[colon - 1] != ':')
        colon--;
    if (colon == 0 || !read_port(str_of(text.p + colon, text.n - colon), &address.port) ||
        !read_host(arena, str_of(text.p, colon - 1), &address.host))
        return false;
    *ret_address = address;
    return true;
}

/* So many in a second, a minute or an hour, and not more than one a microsecond. */
static bool read_rate(struct str text, struct rate *ret_rate)
{
    struct str period = text, count = str_split(&period, '/');
    uint64_t n;

    if (!read_whole(count, &n) || (n > 0) != (period.p != NULL))
        return false;
    ret_rate->interval_us = 0;
    if (n == 0)
        return true;
    for (const struct unit *unit = rate_units; unit->name; unit++)
        if (str_eq_c(period, unit->name)) {
            ret_rate->interval_us = (int64_t)(unit->factor / n);
            return n <= unit->factor;
        }
    return false;
}

static bool read_word(const struct option *o, struct str text, int *ret_place)
{
    for (int i = 0; o->words[i]; i++)
        if (str_eq_c(text, o->words[i])) {
            *ret_place = i;
            return true;
        }
    return false;
}

static bool read_number(const struct option *o, struct str text, uint64_t *ret_number)
{
    switch (o->kind) {
    case OPTION_WHOLE:
    case OPTION_LIMIT:
        return read_whole(text, ret_number);
    case OPTION_BYTES:
    case OPTION_ROOM:
        return read_measure(text, byte_units, ret_number);
    case OPTION_DURATION:
    case OPTION_SECONDS:
        return read_measure(text, time_units, ret_number);
    case OPTION_TEXT:
    case OPTION_SECRET:
    case OPTION_DATABASE:
    case OPTION_ADDRESS:
    case OPTION_RATE:
    case OPTION_WORD:
    case OPTION_SWITCH:
    case OPTION_LIST:
        break;
    }
    assert(false);
    return false;
}

static bool put_number(const struct option *o, uint64_t number, void *target)
{
    bool is_limit = o->kind == OPTION_LIMIT || o->kind == OPTION_BYTES;
    bool is_size = is_limit || o->kind == OPTION_ROOM;

    if (is_limit && number == 0)
        number = o->most ? o->most : SIZE_MAX;
    if (!fits(o, number))
        return false;
    if (is_size) {
        *(size_t *)target = number;
    } else if (o->kind == OPTION_SECONDS) {
        if (number % 1000 != 0)
            return false;
        *(int64_t *)target = (int64_t)(number / 1000);
    } else {
        *(uint64_t *)target = number;
    }
    return true;
}

bool option_value_read(const struct option *o, struct arena *arena, struct str text, void *target)
{
    uint64_t number;

    switch (o->kind) {
    case OPTION_TEXT:
    case OPTION_SECRET:
    case OPTION_DATABASE:
        *(struct str *)target = arena_str(arena, text);
        return true;
    case OPTION_ADDRESS:
        return read_address(arena, text, target);
    case OPTION_RATE:
        return read_rate(text, target);
    case OPTION_WORD:
        return read_word(o, text, target);
    case OPTION_SWITCH:
        *(bool *)target = true;
        return true;
    case OPTION_LIST:
        option_list_add(target, arena, arena_str(arena, text));
        return true;
    case OPTION_WHOLE:
    case OPTION_LIMIT:
    case OPTION_BYTES:
    case OPTION_ROOM:
    case OPTION_DURATION:
    case OPTION_SECONDS:
        break;
    }
    return read_number(o, text, &number) && put_number(o, number, target);
}

static struct str allowed_words(const struct option *o, struct arena *arena)
{
    struct str list = STR("");

    if (!o->words[1])
        return arena_printf(arena, "%s, the only one so far", o->words[0]);
    for (size_t i = 0; o->words[i]; i++) {
        const char *between = i == 0 ? "" : o->words[i + 1] ? ", " : " or ";

        list = arena_printf(arena, "%.*s%s%s", STR_ARG(list), between, o->words[i]);
    }
    return list;
}

static struct str allowed_time(const struct option *o, struct arena *arena)
{
    const char *example = o->kind == OPTION_SECONDS ? "10s, 5m, 1h or 30d" : "250ms, 10s, 5m or 1h";

    if (o->least)
        return arena_printf(arena, "a duration such as %s, %ju to %ju ms", example,
                            (uintmax_t)o->least, (uintmax_t)o->most);
    return arena_printf(arena, "a duration such as %s, or 0 for none; at most %ju s", example,
                        (uintmax_t)o->most / 1000);
}

struct str option_value_allowed(const struct option *o, struct arena *arena)
{
    uintmax_t least = o->least, most = o->most;

    switch (o->kind) {
    case OPTION_TEXT:
    case OPTION_SECRET:
    case OPTION_LIST:
        return STR("text");
    case OPTION_DATABASE:
        return o->shown ? str_c(o->shown) : STR("a PostgreSQL URL or connection string");
    case OPTION_ADDRESS:
        return STR("an address and a port such as 127.0.0.1:8080, [::]:8080 or :8080, a Unix "
                   "socket such as unix:/run/guildhall.sock, or systemd");
    case OPTION_WHOLE:
        return arena_printf(arena, "a whole number from %ju to %ju", least, most);
    case OPTION_LIMIT:
        return arena_printf(arena, "a whole number from %ju to %ju, or 0 for off", least, most);
    case OPTION_BYTES:
        return arena_printf(arena,
                            "bytes such as 65536, 64KiB or 1MiB, from %ju to %ju, or 0 for off",
                            least, most);
    case OPTION_ROOM:
        return arena_printf(arena,
                            "bytes such as 65536, 64KiB or 1MiB, from %ju to %ju, or 0 for none",
                            least, most);
    case OPTION_DURATION:
    case OPTION_SECONDS:
        return allowed_time(o, arena);
    case OPTION_RATE:
        return STR("a rate such as 100/s, 600/min or 5000/h, or 0 for off");
    case OPTION_WORD:
        return allowed_words(o, arena);
    case OPTION_SWITCH:
        break;
    }
    return STR("no value");
}

/* Masks rather too much than too little: from a URL's first colon behind the user to its last @,
 * and from a password that is named to the end. */
static struct str mask_password(struct arena *arena, struct str text)
{
    const char *scheme = memmem(text.p, text.n, "://", 3);
    const char *at = memrchr(text.p, '@', text.n);
    const char *named;

    if (scheme && at && scheme < at) {
        const char *user = scheme + 3;
        const char *colon = memchr(user, ':', (size_t)(at - user));

        if (colon)
            text = arena_printf(arena, "%.*s:********%.*s", (int)(colon - text.p), text.p,
                                (int)(text.p + text.n - at), at);
    }
    named = memmem(text.p, text.n, "password", strlen("password"));
    if (named)
        text = arena_printf(arena, "%.*spassword=********", (int)(named - text.p), text.p);
    return text;
}

struct str option_value_shown(const struct option *o, struct arena *arena, struct str text)
{
    if (o->kind == OPTION_SECRET)
        return STR("********");
    return o->kind == OPTION_DATABASE ? mask_password(arena, text) : text;
}

bool option_value_from_file(const struct option *o)
{
    return o->kind == OPTION_SECRET || o->kind == OPTION_DATABASE;
}

const char *option_value_placeholder(const struct option *o)
{
    if (o->shown)
        return o->shown;
    switch (o->kind) {
    case OPTION_TEXT:
    case OPTION_LIST:
        return "TEXT";
    case OPTION_SECRET:
        return "SECRET";
    case OPTION_DATABASE:
        return "URL";
    case OPTION_ADDRESS:
        return "HOST:PORT";
    case OPTION_WHOLE:
    case OPTION_LIMIT:
        return "NUMBER";
    case OPTION_BYTES:
    case OPTION_ROOM:
        return "BYTES";
    case OPTION_DURATION:
    case OPTION_SECONDS:
        return "DURATION";
    case OPTION_RATE:
        return "NUMBER/PERIOD";
    case OPTION_WORD:
        return "WORD";
    case OPTION_SWITCH:
        break;
    }
    return "";
}
